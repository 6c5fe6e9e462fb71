#!/usr/bin/env python3
"""Passes if a program does not compile, for the reason its first line gives.

    run.py PROGRAM.cpp COMPILER [FLAG...]

The first line is a comment `// expect: REGEX`, matched against the compiler's first error. Any other
error, or none, is a failure.
"""

import os
import re
import subprocess
import sys


def main():
    program, *compiler = sys.argv[1:]
    with open(program, encoding="utf-8") as file:
        first = file.readline()
    expected = re.fullmatch(r"// expect: (.+)\n", first)
    if not expected:
        sys.exit(f"{program}: the first line is not // expect: REGEX")

    done = subprocess.run([*compiler, "-fsyntax-only", "-fdiagnostics-color=never", program],
                          env=dict(os.environ, LC_ALL="C"), capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if re.search(r"\berror: ", line)]
    if done.returncode == 0 or not errors:
        sys.exit(f"{program} compiles; expected the error: {expected.group(1)}\n{done.stderr}")
    if not re.search(expected.group(1), errors[0]):
        sys.exit(f"expected the error: {expected.group(1)}\nthe first error is:    {errors[0]}\n\n{done.stderr}")
    print(errors[0])


if __name__ == "__main__":
    main()

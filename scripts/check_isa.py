#!/usr/bin/env python3
"""Checks that objects built for AVX2 share no function with the rest of the program.

    scripts/check_isa.py OBJECT...

A weak symbol, which any inline function or template outside the namespace of the instruction set
becomes, is defined by several objects, and the linker keeps the first: the AVX2 one could then run
on a machine without AVX2. So every weak symbol must name a namespace or a type of that set.
"""

import re
import subprocess
import sys

AVX2_NAMESPACE = re.compile(r"\bavx2\w*::|\bAvx2\w*")


def weak_functions(path):
    listed = subprocess.run(["nm", "--demangle", "--defined-only", path], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        found = re.match(r"[0-9a-f]+ [Ww] (.*)", line)
        if found:
            yield found.group(1)


def main():
    objects = sys.argv[1:]
    shared = sorted({(path, name) for path in objects for name in weak_functions(path) if not AVX2_NAMESPACE.search(name)})
    for path, name in shared:
        print(f"{path}: {name}: is shared with objects for other instruction sets")
    print(f"isa: {len(objects)} objects, {len(shared)} problems")
    return 1 if shared else 0


if __name__ == "__main__":
    sys.exit(main())

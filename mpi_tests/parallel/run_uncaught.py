#!/usr/bin/env python3
"""What a user sees when nobody catches an exception: one line, exit code 1, no waiting.

    run_uncaught.py MPIRUN PROGRAM
"""
import os
import subprocess
import sys
import time

TEXT = "Error: tau_m must be > 0 ms, got -20 ms."
LIMIT_S = 20  # a hang is what this test is about

# mpirun waits this long, twice, for processes it has to end.
os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = "1"

# arguments of the program, ranks, the line or None, exit code
CASES = [
    (["none"], 1, None, 0),
    (["none"], 4, None, 0),
    (["all"], 1, TEXT, 1),
    (["all"], 4, TEXT, 1),
    (["one", "0"], 4, TEXT + " (rank 0 of 4)", 1),
    (["one", "2"], 4, TEXT + " (rank 2 of 4)", 1),
    (["others"], 4, TEXT + " (rank 1 of 4)", 1),
    (["agreed"], 1, TEXT, 1),
    (["agreed"], 3, TEXT + " (rank 2 of 3)", 1),
    (["foreign"], 2, "Error: An exception of unknown type was thrown.", 1),
    (["unwound"], 2, None, 3),
]


def check(mpirun, program, arguments, ranks, line, code):
    begin = time.monotonic()
    run = subprocess.run(
        [mpirun, "-n", str(ranks), program, *arguments],
        capture_output=True, text=True, timeout=LIMIT_S)
    seconds = time.monotonic() - begin
    ours = [text for text in run.stderr.splitlines() if text.startswith("Error: ")]
    expected = [] if line is None else [line]
    problems = []
    if run.returncode != code:
        problems.append(f"exit code {run.returncode} instead of {code}")
    if ours != expected:
        problems.append(f"printed {ours} instead of {expected}")
    if "Backtrace" in run.stderr or "[ 0]" in run.stderr:
        problems.append("a backtrace was printed")
    if (code == 0) != ("done" in run.stdout):
        problems.append(f"standard output is {run.stdout!r}")
    name = " ".join(arguments) + f" on {ranks}"
    print(f"{name}: {'; '.join(problems) or 'ok'} ({seconds:.1f} s)")
    return not problems


def main():
    mpirun, program = sys.argv[1:]
    results = [check(mpirun, program, *case) for case in CASES]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

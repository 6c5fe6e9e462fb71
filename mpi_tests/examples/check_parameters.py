#!/usr/bin/env python3
"""Runs the example parameters on 1, 2, 3 and 5 ranks: the same text, with the published numbers.

    check_parameters.py MPIRUN PROGRAM
"""
import subprocess
import sys

EXPECTED = (
    "10 15 10 15 10",
    "20.03132455 20.09777627 16.97079318 17.44786923 19.4928947 20.80321881 19.97246906",
    "20.031324546935146",
    "10 12 14 16 18 20",
    "0 0.38268343 0.70710678 0.92387953 1 0.92387953 0.70710678 0.38268343",
    "-50 -52 -54 -56 -45 -47 -49 -51 -40 -42 -44 -46 -35 -37 -39 -41",
)
REFUSED = "rate was given 7 values for 6 cells"

mpirun, program = sys.argv[1:]
texts = []
for ranks in (1, 2, 3, 5):
    run = subprocess.run(
        [mpirun, "-n", str(ranks), program], capture_output=True, text=True, check=True, timeout=60
    )
    texts.append(run.stdout)
problems = [f"{ranks} ranks print another text" for ranks, text in zip((2, 3, 5), texts[1:])
            if text != texts[0]]
values = [line.partition(": ")[2] for line in texts[0].splitlines()]
problems += [f"no line with {numbers}" for numbers in EXPECTED if numbers not in values]
if REFUSED not in texts[0]:
    problems.append("seven values for six cells are not refused")
print("\n".join(problems) if problems else texts[0])
sys.exit(1 if problems else 0)

#!/usr/bin/env python3
"""Counts instructions per synaptic event and per cell and step, which wall time cannot resolve, and limits them.

    count_instructions.py MPIRUN VALGRIND PROGRAM

PROGRAM is random_network: IF_curr_exp cells in single precision, every connection with a weight and a delay of its own
and no Poisson input, so that delivery does nothing but add synaptic events. It runs under callgrind, with the AVX2
kernels. Counted is what Delivery::add, which looks up the rows of spikes, and Delivery::deliver cost with all that they
call, divided by the number of events, and what advancing the cells and looking for values that are not finite costs,
divided by the number of updates.

The counts do not depend on the machine's load, but on the compiler and on the network: a segment of a row costs as much
as ten events. With the 40 targets per segment here, g++ 12 takes 11.8 instructions per event, 0.6 of them to look up
rows; with the 11 of a microcircuit of scale 0.1 some 15. The limit is the goal, 12.
Cells took 3.6 to 3.8 there. Their goal is 12, too, which would let a slow kernel pass: their limit is 6.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

NETWORK = ["--cells", "2500", "--in-degree", "600", "--precision", "single", "--warmup", "0", "--duration", "120"]
# What run.json counts is without the warm-up, what callgrind counts is with it: there is none.
# What is counted, the functions that make it up, what it is divided by, and the limit.
GUARDS = (
    ("synaptic event", [r"Delivery<float>::add\(", r"Delivery<float>::deliver\("], "events", 12.0),
    ("IF_curr_exp cell and step", [r"IF_curr_exp, float>::advance\(", r"IF_curr_exp, float>::not_finite\("], "updates",
     6.0),
)
NAMED = re.compile(r"^(c?fn)=\((\d+)\)(?: (.*))?$")


def inclusive_costs(path):
    """Instructions of each function with all that it calls, of a file of callgrind."""
    names, costs, current = {}, {}, None
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            line = line.rstrip("\n")
            named = NAMED.match(line)
            if named:
                kind, number, name = named.groups()
                if name:
                    names[number] = name
                if kind == "fn":
                    current = number
            elif current and re.match(r"[\d+*-]", line):  # a line of the source, or of a call, and its cost
                costs[current] = costs.get(current, 0) + int(line.split()[1])
    total = {}
    for number, cost in costs.items():
        total[names[number]] = total.get(names[number], 0) + cost
    return total


def cost_of(costs, functions):
    found = {pattern: [name for name in costs if re.search(pattern, name)] for pattern in functions}
    for pattern, names in found.items():
        if not names:
            sys.exit(f"No function matches {pattern}: has it another name now, or was it inlined? Name what does its "
                     "work in GUARDS.")
    return sum(costs[name] for names in found.values() for name in names)


def main():
    mpirun, valgrind, program = sys.argv[1:4]
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        if not re.search(r"\bavx2\b", file.read()):
            print("This processor has no AVX2, for which the limits are.")
            sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        command = [mpirun, "-n", "1", valgrind, "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out",
                   program, *NETWORK, "--output", f"{folder}/results"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False,
                               env=dict(os.environ, RANVIER_ISA="avx2"))
        if ended.returncode:
            sys.exit(f"{ended.stdout}{ended.stderr}exit code {ended.returncode} of {' '.join(command)}")
        with open(f"{folder}/results/run.json", encoding="utf-8") as file:
            facts = json.load(file)
        costs = inclusive_costs(f"{folder}/callgrind.out")

    failed = False
    for what, functions, divisor, limit in GUARDS:
        cost, number = cost_of(costs, functions), facts["load"][divisor]["mean"]
        if number < 500000:
            sys.exit(f"only {number:.0f} {divisor}: too few to tell their cost")
        ok = cost / number <= limit
        print(f"{'ok    ' if ok else 'FAILED'} {cost / number:.2f} instructions per {what}, limit {limit:g} "
              f"({cost} for {number:.0f} {divisor})")
        failed = failed or not ok
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

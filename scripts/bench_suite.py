#!/usr/bin/env python3
"""Runs the benchmark suite on programs that are built; scripts/bench builds them and calls this.

    scripts/bench_suite.py FOLDER [--quick] [--runs N] [--ranks N ...] [--only REGEX] [--json FILE]

Prints one JSON object per line as results come in, and a table at the end. FOLDER has the programs. A network is run N
times (3) on each number of ranks (1 and 2), its spikes written to a file; real_time_factor is the median of the runs'
medians of windows of 100 ms of simulated time after the warm-up, and spread tells how far runs and windows are apart.
The other numbers are those of the run in the middle; those of phases and load are of the same time as run_s, after the
warm-up. --quick takes small networks, once. Exit code 2 tells of a mistake on the command line.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

MPIRUN = Path(__file__).resolve().parent / "mpirun"
COBA = ["--model", "coba", "--parameters", "default"]  # as Auryn's benchmark has it

# Name, program, arguments, free memory that it wants in GB.
FULL = [
    ("microcircuit", "microcircuit", ["--precision", "single", "--duration", "3000"], 8),
    ("microcircuit", "microcircuit", ["--precision", "double", "--duration", "3000"], 12),
    ("microcircuit", "microcircuit", ["--precision", "single", "--duration", "3000", "--weights", "16bit"], 8),
    ("microcircuit", "microcircuit", ["--precision", "double", "--duration", "10000", "--scale", "0.1"], 1),
    ("balanced_network", "balanced_network", ["--precision", "single", "--duration", "10000", *COBA], 1),
    ("random_network", "random_network", ["--precision", "single", "--duration", "2000"], 4),
    ("random_network", "random_network", ["--precision", "double", "--duration", "2000"], 5),
    ("random_network", "random_network", ["--precision", "single", "--duration", "2000", "--weights", "16bit"], 4),
]
QUICK = [
    ("microcircuit", "microcircuit", ["--precision", "double", "--duration", "2000", "--scale", "0.1"], 1),
    ("balanced_network", "balanced_network", ["--precision", "single", "--duration", "5000", *COBA], 1),
    ("random_network", "random_network", ["--precision", "single", "--duration", "1000", "--scale", "0.1"], 1),
    ("random_network", "random_network", ["--precision", "double", "--duration", "1000", "--scale", "0.1"], 1),
]
CELL_ROW = re.compile(r"^\| (\w+) ((?:\| [\d.]+(?: \([\d.]+ Hz\))? ){8})\|$", re.MULTILINE)


def free_gigabytes():
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return int(re.search(r"^MemAvailable: +(\d+)", file.read(), re.MULTILINE).group(1)) / 1e6
    except OSError:
        return float("inf")


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE).group(1)
    except (OSError, AttributeError):
        return "unknown"


def call(ranks, program, *args):
    command = [str(MPIRUN), "-n", str(ranks), str(program), *args]
    print(*command, file=sys.stderr, flush=True)
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode:
        print(ended.stdout, file=sys.stderr)
        sys.exit(f"bench: exit code {ended.returncode} of {' '.join(command)}")
    return ended.stdout


def run_once(program, args, ranks):
    with tempfile.TemporaryDirectory() as folder:
        call(ranks, program, *args, "--output", folder)
        with open(f"{folder}/run.json", encoding="utf-8") as file:
            return json.load(file)


def factor_of(facts):
    windows = facts["window_real_time_factor"]
    return windows["median"] if windows else facts["real_time_factor"]


def measure(name, program, args, ranks, runs):
    """What one network costs on one number of ranks, as a JSON object."""
    results = sorted((run_once(program, args, ranks) for _ in range(runs)), key=factor_of)
    facts = results[len(results) // 2]
    factors = [factor_of(result) for result in results]
    windows = [result["window_real_time_factor"] or {} for result in results]
    weights = args[args.index("--weights") + 1] if "--weights" in args else "exact"
    return {
        "network": name, "scale": facts["scale"], "precision": facts["precision"], "weights": weights, "ranks": ranks,
        "cells": facts["cells"], "sources": facts["sources"], "connections": facts["connections"],
        "build_s": facts["build_s"], "build_user_s": facts["build_user_s"], "run_s": facts["run_s"],
        "duration_ms": facts["duration_ms"], "real_time_factor": median(factors),
        "phases_s": facts["phases_s"], "bytes_per_connection": facts["bytes_per_connection"],
        "peak_rss_bytes": facts["peak_rss_bytes"], "rates_hz": facts["rates_hz"], "load": facts["load"],
        "spread": {"runs": runs, "min": factors[0], "max": factors[-1],
                   "window_min": min((x["min"] for x in windows if x), default=None),
                   "window_max": max((x["max"] for x in windows if x), default=None)},
        "digest": facts["digest"], "cpu": processor(), "versions": facts["versions"]}


def has_option(program, option):
    return option in call(1, program, "--help")


def measure_cells(program, ranks, pattern):
    """Nanoseconds per cell and step of every standard cell, one JSON object per cell and precision."""
    for name, columns in CELL_ROW.findall(call(ranks, program, f"--benchmark_filter={pattern}")):
        values = [float(value.split()[0]) for value in columns.split("|")[1:]]
        for precision, four in (("double", values[:4]), ("single", values[4:])):
            yield {"network": f"cells/{name}", "precision": precision, "ranks": ranks, "cells": 100000 * ranks,
                   "ns_per_cell_and_step": dict(zip(("quiet", "input", "current", "firing"), four)),
                   "cpu": processor()}


def print_table(results):
    head = ("network", "scale", "precision", "weights", "ranks", "factor", "runs", "windows", "build s", "build CPU s",
            "run s", "deliver s", "update s", "exchange s", "B/conn.", "peak GB")
    rows = [head]
    for r in (r for r in results if "real_time_factor" in r):
        spread, phases = r["spread"], r["phases_s"]
        windows = "-" if spread["window_min"] is None else f"{spread['window_min']:.3g}-{spread['window_max']:.3g}"
        rows.append((r["network"], f"{r['scale']:g}", r["precision"], r["weights"], str(r["ranks"]),
                     f"{r['real_time_factor']:.3g}", f"{spread['min']:.3g}-{spread['max']:.3g}", windows,
                     f"{r['build_s']:.2f}", f"{r['build_user_s']:.2f}", f"{r['run_s']:.2f}", f"{phases['deliver']:.2f}",
                     f"{phases['update']:.2f}", f"{phases['exchange']:.2f}", f"{r['bytes_per_connection']:.2f}",
                     f"{r['peak_rss_bytes'] / 1e9:.2f}"))
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    print("\nReal-time factors are wall time / simulated time: median, and the ranges of runs and of windows of 100 ms.\n"
          "Build CPU s is user time of the rank with the most; deliver, update and exchange are parts of run s.")
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    cells = [r for r in results if "ns_per_cell_and_step" in r]
    if cells:
        print("\nNanoseconds per cell and step")
    for r in cells:
        costs = "  ".join(f"{load} {ns:.2f}" for load, ns in r["ns_per_cell_and_step"].items())
        print(f"{r['network']:<32} {r['precision']}  {r['ranks']} rank(s)  {costs}")


CELLS = "cells"  # what --only calls the benchmark of cells


def at_least_one(text):
    if not re.fullmatch(r"0*[1-9]\d*", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"must be a whole number >= 1, got {text!r}")
    return int(text)


def expression(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {error}") from None


def check_options(parser, options, networks):
    """Ends with a sentence and exit code 2 if nothing can be measured."""
    if not options.folder.is_dir():
        parser.error(f"there is no folder {options.folder}")
    known = [" ".join([name, *args]) for name, _, args, _ in networks]
    chosen = {program for (_, program, _, _), text in zip(networks, known) if options.only.search(text)}
    if options.only.search(CELLS):
        chosen.add("benchmarks_cells")
    if not chosen:
        names = ", ".join(dict.fromkeys(name for name, *_ in networks))
        parser.error(f"--only {options.only.pattern!r} matches no network and its arguments; "
                     f"there are {names} and {CELLS}")
    missing = sorted(program for program in chosen if not os.access(options.folder / program, os.X_OK))
    if missing:
        parser.error(f"folder {options.folder} lacks {', '.join(missing)}; scripts/bench builds the programs")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="folder of the programs")
    parser.add_argument("--quick", action="store_true", help="small networks, once: under 3 minutes")
    parser.add_argument("--runs", type=at_least_one, help="of each network; 3 by default, 1 with --quick")
    parser.add_argument("--ranks", type=at_least_one, nargs="+", default=[1, 2])
    parser.add_argument("--only", type=expression, default=re.compile(""),
                        help="networks whose name and arguments match this expression")
    parser.add_argument("--json", help="file that the JSON lines are written to, too")
    options = parser.parse_args()
    networks = QUICK if options.quick else FULL
    check_options(parser, options, networks)
    try:
        file = open(options.json or os.devnull, "w", encoding="utf-8")
    except OSError as error:
        parser.error(f"--json: cannot write {options.json}: {error.strerror}")

    results = []
    with file:
        def add(result):
            results.append(result)
            line = json.dumps(result)
            print(line, flush=True)
            print(line, file=file, flush=True)

        for name, program, args, gigabytes in networks:
            program = options.folder / program
            if not options.only.search(" ".join([name, *args])):
                continue
            if "--weights" in args and not has_option(program, "--weights"):
                print(f"bench: {name} has no option --weights; left out", file=sys.stderr)
                continue
            if free_gigabytes() < gigabytes:
                print(f"bench: {name} {' '.join(args)} wants {gigabytes} GB; left out", file=sys.stderr)
                continue
            for ranks in options.ranks:
                add(measure(name, program, args, ranks, options.runs or (1 if options.quick else 3)))
        if options.only.search(CELLS):
            for ranks in options.ranks:
                for result in measure_cells(options.folder / "benchmarks_cells", ranks,
                                            "cells/IF_cu.*exp" if options.quick else "."):
                    add(result)
    print_table(results)


if __name__ == "__main__":
    main()

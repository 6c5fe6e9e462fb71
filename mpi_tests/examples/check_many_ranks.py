#!/usr/bin/env python3
"""Compares what a network program tells of numbers of ranks that are not there with what it finds on them.

    check_many_ranks.py MPIRUN PROGRAM ARGS...

ARGS make the network small. The forecast of --dry-run is made from shares of a rank's part. Cells must be exact;
connections may be five of the standard errors off that are printed; bytes of connections 10 %, which adds the
approximations of the estimate. This must hold on many ranks, too, of which each has few cells or none. One rank alone (--as-rank) must have the cells and connections that it has with
the others, and as many events as spikes of the others at the rate it was given make likely.
"""

import json
import re
import subprocess
import sys
import tempfile

MPIRUN, PROGRAM, ARGS = sys.argv[1], sys.argv[2], sys.argv[3:]
failures = []


def expect(condition, text):
    print(("ok    " if condition else "FAILED ") + text, flush=True)
    if not condition:
        failures.append(text)


def run(ranks, *args):
    return subprocess.run([MPIRUN, "-n", str(ranks), PROGRAM, *ARGS, *args], capture_output=True, text=True, check=False)


def number(ended, label):
    """The number behind a label at the beginning of a line."""
    found = re.search(rf"^{re.escape(label)} +([\d.e+-]+)", ended.stdout, re.MULTILINE)
    expect(found is not None, f"\"{label}\" is printed")
    if not found:
        print(ended.stdout, ended.stderr)
        return float("nan")
    return float(found.group(1))


def built(ranks, folder):
    ended = run(ranks, "--warmup", "0", "--duration", "1", "--output", folder)
    expect(ended.returncode == 0, f"{ranks} ranks: the whole network runs")
    with open(f"{folder}/run.json", encoding="utf-8") as file:
        return json.load(file)


def check_connections(ended, ranks, real):
    expect(number(ended, "cells") == real["cells"], f"{ranks} ranks: cells {real['cells']}")
    found, connections = number(ended, "connections"), real["connections"]
    error = float(re.search(r"standard error (\d+)", ended.stdout).group(1))
    # Both are rounded to whole numbers.
    expect(abs(found - connections) <= 5 * error + 1,
           f"{ranks} ranks: {found:.0f} connections forecast, {connections} found, standard error {error:.0f}")
    expect(error < 0.03 * connections, f"{ranks} ranks: the standard error is small")


def check_forecast(ranks, real):
    ended = run(1, "--dry-run", str(ranks))
    expect(ended.returncode == 0, f"{ranks} ranks: the forecast runs")
    expect("not included" not in ended.stdout, "nothing is left out")
    check_connections(ended, ranks, real)
    connections = real["connections"]
    found = number(ended, "bytes of connections")
    size = real["bytes_per_connection"] * connections
    expect(abs(found / size - 1) < 0.1, f"{ranks} ranks: {found:.4g} bytes of connections forecast, {size:.4g} found")
    expect(abs(number(ended, "bytes of connections per rank") * ranks / found - 1) < 1e-3, "bytes per rank agree")
    expect(number(ended, "build time [s]") > 0, "there is a build time")
    at_rest = number(ended, "total bytes per rank")
    expect(at_rest > size / ranks, "connections are not all memory")
    expect(number(ended, "peak bytes per rank") >= at_rest, "the peak is the largest")


def check_forecast_for_many(real):
    for ranks in (8, 1024, 100000):
        ended = run(1, "--dry-run", str(ranks))
        expect(ended.returncode == 0, f"{ranks} ranks: the forecast runs")
        expect("not included" not in ended.stdout, "nothing is left out")
        check_connections(ended, ranks, real)


def check_alone(ranks, real):
    cells = connections = 0
    for rank in range(ranks):
        ended = run(1, "--as-rank", f"{rank}/{ranks}", "--warmup", "10", "--duration", "50", "--as-rank-rate", "20")
        expect(ended.returncode == 0, f"rank {rank} of {ranks} runs alone")
        here = [number(ended, f"{what} of this rank") for what in ("cells", "connections")]
        cells += here[0]
        connections += here[1]
        said = f"{real['cells']} cells, {here[0]:.0f} of them here with {here[1]:.0f} connections"
        expect(said in ended.stdout, f"the banner says \"{said}\"")
        for label in "bytes of connections", "peak memory in bytes", "build time [s]", "run time [s]", "phase deliver":
            number(ended, label)
        expect("not included: the latency" in ended.stdout, "what is missing is said")
        events = int(re.search(r"^(\d+) synaptic events", ended.stdout, re.MULTILINE).group(1))
        expect(events > 0, f"rank {rank} of {ranks}: {events} events")
    expect(cells == real["cells"], f"the ranks have all {real['cells']} cells")
    expect(connections == real["connections"], f"the ranks have all {real['connections']} connections")


def check_mistakes():
    for wrong, said in ((["--as-rank", "2/2"], "--as-rank"), (["--as-rank", "one"], "--as-rank"),
                        (["--as-rank=-1/2"], "--as-rank"), (["--dry-run", "0"], "--dry-run"),
                        (["--as-rank", "0/2", "--dry-run", "2"], "--dry-run"),
                        (["--as-rank", "0/2", "--output", "x"], "--output")):
        ended = run(1, *wrong)
        expect(ended.returncode == 2 and ended.stderr.count(said) == 1, f"{' '.join(wrong)} is refused, in one message")
    ended = run(1, "--as-rank", "0/2", "--as-rank-rate", "10001")
    expect(ended.returncode != 0 and ended.stderr.count("at most 10000 Hz") == 1, "impossible rates are refused")
    ended = run(2, "--as-rank", "0/2")
    expect(ended.returncode != 0 and ended.stderr.count("needs one process") == 1, "two processes are refused")


def main():
    with tempfile.TemporaryDirectory() as root:
        real = {ranks: built(ranks, f"{root}/{ranks}") for ranks in (1, 2)}
    for ranks, facts in real.items():
        check_forecast(ranks, facts)
    check_forecast_for_many(real[1])
    check_alone(2, real[2])
    check_mistakes()
    print(f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

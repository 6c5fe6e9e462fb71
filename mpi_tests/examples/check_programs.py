#!/usr/bin/python3
"""Runs a network program as users do: its options, its files, its ends.

    check_programs.py MPIRUN PROGRAM ARGS...

ARGS make the network small. Checked: the same files and digest on 1, 2 and 3 ranks; run.json; --help; mistakes on the
command line; results replaced only on success; a signal during the run.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import h5py

MPIRUN, PROGRAM, ARGS = sys.argv[1], sys.argv[2], sys.argv[3:]
KEYS = {"network", "status", "scale", "precision", "weights", "ranks", "seed", "timestep_ms", "duration_ms", "warmup_ms",
        "cells", "sources", "connections", "build_s", "build_user_s", "run_s", "real_time_factor", "window_real_time_factor", "phases_s", "load",
        "bytes_per_connection", "peak_rss_bytes", "rates_hz", "digest", "versions"}
failures = []


def expect(condition, text):
    print(("ok    " if condition else "FAILED ") + text, flush=True)
    if not condition:
        failures.append(text)


def run(ranks, *args):
    return subprocess.run([MPIRUN, "-n", str(ranks), PROGRAM, *args], capture_output=True, text=True, check=False)


def report(directory):
    with open(f"{directory}/run.json", encoding="utf-8") as file:
        return json.load(file)


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def check_times(facts, ranks):
    """What run.json tells of cost is that of the time after the warm-up, whatever it counts."""
    phases, load = facts["phases_s"], facts["load"]
    # Linux counts processor time in ticks of some milliseconds: there may be none.
    expect(phases["build"] == facts["build_s"] > 0 and facts["build_user_s"] >= 0, "run.json tells what building took")
    updates = (facts["cells"] - facts["sources"]) * round(facts["duration_ms"] / facts["timestep_ms"])
    expect(round(ranks * load["updates"]["mean"]) == updates, f"{updates} updates: one per cell and step, no sources")
    if ranks > 1:
        return
    expect(load["wait_s"]["max"] == 0, "one rank does not wait")
    # Clocks agree to 0.1 %; what begins a run and belongs to no phase takes less than 1 ms, but may be interrupted.
    share = (sum(phases.values()) - phases["build"]) / facts["run_s"]
    expect(0.5 < share < 1.001, f"phases add up to {share:.4f} of run_s")


def check_ranks(root):
    for precision in "double", "single":
        results = set()
        for ranks in 1, 2, 3:
            output = f"{root}/{precision}{ranks}"
            ended = run(ranks, *ARGS, "--precision", precision, "--output", output)
            expect(ended.returncode == 0, f"{precision}, {ranks} ranks: runs to the end")
            if ended.returncode:
                print(ended.stdout, ended.stderr)
                return
            facts = report(output)
            expect(KEYS <= set(facts), "run.json has all keys")
            expect(facts["status"] == "complete" and facts["ranks"] == ranks, "run.json tells status and ranks")
            expect(len(facts["digest"]) == 16 and facts["digest"] in ended.stdout, "the digest is printed and stored")
            expect(sum(facts["rates_hz"].values()) > 0, "there are spikes")
            load = facts["load"]
            expect(all(0 <= x["min"] <= x["mean"] <= x["max"] for x in load.values()), "loads of ranks are in order")
            expect(load["updates"]["mean"] > 0 and load["events"]["mean"] > 0, "there are events and updates")
            check_times(facts, ranks)
            windows = facts["window_real_time_factor"]
            expect(0 < windows["min"] <= windows["median"] <= windows["max"], "there are windows of 100 ms")
            results.add((sha256(f"{output}/spikes.h5"), sha256(f"{output}/v.h5"), facts["digest"],
                         json.dumps(facts["rates_hz"])))
        expect(len(results) == 1, f"{precision}: the same bytes, digest and rates on 1, 2 and 3 ranks")


def check_weights(root):
    """Networks that can keep weights in 16 bits do so when asked, at any number of ranks, in less memory."""
    if "--weights" not in run(1, "--help").stdout:
        return
    exact = report(f"{root}/single1")
    digests = set()
    for ranks in 1, 2:
        output = f"{root}/16bit{ranks}"
        ended = run(ranks, *ARGS, "--precision", "single", "--weights", "16bit", "--output", output)
        expect(ended.returncode == 0, f"16-bit weights, {ranks} ranks: runs to the end")
        if ended.returncode:
            print(ended.stdout, ended.stderr)
            return
        digests.add(report(output)["digest"])
    rounded = report(f"{root}/16bit1")
    expect(len(digests) == 1, "16-bit weights: the same digest on 1 and 2 ranks")
    expect(exact["weights"] == "exact" and rounded["weights"] == "16bit", "run.json tells how weights are kept")
    expect(rounded["digest"] != exact["digest"], "rounded weights give another digest")
    expect(rounded["bytes_per_connection"] < exact["bytes_per_connection"], "16-bit weights take less memory")


def check_command_line(root):
    ended = run(2, "--help")
    expect(ended.returncode == 0 and ended.stdout.count("--spike-timing") == 1, "--help is printed once")
    for option in "--output --duration --warmup --seed --precision --scale --flush-interval".split():
        expect(option in ended.stdout, f"--help explains {option}")
    for wrong, said in (["--sede", "3"], "--sede"), (["--precision", "half"], "--precision"), (["--scale", "-1"], "--scale"):
        ended = run(2, *wrong)
        expect(ended.returncode != 0 and ended.stderr.count(said) == 1, f"{' '.join(wrong)} is refused, in one message")
    ended = run(2, *ARGS, "--output", "/proc/ranvier")
    expect(ended.returncode == 1 and ended.stderr.count("/proc/ranvier") == 1, "an impossible directory is named once")
    expect("Traceback" not in ended.stderr and "Backtrace" not in ended.stderr, "there is no backtrace")


def check_signal(root, sent, expected):
    """mpirun hands SIGUSR1 on and returns what the program returns; after SIGTERM it returns 1."""
    output = f"{root}/{sent.name}"
    with subprocess.Popen([MPIRUN, "-n", "2", PROGRAM, *ARGS, "--warmup", "0", "--duration", "1e7", "--output", output],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=dict(os.environ, OMPI_MCA_odls_base_sigkill_timeout="5")) as job:
        deadline = time.monotonic() + 60
        while not os.path.exists(f"{output}/spikes.h5.part") and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        job.send_signal(sent)
        code = job.wait(timeout=60)
    expect(code == expected, f"{sent.name} gives exit code {expected}, got {code}")
    facts = report(output)
    expect(facts["status"] == "interrupted" and facts["duration_ms"] < 1e7, "run.json says interrupted")
    for name in "spikes.h5", "v.h5":
        with h5py.File(f"{output}/{name}") as file:
            expect(file.attrs["ranvier_complete"] == 1, f"{name} is complete")
    with h5py.File(f"{output}/v.h5") as file:
        end = facts["warmup_ms"] + facts["duration_ms"]
        for label, group in file["report"].items():
            expect(len(group["data"]) == int(end + 1e-9) + 1, f"v of {label} goes to the end")


def main():
    with tempfile.TemporaryDirectory() as root:
        check_ranks(root)
        check_weights(root)
        check_command_line(root)
        check_signal(root, signal.SIGUSR1, 128 + signal.SIGUSR1)
        check_signal(root, signal.SIGTERM, 1)
    print(f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

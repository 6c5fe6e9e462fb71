#!/usr/bin/python3
"""Runs the microcircuit at reduced scale and compares its activity with the published regime.

    check_microcircuit.py MPIRUN PROGRAM

Asynchronous irregular activity at the published rates (Potjans & Diesmann 2014, doi:10.1093/cercor/bhs358, figure 6):
population rates, distributions of rates over cells, coefficients of variation of inter-spike intervals, correlations.
Spikes are read with h5py, not with our own reader.

The bounds on irregularity, correlation and rates are one-sided statements about means over cells. Each must hold with
3.3 standard errors to spare (p < 0.0005 under a normal distribution of the mean); with the fixed seed the outcome is
always the same.
"""

import json
import subprocess
import sys
import tempfile

import h5py
import numpy as np

SCALE, WARMUP, DURATION = 0.2, 500.0, 8000.0
PUBLISHED_HZ = {"L23E": 0.903, "L23I": 2.965, "L4E": 4.414, "L4I": 5.876,
                "L5E": 7.569, "L5I": 8.633, "L6E": 1.105, "L6I": 7.829}
SIZES = {"L23E": 20683, "L23I": 5834, "L4E": 21915, "L4I": 5479,
         "L5E": 4850, "L5I": 1065, "L6E": 14395, "L6I": 2948}
STANDARD_ERRORS = 3.3
failures = []


def expect(condition, text):
    print(("ok    " if condition else "FAILED ") + text)
    if not condition:
        failures.append(text)


def mean_and_error(values):
    values = np.asarray(values)
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def trains(group, size):
    times, ids = group["timestamps"][:], group["node_ids"][:].astype(int)
    counted = times > WARMUP
    times, ids = times[counted], ids[counted]
    order = np.argsort(ids, kind="stable")
    bounds = np.searchsorted(ids[order], np.arange(size + 1))
    return [times[order][a:b] for a, b in zip(bounds[:-1], bounds[1:])]


def check_population(label, cells):
    rates = np.array([1000 * len(train) / DURATION for train in cells])
    expect(abs(rates.mean() - PUBLISHED_HZ[label]) < 1,
           f"{label}: rate {rates.mean():.2f} Hz within 1 Hz of {PUBLISHED_HZ[label]} Hz")
    spread = rates.std() / rates.mean()
    expect(0.3 < spread < 1.5, f"{label}: rates differ between cells, sd / mean {spread:.2f}")
    skewness = ((rates - rates.mean()) ** 3).mean() / rates.std() ** 3
    expect(skewness > 0, f"{label}: rates have a long upper tail, skewness {skewness:.2f}")

    intervals = [np.diff(train) for train in cells if len(train) >= 5]
    cv, error = mean_and_error([x.std() / x.mean() for x in intervals])
    expect(cv - STANDARD_ERRORS * error > 0.7 and cv + STANDARD_ERRORS * error < 1.1,
           f"{label}: irregular, CV of intervals {cv:.3f} +- {error:.3f} in (0.7, 1.1), {len(intervals)} cells")
    expect(min(x.min() for x in intervals) >= 2.0, f"{label}: no interval below the refractory period of 2 ms")

    # Correlations of spike counts in 5 ms between disjoint pairs of cells, which are independent samples.
    bins = np.arange(WARMUP, WARMUP + DURATION + 1, 5.0)
    counts = [np.histogram(train, bins)[0] for train in cells[:400]]
    counts = [c for c in counts if c.any()]
    pairs = [np.corrcoef(a, b)[0, 1] for a, b in zip(counts[0::2], counts[1::2])]
    correlation, error = mean_and_error(pairs)
    expect(correlation + STANDARD_ERRORS * error < 0.05 and correlation - STANDARD_ERRORS * error > -0.05,
           f"{label}: asynchronous, correlation {correlation:.4f} +- {error:.4f} in (-0.05, 0.05), {len(pairs)} pairs")


def main():
    mpirun, program = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as output:
        subprocess.run(
            [mpirun, "-n", "2", program, "--scale", str(SCALE), "--warmup", str(WARMUP), "--duration", str(DURATION),
             "--precision", "single", "--output", output], check=True)
        with open(f"{output}/run.json", encoding="utf-8") as file:
            run = json.load(file)
        with h5py.File(f"{output}/spikes.h5") as file:
            expect(file.attrs["ranvier_complete"] == 1, "spikes.h5 is complete")
            expect(set(file["spikes"]) == set(SIZES), "all populations are in spikes.h5")
            for label, size in SIZES.items():
                cells = trains(file["spikes"][label], round(size * SCALE))
                reported = run["rates_hz"][label]
                counted = sum(map(len, cells)) / (len(cells) * DURATION / 1000)
                expect(abs(reported - counted) < 1e-9, f"{label}: run.json and spikes.h5 give the same rate")
                check_population(label, cells)
        expect(run["status"] == "complete" and run["network"] == "microcircuit", "run.json is complete")
        expected = {"deliver", "update", "exchange", "record", "build", "sources"}
        expect(expected <= set(run["phases_s"]), "run.json tells the time of each phase")
    print(f"{len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

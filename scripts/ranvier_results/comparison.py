"""Are two results the same, bit for bit, and where do they differ first?"""

from typing import NamedTuple

import numpy as np

BLOCK_VALUES = 1 << 22
COMPARED_FACTS = ("network", "status", "scale", "precision", "seed", "timestep_ms", "duration_ms", "warmup_ms", "cells",
                  "connections", "digest")


class Row(NamedTuple):
    """One thing compared; `difference` is empty if it is the same."""

    what: str
    a: str
    b: str
    difference: str


def _bits(values):
    """The same numbers as integers, so that NaN equals itself and 0 differs from -0."""
    values = np.ascontiguousarray(values)
    return values.view(f"u{values.dtype.itemsize}")


def _first(different):
    places = np.flatnonzero(different)
    return int(places[0]) if len(places) else None


def _compare_spikes(a, b, label):
    (times_a, ids_a), (times_b, ids_b) = a.spikes(label), b.spikes(label)
    common = min(len(times_a), len(times_b))
    first = _first((_bits(times_a[:common]) != _bits(times_b[:common])) | (ids_a[:common] != ids_b[:common]))
    if first is None and len(times_a) != len(times_b):
        first = common

    def spike(times, ids):
        return f"cell {ids[first]} at {times[first]!r} ms" if first < len(times) else "no further spike"

    return (f"{len(times_a)} spikes", f"{len(times_b)} spikes",
            "" if first is None else f"spike {first}: {spike(times_a, ids_a)}; {spike(times_b, ids_b)}")


def _compare_signal(a, b, label):
    a, b = a.signal(label), b.signal(label)
    shapes = tuple(f"{s.values.shape[0]} x {s.values.shape[1]} {s.values.dtype}" for s in (a, b))
    for what, of_a, of_b in (("units", a.units, b.units), ("variable", a.variable, b.variable),
                             ("start [ms]", a.start, b.start), ("step [ms]", a.step, b.step),
                             ("type", a.values.dtype, b.values.dtype)):
        if of_a != of_b:
            return (*shapes, f"{what}: {of_a}; {of_b}")
    if not np.array_equal(a.ids, b.ids):
        only_a, only_b = np.setdiff1d(a.ids, b.ids), np.setdiff1d(b.ids, a.ids)
        return (*shapes, f"recorded cells: {len(only_a)} only in A, {len(only_b)} only in B, "
                         f"first {min([*only_a[:1], *only_b[:1]])}")
    frames, cells = min(len(a.values), len(b.values)), len(a.ids)
    height = max(1, BLOCK_VALUES // max(cells, 1))
    for row in range(0, frames, height):
        block_a, block_b = (s.values[row:min(row + height, frames), :] for s in (a, b))
        place = _first(_bits(block_a) != _bits(block_b))
        if place is not None:
            frame, column = row + place // cells, place % cells
            return (*shapes, f"{a.start + frame * a.step:g} ms, cell {a.ids[column]}: "
                             f"{block_a.flat[place]!r}; {block_b.flat[place]!r}")
    if len(a.values) != len(b.values):
        longer = "A" if len(a.values) > frames else "B"
        return (*shapes, f"{a.start + frames * a.step:g} ms: only {longer} has this frame")
    return (*shapes, "")


def _recorded(file):
    """When the contents were recorded, None where the file does not tell; signals tell the times themselves."""
    recorded = file.recorded if file.root == "spikes" else None
    times = "" if recorded is None else f"{recorded[0]:g} to {recorded[1]:g} ms"
    return None if file.resets is None else f"{times} after {file.resets} resets".lstrip()


def _compare_files(a, b, kind, segment):
    name = kind if segment == 0 else f"{kind}_seg{segment:03d}"
    has = [kind in r.kinds and segment in r.segments(kind) for r in (a, b)]
    if not all(has):
        yield Row(f"{name}.h5", *("there" if h else "missing" for h in has), "only one has this file")
        return
    file_a, file_b = a.file(kind, segment), b.file(kind, segment)
    for label in dict.fromkeys([*file_a.populations, *file_b.populations]):
        has = [label in f.populations for f in (file_a, file_b)]
        what = f"{name}.h5 {label}"
        if not all(has):
            yield Row(what, *("there" if h else "missing" for h in has), "only one has this population")
        else:
            yield Row(what, *(_compare_spikes if kind == "spikes" else _compare_signal)(file_a, file_b, label))
    told = [_recorded(f) for f in (file_a, file_b)]
    if all(told) and told[0] != told[1]:
        yield Row(f"{name}.h5", *told, "recorded at other times")
    if file_a.is_complete != file_b.is_complete:
        yield Row(f"{name}.h5", *("complete" if f.is_complete else "not complete" for f in (file_a, file_b)),
                  "only one was written to its end")


def compare(a, b):
    """Rows for the digest and for each population of each file of two Results; and are they all the same?"""
    for problem in [*a.problems, *b.problems]:
        raise problem
    keys = sorted({(kind != "spikes", kind, segment)
                   for r in (a, b) for kind in r.kinds for segment in r.segments(kind)})
    rows = [row for _, kind, segment in keys for row in _compare_files(a, b, kind, segment)]
    if not rows:
        rows.append(Row("populations", "0", "0", ""))
    digests = [(r.run or {}).get("digest") for r in (a, b)]
    if any(digests):
        shown = [d or "-" for d in digests]
        # A digest that only one of them has says nothing.
        rows.insert(0, Row("digest", *shown, "connections or state" if all(digests) and len(set(digests)) > 1 else ""))
    return rows, not any(row.difference for row in rows)


def facts(a, b):
    """What run.json tells about two Results: (name, a, b) where either knows it."""
    runs = [r.run or {} for r in (a, b)]
    return [(name, *(str(r.get(name, "-")) for r in runs)) for name in COMPARED_FACTS if any(name in r for r in runs)]


def rates(a, b):
    """Mean firing rates [Hz] per population: (label, a, b), None where a result does not tell."""
    def rate(results, label):
        told = ((results.run or {}).get("rates_hz") or {}).get(label)
        if told is not None or "spikes" not in results.kinds or 0 not in results.segments("spikes") \
                or label not in results.file("spikes").populations or not results.size(label):
            return told
        start, stop = results.window()
        return float(results.firing_rates(label).mean()) if start < stop else None

    return [(label, rate(a, label), rate(b, label)) for label in dict.fromkeys([*a.populations, *b.populations])]

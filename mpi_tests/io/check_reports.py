#!/usr/bin/python3
"""Reads a file of signals as a user would, with h5py, and by the rules of libsonata and BMTK.

    check_reports.py FILE LABEL=SAMPLESxCELLS...

Exit code 0: as it should be; 1: not; 77: no h5py here.
"""
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)


def libsonata_frames(start, stop, step):
    """How libsonata counts frames."""
    frames, t = 0, start
    while t < stop - 1e-6:
        frames += 1
        t += step
    return frames


def problems_of_mapping(mapping, samples, cells):
    expected = {"node_ids": "<u8", "index_pointers": "<u8", "index_pointer": "<u8", "element_ids": "<u4",
                "element_pos": "<f4", "time": "<f8"}
    if sorted(mapping) != sorted(expected):
        yield f"mapping holds {list(mapping)}"
        return
    for name, dtype in expected.items():
        if mapping[name].dtype != np.dtype(dtype):
            yield f"{name} has the type {mapping[name].dtype}"
    ids = mapping["node_ids"][...]
    if len(ids) != cells or not np.all(np.diff(ids.astype(np.int64)) > 0):
        yield f"node_ids are {ids}"
    if mapping["node_ids"].attrs["sorted"] != 1 or mapping["node_ids"].attrs["sorted"].dtype != np.uint8:
        yield "node_ids are not marked as sorted"
    if mapping["index_pointers"][...].tolist() != list(range(cells + 1)):
        yield "index_pointers are not 0 to the number of cells"
    if mapping["index_pointers"] != mapping["index_pointer"]:
        yield "index_pointer is not a hard link to index_pointers"
    if np.any(mapping["element_ids"][...] != 0) or np.any(mapping["element_pos"][...] != 0.5):
        yield "elements are not 0 at 0.5"
    start, stop, step = mapping["time"][...]
    if mapping["time"].attrs["units"] != "ms":
        yield f"units of time are {mapping['time'].attrs['units']!r}"
    if libsonata_frames(start, stop, step) != samples:
        yield f"libsonata counts {libsonata_frames(start, stop, step)} frames"
    if int((stop - start) / step) != samples:
        yield f"BMTK counts {int((stop - start) / step)} frames"


def problems_of(path, expected):
    with h5py.File(path, "r") as file:
        if file.attrs["magic"] != 0x0A7A or file.attrs["version"].tolist() != [0, 1]:
            yield "magic or version"
        if file.attrs["ranvier_complete"] != 1 or list(file) != ["report"]:
            yield f"not complete, or the root holds {list(file)}"
        if sorted(file["report"]) != sorted(expected):
            yield f"populations are {list(file['report'])}"
            return
        for label, (samples, cells) in expected.items():
            group = file["report"][label]
            data = group["data"]
            if data.dtype != np.dtype("<f4") or data.shape != (samples, cells):
                yield f"{label}: data are {data.dtype} of {data.shape}"
            if data.attrs["units"] != "mV" or data.attrs["variable"] != "v":
                yield f"{label}: units {data.attrs['units']!r}, variable {data.attrs['variable']!r}"
            if cells and not np.all(np.isfinite(data[...])):
                yield f"{label}: not all data are finite"
            yield from (f"{label}: {p}" for p in problems_of_mapping(group["mapping"], samples, cells))


def main():
    path, *pairs = sys.argv[1:]
    expected = {}
    for pair in pairs:
        label, shape = pair.rsplit("=", 1)
        expected[label] = tuple(int(n) for n in shape.split("x"))
    problems = list(problems_of(path, expected))
    for problem in problems:
        print(f"{path}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

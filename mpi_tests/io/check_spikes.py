#!/usr/bin/python3
"""Reads a spike file as a user would, with h5py, and compares all of it.

    check_spikes.py FILE LABEL=SPIKES...

SPIKES is the number of spikes expected. Exit code 0: as it should be; 1: not; 77: no h5py here.
"""
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)


def problems_of_root(file):
    if file.attrs["magic"] != 0x0A7A or file.attrs["magic"].dtype != np.uint32:
        yield f"magic is {file.attrs['magic']!r}"
    version = file.attrs["version"]
    if version.dtype != np.uint32 or version.tolist() != [0, 1]:
        yield f"version is {version!r}"
    complete = file.attrs["ranvier_complete"]
    if complete != 1 or complete.dtype != np.uint8:
        yield f"ranvier_complete is {complete!r}"
    if list(file) != ["spikes"]:
        yield f"the root holds {list(file)}"


def problems_of_attributes(group):
    sorting = group.attrs.get_id("sorting")
    members = h5py.check_enum_dtype(sorting.dtype)
    if members != {"none": 0, "by_id": 1, "by_time": 2} or sorting.dtype != np.uint8:
        yield f"sorting has the type {sorting.dtype}, {members}"
    if group.attrs["sorting"] != 2:
        yield f"sorting is {group.attrs['sorting']}"
    if group["timestamps"].attrs["units"] != "ms":
        yield f"units are {group['timestamps'].attrs['units']!r}"
    if group["node_ids"].attrs["sorting"] != "by_time":
        yield f"sorting of node_ids is {group['node_ids'].attrs['sorting']!r}"


def problems_of_data(group, expected):
    times, ids = group["timestamps"], group["node_ids"]
    if times.dtype != np.dtype("<f8") or ids.dtype != np.dtype("<u8"):
        yield f"types are {times.dtype} and {ids.dtype}"
    if times.chunks != ids.chunks or times.compression or ids.compression:
        yield f"chunks are {times.chunks} and {ids.chunks}"
    if len(times) != expected or len(ids) != expected:
        yield f"{len(times)} times and {len(ids)} ids, {expected} expected"
    t, i = times[...], ids[...]
    if not np.all((np.diff(t) > 0) | ((np.diff(t) == 0) & (np.diff(i.astype(np.int64)) >= 0))):
        yield "not ordered by time and id"
    # Whole steps of 0.1 ms: the nearest decimal is the stored number.
    if not np.array_equal(np.round(t * 10) / 10, t):
        yield "times are not on the grid"


def problems_of(path, expected):
    with h5py.File(path, "r") as file:
        yield from problems_of_root(file)
        if sorted(file["spikes"]) != sorted(expected):
            yield f"populations are {list(file['spikes'])}"
            return
        for label, number in expected.items():
            group = file["spikes"][label]
            for problem in [*problems_of_attributes(group), *problems_of_data(group, number)]:
                yield f"{label}: {problem}"


def main():
    path, *pairs = sys.argv[1:]
    expected = {label: int(number) for label, number in (p.rsplit("=", 1) for p in pairs)}
    problems = list(problems_of(path, expected))
    for problem in problems:
        print(f"{path}: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

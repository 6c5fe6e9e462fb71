"""Small files of results, written with plain h5py in the layout of the simulator."""

import json

import h5py
import numpy as np

SORTING = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="u1")


def _root(file, mark, resets):
    file.attrs.create("magic", 0x0A7A, dtype="u4")
    file.attrs.create("version", [0, 1], dtype="u4")
    file.attrs.create("ranvier_complete", mark, dtype="u1")
    if resets is not None:
        file.attrs.create("ranvier_resets", resets, dtype="u4")


def write_spikes(path, populations, mark=1, surplus_times=(), resets=None, recorded=None, size=None):
    """populations: label -> (times, ids); surplus_times are in timestamps but not yet in node_ids.

    Without resets, recorded (start, stop) and size, the file does not tell them, as those of other programs.
    """
    with h5py.File(path, "w") as file:
        _root(file, mark, resets)
        if recorded is not None:
            file.attrs.create("ranvier_recorded_ms", recorded, dtype="f8")
        spikes = file.create_group("spikes")
        for label, (times, ids) in populations.items():
            group = spikes.create_group(label)
            group.attrs.create("sorting", 2, dtype=SORTING)
            if size is not None:
                group.attrs.create("ranvier_size", size, dtype="u8")
            values = np.concatenate([np.asarray(times, "f8"), np.asarray(surplus_times, "f8")])
            group.create_dataset("timestamps", data=values, chunks=(1024,), maxshape=(None,)).attrs["units"] = "ms"
            group.create_dataset("node_ids", data=np.asarray(ids, "u8"), chunks=(1024,), maxshape=(None,))
            group["node_ids"].attrs["sorting"] = "by_time"


def write_report(path, populations, mark=1, variable="v", units="mV", start=0.0, step=0.5, surplus_frames=0,
                 resets=None):
    """populations: label -> (values, ids); surplus frames are in data but not promised by mapping/time."""
    with h5py.File(path, "w") as file:
        _root(file, mark, resets)
        report = file.create_group("report")
        for label, (values, ids) in populations.items():
            values = np.asarray(values, "f4")
            group = report.create_group(label)
            frames, cells = values.shape
            stored = np.concatenate([values, np.zeros((surplus_frames, cells), "f4")])
            data = group.create_dataset("data", (len(stored), max(cells, 1)), "f4", chunks=(16, max(cells, 1)),
                                        maxshape=(None, None))
            data.resize(cells, axis=1)
            data[...] = stored
            data.attrs["units"], data.attrs["variable"] = units, variable
            mapping = group.create_group("mapping")
            mapping["node_ids"] = np.asarray(ids, "u8")
            mapping["node_ids"].attrs.create("sorted", 1, dtype="u1")
            mapping["index_pointers"] = np.arange(cells + 1, dtype="u8")
            mapping["index_pointer"] = mapping["index_pointers"]
            mapping["element_ids"] = np.zeros(cells, "u4")
            mapping["element_pos"] = np.full(cells, 0.5, "f4")
            stop = start + frames * step
            while int((stop - start) / step) < frames:
                stop = np.nextafter(stop, np.inf)
            mapping["time"] = np.array([start, stop, step])
            mapping["time"].attrs["units"] = "ms"


def write_run(path, **facts):
    path.write_text(json.dumps({"network": "small", "status": "complete", "timestep_ms": 0.5, "duration_ms": 100.0,
                                "warmup_ms": 0.0, "seed": 1, "ranks": 2, **facts}), encoding="utf-8")


def spikes_of(seed, cells, spikes, duration=100.0):
    """Times and ids in the order of a file."""
    random = np.random.default_rng(seed)
    times = random.integers(1, int(duration * 2) + 1, spikes) / 2
    ids = random.integers(0, cells, spikes)
    order = np.lexsort((ids, times))
    return times[order], ids[order]

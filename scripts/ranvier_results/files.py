"""The HDF5 files in a folder of results: their names, how far they can be trusted, and what is in them."""

import json
import re
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from .errors import ResultsError, unknown
from .signals import Signal

MAGIC = 0x0A7A
NAME = re.compile(r"(?P<kind>.+?)(?:_seg(?P<segment>\d{3,}))?\.h5(?P<part>\.part)?")
MILLISECONDS = {"ms": 1.0, "milliseconds": 1.0, "s": 1000.0, "seconds": 1000.0}


class Entry(NamedTuple):
    """A file by its name: v_seg001.h5.part is kind v, segment 1, a part."""

    path: Path
    kind: str
    segment: int
    is_part: bool


def entry_of(path):
    """The Entry of a path, None if it is not named like a file of results."""
    found = NAME.fullmatch(path.name)
    return found and Entry(path, found["kind"], int(found["segment"] or 0), bool(found["part"]))


def being_published(directory):
    """Of runs that were killed while their files got their names: these names, and files that were to be removed.

    Until then each file is a part, which is read in its place.
    """
    names, outdated = set(), set()
    for journal in directory.glob(".*.ranvier_publishing"):
        try:
            told = json.loads(journal.read_text(encoding="utf-8"))
            names |= set(told["names"])
            outdated |= set(told["outdated"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # gone meanwhile, or not written by Ranvier
    return names, outdated


def entries_of(directory):
    """The Entries of a folder. Where its files were just getting their names, they all have them here."""
    names, outdated = being_published(directory)
    entries = [entry for entry in map(entry_of, sorted(directory.iterdir())) if entry]
    parts = {e[1:3] for e in entries if e.is_part and e.path.stem in names}
    return [e._replace(is_part=False) if e.path.stem in names and e.is_part else e for e in entries
            if e.path.name not in outdated and (e.is_part or e[1:3] not in parts)]


def text(attribute):
    """A string attribute: variable-length ones are str, fixed-length ones bytes."""
    return attribute.decode() if isinstance(attribute, bytes) else str(attribute)


def _why(path, problem):
    if not path.exists():
        return "there is no such file. Check the path."
    said = str(problem)
    if "signature not found" in said:
        return ("it is not an HDF5 file, or the run ended before anything was flushed to it "
                "(then nothing can be recovered).")
    if "truncated" in said:
        return f"it is shorter than it says itself ({said}). Copy it again, or run the simulation again."
    if path.name.endswith(".part"):
        return (f"{said}. If the simulation is still running, it may just have been writing: try again. If it was "
                "killed, scripts/recover_results saves what can be read.")
    if "lock" in said:
        return f"{said}. If the file system has no locks, set HDF5_USE_FILE_LOCKING=FALSE."
    return f"{said}."


@contextmanager
def opened(path):
    """The file, open for reading."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError) as problem:
        raise ResultsError(f'cannot read "{path}": {_why(path, problem)}') from problem


def readable_rows(dataset, rows):
    """How many of the first rows can be read. A kill during a flush may leave chunks that are not in the file."""
    height = dataset.chunks[0] if dataset.chunks else max(rows, 1)
    for row in range(0, rows, height):
        try:
            _ = dataset[row:min(row + height, rows)]
        except (OSError, RuntimeError):
            return row
    return rows


class ResultFile:
    """One HDF5 file of results. It is opened for each access only, so that it may grow in between."""

    root = ""     # the group that holds the populations
    growing = ()  # the datasets of a population to which is appended

    def __init__(self, path):
        self.path = Path(path)
        with opened(self.path) as file:
            magic = file.attrs.get("magic", MAGIC)
            if magic != MAGIC:
                raise ResultsError(f'"{self.path}" is not a SONATA file: its magic is {magic:#x}, not {MAGIC:#x}.')
            if not isinstance(file.get(self.root), h5py.Group):
                raise ResultsError(f'"{self.path}" has no group /{self.root} but holds {", ".join(file) or "nothing"}.')
            mark = file.attrs.get("ranvier_complete")
            self.mark = None if mark is None else int(mark)
            resets = file.attrs.get("ranvier_resets")
            self.resets = None if resets is None else int(resets)  # how many came before what is in the file
            self.populations = list(file[self.root])

    @property
    def is_complete(self):
        """Written to its end. Files of other programs have no mark and count as complete."""
        return self.mark == 1 or (self.mark is None and not self.path.name.endswith(".part"))

    def _group(self, file, population):
        group = file[self.root].get(population)
        if not isinstance(group, h5py.Group):
            raise unknown(f'"{self.path}"', "population", population, self.populations)
        return group

    def _dataset(self, group, name):
        dataset = group.get(name)
        if not isinstance(dataset, h5py.Dataset):
            raise ResultsError(f'"{self.path}": {group.name} has no dataset {name} but holds {", ".join(group)}.')
        return dataset

    def _damaged(self, group, found):
        return ResultsError(f'"{self.path}": {group.name} is damaged: {found}, in a file that is marked as complete. '
                            "Run the simulation again.")

    def _milliseconds(self, dataset):
        units = text(dataset.attrs.get("units", "ms"))
        if units not in MILLISECONDS:
            raise ResultsError(f'"{self.path}": {dataset.name} is in "{units}"; expected ms or s.')
        return MILLISECONDS[units]


class SpikeFile(ResultFile):
    """spikes.h5, or a segment of it."""

    root = "spikes"
    growing = ("timestamps", "node_ids")

    def spikes(self, population):
        """Times [ms] and cell indices (int64) in the order of the file; of an unfinished file, what is whole."""
        with opened(self.path) as file:
            group = self._group(file, population)
            times, ids = self._dataset(group, "timestamps"), self._dataset(group, "node_ids")
            length = self.whole(group)
            factor = self._milliseconds(times)
            times = times[:length]
            return (times if factor == 1.0 else times * factor), ids[:length].astype(np.int64)

    def size(self, population):
        """Number of cells of a population; None where the file does not tell, as those of other programs."""
        with opened(self.path) as file:
            size = self._group(file, population).attrs.get("ranvier_size")
            return None if size is None else int(size)

    @property
    def recorded(self):
        """Start and stop [ms] of recording, as far as the file goes; None where it does not tell."""
        with opened(self.path) as file:
            told = file.attrs.get("ranvier_recorded_ms")
            if told is None:
                return None
            start, stop = map(float, told)
            if self.is_complete:
                return start, stop
            # A kill while a window was written: the file tells of the window, which is not whole.
            for group in file[self.root].values():
                times, length = self._dataset(group, "timestamps"), self.whole(group)
                if length < max(len(times), len(self._dataset(group, "node_ids"))):
                    stop = min(stop, float(times[length - 1]) if length else start)
            return start, stop

    def whole(self, group):
        """How many spikes of a group are whole: both halves are there, and the order by time holds.

        A window may have been added to the datasets and not yet be written: its times are 0 then.
        """
        times, ids = self._dataset(group, "timestamps"), self._dataset(group, "node_ids")
        length = min(len(times), len(ids))
        if self.is_complete:
            if len(times) != len(ids):
                raise self._damaged(group, f"{len(times)} timestamps and {len(ids)} node_ids")
            return length
        length = min(readable_rows(times, length), readable_rows(ids, length))
        backwards = np.flatnonzero(np.diff(times[:length]) < 0)
        return int(backwards[0]) + 1 if len(backwards) else length


class ReportFile(ResultFile):
    """A file of signals, v.h5 or another."""

    root = "report"
    growing = ("data",)

    def signal(self, population):
        """The recorded variable of a population, as a Signal; its values stay in the file."""
        with opened(self.path) as file:
            group = self._group(file, population)
            data = self._dataset(group, "data")
            time = self._dataset(group, "mapping/time")
            ids = self._dataset(group, "mapping/node_ids")[:].astype(np.int64)
            if data.ndim != 2 or data.shape[1] != len(ids):
                raise ResultsError(f'"{self.path}": {data.name} has the shape {data.shape}; expected frames x '
                                   f"{len(ids)}, one column for each of node_ids.")
            start, _, step = time[:] * self._milliseconds(time)
            if not step > 0:
                raise ResultsError(f'"{self.path}": {time.name} tells a step of {step:g} ms; expected more than 0.')
            return Signal(self.path, data.name, (self.whole(group), len(ids)), data.dtype, start, step, ids,
                          text(data.attrs.get("units", "")), text(data.attrs.get("variable", "")))

    def whole(self, group):
        """How many frames of a group are whole: those that mapping/time promises."""
        frames = len(self._dataset(group, "data"))
        start, stop, step = self._dataset(group, "mapping/time")[:]
        promised = max(0, round((stop - start) / step)) if step > 0 else 0
        if self.is_complete and frames != promised:
            raise self._damaged(group, f"{frames} frames, where mapping/time tells {promised}")
        return min(frames, promised)


def result_file(path):
    """SpikeFile or ReportFile, by what is in the file; None if it is an HDF5 file of something else."""
    with opened(Path(path)) as file:
        kind = next((kind for kind in (SpikeFile, ReportFile) if kind.root in file), None)
    return kind and kind(path)

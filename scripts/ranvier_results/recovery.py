"""Makes ordinary files of what a killed run has left."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from .errors import ResultsError
from .files import readable_rows, result_file

RECOVERED = 2  # the value of ranvier_complete
BLOCK_VALUES = 1 << 22


class Recovered(NamedTuple):
    path: Path
    is_complete: bool  # the run had written all of it and only not yet named it
    kept: dict         # by population: rows (spikes or frames) that are whole, and rows that were in the file


def recover(part, output=None):
    """Writes a readable file from a `.part`: both spike datasets equally long, no frames beyond mapping/time, nothing
    from where the first row cannot be read.

    The part stays as it is. The new file is marked with ranvier_complete = 2 (1 if nothing was missing), and no file
    is ever replaced.

    output    default: the name without .part in the folder "recovered" beside it
    """
    part = Path(part)
    source = result_file(part)
    if source is None:
        raise ResultsError(f'"{part}" holds neither spikes nor signals: there is nothing to recover.')
    output = Path(output) if output else part.parent / "recovered" / part.name.removesuffix(".part")
    if output.exists():
        raise ResultsError(f'cannot recover "{part}": "{output}" exists already. Remove it or choose another output.')
    unnamed = output.with_name(output.name + ".recovering")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        if source.is_complete:
            shutil.copyfile(part, unnamed)
            kept = _lengths(source)
        else:
            with h5py.File(part, "r") as old, h5py.File(unnamed, "w") as new:
                kept = _copy_file(source, old, new)
        os.replace(unnamed, output)
    except (OSError, RuntimeError, KeyError) as problem:
        raise ResultsError(f'cannot recover "{part}" as "{output}": {problem}.') from problem
    finally:
        unnamed.unlink(missing_ok=True)
    return Recovered(output, source.is_complete, kept)


def _lengths(source):
    with h5py.File(source.path, "r") as file:
        return {label: (len(file[source.root][label][source.growing[0]]),) * 2 for label in source.populations}


def _copy_file(source, old, new):
    """Copies what is whole; a file cut in place would keep the damage that a kill during a flush may have done."""
    _copy_attributes(old, new)
    new.attrs.create("ranvier_complete", RECOVERED, dtype=np.uint8)
    for name in old:
        if name != source.root:
            old.copy(name, new)
    if "ranvier_recorded_ms" in new.attrs:
        new.attrs.create("ranvier_recorded_ms", source.recorded, dtype="f8")
    root = new.create_group(source.root)
    _copy_attributes(old[source.root], root)
    return {label: _copy_population(source, old[source.root][label], root.create_group(label))
            for label in source.populations}


def _copy_population(source, old, new):
    """Returns how many rows are whole, and how many there were."""
    whole = source.whole(old)
    whole = min(readable_rows(old[name], whole) for name in source.growing)
    _copy_attributes(old, new)
    for name in old:
        if name in source.growing:
            _copy_rows(old[name], new, name, whole)
        else:
            old.copy(name, new)
    if "mapping" in new:
        _correct_time(new["mapping/time"], whole)
    return whole, max(len(old[name]) for name in source.growing)


def _copy_rows(old, group, name, whole):
    """The first rows, in a dataset of the same type, chunks and limits."""
    shape = (whole, *old.shape[1:])
    limits = tuple(h5py.h5s.UNLIMITED if most is None else most for most in old.maxshape)
    space = h5py.h5s.create_simple(shape, limits)
    new = h5py.Dataset(h5py.h5d.create(group.id, name.encode(), old.id.get_type(), space, old.id.get_create_plist()))
    height = max(1, BLOCK_VALUES // max(1, *shape[1:], 1))
    for row in range(0, whole, height):
        new[row:row + height] = old[row:min(row + height, whole)]
    _copy_attributes(old, new)


def _copy_attributes(old, new):
    for name, value in old.attrs.items():
        kind = old.attrs.get_id(name)
        new.attrs.create(name, value, shape=kind.shape, dtype=kind.dtype)


def _correct_time(time, frames):
    """Where time promises more frames than there are. Readers truncate or count: both must find all frames."""
    start, stop, step = time[:]
    if not step > 0 or round((stop - start) / step) == frames:
        return
    stop = start + frames * step
    while int((stop - start) / step) < frames:
        stop = np.nextafter(stop, np.inf)
    time[1] = stop

"""A recorded variable of a population whose values are read from the file when asked for."""

import h5py
import numpy as np

from .errors import ResultsError, listed, nearest

WIDEST_GAP = 1024  # columns: as wide as a chunk of the file, which is read as a whole anyway
BLOCK_VALUES = 1 << 22


class LazyValues:
    """The values as an array of frames x cells that reads what it is sliced for: `values[100:200, :5]`."""

    def __init__(self, path, name, shape, dtype):
        self._path, self._name = path, name
        self.shape, self.dtype, self.ndim = shape, dtype, 2

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, key):
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        # An unfinished file may have more rows than these: they are never read.
        if rows is Ellipsis:
            rows = slice(None)
        if isinstance(rows, slice):
            rows = slice(*rows.indices(len(self)))
        else:
            rows = np.asarray(rows)
            if rows.dtype == bool or np.any((rows < -len(self)) | (rows >= len(self))):
                raise IndexError(f"frames {rows}, where there are {len(self)}")
            rows = rows % len(self)
        return self._read(lambda data: data[rows, columns])

    def __array__(self, dtype=None):
        return np.asarray(self[:, :], dtype)

    def columns(self, rows, columns):
        """Rows (a range) of these columns, in their order, without reading what lies between distant ones."""
        values = np.empty((len(rows), len(columns)), self.dtype)
        order = np.argsort(columns, kind="stable")
        runs = np.split(order, np.flatnonzero(np.diff(columns[order]) > WIDEST_GAP) + 1) if len(order) else []

        def fill(data):
            for run in runs:
                first, last = int(columns[run[0]]), int(columns[run[-1]]) + 1
                height = max(1, BLOCK_VALUES // (last - first))
                for row in range(rows.start, rows.stop, height):
                    end = min(row + height, rows.stop)
                    values[row - rows.start:end - rows.start, run] = data[row:end, first:last][:, columns[run] - first]

        self._read(fill)
        return values

    def _read(self, read):
        try:
            with h5py.File(self._path, "r") as file:
                return read(file[self._name])
        except (OSError, RuntimeError, KeyError) as problem:
            raise ResultsError(f'cannot read {self._name} of "{self._path}": {problem}. If the file was replaced or '
                               "written to meanwhile, open the results again; if its simulation was killed, "
                               "scripts/recover_results saves what can be read.") from problem


class Signal:
    """One variable of one population: frames x cells.

    values    LazyValues: the whole array, read where it is sliced
    times     of the frames [ms]
    ids       of the cells (columns), ascending
    units, variable
    """

    def __init__(self, path, name, shape, dtype, start, step, ids, units, variable):
        self.path, self.start, self.step = path, float(start), float(step)
        self.ids, self.units, self.variable = ids, units, variable
        self.values = LazyValues(path, name, shape, dtype)

    def __repr__(self):
        frames, cells = self.values.shape
        return f"<Signal {self.variable} [{self.units}] of {cells} cells, {frames} frames every {self.step:g} ms>"

    @property
    def times(self):
        return self.start + self.step * np.arange(len(self.values))

    def frames(self, start=None, stop=None):
        """The range of frames at start <= time <= stop [ms]."""
        tolerance = 1e-6  # of a step
        first = 0 if start is None else int(np.ceil((start - self.start) / self.step - tolerance))
        last = len(self.values) if stop is None else int(np.floor((stop - self.start) / self.step + tolerance)) + 1
        first = min(max(first, 0), len(self.values))
        return range(first, min(max(last, first), len(self.values)))

    def columns(self, cells):
        """Where these cells are among the columns."""
        cells = np.atleast_1d(np.asarray(cells, dtype=np.int64))
        places = np.searchsorted(self.ids, cells)
        found = places < len(self.ids)
        found[found] = self.ids[places[found]] == cells[found]
        if not found.all():
            missing = int(cells[~found][0])
            closest = self.ids[np.argmin(np.abs(self.ids - missing))] if len(self.ids) else nearest(missing, [])
            hint = "" if closest is None else f" The nearest is {closest}."
            raise ResultsError(f'"{self.path}": {self.variable or "this signal"} was not recorded from cell {missing} '
                               f"but from {listed(self.ids, 10)}.{hint}")
        return places

    def read(self, start=None, stop=None, cells=None):
        """Values at start <= time <= stop [ms] of the given cells (all if None), frames x cells."""
        rows = self.frames(start, stop)
        if cells is None:
            return self.values[rows.start:rows.stop, :]
        return self.values.columns(rows, self.columns(cells))

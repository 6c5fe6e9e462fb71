"""A folder of results."""

import json
from pathlib import Path

import numpy as np

from . import neo_blocks, statistics
from .errors import ResultsError, listed, unknown
from .files import Entry, SpikeFile, being_published, entries_of, entry_of, result_file


class Results:
    """The results of one run: a folder, or a single file of one.

    Files that a running or killed simulation has left (`.part`) are read as far as they are whole. Where a folder
    holds both finished files and parts of the same kind, they come from two runs: the finished ones are read, or the
    parts if `parts` is true. Of a run that was killed while its files got their names, all files are read.

    sizes    number of cells by population, where known; see size()
    """

    def __init__(self, directory, parts=False, sizes=None):
        path = Path(directory)
        if not path.exists():
            raise ResultsError(f'"{path}" does not exist; expected a folder with spikes.h5 or other results, '
                               "or one such file. Check the path.")
        self.directory = path if path.is_dir() else path.parent
        self.sizes = dict(sizes or {})
        entries = entries_of(path) if path.is_dir() else [self._single(path)]
        finished, unfinished = [e for e in entries if not e.is_part], [e for e in entries if e.is_part]
        self._files, self._unreadable = {}, {}
        self.ignored = []
        if self._are_of_two_runs(finished, unfinished):
            entries, ignored = (unfinished, finished) if parts else (finished, unfinished)
            self.ignored = [e.path for e in ignored]
        for entry in entries:
            self._open(entry)
        if not self._files:
            if self._unreadable:
                raise next(iter(self._unreadable.values()))
            found = f"found: {listed([p.name for p in path.iterdir()], 8)}" if path.is_dir() else "not nodes or edges"
            raise ResultsError(f'"{path}" holds no results; expected spikes.h5, v.h5 or the like, {found}. '
                               "Check the path.")
        # run.json is written when a run ends, so it is not about parts.
        self._has_run = any(not e.is_part for e in entries) and (path.is_dir() or path.name == "spikes.h5")

    @staticmethod
    def _are_of_two_runs(finished, unfinished):
        """All files of a run get their names together: those that have none yet are of another run.

        Unless they are marked as complete, and the run was killed while it named them.
        """
        def known(entry):
            try:
                return result_file(entry.path)
            except ResultsError:
                return None

        if {e[1:3] for e in finished} & {e[1:3] for e in unfinished}:
            return True
        if not unfinished or not any(map(known, finished)):
            return False
        return any(file and not file.is_complete for file in map(known, unfinished))

    @staticmethod
    def _single(path):
        entry = entry_of(path)
        kind = "spikes" if isinstance(result_file(path), SpikeFile) else entry.kind if entry else path.stem
        return Entry(path, kind, 0, path.name.endswith(".part"))

    def _open(self, entry):
        """Other HDF5 files, such as those of nodes, are left out."""
        try:
            file = result_file(entry.path)
        except ResultsError as error:
            self._unreadable[entry.kind, entry.segment] = error
            return
        if file and (entry.kind == "spikes") == isinstance(file, SpikeFile):
            self._files[entry.kind, entry.segment] = file

    @property
    def problems(self):
        """Errors about files that cannot be read; all others can."""
        return list(self._unreadable.values())

    def __repr__(self):
        return f"<Results of {self.directory}: {', '.join(self.kinds)}>"

    @property
    def kinds(self):
        """What was recorded: "spikes", and variables such as "v"."""
        return sorted({kind for kind, _ in self._files}, key=lambda kind: (kind != "spikes", kind))

    @property
    def variables(self):
        return [kind for kind in self.kinds if kind != "spikes"]

    def segments(self, kind):
        """Numbers of the files of a kind: recording with a gap, or with a reset, goes on in the next one.

        They are counted for each kind by itself: see resets() for what belongs together.
        """
        self._known_kind(kind)
        return sorted(segment for k, segment in self._files if k == kind)

    def resets(self, kind, segment=0):
        """How many resets came before what is in a file: files of which it is the same belong together.

        Where a file does not tell, its number.
        """
        told = self.file(kind, segment).resets
        return segment if told is None else told

    def segments_after(self, resets, kind):
        """The files of a kind that were recorded after so many resets, in the order of time; none if it is unknown."""
        if kind not in self.kinds:
            return []
        return [segment for segment in self.segments(kind) if self.resets(kind, segment) == resets]

    def _known_kind(self, kind):
        if kind in self.kinds:
            return
        for (unreadable, _), error in self._unreadable.items():
            if unreadable == kind:
                raise error
        raise unknown(f'"{self.directory}"', "recorded variable", kind, self.kinds)

    def file(self, kind, segment=0):
        """The SpikeFile or ReportFile of a segment."""
        if (kind, segment) in self._unreadable:
            raise self._unreadable[kind, segment]
        segments = self.segments(kind)
        if segment not in segments:
            raise ResultsError(f'"{self.directory}": there is no segment {segment} of {kind}; there are: '
                               f"{listed(segments)}.")
        return self._files[kind, segment]

    def is_complete(self, kind):
        """Were all segments of a kind written to their end? A recovered file never was."""
        whole = all(self._files[kind, segment].is_complete for segment in self.segments(kind))
        return whole and not any(unreadable == kind for unreadable, _ in self._unreadable)

    @property
    def run(self):
        """run.json as a dict; None if there is none (yet)."""
        path = self.directory / "run.json"
        if "run.json" in being_published(self.directory)[0] and (self.directory / "run.json.part").exists():
            path = self.directory / "run.json.part"
        if not self._has_run or not path.exists():
            return None
        try:
            run = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise ResultsError(f'cannot read "{path}": {problem}. Remove it to read the other results.') from problem
        if not isinstance(run, dict):
            raise ResultsError(f'"{path}" holds no JSON object. Remove it to read the other results.')
        return run

    @property
    def name(self):
        return self.directory.resolve().name

    @property
    def populations(self):
        """Labels of all populations of which anything was recorded."""
        labels = {}
        for file in self._files.values():
            labels.update(dict.fromkeys(file.populations))
        return list(labels)

    def size(self, population):
        """Number of cells of a population.

        It is what `sizes` says; or the files of spikes; or, where they do not, what the rate in run.json implies; or
        the least that fits all recorded cells, which leaves out silent cells at the end.
        """
        if population not in self.populations:
            raise unknown(f'"{self.directory}"', "population", population, self.populations)
        if population in self.sizes:
            return self.sizes[population]
        for (kind, _), file in self._files.items():
            if kind == "spikes" and population in file.populations and file.size(population) is not None:
                return file.size(population)
        last = max((int(ids.max()) for ids in self._recorded_cells(population) if len(ids)), default=-1)
        return self._implied_size(population, last + 1) or last + 1

    def _recorded_cells(self, population):
        for (kind, _), file in self._files.items():
            if population in file.populations:
                yield file.spikes(population)[1] if kind == "spikes" else file.signal(population).ids

    def _implied_size(self, population, least):
        """From rate = spikes / (cells * duration); None unless that gives a whole number that is large enough."""
        run = self.run or {}
        rate = (run.get("rates_hz") or {}).get(population)
        if not rate or not run.get("duration_ms") or ("spikes", 0) not in self._files:
            return None
        start, stop = self._run_window(run)
        times, _ = self.spikes(population)
        cells = np.count_nonzero((times > start) & (times <= stop)) * 1000.0 / (rate * (stop - start))
        return round(cells) if abs(cells - round(cells)) < 1e-6 * cells and round(cells) >= least else None

    def spikes(self, population, segment=0):
        """Times [ms] and cell indices of all spikes of a population, in the order of the file: by time."""
        return self.file("spikes", segment).spikes(population)

    def trains(self, population, segment=0):
        """Spike times of each cell: a list, with empty arrays for silent cells."""
        return statistics.trains(*self.spikes(population, segment), self.size(population))

    def signal(self, variable, population, segment=0):
        """A recorded variable of a population: see Signal."""
        if variable == "spikes":
            raise unknown(f'"{self.directory}"', "recorded variable", variable, self.variables)
        return self.file(variable, segment).signal(population)

    @staticmethod
    def _run_window(run):
        start = float(run.get("warmup_ms") or 0)
        return start, start + float(run["duration_ms"])

    def recorded(self, segment=0):
        """Start and stop [ms] of the recording of spikes in a file of them, None where it does not tell."""
        return self._files["spikes", segment].recorded if ("spikes", segment) in self._files else None

    def window(self, segment=0):
        """Start and stop [ms] of what rates are counted over, for a file of spikes.

        From when to when they were recorded, without the warm-up that run.json tells; where the file does not tell,
        to the end as run.json tells; else from 0 to the last spike or sample, in whole ms.
        """
        run, recorded = self.run, self.recorded(segment)
        told = run and run.get("duration_ms")
        if recorded:
            start, stop = recorded
            warmup = self._run_window(run)[0] if told and self.resets("spikes", segment) == 0 else 0.0
            return (warmup, stop) if start < warmup < stop else (start, stop)
        if segment == 0 and told:
            return self._run_window(run)
        last = 0.0
        for (kind, number), file in self._files.items():
            for population in file.populations if number == segment else ():
                times = file.spikes(population)[0] if kind == "spikes" else file.signal(population).times[-1:]
                last = max(last, times.max(initial=0.0))
        return 0.0, max(0.0, float(np.ceil(last - 1e-9)))

    def _spikes_between(self, population, segment, start, stop):
        """Spikes in (start, stop]: a spike at the end of a run belongs to its last interval."""
        whole = self.window(segment)
        start, stop = whole[0] if start is None else start, whole[1] if stop is None else stop
        if not start < stop:
            raise ResultsError(f'"{self.directory}": no time between {start:g} and {stop:g} ms to count spikes in; '
                               f"the results are from {whole[0]:g} to {whole[1]:g} ms.")
        times, ids = self.spikes(population, segment)
        inside = (times > start) & (times <= stop)
        return times[inside], ids[inside], stop - start

    def firing_rates(self, population, segment=0, start=None, stop=None):
        """Firing rate of each cell [Hz] in (start, stop], by default window()."""
        _, ids, duration = self._spikes_between(population, segment, start, stop)
        return statistics.firing_rates(ids, self.size(population), duration)

    def cv_isi(self, population, segment=0, start=None, stop=None, min_spikes=3):
        """Coefficient of variation of each cell's inter-spike intervals; NaN below min_spikes spikes."""
        times, ids, _ = self._spikes_between(population, segment, start, stop)
        return statistics.cv_isi(times, ids, self.size(population), min_spikes)

    def to_neo(self, population=None, cells=None):
        """A neo.Block as PyNN's get_data() returns it, of one population or of all."""
        return neo_blocks.block(self, population, cells)

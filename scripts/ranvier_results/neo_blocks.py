"""Results as Neo objects, shaped like those of PyNN's get_data()."""

import numpy as np

from .errors import ResultsError, unknown


def _import_neo():
    try:
        import neo
        import quantities
    except ImportError as problem:
        raise ResultsError(f"to_neo needs the Python package {problem.name}, which is not installed. Install it with "
                           "\"python3 -m pip install neo\", or use the arrays of spikes() and signal().") from problem
    return neo, quantities


def block(results, population=None, cells=None):
    """A Block with a Segment for what was recorded from one reset to the next.

    A Segment has a SpikeTrain for each cell, annotated with source_population, source_index and source_id, and for
    each variable and population an AnalogSignal, of which the columns are the cells in channel_index; where recording
    had a gap or went on with other cells, one for each file. Spike trains are from when the first file of spikes begins
    to where the last one ends. Those of a population with unknown size end at the last cell that was recorded.
    """
    neo, pq = _import_neo()
    if population is not None and population not in results.populations:
        raise unknown(f'"{results.directory}"', "population", population, results.populations)
    populations = results.populations if population is None else [population]
    run = results.run or {}
    made = neo.Block(name=population or results.name, description=f"Results of Ranvier: {results.directory}",
                     simulator="Ranvier",
                     **{name: run[name] for name in ("network", "seed", "digest") if name in run})
    if "timestep_ms" in run:
        made.annotate(dt=run["timestep_ms"], mpi_processes=run.get("ranks"))
    if population is not None:
        made.annotate(label=population, size=results.size(population))
    resets = sorted({results.resets(kind, file) for kind in results.kinds for file in results.segments(kind)})
    for number, past in enumerate(resets):
        segment = neo.Segment(name=f"segment{number:03d}", index=number)
        for label in populations:
            _add_trains(neo, pq, results, segment, past, label, cells)
            _add_signals(neo, pq, results, segment, past, label, cells)
        made.segments.append(segment)
    return made


def _files(results, kind, resets, label):
    return [file for file in results.segments_after(resets, kind) if label in results.file(kind, file).populations]


def _interval(results, files, times):
    """From when to when spikes were recorded. Neo wants no spike outside."""
    told = [results.recorded(file) or (0.0, results.window(file)[1]) for file in files]
    start, stop = min(start for start, _ in told), max(stop for _, stop in told)
    return min(start, times.min(initial=start)), max(stop, times.max(initial=stop))


def _add_trains(neo, pq, results, segment, resets, label, cells):
    files = _files(results, "spikes", resets, label)
    if not files:
        return
    trains = [np.concatenate(parts) for parts in zip(*(results.trains(label, file) for file in files))]
    start, stop = _interval(results, files, np.concatenate([*trains, np.empty(0)]))
    for index in range(len(trains)) if cells is None else cells:
        if not 0 <= index < len(trains):
            raise ResultsError(f'"{results.directory}": there is no cell {index} in {label}, which has {len(trains)}.')
        segment.spiketrains.append(neo.SpikeTrain(
            trains[index], units="ms", t_start=start * pq.ms, t_stop=stop * pq.ms,
            source_population=label, source_id=int(index), source_index=int(index)))


def _add_signals(neo, pq, results, segment, resets, label, cells):
    for variable in results.variables:
        for file in _files(results, variable, resets, label):
            signal = results.signal(variable, label, file)
            ids = signal.ids if cells is None else np.asarray([c for c in cells if c in signal.ids], dtype=np.int64)
            segment.analogsignals.append(neo.AnalogSignal(
                signal.read(cells=ids), units=signal.units or "dimensionless", t_start=signal.start * pq.ms,
                sampling_period=signal.step * pq.ms, name=variable, source_population=label, source_ids=ids,
                array_annotations={"channel_index": ids}))

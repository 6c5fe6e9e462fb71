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
    """A Block with a Segment for each segment of the results.

    A Segment has a SpikeTrain for each cell, annotated with source_population, source_index and source_id, and an
    AnalogSignal for each variable and population, of which the columns are the cells in channel_index. Spike trains
    of a population with unknown size end at the last cell that was recorded.
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
    for number in sorted({segment for kind in results.kinds for segment in results.segments(kind)}):
        segment = neo.Segment(name=f"segment{number:03d}", index=number)
        for label in populations:
            _add_trains(neo, pq, results, segment, number, label, cells)
            _add_signals(neo, pq, results, segment, number, label, cells)
        made.segments.append(segment)
    return made


def _has(results, kind, number, label):
    return (kind in results.kinds and number in results.segments(kind)
            and label in results.file(kind, number).populations)


def _end(results, number, times):
    """Neo wants an end that is not before the last spike."""
    return max(results.window(number)[1], times.max(initial=0.0))


def _add_trains(neo, pq, results, segment, number, label, cells):
    if not _has(results, "spikes", number, label):
        return
    trains = results.trains(label, number)
    end = _end(results, number, results.spikes(label, number)[0])
    for index in range(len(trains)) if cells is None else cells:
        if not 0 <= index < len(trains):
            raise ResultsError(f'"{results.directory}": there is no cell {index} in {label}, which has {len(trains)}.')
        segment.spiketrains.append(neo.SpikeTrain(
            trains[index], units="ms", t_start=0.0 * pq.ms, t_stop=end * pq.ms,
            source_population=label, source_id=int(index), source_index=int(index)))


def _add_signals(neo, pq, results, segment, number, label, cells):
    for variable in results.variables:
        if not _has(results, variable, number, label):
            continue
        signal = results.signal(variable, label, number)
        ids = signal.ids if cells is None else np.asarray([c for c in cells if c in signal.ids], dtype=np.int64)
        segment.analogsignals.append(neo.AnalogSignal(
            signal.read(cells=ids), units=signal.units or "dimensionless", t_start=signal.start * pq.ms,
            sampling_period=signal.step * pq.ms, name=variable, source_population=label, source_ids=ids,
            array_annotations={"channel_index": ids}))

"""The figures: raster with rates, traces, histograms, two results beside each other. Needs matplotlib."""

import os
import tempfile
import warnings

import numpy as np

from .errors import ResultsError

os.environ.setdefault("MPLCONFIGDIR", os.path.join(tempfile.gettempdir(), f"ranvier-matplotlib-{os.getuid()}"))
try:
    import matplotlib
except ImportError as problem:
    raise ResultsError("drawing needs the Python package matplotlib, which is not installed. Install "
                       "python3-matplotlib with the system's package manager.") from problem

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

COLORS = ["#2f6db0", "#d1493f", "#3a9a77", "#e08b2d", "#7a5aa8", "#b5487f", "#4f8f2f", "#8a6a4d"]
INK = "#2b2b2b"
PALE = "#777777"
LONGEST_WINDOW_MS = 500.0  # unless a start is given: beyond it a raster is a grey block
MOST_BINS = 260

plt.rcParams.update({
    "font.size": 10, "text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK,
    "ytick.color": INK, "figure.facecolor": "white", "axes.grid": False, "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False})  # labels are free text and may hold dollars


def color_of(k):
    return COLORS[k % len(COLORS)]


def save(figure, output):
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")  # a label in a script that the font lacks
            figure.savefig(output, dpi=150, format="png")
    except OSError as problem:
        raise ResultsError(f'cannot write "{output}": {problem}. Choose another file with --output.') from problem
    plt.close(figure)


class Spikes:
    """Spikes of one population as the figures need them."""

    def __init__(self, results, label, segment=0):
        self.label = label
        self.times, self.cells = results.spikes(label, segment)
        self.size = results.size(label)

    def between(self, start, stop):
        """Spikes in (start, stop]: a spike at the end of a run belongs to its last interval."""
        inside = (self.times > start) & (self.times <= stop)
        return self.times[inside], self.cells[inside]


def end_of(results, populations, segment=0):
    """Where a file of spikes ends [ms]: its recording, or the last spike if it does not tell; None if there is none."""
    recorded = results.recorded(segment)
    if recorded:
        return recorded[1]
    return max((float(p.times.max()) for p in populations if len(p.times)), default=None)


def window(last, start, stop, what):
    """The times to show, of results whose last `what` is at `last`; None if there is none."""
    stop = max(0.0, float(np.ceil((last or 0.0) - 1e-9))) if stop is None else stop
    start = max(0.0, stop - LONGEST_WINDOW_MS) if start is None else start
    if not start < stop:
        end = (f"there is no {what}, and the results do not tell for how long they were recorded. Give the times with "
               "--from and --to." if last is None else f"the last {what} is at {last:g} ms")
        raise ResultsError(f"nothing to show from {start:g} to {stop:g} ms; {end}")
    return start, stop


def shown_cells(populations, max_cells):
    """Evenly spaced cells of every population, at least 10 of each that has as many."""
    total = sum(p.size for p in populations)
    chosen = []
    for p in populations:
        rows = p.size if total <= max_cells else max(min(10, p.size), round(p.size * max_cells / total))
        chosen.append(np.unique(np.linspace(0, p.size - 1, rows).astype(np.int64)) if rows else np.empty(0, np.int64))
    return chosen


def _draw_raster(axes, populations, rows, start, stop):
    offset, ticks = 0, []
    marker = dict(linestyle="none", marker="|", markeredgewidth=0.7, rasterized=True)
    for k, (population, cells) in enumerate(zip(populations, rows)):
        times, ids = population.between(start, stop)
        place = np.searchsorted(cells, ids)
        found = place < len(cells)
        found[found] = cells[place[found]] == ids[found]
        axes.plot(times[found], offset + place[found], color=color_of(k),
                  markersize=max(1.0, min(4.0, 1600 / max(1, sum(map(len, rows))))), **marker)
        height = max(len(cells), 1)
        ticks.append((offset + height / 2, population.label))
        offset += height
        if k + 1 < len(populations):
            axes.axhline(offset, color="white", linewidth=2.5)
    axes.set_ylim(max(offset, 1), 0)
    axes.set_yticks([t[0] for t in ticks], [t[1] for t in ticks])
    for k, text in enumerate(axes.get_yticklabels()):
        text.set_color(color_of(k))
        text.set_fontweight("bold")
    axes.tick_params(axis="both", length=0, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    shown, total = sum(map(len, rows)), sum(p.size for p in populations)
    axes.set_title(f"{shown} of {total} cells" if shown < total else f"{total} cells",
                   loc="right", fontsize=9, color=PALE)


def _rate_over_time(population, start, stop):
    """Edges of the bins, the rate in each, and the mean [Hz]."""
    span = stop - start
    width = next((w for w in (0.5, 1, 2, 5, 10, 20, 50, 100) if span / w <= MOST_BINS), span / MOST_BINS)
    edges = np.arange(start, stop + 1e-9, width)
    if len(edges) < 2:
        edges = np.array([start, stop])
    times, _ = population.between(start, stop)
    counts, _ = np.histogram(times - 1e-6, edges)  # intervals closed on the right
    hertz = 1000.0 / max(population.size, 1)
    return edges, counts * hertz / np.diff(edges), len(times) * hertz / span


def _draw_rate(axes, population, color, start, stop):
    edges, rate, mean = _rate_over_time(population, start, stop)
    axes.stairs(rate, edges, fill=True, color=color, alpha=0.35, linewidth=0)
    axes.stairs(rate, edges, color=color, linewidth=0.9)
    axes.axhline(mean, color=color, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_ylim(0, max(1.0, 1.15 * rate.max()))
    axes.set_ylabel("Hz", rotation=0, labelpad=12, va="center", fontsize=9)
    axes.locator_params(axis="y", nbins=3)
    _name(axes, f"{population.label}\n{mean:.2f} Hz", color)


def _name(axes, text, color):
    """What a panel shows, at its right."""
    axes.text(1.01, 0.5, text, transform=axes.transAxes, color=color, fontweight="bold", fontsize=9, va="center")


def raster(populations, start, stop, max_cells, title):
    """Spikes of all populations over one another, and below them the rate of each over time."""
    count = max(len(populations), 1)
    rate_height = 0.9 if count <= 4 else 0.6
    figure, panels = plt.subplots(
        count + 1, 1, sharex=True, squeeze=False, layout="constrained",
        figsize=(10, 4.8 + rate_height * count), height_ratios=[4.8] + [rate_height] * count)
    panels = panels[:, 0]
    _draw_raster(panels[0], populations, shown_cells(populations, max_cells), start, stop)
    panels[0].set_title(title, loc="left", fontweight="bold")
    for k, population in enumerate(populations):
        _draw_rate(panels[k + 1], population, color_of(k), start, stop)
    panels[-1].set_xlim(start, stop)
    panels[-1].set_xlabel("time [ms]")
    return figure


def traces(signal, cells, spikes, start, stop, title, color):
    """A panel for each cell; `spikes` are the times of each cell's spikes, marked above its trace."""
    values, times = signal.read(start, stop, cells), signal.times[signal.frames(start, stop)]
    figure, panels = plt.subplots(len(cells), 1, sharex=True, sharey=True, squeeze=False, layout="constrained",
                                  figsize=(10, 1.2 + (1.3 if len(cells) <= 6 else 0.8) * len(cells)))
    panels = panels[:, 0]
    for axes, cell, column, marks in zip(panels, cells, values.T, spikes):
        axes.plot(times, column, color=color, linewidth=0.9)
        marks = marks[(marks >= start) & (marks <= stop)]
        axes.plot(marks, np.full(len(marks), 0.96), transform=axes.get_xaxis_transform(), linestyle="none", marker="|",
                  markersize=7, markeredgewidth=1.1, color=INK, in_layout=False)
        _name(axes, f"cell {cell}" + (f"\n{len(marks)} spikes" if len(marks) != 1 else "\n1 spike"), color)
        axes.margins(y=0.15)
        axes.locator_params(axis="y", nbins=3)
    panels[0].set_title(title, loc="left", fontweight="bold")
    figure.supylabel(f"{signal.variable} [{signal.units}]", fontsize=10)
    panels[-1].set_xlim(start, stop)
    panels[-1].set_xlabel("time [ms]")
    return figure


def _edges(highest, bins, quantum=0.0):
    """Edges of bins up to a value. Values that are multiples of a quantum get bins of whole quanta around them."""
    if not quantum:
        return np.linspace(0, max(highest * 1.0001, 1e-9), bins + 1)
    steps = round(highest / quantum) + 1
    width = -(-steps // bins)
    return (np.arange(-(-steps // width) + 1) * width - 0.5) * quantum


def _histogram(axes, values, color, edges, what):
    if not len(values):
        axes.text(0.5, 0.5, f"no {what}", transform=axes.transAxes, ha="center", va="center", color=PALE)
        axes.set_axis_off()
        return
    counts, _ = np.histogram(values, edges)
    axes.stairs(counts, edges, fill=True, color=color, alpha=0.35, linewidth=0)
    axes.stairs(counts, edges, color=color, linewidth=0.9)
    axes.axvline(values.mean(), color=color, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, None)
    axes.locator_params(axis="y", nbins=4, integer=True)
    axes.set_ylabel("cells", fontsize=9)


def histograms(populations, duration_ms, bins, title):
    """Rates and CV of inter-spike intervals; populations are (label, rates, cvs), one of each per cell."""
    figure, panels = plt.subplots(max(len(populations), 1), 2, squeeze=False, layout="constrained",
                                  figsize=(10, 1.0 + 1.7 * max(len(populations), 1)))
    for k, (label, rates, cvs) in enumerate(populations):
        defined = cvs[~np.isnan(cvs)]
        rate_edges = _edges(rates.max(initial=0.0), bins, 1000.0 / duration_ms)
        _histogram(panels[k, 0], rates, color_of(k), rate_edges, "cells")
        _histogram(panels[k, 1], defined, color_of(k), _edges(defined.max(initial=0.0), bins), "cell with 3 spikes")
        lines = [label, f"{len(rates)} cells"]
        if len(rates):
            lines += [f"{rates.mean():.2f} Hz", f"{np.count_nonzero(rates == 0)} silent"]
        if len(defined):
            lines.append(f"CV {defined.mean():.2f} ({len(defined)})")
        _name(panels[k, 1], "\n".join(lines), color_of(k))
    panels[0, 0].set_title(title, loc="left", fontweight="bold")
    panels[-1, 0].set_xlabel("firing rate [Hz]")
    panels[-1, 1].set_xlabel("CV of inter-spike intervals")
    return figure


def comparison(pairs, start, stop, names, bins=40):
    """Rates over time and over cells of two results; pairs are (Spikes of A, Spikes of B)."""
    count = max(len(pairs), 1)
    figure, panels = plt.subplots(count, 2, squeeze=False, layout="constrained", width_ratios=[2.2, 1],
                                  figsize=(10, 1.3 + 1.7 * count))
    quantum = 1000.0 / (stop - start)
    for k, pair in enumerate(pairs):
        of_cells = [np.bincount(s.between(start, stop)[1], minlength=s.size) * quantum for s in pair]
        edges = _edges(max(rates.max(initial=0.0) for rates in of_cells), bins, quantum)
        styles = dict(color=color_of(k), fill=True, alpha=0.45, linewidth=0), dict(color=INK, linewidth=0.9)
        means = []
        for spikes, rates, style in zip(pair, of_cells, styles):
            times, rate, mean = _rate_over_time(spikes, start, stop)
            panels[k, 0].stairs(rate, times, **style)
            panels[k, 1].stairs(np.histogram(rates, edges)[0], edges, **style)
            means.append(mean)
        for axes, unit in zip(panels[k], ("Hz", "cells")):
            axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
            axes.set_ylabel(unit, fontsize=9)
            axes.locator_params(axis="y", nbins=3)
        panels[k, 0].set_xlim(start, stop)
        panels[k, 1].set_xlim(edges[0], edges[-1])
        panels[k, 0].tick_params(labelbottom=k + 1 == count)
        _name(panels[k, 1], f"{pair[0].label}\nA {means[0]:.2f} Hz\nB {means[1]:.2f} Hz", color_of(k))
    panels[0, 0].set_title(f"A (filled): {names[0]}, B (line): {names[1]}", loc="left", fontweight="bold")
    panels[-1, 0].set_xlabel("time [ms]")
    panels[-1, 1].set_xlabel("firing rate [Hz]")
    return figure

"""Firing rates and irregularity from spikes."""

import numpy as np


def firing_rates(ids, size, duration_ms):
    """Rate of each cell [Hz] from the cell indices of all spikes."""
    return np.bincount(np.asarray(ids, dtype=np.int64), minlength=size) * (1000.0 / duration_ms)


def cv_isi(times, ids, size, min_spikes=3):
    """Coefficient of variation of each cell's inter-spike intervals: standard deviation over mean.

    NaN for cells with fewer than min_spikes spikes, which are at least 3. Spikes may be in any order.
    """
    times, ids = np.asarray(times, dtype=float), np.asarray(ids, dtype=np.int64)
    order = np.lexsort((times, ids))
    intervals, owner = np.diff(times[order]), ids[order]
    inside = owner[1:] == owner[:-1]
    intervals, owner = intervals[inside], owner[1:][inside]
    count = np.bincount(owner, minlength=size)
    enough = count >= max(min_spikes, 3) - 1
    mean = np.bincount(owner, intervals, minlength=size) / np.maximum(count, 1)
    variance = np.bincount(owner, (intervals - mean[owner]) ** 2, minlength=size) / np.maximum(count, 1)
    cv = np.full(len(count), np.nan)
    np.divide(np.sqrt(variance), mean, out=cv, where=enough & (mean > 0))
    return cv


def trains(times, ids, size):
    """Spike times of each cell, a list of ascending arrays; silent cells have empty ones."""
    order = np.lexsort((times, ids))
    ends = np.searchsorted(np.asarray(ids)[order], np.arange(1, size))
    return np.split(np.asarray(times)[order], ends) if size else []

"""Reads the results of Ranvier: spikes, signals, run.json, as NumPy arrays or Neo objects.

    import sys
    sys.path.insert(0, "scripts")
    from ranvier_results import Results

    results = Results("results/balanced_network")
    times, ids = results.spikes("exc")
    v = results.signal("v", "exc")
    v.read(start=100, stop=200, cells=[0, 7])  # frames x cells; only these are read from the file
    results.firing_rates("exc"), results.cv_isi("exc")
    results.to_neo("exc")                      # where Neo is installed

Needs h5py and NumPy. Files of a run that is going on, or was killed (`.part`), are read as far as they are whole;
`recover` makes ordinary files of them. All errors are ResultsError.
"""

from .comparison import compare
from .errors import ResultsError
from .files import ReportFile, SpikeFile
from .recovery import recover
from .results import Results
from .signals import Signal
from .statistics import cv_isi, firing_rates

__all__ = ["ReportFile", "Results", "ResultsError", "Signal", "SpikeFile", "compare", "cv_isi", "firing_rates",
           "recover"]

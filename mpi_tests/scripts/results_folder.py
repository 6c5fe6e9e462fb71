"""What the tests of the reader start from."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

from ranvier_results import Results, ResultsError
from result_files import spikes_of, write_report, write_run, write_spikes


class Folder(unittest.TestCase):
    """A folder with a finished run of two populations, and of a third one that is empty."""

    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)
        self.exc, self.inh = spikes_of(1, 20, 300), spikes_of(2, 5, 90)
        self.spikes = {"exc": self.exc, "inh": self.inh, "søl μ $x$": ([], [])}
        self.v = np.random.default_rng(3).normal(-60, 5, (200, 4)).astype("f4")
        self.ids = [2, 3, 5, 4000]

    def write(self):
        write_spikes(self.folder / "spikes.h5", self.spikes)
        write_report(self.folder / "v.h5", {"exc": (self.v, self.ids), "none": (np.empty((200, 0)), [])})
        write_run(self.folder / "run.json", rates_hz={"exc": 300 * 1000 / (25 * 100.0), "inh": 90 * 1000 / (5 * 100.0)})
        return Results(self.folder)

    def refused(self, *texts):
        return self.assertRaisesRegex(ResultsError, ".*".join(texts))

#!/usr/bin/python3
"""Tests of the reader and the commands for results, on small files made here with plain h5py.

    mpi_tests/scripts/test_results.py [TEST...]

Exit code 0: all passed; 1: not; 77: no h5py here.
"""

import json
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(Path(__file__).resolve().parent)]
sys.dont_write_bytecode = True

import fake_neo  # noqa: E402
from ranvier_results import Results, cv_isi  # noqa: E402
from ranvier_results.statistics import trains  # noqa: E402
from result_files import write_report, write_run, write_spikes  # noqa: E402
from results_folder import Folder  # noqa: E402
from test_commands import Commands  # noqa: E402,F401
from test_unfinished import Unfinished  # noqa: E402,F401


class Finished(Folder):
    def test_agrees_with_a_plain_read(self):
        results = self.write()
        with h5py.File(self.folder / "spikes.h5", "r") as file:
            for label in file["spikes"]:
                times, ids = results.spikes(label)
                np.testing.assert_array_equal(times, file["spikes"][label]["timestamps"][:])
                np.testing.assert_array_equal(ids, file["spikes"][label]["node_ids"][:])
        signal = results.signal("v", "exc")
        with h5py.File(self.folder / "v.h5", "r") as file:
            group = file["report/exc"]
            plain = group["data"][:]
            np.testing.assert_array_equal(signal.values[:], plain)
            np.testing.assert_array_equal(np.asarray(signal.values), plain)
            np.testing.assert_array_equal(signal.read(), plain)
            np.testing.assert_array_equal(signal.ids, group["mapping/node_ids"][:])
            start, stop, step = group["mapping/time"][:]
            np.testing.assert_array_equal(signal.times, start + step * np.arange(200))
            self.assertEqual((signal.units, signal.variable), (group["data"].attrs["units"], "v"))

    def test_tells_what_is_there(self):
        results = self.write()
        self.assertEqual(results.kinds, ["spikes", "v"])
        self.assertEqual(set(results.populations), {"exc", "inh", "søl μ $x$", "none"})
        self.assertEqual(results.segments("spikes"), [0])
        self.assertTrue(results.is_complete("spikes") and results.is_complete("v"))
        self.assertEqual(results.run["network"], "small")
        (self.folder / "run.json").unlink()
        self.assertIsNone(results.run)

    def test_values_are_read_by_slices(self):
        signal = self.write().signal("v", "exc")
        for key in [np.s_[10:20], np.s_[10:20, 1], np.s_[-1], np.s_[..., :2], np.s_[::7, 1:3], np.s_[5, 2],
                    np.s_[190:900], np.s_[[0, 4, 8]]]:
            np.testing.assert_array_equal(signal.values[key], self.v[key])
        with self.assertRaises(IndexError):
            signal.values[200]

    def test_reads_by_time_and_cells(self):
        signal = self.write().signal("v", "exc")
        np.testing.assert_array_equal(signal.read(1.0, 2.0), self.v[2:5])
        np.testing.assert_array_equal(signal.read(0.9, 2.1, [4000, 2, 2]), self.v[2:5][:, [3, 0, 0]])
        np.testing.assert_array_equal(signal.read(cells=5), self.v[:, [2]])
        self.assertEqual(signal.read(500, 600).shape, (0, 4))
        self.assertEqual(signal.read(-5, -1).shape, (0, 4))
        self.assertEqual(self.write().signal("v", "none").read().shape, (200, 0))

    def test_distant_columns_come_in_the_order_asked_for(self):
        values = np.arange(30 * 5000, dtype="f4").reshape(30, 5000)
        write_report(self.folder / "v.h5", {"wide": (values, np.arange(5000))})
        signal = Results(self.folder).signal("v", "wide")
        cells = [4999, 0, 3, 2500, 1]
        with mock.patch("ranvier_results.signals.BLOCK_VALUES", 20):
            np.testing.assert_array_equal(signal.read(2, 9, cells), values[4:19][:, cells])

    def test_trains_rates_and_irregularity(self):
        results = self.write()
        self.assertEqual(results.size("exc"), 4001)  # cell 4000 was recorded, so 25 cannot be
        self.assertEqual(results.size("inh"), 5)
        self.assertEqual(results.size("søl μ $x$"), 0)
        times, ids = self.inh
        found = results.trains("inh")
        self.assertEqual(len(found), 5)
        for cell, train in enumerate(found):
            np.testing.assert_array_equal(train, np.sort(times[ids == cell]))
        rates, cvs = results.firing_rates("inh"), results.cv_isi("inh")
        np.testing.assert_allclose(rates, [1000 * len(t) / 100 for t in found])
        np.testing.assert_allclose(cvs, [np.std(np.diff(t)) / np.mean(np.diff(t)) for t in found])
        np.testing.assert_allclose(results.firing_rates("inh", start=20, stop=30),
                                   [100 * np.sum((t > 20) & (t <= 30)) for t in found])
        with self.refused("no time between 30 and 20 ms", "0 to 100 ms"):
            results.firing_rates("inh", start=30, stop=20)

    def test_size_comes_from_the_rate_in_run_json(self):
        write_spikes(self.folder / "spikes.h5", self.spikes)
        self.assertEqual(Results(self.folder).size("exc"), 20)
        write_run(self.folder / "run.json", rates_hz={"exc": 300 * 1000 / (25 * 100.0), "inh": 7.77})
        self.assertEqual(Results(self.folder).size("exc"), 25)
        self.assertEqual(Results(self.folder).size("inh"), 5)
        self.assertEqual(Results(self.folder, sizes={"exc": 30}).size("exc"), 30)
        self.assertEqual(len(Results(self.folder).firing_rates("exc")), 25)

    def test_statistics_of_few_spikes(self):
        cvs = cv_isi([1, 2, 4, 5, 9, 1, 3, 5], [0, 0, 1, 1, 1, 3, 3, 3], 5)
        np.testing.assert_allclose(cvs, [np.nan, 1.5 / 2.5, np.nan, 0, np.nan])
        self.assertEqual([t.tolist() for t in trains([3.0, 1.0], [2, 0], 4)], [[1.0], [], [3.0], []])
        self.assertEqual(trains([], [], 0), [])
        self.assertEqual(len(cv_isi([], [], 3)), 3)

    def test_segments(self):
        self.write()
        write_spikes(self.folder / "spikes_seg001.h5", {"exc": ([1.0], [7])})
        write_report(self.folder / "v_seg002.h5", {"exc": (self.v[:3], self.ids)}, start=50.0)
        results = Results(self.folder)
        self.assertEqual((results.segments("spikes"), results.segments("v")), ([0, 1], [0, 2]))
        self.assertEqual(results.spikes("exc", 1)[1].tolist(), [7])
        self.assertEqual(results.signal("v", "exc", 2).times.tolist(), [50.0, 50.5, 51.0])
        self.assertEqual((results.window(), results.window(1), results.window(2)), ((0, 100), (0, 1), (0, 51)))
        with self.refused("no segment 1 of v", "0, 2"):
            results.signal("v", "exc", 1)

    def test_a_single_file_is_enough(self):
        write_spikes(self.folder / "anything.hdf5", {"exc": self.exc})
        results = Results(self.folder / "anything.hdf5")
        np.testing.assert_array_equal(results.spikes("exc")[0], self.exc[0])
        self.write()
        self.assertEqual(Results(self.folder / "v.h5").kinds, ["v"])

    def test_files_of_others(self):
        self.write()
        with h5py.File(self.folder / "spikes.h5", "r+") as file:
            for name in "magic", "version", "ranvier_complete":
                del file.attrs[name]
            file["spikes/exc/timestamps"].attrs["units"] = np.bytes_("seconds")
        with h5py.File(self.folder / "nodes.h5", "w") as file:
            file.create_group("nodes/exc")
        results = Results(self.folder)
        self.assertEqual(results.kinds, ["spikes", "v"])
        self.assertTrue(results.is_complete("spikes"))
        np.testing.assert_array_equal(results.spikes("exc")[0], self.exc[0] * 1000)


class Refused(Folder):
    def test_names_get_a_suggestion(self):
        results = self.write()
        with self.refused("spikes.h5", 'no population "Exk"', "there are: exc, inh", 'Did you mean "exc"'):
            results.spikes("Exk")
        with self.refused('no recorded variable "w"', "there are: spikes, v"):
            results.signal("w", "exc")
        with self.refused('no recorded variable "spikes"'):
            results.signal("spikes", "exc")
        with self.refused("v.h5", 'no population "inh"', "there are: exc, none"):
            results.signal("v", "inh")
        with self.refused("v was not recorded from cell 6 but from 2, 3, 5, 4000", "nearest is 5"):
            results.signal("v", "exc").read(cells=[2, 6])
        with self.refused("was not recorded from cell 0 but from none"):
            results.signal("v", "none").read(cells=0)

    def test_folders_and_files_that_are_no_results(self):
        with self.refused("does not exist", "spikes.h5", "Check the path"):
            Results(self.folder / "away")
        (self.folder / "notes.txt").write_text("", encoding="utf-8")
        with self.refused("holds no results", "notes.txt"):
            Results(self.folder)
        (self.folder / "v.h5").write_text("no", encoding="utf-8")
        with self.refused("v.h5", "not an HDF5 file"):
            Results(self.folder)
        write_spikes(self.folder / "spikes.h5", self.spikes)
        results = Results(self.folder)
        self.assertEqual((results.kinds, len(results.problems)), (["spikes"], 1))
        with self.refused("v.h5", "not an HDF5 file"):
            results.signal("v", "exc")

    def test_damage(self):
        write_spikes(self.folder / "spikes.h5", {"exc": self.exc}, surplus_times=[101.0])
        with self.refused("exc is damaged: 301 timestamps and 300 node_ids"):
            Results(self.folder).spikes("exc")
        write_report(self.folder / "v.h5", {"exc": (self.v, self.ids)}, surplus_frames=2)
        with self.refused("damaged: 202 frames, where mapping/time tells 200"):
            Results(self.folder).signal("v", "exc")
        with h5py.File(self.folder / "v.h5", "r+") as file:
            file["report/exc/mapping/time"][2] = 0
        with self.refused("step of 0 ms"):
            Results(self.folder).signal("v", "exc")
        with h5py.File(self.folder / "spikes.h5", "r+") as file:
            del file["spikes/exc/node_ids"]
        with self.refused("has no dataset node_ids but holds timestamps"):
            Results(self.folder).spikes("exc")
        with h5py.File(self.folder / "spikes.h5", "r+") as file:
            file.attrs["magic"] = np.uint32(7)
        with self.refused("not a SONATA file", "0x7"):
            Results(self.folder / "spikes.h5")
        (self.folder / "run.json").write_text("{", encoding="utf-8")
        with self.refused("cannot read", "run.json"):
            self.assertIsNone(Results(self.folder).run)

    def test_truncated_file(self):
        self.write()
        os.truncate(self.folder / "spikes.h5", (self.folder / "spikes.h5").stat().st_size // 2)
        with self.refused("spikes.h5", "shorter than it says itself"):
            Results(self.folder).spikes("exc")


class Neo(Folder):
    def test_is_named_where_it_is_missing(self):
        results = self.write()
        with mock.patch.dict(sys.modules, {"neo": None}), \
                self.refused("needs the Python package neo", "pip install neo"):
            results.to_neo("inh")

    def test_block_is_shaped_like_those_of_pynn(self):
        self.ids[-1] = 19
        self.write()
        write_spikes(self.folder / "spikes_seg001.h5", {"exc": ([1.0], [7])})
        results = Results(self.folder)
        with fake_neo.installed():
            block, everything = results.to_neo("exc"), results.to_neo()
            some = results.to_neo("exc", cells=[3, 19, 4])
            with self.refused('no population "ecx"'):
                results.to_neo("ecx")
            with self.refused("no cell 25 in exc, which has 25"):
                results.to_neo("exc", cells=[25])
        self.assertEqual((block.name, block.annotations["size"], block.annotations["dt"]), ("exc", 25, 0.5))
        self.assertEqual([s.name for s in block.segments], ["segment000", "segment001"])
        first, second = block.segments
        self.assertEqual((len(first.spiketrains), len(first.analogsignals)), (25, 1))
        for index, train in enumerate(first.spiketrains):
            np.testing.assert_array_equal(train.times, results.trains("exc")[index])
            self.assertEqual(train.annotations, {"source_population": "exc", "source_id": index, "source_index": index})
            self.assertEqual(train.t_stop, 100)
        signal = first.analogsignals[0]
        np.testing.assert_array_equal(signal.magnitude, self.v)
        self.assertEqual((signal.name, signal.units, signal.t_start, signal.sampling_period), ("v", "mV", 0, 0.5))
        self.assertEqual(signal.array_annotations["channel_index"].tolist(), self.ids)
        self.assertEqual(second.spiketrains[7].times.tolist(), [1.0])
        self.assertEqual([len(t.times) for t in some.segments[0].spiketrains],
                         [len(results.trains("exc")[c]) for c in (3, 19, 4)])
        self.assertEqual(some.segments[0].analogsignals[0].array_annotations["channel_index"].tolist(), [3, 19])
        self.assertEqual(len(everything.segments[0].spiketrains), 25 + 5)
        self.assertEqual(everything.name, self.folder.name)
        self.assertEqual(json.loads((self.folder / "run.json").read_text())["seed"], everything.annotations["seed"])

    def test_segments_of_a_block_are_what_lies_between_resets(self):
        """Spikes go on through a gap in v, and v is switched off before the reset."""
        half = self.v[:100]
        write_spikes(self.folder / "spikes.h5", {"exc": self.exc}, resets=0, recorded=(0, 120), size=20)
        write_spikes(self.folder / "spikes_seg001.h5", {"exc": ([3.0], [7])}, resets=2, recorded=(0, 50), size=20)
        write_spikes(self.folder / "spikes_seg002.h5", {"exc": ([63.0], [7])}, resets=2, recorded=(60, 70), size=20)
        write_report(self.folder / "v.h5", {"exc": (half, self.ids)}, resets=0)
        write_report(self.folder / "v_seg001.h5", {"exc": (half, self.ids)}, resets=0, start=70.0)
        write_report(self.folder / "v_seg002.h5", {"exc": (self.v, self.ids)}, resets=2)
        results = Results(self.folder)
        self.assertEqual([results.resets("v", k) for k in results.segments("v")], [0, 0, 2])
        self.assertEqual((results.segments_after(2, "spikes"), results.segments_after(2, "w")), ([1, 2], []))
        with fake_neo.installed():
            first, second = results.to_neo("exc").segments
        self.assertEqual([s.t_start for s in first.analogsignals], [0, 70])
        self.assertEqual([s.magnitude.shape for s in second.analogsignals], [(200, 4)])
        self.assertEqual((len(first.spiketrains), len(second.spiketrains)), (20, 20))
        self.assertEqual((first.spiketrains[0].t_start, first.spiketrains[0].t_stop), (0, 120))
        self.assertEqual((second.spiketrains[0].t_start, second.spiketrains[0].t_stop), (0, 70))
        self.assertEqual(second.spiketrains[7].times.tolist(), [3.0, 63.0])

    def test_recorded_time_and_size_come_from_the_file(self):
        write_spikes(self.folder / "spikes.h5", {"exc": self.exc}, resets=0, recorded=(0, 400), size=30)
        results = Results(self.folder)
        self.assertEqual((results.size("exc"), results.window(), results.recorded()), (30, (0, 400), (0, 400)))
        np.testing.assert_allclose(results.firing_rates("exc").mean(), 300 / 30 / 0.4)
        write_run(self.folder / "run.json", warmup_ms=50.0, duration_ms=350.0)
        self.assertEqual(results.window(), (50, 400))
        write_spikes(self.folder / "spikes.h5", {"exc": self.exc}, resets=1, recorded=(20, 120), size=30)
        self.assertEqual(Results(self.folder).window(), (20, 120), "the warm-up was before the reset")


if __name__ == "__main__":
    unittest.main()

"""Tests of the commands that read results: exit codes, what they print, pictures. Run by test_results.py."""

import contextlib
import io
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import h5py
import numpy as np

from ranvier_results import figures
from result_files import spikes_of, write_report, write_run, write_spikes

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
COMMANDS = ["plot_raster", "plot_traces", "plot_rates", "compare_results", "recover_results"]
PNG = b"\x89PNG\r\n\x1a\n"


class Commands(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name) / "run"
        self.folder.mkdir()
        self.spikes = {"exc": spikes_of(1, 20, 300), "inh": spikes_of(2, 5, 90), "søl μ $x$": ([], [])}
        write_spikes(self.folder / "spikes.h5", self.spikes)
        self.v = np.random.default_rng(3).normal(-60, 5, (200, 4)).astype("f4")
        write_report(self.folder / "v.h5", {"exc": (self.v, [2, 3, 5, 19])})
        write_run(self.folder / "run.json", rates_hz={"exc": 300 * 1000 / (25 * 100.0)}, digest="00ff")

    def run_command(self, name, *args):
        """As the first lines of a new process would run it, but in this one, which has matplotlib already."""
        arguments, out, err = [str(SCRIPTS / name), *map(str, args)], io.StringIO(), io.StringIO()
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(out), \
                    contextlib.redirect_stderr(err):
                runpy.run_path(arguments[0], run_name="__main__")
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            os.chdir(here)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def expect_png(self, name, *args, path):
        ended = self.run_command(name, *args)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertEqual(ended.stdout.splitlines()[-1], str(path))
        self.assertEqual(Path(self.folder, path).read_bytes()[:8], PNG)
        return ended.stdout

    def expect_error(self, code, *texts, command):
        ended = self.run_command(*command)
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertTrue(ended.stderr.startswith(f"{command[0]}: "), ended.stderr)
        self.assertRegex(ended.stderr, ".*".join(texts))

    def test_help_names_every_option(self):
        for name in COMMANDS:
            ended = subprocess.run([SCRIPTS / name, "--help"], capture_output=True, text=True, check=False, cwd="/")
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            self.assertIn(f"scripts/{name} results/", ended.stdout)
            for option in re.findall(r'"(--\w[\w-]*)"', (SCRIPTS / name).read_text(encoding="utf-8")):
                self.assertRegex(ended.stdout, rf"(?m)^  {option} .*\n? +\S")
            self.assertEqual(self.run_command(name).returncode, 2)

    def test_plot_raster(self):
        self.expect_png("plot_raster", self.folder, path=self.folder / "raster.png")
        self.expect_png("plot_raster", self.folder / "spikes.h5", "--from", 10, "--to", 20, "--max-cells", 10,
                        "--output", "new/folder/r.png", path="new/folder/r.png")
        write_spikes(self.folder / "spikes.h5", {"silent": ([], [])})
        self.expect_png("plot_raster", self.folder, "--to", 10, path=self.folder / "raster.png")
        self.expect_error(1, "nothing to show from 0 to 0 ms; there is no spike, and", "--from and --to",
                          command=("plot_raster", self.folder))
        write_spikes(self.folder / "spikes.h5", {"silent": ([], [])}, recorded=(0, 1000), size=3)
        self.expect_png("plot_raster", self.folder, path=self.folder / "raster.png")
        below_a_file = self.folder / "run.json" / "x.png"
        self.expect_error(1, "cannot write", "--output",
                          command=("plot_raster", self.folder, "--to", 10, "--output", below_a_file))
        self.expect_error(1, "does not exist", command=("plot_raster", self.folder / "away"))

    def test_plot_raster_of_parts_and_segments(self):
        write_spikes(self.folder / "spikes.h5.part", {"exc": ([1.5, 2.5], [0, 1])}, mark=0, surplus_times=[7.0])
        ended = self.run_command("plot_raster", self.folder)
        self.assertEqual(ended.returncode, 0)
        self.assertRegex(ended.stderr, "unfinished run, shown with --parts")
        ended = self.run_command("plot_raster", self.folder, "--parts")
        self.assertEqual(ended.returncode, 0)
        self.assertRegex(ended.stderr, "not written to the end, shown as far as they go: spikes")
        (self.folder / "spikes.h5.part").unlink()
        write_spikes(self.folder / "spikes_seg001.h5", self.spikes)
        self.expect_png("plot_raster", self.folder, "--segment", 1, path=self.folder / "raster.png")
        self.expect_error(1, "no segment 2 of spikes", "0, 1", command=("plot_raster", self.folder, "--segment", 2))

    def test_plot_traces(self):
        self.expect_png("plot_traces", self.folder, path=self.folder / "v.png")
        self.expect_png("plot_traces", self.folder, "--population", "exc", "--cells", "2-3,19", "--from", 10,
                        "--to", 20, "--output", "t.png", path="t.png")
        (self.folder / "spikes.h5").unlink()
        self.expect_png("plot_traces", self.folder, path=self.folder / "v.png")
        for texts, args in [(('no recorded variable "w"',), ["--variable", "w"]),
                            (('no population "ex"', 'Did you mean "exc"'), ["--population", "ex"]),
                            (("not recorded from cell 4 but",), ["--cells", "2-4"]),
                            (("nothing to show from 9 to 8",), ["--from", 9, "--to", 8]),
                            (("no samples of exc from 300 to 400",), ["--from", 300, "--to", 400]),
                            (("100 cells of exc to draw", "1 to 50"), ["--cells", "0-99"])]:
            self.expect_error(1, *texts, command=("plot_traces", self.folder, *args))
        ended = self.run_command("plot_traces", self.folder, "--cells", "3-1")
        self.assertEqual(ended.returncode, 2)
        self.assertIn('"3-1" is no cell and no range', ended.stderr)
        write_report(self.folder / "v.h5", {"exc": (np.empty((5, 0)), [])})
        self.expect_error(1, "holds no cells", command=("plot_traces", self.folder))

    def test_plot_rates(self):
        said = self.expect_png("plot_rates", self.folder, path=self.folder / "rates.png")
        self.assertRegex(said, r"exc +25 +120\.00 +0\.\d\d\n")
        self.assertRegex(said, r"søl μ \$x\$ +0 +- +-\n")
        self.expect_png("plot_rates", self.folder, "--from", 50, "--to", 60, "--bins", 5, "--output", "r.png",
                        path="r.png")
        self.expect_error(1, "no time between 60 and 50", command=("plot_rates", self.folder, "--from", 60, "--to", 50))
        self.assertEqual(self.run_command("plot_rates", self.folder, "--bins", "0").returncode, 2)

    def test_rates_of_what_was_recorded_need_no_run_json(self):
        (self.folder / "run.json").unlink()
        write_spikes(self.folder / "spikes.h5", {"exc": self.spikes["exc"]}, recorded=(0.0, 400.0), size=30)
        said = self.expect_png("plot_rates", self.folder, path=self.folder / "rates.png")
        self.assertRegex(said, r"exc +30 +25\.00 +0\.\d\d\n")  # 300 spikes of 30 cells in 400 ms

    def test_traces_have_the_spikes_between_the_same_resets(self):
        exc = {"exc": self.spikes["exc"]}
        write_spikes(self.folder / "spikes.h5", exc, resets=0, recorded=(0, 100))
        write_spikes(self.folder / "spikes_seg001.h5", {"exc": ([101.0], [3])}, resets=0, recorded=(100, 200))
        write_spikes(self.folder / "spikes_seg002.h5", {"exc": ([7.0], [2])}, resets=1, recorded=(0, 100))
        write_report(self.folder / "v.h5", {"exc": (self.v, [2, 3, 5, 19])}, resets=0)
        write_report(self.folder / "v_seg001.h5", {"exc": (self.v, [2, 3, 5, 19])}, resets=1)
        with mock.patch("ranvier_results.figures.traces", wraps=figures.traces) as drawn:
            for segment in 0, 1:
                self.expect_png("plot_traces", self.folder, "--segment", segment, "--cells", "2,3",
                                path=self.folder / "v.png")
        (first, second) = (call.args[2] for call in drawn.call_args_list)
        times, ids = self.spikes["exc"]
        self.assertEqual([t.tolist() for t in first], [times[ids == 2].tolist(), [*times[ids == 3], 101.0]])
        self.assertEqual([t.tolist() for t in second], [[7.0], []])

    def compared(self, *args):
        other = self.folder.parent / "other"
        if not other.exists():
            shutil.copytree(self.folder, other)
        return other, self.run_command("compare_results", self.folder, other, *args)

    def test_the_same_results(self):
        other, ended = self.compared("--plot", "both.png")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("the same, bit for bit", ended.stdout)
        self.assertRegex(ended.stdout, r"exc +120\.0000 +120\.0000")
        self.assertRegex(ended.stdout, r"v\.h5 exc +200 x 4 float32 +200 x 4 float32 +same")
        self.assertEqual(ended.stdout.splitlines()[-1], "both.png")
        self.assertEqual((self.folder / "both.png").read_bytes()[:8], PNG)

    def expect_difference(self, text):
        _, ended = self.compared()
        self.assertEqual((ended.returncode, ended.stderr), (1, ""))
        self.assertIn("DIFFERENT", ended.stdout)
        self.assertRegex(ended.stdout, text)
        shutil.rmtree(self.folder.parent / "other")

    def test_different_results(self):
        other, _ = self.compared()
        times, ids = self.spikes["exc"]
        moved = times.copy()
        moved[-1] = np.nextafter(moved[-1], 1e9)
        write_spikes(other / "spikes.h5", {**self.spikes, "exc": (moved, ids)})
        cell = f"cell {ids[-1]} at 100"
        self.expect_difference(rf"spikes\.h5 exc .*spike 299: {cell}\.0 ms; {cell}\.00000000")
        other, _ = self.compared()
        write_spikes(other / "spikes.h5", {**self.spikes, "exc": (times[:-1], ids[:-1])})
        self.expect_difference(rf"300 spikes +299 spikes +spike 299: cell {ids[-1]} at 100\.0 ms; no further spike")
        other, _ = self.compared()
        with h5py.File(other / "v.h5", "r+") as file:
            file["report/exc/data"][7, 2] = np.nextafter(self.v[7, 2], np.float32(0))
        self.expect_difference(r"v\.h5 exc .*3\.5 ms, cell 5: -")
        other, _ = self.compared()
        write_report(other / "v.h5", {"exc": (self.v[:-1], [2, 3, 5, 19])})
        self.expect_difference(r"v\.h5 exc .*99\.5 ms: only A has this frame")
        other, _ = self.compared()
        write_report(other / "v.h5", {"exc": (self.v, [2, 3, 5, 18])})
        self.expect_difference(r"recorded cells: 1 only in A, 1 only in B, first 18")
        other, _ = self.compared()
        (other / "v.h5").unlink()
        self.expect_difference(r"v\.h5 +there +missing +only one has this file")
        other, _ = self.compared()
        write_spikes(other / "spikes.h5", {"exc": (times, ids)})
        self.expect_difference(r"spikes\.h5 inh +there +missing +only one has this population")
        for folder, stop in (self.folder, 100), (self.folder.parent / "other", 110):
            other, _ = self.compared()
            write_spikes(folder / "spikes.h5", self.spikes, resets=0, recorded=(0, stop))
        self.expect_difference(r"0 to 100 ms after 0 resets +0 to 110 ms after 0 resets +recorded at other times")
        other, _ = self.compared()
        write_run(other / "run.json", digest="00fe")
        self.expect_difference(r"digest +00ff +00fe +connections or state")

    def test_nan_is_the_same_and_minus_zero_is_not(self):
        self.v[3, 1], self.v[4, 1] = np.nan, 0.0
        write_report(self.folder / "v.h5", {"exc": (self.v, [2, 3, 5, 19])})
        other, ended = self.compared()
        self.assertEqual(ended.returncode, 0)
        self.v[4, 1] = -0.0
        write_report(other / "v.h5", {"exc": (self.v, [2, 3, 5, 19])})
        self.expect_difference(r"2 ms, cell 3: 0\.0; -0\.0")

    def test_comparison_needs_all_files(self):
        other, _ = self.compared()
        (other / "v.h5").write_bytes(b"damaged")
        ended = self.run_command("compare_results", self.folder, other)
        self.assertEqual(ended.returncode, 2)
        self.assertRegex(ended.stderr.splitlines()[-1], "compare_results: cannot read .*v.h5")
        self.expect_error(2, "does not exist", command=("compare_results", self.folder, self.folder / "away"))

    def test_empty_results_are_the_same(self):
        write_spikes(self.folder / "a.h5", {})
        ended = self.run_command("compare_results", "a.h5", "a.h5")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.expect_png("plot_raster", "a.h5", "--to", 5, path="raster.png")

    def test_recover_results(self):
        self.expect_error(1, "nothing to recover", command=("recover_results", self.folder))
        write_spikes(self.folder / "spikes.h5.part", self.spikes, mark=0, surplus_times=[101.0])
        write_report(self.folder / "v.h5.part", {"exc": (self.v, [2, 3, 5, 19])}, mark=0, surplus_frames=3)
        ended = self.run_command("recover_results", self.folder)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("v.h5.part: recovered\n    exc: 200 of 203 frames\n", ended.stdout)
        self.assertEqual(ended.stdout.splitlines()[-1], str(self.folder / "recovered"))
        same = self.run_command("compare_results", self.folder / "recovered", self.folder)
        self.assertEqual(same.returncode, 1)
        self.assertIn("only one was written to its end", same.stdout)
        self.assertRegex(same.stdout, r"spikes\.h5 exc +300 spikes +300 spikes +same")
        again = self.run_command("recover_results", self.folder)
        self.assertEqual((again.returncode, again.stderr.count("exists already")), (1, 2))
        write_report(self.folder / "x.h5.part", {"exc": (self.v[:0], [2, 3, 5, 19])}, mark=0, surplus_frames=3)
        ended = self.run_command("recover_results", self.folder)
        self.assertIn("x.h5.part: holds nothing that is whole\n    exc: 0 of 3 frames\n", ended.stdout)
        (self.folder / "x.h5.part").unlink()
        write_spikes(self.folder / "spikes_seg001.h5.part", {"silent": ([], [])}, mark=0, recorded=(0, 100))
        ended = self.run_command("recover_results", self.folder, "--output", self.folder / "silent")
        self.assertIn("spikes_seg001.h5.part: recovered\n    silent: 0 of 0 spikes\n", ended.stdout)
        (self.folder / "spikes_seg001.h5.part").unlink()
        (self.folder / "w.h5.part").write_bytes(b"")
        ended = self.run_command("recover_results", self.folder, "--output", self.folder / "rescued")
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, "w.h5.part.*nothing can be recovered")
        self.assertEqual(sorted(p.name for p in (self.folder / "rescued").iterdir()), ["spikes.h5", "v.h5"])

#!/usr/bin/python3
"""scripts/bench_suite.py: what it says of mistakes on the command line, and what it makes of the results of programs."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench_suite.py"

# Stands for a network program: results of which some depend on how often it has run.
STAND_IN = """#!/usr/bin/python3
import json, sys
from pathlib import Path
if "--help" in sys.argv:
    print("--weights")
    sys.exit()
args, count = sys.argv[1:], Path(__file__).with_name("count")
run = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(run))
factor = {1: 0.3, 2: 0.1, 3: 0.2}[run]
facts = dict(scale=1, precision=args[args.index("--precision") + 1], cells=12, sources=2, connections=30, build_s=1.5,
             build_user_s=1.25, run_s=10 * factor, duration_ms=10000, real_time_factor=factor,
             window_real_time_factor=dict(min=factor / 2, median=factor, max=2 * factor),
             phases_s=dict(deliver=4 * factor, update=3 * factor, exchange=2 * factor), bytes_per_connection=8.5,
             peak_rss_bytes=2 * 10**9, rates_hz=dict(exc=5), load=dict(events=dict(min=1, mean=2, max=3)),
             digest="00ff", versions={})
Path(args[args.index("--output") + 1], "run.json").write_text(json.dumps(facts))
"""


class BenchSuite(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)
        program = self.folder / "balanced_network"
        program.write_text(STAND_IN, encoding="utf-8")
        program.chmod(0o755)

    def run_suite(self, *args):
        return subprocess.run([SCRIPT, *map(str, args)], capture_output=True, text=True, check=False)

    def expect_refused(self, said, *args):
        ended = self.run_suite(*args)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertIn(said, ended.stderr.splitlines()[-1])
        self.assertNotIn("Traceback", ended.stderr)

    def test_mistakes_are_named(self):
        only = ("--only", "balanced")
        for number in "0", "-1", "one", "1.5":
            self.expect_refused(f"--ranks: must be a whole number >= 1, got '{number}'", self.folder, f"--ranks={number}")
            self.expect_refused(f"--runs: must be a whole number >= 1, got '{number}'", self.folder, f"--runs={number}")
        self.expect_refused("--only: '[' is no regular expression", self.folder, "--only", "[")
        self.expect_refused("there are microcircuit, balanced_network", self.folder, "--only", "nothing like it")
        self.expect_refused("no/such/file: No such file", self.folder, *only, "--json", self.folder / "no/such/file")
        self.expect_refused("there is no folder", self.folder / "missing", *only)
        self.expect_refused("lacks microcircuit", self.folder, "--only", "microcircuit")
        self.assertFalse((self.folder / "count").exists(), "something was measured all the same")

    def test_results_are_those_of_the_run_in_the_middle(self):
        lines = self.folder / "lines"
        ended = self.run_suite(self.folder, "--only", "balanced", "--ranks", "1", "--json", lines)
        self.assertEqual(ended.returncode, 0, ended.stderr)

        (result,) = (json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines())
        self.assertEqual((result["real_time_factor"], result["run_s"], result["phases_s"]["deliver"]), (0.2, 2, 0.8))
        self.assertEqual((result["build_s"], result["build_user_s"], result["sources"]), (1.5, 1.25, 2))
        self.assertEqual(result["spread"], {"runs": 3, "min": 0.1, "max": 0.3, "window_min": 0.05, "window_max": 0.6})
        table = [line.split() for line in ended.stdout.splitlines() if line.startswith("balanced_network ")]
        self.assertEqual(table, [["balanced_network", "1", "single", "exact", "1", "0.2", "0.1-0.3", "0.05-0.6", "1.50",
                                  "1.25", "2.00", "0.80", "0.60", "0.40", "8.50", "2.00"]])
        self.assertIn("build CPU s", ended.stdout)


if __name__ == "__main__":
    unittest.main()

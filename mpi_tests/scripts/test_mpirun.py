#!/usr/bin/python3
"""scripts/mpirun: which mpirun it starts, what it returns, and when it ends one that has locked up."""

import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "mpirun"

# Stands for Open MPI's: prints its arguments and exits with the last one; or its only child ends, or stops,
# and it waits for a lock that nobody releases, or for time to pass.
STAND_IN = """#!/usr/bin/python3
import subprocess, sys, threading, time
what = sys.argv[-1]
if what in ("locks-up", "is-late"):
    subprocess.run(["sleep", "1.5"])
if what == "locks-up-stopped":
    subprocess.Popen(["sh", "-c", "kill -STOP $$"])
if what.startswith("locks-up"):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
if what == "is-late":
    time.sleep(8)
    what = "3"
print(*sys.argv[1:])
sys.exit(int(what))
"""


def has_guard(pid):
    """Whether the guard of a process is there; it is told whom it watches."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"mpirun-guard" in words and any(word.endswith(f"end_if_locked_up {pid}".encode()) for word in words):
            return True
    return False


class Mpirun(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name)
        self.installed = self.folder / "bin"
        self.installed.mkdir()
        (self.installed / "mpirun").write_text(STAND_IN)
        (self.installed / "mpirun").chmod(0o755)

    def launch(self, script, *arguments, folders=(), launcher=None):
        path = ":".join(map(str, [*folders, self.installed, os.environ["PATH"]]))
        environment = {**os.environ, "PATH": path}
        environment.pop("MPIRUN", None)
        if launcher:
            environment["MPIRUN"] = str(launcher)
        with subprocess.Popen([script, *arguments], cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as job:
            time.sleep(0.5)
            self.was_guarded = has_guard(job.pid)
            out, errors = job.communicate(timeout=30)
        deadline = time.monotonic() + 2
        while has_guard(job.pid):
            self.assertLess(time.monotonic(), deadline, "the guard is still there")
            time.sleep(0.1)
        return subprocess.CompletedProcess([script, *arguments], job.returncode, out, errors)

    def expect_started(self, ended):
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (3, "-n 2 3\n", ""))

    def test_starts_the_installed_one_and_returns_its_code(self):
        self.expect_started(self.launch(SCRIPT, "-n", "2", "3"))

    def test_through_links(self):
        (self.folder / "link").symlink_to(SCRIPT)
        (self.folder / "again").symlink_to("link")
        self.expect_started(self.launch(self.folder / "again", "-n", "2", "3"))

    def test_in_the_search_path_it_does_not_start_itself(self):
        links = self.folder / "links"
        links.mkdir()
        (links / "mpirun").symlink_to(SCRIPT)
        self.expect_started(self.launch("mpirun", "-n", "2", "3", folders=[links, SCRIPT.parent]))

    def test_the_guard_ends_one_that_locked_up_and_no_other(self):
        begin = time.monotonic()
        ended = self.launch(SCRIPT, "locks-up")
        self.assertTrue(self.was_guarded)
        self.assertEqual((ended.returncode, ended.stdout), (-9, ""))
        self.assertEqual(ended.stderr, "mpirun: locked up after the end of the last rank, and was killed\n")
        self.assertLess(time.monotonic() - begin, 15)

        other_name = self.folder / "mpiexec"
        other_name.symlink_to(self.installed / "mpirun")
        stopped = self.launch(SCRIPT, "locks-up-stopped", launcher=other_name)
        self.assertTrue(self.was_guarded)
        self.assertEqual((stopped.returncode, stopped.stderr), (-9, ended.stderr))

        late = self.launch(SCRIPT, "is-late")
        self.assertTrue(self.was_guarded)
        self.assertEqual((late.returncode, late.stdout, late.stderr), (3, "is-late\n", ""))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""Whatever goes wrong on one rank ends all ranks, soon and with one message.

    run_failures.py MPIRUN PROGRAM GROUP      GROUP: errors, watchdog, default_timeout, memory, messages, disk, kills
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RANKS = 3
TIMEOUT_S = 2        # of the watchdog in these tests
FULL_DISK_MS = "2000"  # simulated time: a few chunks of every file
LIMIT_S = 60         # a hang is what this test is about
MPI_LIMIT_S = 25     # the start and the end of MPI have 10 s at least, and ranks take turns to say so
os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = "1"

AGREED = r"Error: the user's code failed \(rank {rank} of 3\)"
STANDSTILL = r"Error: The ranks do not go on together: .* but rank {rank} has {found}.*--timeout or " \
             r"RANVIER_TIMEOUT\."
NO_WATCHDOG = r"Error: The ranks do not go on together: rank {waiting} has waited for \d+ s in the {part} of MPI\. .*" \
              r"RANVIER_TIMEOUT\."

# mode, rank, the one line that is printed
ERRORS = [
    ("normal", 0, None),
    ("throws-in-function", 1, AGREED),
    ("throws-in-connector", 2, AGREED),
    ("throws-in-callback", 0, AGREED),
    ("throws-in-callback", 1, AGREED),
    ("throws-in-sink", 0, AGREED.replace("code", "file")),
    ("throws-in-sink", 1, AGREED.replace("code", "file")),
    ("no-memory", 2, r"Error: Not enough memory \(std::bad_alloc\)\. \(rank 2 of 3\)"),
    ("exits", 1, r"Error: exit\(3\) was called while the Environment lives\. .* \(rank 1 of 3\)"),
    ("all-exit", 0, r"Error: exit\(3\) was called while the Environment lives\. Return from main .*Error\."),
    ("other-call", 1, r"Error: The ranks must make the same calls in the same order, but rank 0 is in "
                      r'Population "p": set tau_m and rank 1 of 3 in .*'),
]
WATCHDOG = [
    ("slow-function", 1, None),
    ("missing", 1, STANDSTILL.replace("{found}", "come to the end of the program")),
    ("missing", 0, STANDSTILL.replace("{found}", "come to the end of the program")),
    ("stuck-in-function", 2, STANDSTILL.replace(
        "{found}", 'been in the value given for i_offset of [Pp]opulation "p" for')),
    ("stuck-in-connector", 0, STANDSTILL.replace("{found}", 'been in Projection "p.p" for')),
    ("stuck-in-callback", 1, STANDSTILL.replace(
        "{found}", r"been in a function called during the run for \d+ s at t = 24 ms")),
    ("stopped", 1, STANDSTILL.replace("{found}", r"not answered for")),
    ("stopped", 0, STANDSTILL.replace("{found}", r"not answered for")),
]
# mode, rank, the first rank that waits for it, and in what
ENDS_OF_MPI = [
    ("stopped-before-start", 0, 1, "start"),
    ("stopped-before-start", 2, 0, "start"),
    ("stopped-at-end", 1, 0, "end"),
]


def launch(mpirun, program, mode, rank, directory, *, prefix=(), of_rank=(), more=(), limit_s=LIMIT_S,
           **environment):
    """Runs the program, with mpirun after `prefix`; returns exit code, our error lines, output, seconds."""
    variables = {**os.environ, "RANVIER_TIMEOUT": str(TIMEOUT_S), **environment}
    variables = {name: value for name, value in variables.items() if value is not None}
    begin = time.monotonic()
    done = subprocess.run(
        [*prefix, mpirun, "-n", str(RANKS), *of_rank, program, mode, str(rank), str(directory), *more],
        capture_output=True, text=True, timeout=limit_s, env=variables, check=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    return done.returncode, lines, done.stdout, time.monotonic() - begin


def left_over(directory):
    """Processes that still have the directory among their arguments."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = entry.read_bytes()
        except OSError:
            continue
        if str(directory).encode() in arguments and entry.parent.name != str(os.getpid()):
            found.append(arguments.replace(b"\0", b" ").decode(errors="replace"))
    return found


def problems_of(code, lines, expected, directory, rank):
    found = []
    if expected is None:
        if code != 0 or lines:
            found.append(f"exit code {code}, {lines}")
        if not (directory / "spikes.h5").exists():
            found.append("no result")
        return found
    if code == 0:
        found.append("exit code 0")
    if len(lines) != 1 or not re.fullmatch(expected.replace("{rank}", str(rank)), lines[0]):
        found.append(f"printed {lines}")
    if (directory / "spikes.h5").exists():
        found.append("a result that looks complete")
    return found


def report(name, found, seconds, directory):
    deadline = time.monotonic() + 10  # mpirun may return before the last process is gone
    while left_over(directory) and time.monotonic() < deadline:
        time.sleep(0.1)
    found += [f"still running: {process}" for process in left_over(directory)]
    print(f"{name}: {'; '.join(found) or 'ok'} ({seconds:.1f} s)", flush=True)
    return not found


def check_cases(mpirun, program, cases, folder, within_s=LIMIT_S, **environment):
    ok = True
    for number, (mode, rank, expected) in enumerate(cases):
        directory = folder / f"{mode}{number}"
        code, lines, _, seconds = launch(mpirun, program, mode, rank, directory, **environment)
        found = problems_of(code, lines, expected, directory, rank)
        if seconds > within_s:
            found.append(f"ended after more than {within_s:.1f} s")
        ok &= report(f"{mode} on rank {rank}", found, seconds, directory)
    return ok


def check_default_timeout(mpirun, program, folder):
    """The documented timeout, start and end of the job included, with root and without, at the same time."""
    def check(case):
        return check_cases(mpirun, program, [case], folder / f"{case[0]}@{case[1]}", 59, RANVIER_TIMEOUT=None)
    cases = [("missing", 1, WATCHDOG[1][2]), ("stopped", 0, WATCHDOG[-1][2])]
    with ThreadPoolExecutor(len(cases)) as pool:
        return all(list(pool.map(check, cases)))


def check_faults(mpirun, program, folder):
    """Every file call and every large allocation fails once, on the first and on another rank."""
    ok = True
    for mode in ("file-faults", "memory-faults"):
        for rank in (0, 2):
            directory = folder / f"{mode}{rank}"
            # Hundreds of files that failed are closed at the end of MPI, which may take some time.
            code, lines, output, seconds = launch(mpirun, program, mode, rank, directory, limit_s=3 * LIMIT_S,
                                                  RANVIER_TIMEOUT=str(LIMIT_S))
            found = [] if code == 0 and not lines else [f"exit code {code}", *lines]
            count = re.search(r"faults (\d+)", output)
            if not count or int(count[1]) < 5:
                found.append(f"hardly anything failed: {output}")
            whole = [path for path in directory.glob("*/spikes.h5")]
            # The last run is the one in which nothing failed; a directory that cannot be
            # synchronised after the file got its name is no reason to take it back.
            if count and len(whole) > 2:
                found.append(f"{len(whole)} results look complete")
            if any(not path.with_name("v.h5").exists() for path in whole):
                found.append("spikes.h5 has its name and v.h5 has not")
            ok &= report(f"{mode} on rank {rank}: {output.strip()}", found, seconds, directory)
    return ok


def check_killed(mpirun, program, folder):
    """A killed rank: mpirun ends the job, and earlier windows can be read."""
    import h5py
    directory = folder / "killed"
    code, lines, _, seconds = launch(mpirun, program, "killed", 1, directory)
    found = [] if code != 0 and not lines else [f"exit code {code}", *lines]
    if (directory / "spikes.h5").exists():
        found.append("a result that looks complete")
    with h5py.File(directory / "spikes.h5.part", "r", locking=False) as file:
        times = file["spikes/p/timestamps"][:]
        if file.attrs["ranvier_complete"] != 0:
            found.append("marked as complete")
    if len(times) == 0 or not 10 < times.max() <= 20:
        found.append(f"{len(times)} spikes in the windows before")
    return report("killed", found, seconds, directory)


def prefix_problems(directory, whole):
    """What a killed run has left, compared with the results of a run to the end."""
    import h5py
    found, shares = [], []

    def opened(name):
        """The file as it was left: complete, or a part."""
        path = directory / name
        if path.exists() and path.read_bytes() != (whole / name).read_bytes():
            found.append(f"{name} has its name and is another one")
        return h5py.File(path if path.exists() else directory / f"{name}.part", "r", locking=False)

    with opened("spikes.h5") as file, h5py.File(whole / "spikes.h5") as all_:
        for name in ("timestamps", "node_ids"):
            values, expected = file[f"spikes/p/{name}"][:], all_[f"spikes/p/{name}"][:]
            shares.append(len(values) / len(expected))
            if values.tobytes() != expected[:len(values)].tobytes():
                found.append(f"{name} are not the first of the whole run")
    with opened("v.h5") as file, h5py.File(whole / "v.h5") as all_:
        start, stop, step = file["report/p/mapping/time"][:]
        frames = int((stop - start) / step)
        values = file["report/p/data"][:frames]
        if len(values) != frames or values.tobytes() != all_["report/p/data"][:frames].tobytes():
            found.append(f"v: {len(values)} of {frames} promised samples, or other ones")
    return found, min(shares)


def ranks_of(directory):
    """The processes of a run, mpirun itself left out."""
    ranks = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if str(directory).encode() in arguments and arguments[1:2] == [b"marks"]:
            ranks.append(int(entry.parent.name))
    return ranks


def marks_job(mpirun, program, directory, stderr=subprocess.DEVNULL, duration_ms=1000, **environment):
    """Starts a run that marks the moment from which it writes."""
    return subprocess.Popen([mpirun, "-n", str(RANKS), program, "marks", "0", str(directory), str(duration_ms)],
                            stdout=subprocess.DEVNULL, stderr=stderr, text=True,
                            env={**os.environ, **environment})


def end_of(job):
    """Exit code, None after LIMIT_S, and what was printed."""
    try:
        _, errors = job.communicate(timeout=LIMIT_S)
        return job.returncode, errors
    except subprocess.TimeoutExpired:
        job.kill()
        return None, ""


def wait_for_mark(job, directory):
    while job.poll() is None and not (directory / "running").exists():
        time.sleep(0.002)
    return time.monotonic()


def check_kills(mpirun, program, folder, kills=50, at_once=3):
    """SIGKILL at random moments, every fifth in the start: what had been flushed is there, and right."""
    dice = random.Random(8)
    begin = time.monotonic()
    with marks_job(mpirun, program, folder / "whole") as job:
        mark = wait_for_mark(job, folder / "whole")
        ok = end_of(job)[0] == 0
    starts, writes = mark - begin, time.monotonic() - mark
    cases = [(number, number % 5 == 0, dice.random(), dice.randrange(RANKS)) for number in range(kills)]

    def kill(case):
        number, in_start, moment, victim = case
        directory = folder / str(number)
        begin = time.monotonic()
        with marks_job(mpirun, program, directory) as job:
            if in_start:
                time.sleep(moment * starts)
            else:
                wait_for_mark(job, directory)
                time.sleep(0.7 * moment * writes)
            for rank in sorted(ranks_of(directory))[victim:][:1]:
                os.kill(rank, signal.SIGKILL)
            ended, _ = end_of(job)
        found, share = [] if ended is not None else [f"no end within {LIMIT_S} s"], None
        if ended != 0 and (directory / "running").exists():
            try:
                problems, share = prefix_problems(directory, folder / "whole")
                found += problems
            except OSError as problem:
                found.append(f"cannot be read: {problem}")
                share = 0
        right = report(f"kill {number}", found, time.monotonic() - begin, directory)
        return right, ended != 0, share

    with ThreadPoolExecutor(at_once) as pool:
        done = list(pool.map(kill, cases))
    shares = [share for _, _, share in done if share is not None]
    print(f"{sum(killed for _, killed, _ in done)} of {kills} runs were killed, {len(shares)} while they wrote; "
          f"they hold {min(shares, default=0):.0%} to {max(shares, default=0):.0%} of the spikes")
    return ok and all(right for right, _, _ in done) and len(shares) >= kills / 3


def check_stops(mpirun, program, folder, stops=5):
    """Root stops at a random moment, most often in a file operation that the others wait in. The run is long enough
    not to be over by then: nobody is there to notice a root that stops when the others have left MPI."""
    dice = random.Random(4)
    ok, stopped = True, 0
    for number in range(stops):
        directory = folder / f"stop{number}"
        begin = time.monotonic()
        with marks_job(mpirun, program, directory, subprocess.PIPE, duration_ms=10000,
                       RANVIER_TIMEOUT=str(TIMEOUT_S)) as job:
            wait_for_mark(job, directory)
            time.sleep(dice.uniform(0, 0.5))
            for rank in ranks_of(directory):
                if b"OMPI_COMM_WORLD_RANK=0" in Path(f"/proc/{rank}/environ").read_bytes().split(b"\0"):
                    os.kill(rank, signal.SIGSTOP)
            code, errors = end_of(job)
        lines = [line for line in errors.splitlines() if line.startswith("Error: ")]
        found = []
        if code != 0:
            stopped += 1
            if len(lines) != 1 or " but rank 0 has not answered for " not in lines[0]:
                found.append(f"printed {lines}")
        ok &= report(f"stop {number}", found, time.monotonic() - begin, directory)
    print(f"{stopped} of {stops} runs were stopped")
    return ok and stopped > 0


def check_messages(mpirun, program, folder):
    """Every message fails once, each on another rank than the one before."""
    code, _, output, _ = launch(mpirun, program, "count-messages", 0, folder / "count", more=["12"],
                                RANVIER_FAULT="message:0@0")
    count = re.search(r"messages (\d+)", output)
    if code != 0 or not count:
        print(f"counting: exit code {code}: {output}")
        return False

    def check(n):
        rank = n % RANKS
        directory = folder / str(n)
        code, lines, _, seconds = launch(
            mpirun, program, "normal", rank, directory, more=["12"], RANVIER_FAULT=f"message:{n}@{rank}")
        expected = rf"Error: .*: failed as ordered by RANVIER_FAULT\. \(rank {rank} of 3\)"
        found = problems_of(code, lines, expected, directory, rank)
        if n == int(count[1]):  # all agree that the result is there, and it is
            found = [problem for problem in found if problem != "a result that looks complete"]
        return report(f"message {n} on rank {rank}", found, seconds, directory)

    with ThreadPoolExecutor(2) as pool:
        return all(list(pool.map(check, range(1, int(count[1]) + 1))))


def check_limits(mpirun, program, folder):
    """A file size limit, raised until the run succeeds: every write in turn is the one that fails."""
    directory = folder / "before MPI"
    code, lines, _, seconds = launch(mpirun, program, "normal", 0, directory,
                                     of_rank=["sh", "-c", 'ulimit -f 64 && exec "$@"', "sh"])
    found = problems_of(code, lines, r"Error: write_sonata: cannot .*ulimit -f.*", directory, 0)
    if not report("limit set before MPI starts", found, seconds, directory):
        return False
    failed = 0
    for limit in range(0, 1 << 22, 8 * 1024):
        directory = folder / str(limit)
        code, lines, _, seconds = launch(mpirun, program, "normal", 0, directory, FAILING_LIMIT=str(limit))
        if code == 0:
            found = problems_of(code, lines, None, directory, 0)
            found += ["nothing has failed before"] if failed < 5 else []
            return report(f"limit of {limit} bytes", found, seconds, directory)
        found = problems_of(code, lines, r"Error: write_sonata: cannot .*", directory, 0)
        if not report(f"limit of {limit} bytes", found, seconds, directory):
            return False
        failed += 1
    print("no limit was large enough")
    return False


def check_ends_of_mpi(mpirun, program, folder):
    """A rank that does not come through MPI's own start or end, where no watchdog runs."""
    ok = True
    for mode, rank, waiting, part in ENDS_OF_MPI:
        directory = folder / f"{mode}{rank}"
        expected = NO_WATCHDOG.replace("{waiting}", str(waiting)).replace("{part}", part)
        code, lines, _, seconds = launch(mpirun, program, mode, rank, directory)
        found = [] if code != 0 and len(lines) == 1 and re.fullmatch(expected, lines[0]) else [f"{code}, {lines}"]
        # What was finished before the end of MPI stays.
        if (directory / "spikes.h5").exists() != (part == "end"):
            found.append("a result of a job that did not start, or none of one that did")
        ok &= report(f"{mode} on rank {rank}", found, seconds, directory)
    return ok


# kB of address space, and a rank: too little for MPI, for its communicators, for its files, enough. How far
# a rank gets depends on the machine.
LITTLE_MEMORY = [(60_000, 1), (90_000, 1), (100_000, 0), (120_000, 1), (140_000, 0), (150_000, 0), (160_000, 0),
                 (180_000, 1)]


def check_little_memory(mpirun, program, folder):
    """Memory that ends inside MPI, which other ranks then wait in."""
    ok = True
    for kilobytes, rank in LITTLE_MEMORY:
        directory = folder / f"memory{kilobytes}"
        limited = f'if [ "$OMPI_COMM_WORLD_RANK" = {rank} ]; then ulimit -v {kilobytes}; fi; exec "$@"'
        code, lines, _, seconds = launch(mpirun, program, "normal", rank, directory,
                                         of_rank=["sh", "-c", limited, "sh"], RANVIER_TIMEOUT="4")
        whole = (directory / "spikes.h5").exists()
        found = [] if whole == (code == 0) and len(lines) <= 1 else [f"{code}, {lines}, complete: {whole}"]
        if seconds > MPI_LIMIT_S:
            found.append(f"ended after more than {MPI_LIMIT_S} s")
        ok &= report(f"{kilobytes} kB of memory on rank {rank}", found, seconds, directory)
    return ok


def left_windows(directory, whole):
    """What a full disk has left of every file, which was flushed only at its beginning and end."""
    import h5py

    def is_begun(name, group):
        path = directory / f"{name}.part"
        if not path.exists() or not path.stat().st_size:
            return False
        with h5py.File(path, "r", locking=False) as file:
            return group in file

    try:
        if is_begun("spikes.h5", "spikes/p/node_ids") and is_begun("v.h5", "report/p/mapping/time"):
            return prefix_problems(directory, whole)
    except OSError as problem:
        return [f"cannot be read: {problem}"], 0
    return [], 0  # full before there was anything to write


def check_full_disk(mpirun, program, folder):
    """A small file system, enlarged until the run succeeds: what fits before is there, in every file."""
    mount = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    volume = folder / "volume"
    volume.mkdir()
    probe = subprocess.run([*mount, f"mount -t tmpfs -o size=64k tmpfs {volume}"], capture_output=True, check=False) \
        if shutil.which("unshare") else None
    if probe is None or probe.returncode != 0:
        print("full disk: no rights to mount a small file system here; skipped")
        return True
    if launch(mpirun, program, "normal", 0, folder / "whole", more=[FULL_DISK_MS])[0] != 0:
        return report("run on a large disk", ["failed"], 0, folder / "whole")
    shares = []
    for size in range(16, 8192, 48):
        directory, left = volume / "results", folder / f"left{size}"
        script = (f"mount -t tmpfs -o size={size}k tmpfs {volume} && \"$@\"; code=$?; "
                  f"cp -r {directory} {left} 2>/dev/null; exit $code")
        code, lines, output, seconds = launch(
            mpirun, program, "normal", 0, directory, prefix=[*mount, script, "sh"], more=[FULL_DISK_MS],
            FAILING_FLUSH="1000")
        whole = (left / "spikes.h5").exists()
        if code == 0:
            found = [] if whole and len(shares) >= 5 else [f"{output}, {len(shares)} failures before"]
            found += [] if len({share for share in shares if share > 0}) >= 3 else [f"kept only {shares}"]
            return report(f"disk of {size} kB", found, seconds, directory)
        found = [] if len(lines) == 1 and "no space left on device" in lines[0] else [f"printed {lines}"]
        found += ["a result that looks complete"] if whole else []
        problems, share = left_windows(left, folder / "whole")
        shares.append(share)
        if not report(f"disk of {size} kB: {share:.0%} of the spikes left", found + problems, seconds, directory):
            return False
    print("no disk was large enough")
    return False


GROUPS = {
    "errors": lambda m, p, f: check_cases(m, p, ERRORS, f) & check_killed(m, p, f) & check_faults(m, p, f),
    "watchdog": lambda m, p, f: check_cases(m, p, WATCHDOG, f) & check_stops(m, p, f) & check_ends_of_mpi(m, p, f),
    "memory": check_little_memory,
    "default_timeout": check_default_timeout,
    "messages": check_messages,
    "disk": lambda m, p, f: check_limits(m, p, f) & check_full_disk(m, p, f),
    "kills": check_kills,
}


def main():
    mpirun, program, group = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="ranvier-failures-") as folder:
        return 0 if GROUPS[group](mpirun, program, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())

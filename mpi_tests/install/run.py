#!/usr/bin/env python3
"""Installs a build tree into a temporary prefix, builds the program of this folder (the one in the
README) against it and runs it on one and on two ranks.

    run.py CMAKE BUILD_TREE MPIRUN [CMAKE_ARGUMENT...]
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path


def run(*command, folder=None):
    done = subprocess.run(list(map(str, command)), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def main():
    cmake, tree, mpirun, *arguments = sys.argv[1:]
    source = Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory(prefix="ranvier-install-") as folder:
        prefix, build = Path(folder, "prefix"), Path(folder, "build")
        run(cmake, "--install", tree, "--prefix", prefix)
        run(cmake, "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", *arguments)
        run(cmake, "--build", build)
        said = {run(mpirun, "-n", ranks, build / "downstream", folder=folder) for ranks in (1, 2)}
        written = Path(folder, "results", "spikes.h5").is_file()
    print(*said, sep="", end="")
    spikes = re.search(r"connections, ([\d.]+) spikes per cell", "".join(said))
    if len(said) != 1 or not written or not spikes or float(spikes.group(1)) == 0:
        sys.exit("expected one line on 1 and on 2 ranks, spikes, and results/spikes.h5")


if __name__ == "__main__":
    main()

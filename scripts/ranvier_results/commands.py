"""What the commands in scripts/ have in common: their options, and how they end."""

import argparse
import re
import sys
from pathlib import Path

from .errors import ResultsError
from .results import Results


def parser(description, **options):
    return argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter,
                                   **options)


def add_selection(arguments):
    """--segment and --parts: which of the files of a folder."""
    arguments.add_argument("--segment", type=int, default=0, metavar="N",
                           help="number of the file that is drawn: after a reset or a gap in recording, files are "
                                "called _seg001 and so on, counted for each kind by itself (default %(default)s)")
    arguments.add_argument("--parts", action="store_true",
                           help="where a folder holds a finished run and an unfinished one (.part), read the latter")


def add_window(arguments, default_start, default_stop="the end"):
    arguments.add_argument("--from", dest="start", type=float, metavar="MS",
                           help=f"first time shown; default: {default_start}")
    arguments.add_argument("--to", dest="stop", type=float, metavar="MS",
                           help=f"last time shown; default: {default_stop}")


def add_output(arguments, default):
    arguments.add_argument("--output", type=Path, metavar="PNG", help=f"default: {default} beside the results")


def cell_numbers(text):
    """The cells named by "0,5,10-12"."""
    cells = []
    for item in text.split(","):
        found = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", item)
        if not found or (found[2] and int(found[2]) < int(found[1])):
            raise argparse.ArgumentTypeError(f'"{item}" is no cell and no range of cells; expected e.g. 0,5,10-12')
        cells.extend(range(int(found[1]), int(found[2] or found[1]) + 1))
    return cells


def open_results(path, parts=False):
    """Results; says on stderr if files were left aside or the run was not finished."""
    results = Results(path, parts=parts)
    if results.ignored:
        others, option = ("finished", "without") if parts else ("unfinished", "with")
        print(f"note: {path} also holds files of another, {others} run, shown {option} --parts", file=sys.stderr)
    for error in results.problems:
        print(f"note: {error}", file=sys.stderr)
    unfinished = [kind for kind in results.kinds if not results.is_complete(kind)]
    if unfinished:
        print(f"note: not written to the end, shown as far as they go: {', '.join(unfinished)}", file=sys.stderr)
    return results


def run(name, main, error_code=1):
    """Runs a command: an error becomes one line on stderr and an exit code."""
    try:
        sys.exit(main())
    except ResultsError as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(error_code)

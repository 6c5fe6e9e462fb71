#!/usr/bin/env python3
"""Runs the tests of support/selftest.cpp one by one and checks exit codes and reports.

    run_selftest.py MPIRUN PROGRAM
"""

import os
import re
import subprocess
import sys

# Test, whether it must fail, and what must or, after "not ", must not be printed.
CASES = [
    ("all_ranks_pass", False, ["[       OK ] Support.all_ranks_pass", "not rank 1"]),
    ("scratch_directories_are_common_and_removed", False, ["scratch: /"]),
    ("rank_1_fails", True, ["[  FAILED  ] Support.rank_1_fails", "on rank 1 of 2", "the reason"]),
    ("rank_1_throws", True, ["[  FAILED  ] Support.rank_1_throws", "on rank 1 of 2", "thrown alone"]),
    ("nothing_is_compared", True, ["nothing was compared on any rank"]),
    ("too_little_is_compared", True, ["2 compared on all ranks, 3 expected"]),
    ("condition_is_false_on_rank_1", True, ["comm.rank() == 0 is false on rank 1 of 2", "not not left"]),
    ("only_rank_1_throws", True, ["rank 0: nothing thrown", 'rank 1: "alone"']),
    ("texts_differ", True, ['rank 0: "text of rank 0"', 'rank 1: "text of rank 1"']),
    ("text_is_another", True, ['one ParameterError that says "that"', 'rank 1: "this"']),
    ("type_is_another", True, ['rank 0: another type: "text"']),
    ("rank_1_leaves_the_others_waiting", True, ["rank 1 of 2 failed and left the others waiting", "left alone"]),
    ("no_such_test", True, ["There is no test in a file that ends in /no_such_test.cpp"]),
]


def run(mpirun, program, test):
    selection = f"--gtest_filter=Support.{test}"
    if test == "no_such_test":
        selection = f"--file={test}.cpp"
    # mpirun would wait a second before it kills what a failed job left behind.
    environment = dict(os.environ, RANVIER_TEST_PATIENCE="0.5", OMPI_MCA_odls_base_sigkill_timeout="0")
    return subprocess.run([mpirun, "-n", "2", program, selection], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def problems_of(done, must_fail, texts):
    if (done.returncode != 0) != must_fail:
        yield f"exit code {done.returncode}"
    for text in texts:
        absent = text.startswith("not ")
        if (text.removeprefix("not ") in done.stdout) == absent:
            yield f"{'printed' if absent else 'not printed'}: {text.removeprefix('not ')}"
    scratch = re.search(r"^scratch: (.*)$", done.stdout, re.MULTILINE)
    if scratch and os.path.exists(scratch.group(1)):
        yield f"{scratch.group(1)} was not removed"


def main():
    mpirun, program = sys.argv[1:]
    failed = False
    for test, must_fail, texts in CASES:
        done = run(mpirun, program, test)
        problems = list(problems_of(done, must_fail, texts))
        print(f"{test}: {'; '.join(problems) or 'as it should be'}")
        if problems:
            failed = True
            print(done.stdout)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

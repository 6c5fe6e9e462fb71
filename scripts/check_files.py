#!/usr/bin/env python3
"""Checks each file by itself: sizes, form, missing tests, unlisted sources, missing @collective.

    scripts/check_files.py [ROOT]
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from project_files import is_cpp, tracked_files  # noqa: E402

HEADER_LINES, SOURCE_LINES, FUNCTION_LINES, COLUMNS = 300, 600, 60, 100

TOP_LEVEL = {"src", "include", "mpi_tests", "examples", "scripts", "CMakeLists.txt", "README.md", ".ci",
             ".gitignore", ".git-blame-ignore-revs", ".clang-format", ".clang-tidy", ".pre-commit-config.yaml"}

# Headers without a test of their own: declarations only, tested through those who use them.
WITHOUT_TEST = {
    "include/ranvier/ranvier.hpp",              # the umbrella; mpi_tests/install includes it
    "include/ranvier/base/types.hpp",           # names of integers
    "include/ranvier/parallel/native.hpp",      # the MPI handle; used by every test
    "include/ranvier/recording/ResultSink.hpp",  # an interface
    "include/ranvier/recording/SignalSink.hpp",  # an interface
    "include/ranvier/recording/SpikeSink.hpp",  # an interface
}

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
TODO_TAG = re.compile(r"@todo\b(?!\s*#\d+)")
NOLINT = re.compile(r"NOLINT(?!END)(?!NEXTLINE\([\w.,-]+\): \w|\([\w.,-]+\): \w|BEGIN\([\w.,-]+\): \w)")
CONTROL = re.compile(r"^\s*(\}\s*)?(if|for|while|switch|else|do|try|catch|return|case|namespace|class|struct|enum|"
                     r"union|extern)\b")
FUNCTION_END = re.compile(r"\)\s*(const|noexcept|override|final|mutable|&{1,2}|\s)*(->\s*[\w:<>,\s&*]+)?\{$")
INITIALISERS_END = re.compile(r"^\s*(:|,)?\s*[\w:<>]+[({].*[)}]\s*\{$")
# Functions whose callers must know whether all ranks have to call them.
TAKES_RANKS = re.compile(r"\b(Communicator|Environment|Simulation|Network)\s*&")
DECLARATION_START = re.compile(r"^\s*(template|explicit|virtual|static|inline|constexpr|\[\[|[A-Z_a-z:]).*")


def check_text(path, lines):
    limit = HEADER_LINES if path.suffix == ".hpp" else SOURCE_LINES
    if len(lines) > limit:
        yield 1, f"{len(lines)} lines; the limit is {limit}. Split it by responsibility."
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            yield number, f"{len(line)} columns; the limit is {COLUMNS}"
        if line != line.rstrip() or "\t" in line:
            yield number, "blanks at the end of the line, or a tab"
        if TODO_TAG.search(line):
            yield number, "@todo needs the number of an issue: @todo #12 ..."
        if UNFINISHED.search(line):
            yield number, "unfinished; finish it, or make it a @todo with the number of an issue"
        if NOLINT.search(line):
            yield number, "an exception names the rule and the reason: // NOLINT(rule): reason"


def check_functions(lines):
    """Length of functions, told by the formatter's indentation: a body ends at the first closing
    brace that is not further right than the line that opened it."""
    for number, line in enumerate(lines):
        if not line.endswith("{") or CONTROL.match(line):
            continue
        if not (FUNCTION_END.search(line) or INITIALISERS_END.match(line)):
            continue
        if "[" in line and re.search(r"\[[^\]]*\]\s*(\(|\{)", line):
            continue  # a lambda counts where it is written
        indent = len(line) - len(line.lstrip())
        for end in range(number + 1, len(lines)):
            text = lines[end]
            if text.lstrip().startswith("}") and len(text) - len(text.lstrip()) <= indent:
                if end - number - 1 > FUNCTION_LINES:
                    yield number + 1, f"a function of {end - number - 1} lines; the limit is {FUNCTION_LINES}"
                break


def check_header(path, lines):
    if not any(line.strip() == "#pragma once" for line in lines):
        yield 1, "#pragma once is missing"
    if path.parts[0] == "include" and not (lines and lines[0].startswith("/// @file")):
        yield 1, "a public header starts with /// @file and a paragraph"
    for number, line in enumerate(lines, 1):
        if re.match(r"\s*using namespace\b", line):
            yield number, "no using namespace in a header"


def check_collective(lines):
    """A public function that is given ranks says @collective or @local."""
    comment, declaration, start = [], "", 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith("///"):
            if declaration == "":
                comment.append(text)
            continue
        if declaration == "" and not DECLARATION_START.match(line):
            if not text:
                comment = []
            continue
        if text.startswith(("//", "#", "return ", "private:", "public:", "friend ")):
            continue
        if declaration == "":
            start = number
        declaration += " " + text
        if not text.endswith((";", "{", "}", ":")):
            continue
        is_function = re.search(r"[\w~]\s*\(", declaration)
        said = any("@collective" in c or "@local" in c for c in comment)
        if is_function and TAKES_RANKS.search(declaration) and comment and not said:
            yield start, "say @collective or @local"
        comment, declaration = [], ""


def check_cpp(root, path):
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    yield from check_text(path, lines)
    if "compile_fail" not in path.parts:
        yield from check_functions(lines)
    if path.suffix == ".hpp":
        yield from check_header(path, lines)
    if path.parts[0] == "include":
        yield from check_collective(lines)


def check_readme(root):
    """The first program in the README is the one that the test install builds and runs."""
    readme, program = root / "README.md", root / "mpi_tests" / "install" / "main.cpp"
    if not (readme.exists() and program.exists()):
        return
    shown = re.search(r"^```cpp\n(.*?)^```$", readme.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if not shown or shown.group(1) != program.read_text(encoding="utf-8"):
        yield readme.relative_to(root), "its first program differs from mpi_tests/install/main.cpp"


def check_presence(root, files):
    """Every header has a test, every source and test is built, nothing else is at the top."""
    names = {path.as_posix() for path in files}
    cmake = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    tests = root / "mpi_tests" / "CMakeLists.txt"
    tests = tests.read_text(encoding="utf-8") if tests.exists() else ""
    for path in files:
        name = path.as_posix()
        if path.parts[0] not in TOP_LEVEL:
            yield path, "does not belong at the top; it holds src, include, mpi_tests, examples, scripts"
        if path.parts[0] == "include" and path.suffix == ".hpp" and name not in WITHOUT_TEST:
            test = Path("mpi_tests", *path.parts[2:]).with_name(path.stem + "_test.cpp")
            # math_exponential.hpp is a part of math.hpp and may be tested with it.
            whole = test.with_name(path.stem.split("_")[0] + "_test.cpp")
            if not {test.as_posix(), whole.as_posix()} & names:
                yield path, f"has no test {test}"
        if path.parts[0] == "src" and path.suffix == ".cpp":
            if not re.search(rf"[\s/]{re.escape(Path(*path.parts[2:]).as_posix())}[\s)]", cmake):
                yield path, "is not listed in CMakeLists.txt"
        if path.parts[0] == "mpi_tests" and path.name.endswith("_test.cpp"):
            test = Path(*path.parts[1:]).as_posix().removesuffix("_test.cpp")
            if not re.search(rf"ranvier_add_test\(\s*{re.escape(test)}[\s)]", tests):
                yield path, f"is not listed in mpi_tests/CMakeLists.txt: ranvier_add_test({test})"
    for name in sorted(WITHOUT_TEST):
        if name not in names and name.startswith("include/ranvier/base"):
            yield Path(name), "is in the list of headers without test and does not exist"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    files = tracked_files(root)
    messages = [f"{path}:1: {text}" for path, text in [*check_presence(root, files), *check_readme(root)]]
    for path in files:
        if is_cpp(path):
            messages += [f"{path}:{number}: {text}" for number, text in check_cpp(root, path)]
    print(*messages, sep="\n", end="\n" if messages else "")
    print(f"files: {sum(map(is_cpp, files))} files, {len(messages)} problems")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())

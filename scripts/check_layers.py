#!/usr/bin/env python3
"""Checks who includes what: layers, private headers, third-party headers, include cycles.

    scripts/check_layers.py [ROOT]

The table below is the law. An include stays in its own layer or goes down as the table allows, and
CMakeLists.txt (USES of ranvier_layer) must agree with both the table and the includes.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from project_files import is_cpp, tracked_files  # noqa: E402

BELOW_NETWORK = {"base", "random", "recording", "parallel", "space", "parameters", "models", "connectors"}
ALLOWED = {
    "base": set(),
    "random": {"base"},
    "recording": {"base"},
    "parallel": {"base"},
    "space": {"base", "random"},
    "parameters": {"base", "random"},
    "models": {"base", "random", "parameters"},
    "connectors": {"base", "random", "parameters", "space"},
    "network": BELOW_NETWORK,
    "engine": BELOW_NETWORK | {"network"},
    "io": BELOW_NETWORK | {"network", "engine"},
}
# Third-party headers that are not for everybody, and the layers whose src may include them.
RESTRICTED = [
    (re.compile(r"mpi\.h$"), {"parallel", "io", "engine"}),  # in engine for the spike exchange
    (re.compile(r"boost/(?!version\.hpp$)"), {"parallel"}),
    (re.compile(r"hdf5(_hl)?\.h$|H5\w*\.h$"), {"io"}),
]
PUBLIC_EXCEPTION = ("include/ranvier/parallel/native.hpp", "mpi.h")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def layer_of(path):
    """The layer of a file of the library, None elsewhere."""
    parts = path.parts
    if parts[:2] == ("include", "ranvier") and len(parts) > 3:
        return parts[2]
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return None


def includes_of(root, path):
    for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(2)


def target_of(name, path, files):
    """The project's file that an include means, if any."""
    for candidate in (path.parent / name, Path("include") / name, Path("src") / name, Path("mpi_tests") / name):
        normal = Path(*[p for p in candidate.parts if p != "."])
        if normal in files:
            return normal
    return None


def check_include(path, name, target, problems):
    layer = layer_of(path)
    in_library = path.parts[0] in {"include", "src"}
    if in_library and ".." in Path(name).parts:
        problems.append(f'{name}: includes name their folder from the root of include or src, without ".."')
    if in_library and name == "ranvier/ranvier.hpp":
        problems.append("nothing inside the library includes ranvier.hpp")
    if in_library and target is None:
        for pattern, layers in RESTRICTED:
            if not pattern.match(name):
                continue
            if path.parts[0] == "include":
                if (path.as_posix(), name) != PUBLIC_EXCEPTION:
                    problems.append(f"<{name}> does not appear under include; parallel/native.hpp is the exception")
            elif layer not in layers:
                problems.append(f"<{name}> belongs in src of {', '.join(sorted(layers))}, not of {layer}")
    if target is None:
        return
    below = layer_of(target)
    if target.parts[0] == "src" and target.suffix == ".hpp":
        private_to = {("src", below), ("mpi_tests", below)}
        if path.parts[:2] not in private_to:
            problems.append(f"{name} is private to src/{below} and its tests")
    if path.parts[0] == "include" and target.parts[0] != "include":
        problems.append(f"{name}: a public header includes only public headers")
    if layer and below and below != layer and below not in ALLOWED.get(layer, set()):
        problems.append(f"{layer} may not include {below} ({name}); it may include: "
                        f"{', '.join(sorted(ALLOWED.get(layer, set()))) or 'nothing'}")


def check_includes(root, files):
    """All messages about includes, and which layers each layer really uses."""
    messages, used, graph = [], {layer: set() for layer in ALLOWED}, {}
    known = set(files)
    for path in files:
        if not is_cpp(path) or path.parts[0] not in {"include", "src", "mpi_tests", "examples"}:
            continue
        layer = layer_of(path)
        if path.parts[0] in {"include", "src"} and layer is not None and layer not in ALLOWED:
            messages.append(f"{path}:1: {layer} is not a layer")
        for number, name in includes_of(root, path):
            problems = []
            target = target_of(name, path, known)
            check_include(path, name, target, problems)
            messages += [f"{path}:{number}: {problem}" for problem in problems]
            if target is not None:
                graph.setdefault(path, []).append(target)
                below = layer_of(target)
                if layer in used and below and below != layer:
                    used[layer].add(below)
    return messages + cycles(graph), used


def cycles(graph):
    """Circles among the includes, each reported once."""
    messages, done = [], set()

    def visit(path, trail):
        if path in trail:
            circle = trail[trail.index(path):] + [path]
            messages.append(f"{path}:1: includes itself: {' -> '.join(str(p) for p in circle)}")
            return
        if path in done:
            return
        for target in graph.get(path, []):
            visit(target, trail + [path])
        done.add(path)

    for path in sorted(graph):
        visit(path, [])
    return messages


def layers_in_cmake(text):
    """{layer: USES} from the ranvier_layer calls."""
    text = re.sub(r"#.*", "", text)
    layers = {}
    for call in re.findall(r"ranvier_layer\(([^)]*)\)", text):
        words = call.split()
        uses = []
        keyword = None
        for word in words[1:]:
            if word in {"SOURCES", "KERNELS", "USES", "NEEDS"}:
                keyword = word
            elif keyword == "USES":
                uses.append(word)
        layers[words[0]] = uses
    return layers


def check_cmake(root, used):
    declared = layers_in_cmake((root / "CMakeLists.txt").read_text(encoding="utf-8"))
    messages = []

    def reachable(layer):
        below = set()
        for use in declared.get(layer, []):
            below |= {use} | reachable(use)
        return below

    for layer in ALLOWED:
        if layer not in declared:
            messages.append(f"CMakeLists.txt:1: there is no ranvier_layer({layer} ...)")
            continue
        for use in sorted(reachable(layer) - ALLOWED[layer]):
            messages.append(f"CMakeLists.txt:1: ranvier_layer({layer}) uses {use}, which the table forbids")
        for use in sorted(used[layer] - reachable(layer)):
            messages.append(f"CMakeLists.txt:1: {layer} includes {use}, which is not among its USES")
    for layer in sorted(set(declared) - set(ALLOWED)):
        messages.append(f"CMakeLists.txt:1: {layer} is not in the table of scripts/check_layers.py")
    return messages


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    files = tracked_files(root)
    messages, used = check_includes(root, files)
    messages += check_cmake(root, used)
    print(*messages, sep="\n", end="\n" if messages else "")
    print(f"layers: {sum(map(is_cpp, files))} files, {len(messages)} problems")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())

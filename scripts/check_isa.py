#!/usr/bin/env python3
"""Checks that objects built for AVX2 share no function with the rest of the program.

    scripts/check_isa.py OBJECT...

A weak symbol, which any inline function or template outside the namespace of the instruction set
becomes, is defined by several objects, and the linker keeps the first: the AVX2 one could then run
on a machine without AVX2. So every weak symbol must name a namespace or a type of that set.

The kernels of models must clear the upper halves of vector registers before they return: on
processors of Intel, what runs after them is slow otherwise.
"""

import re
import subprocess
import sys

AVX2_NAMESPACE = re.compile(r"\bavx2\w*::|\bAvx2\w*")


def weak_functions(path):
    listed = subprocess.run(["nm", "--demangle", "--defined-only", path], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        found = re.match(r"[0-9a-f]+ [Ww] (.*)", line)
        if found:
            yield found.group(1)


def kernels_that_leave_vectors_in_use(path):
    """Kernels with a return that no vzeroupper comes shortly before: registers are restored in between."""
    command = ["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", path]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for function in re.split(r"^[0-9a-f]+ <", text, flags=re.MULTILINE)[1:]:
        name = function.split(">:\n")[0]
        if not re.search(r"\b(advance_cells|settle_cells|advance_with_parts)<", name):
            continue
        lines = function.splitlines()
        for place, line in enumerate(lines):
            if re.search(r"\tret", line) and not any("vzeroupper" in before for before in lines[max(0, place - 20) : place]):
                yield name
                break


def main():
    objects = sys.argv[1:]
    in_use = [(path, name) for path in objects for name in kernels_that_leave_vectors_in_use(path)]
    for path, name in in_use:
        print(f"{path}: {name}: returns without vzeroupper")
    shared = sorted({(path, name) for path in objects for name in weak_functions(path) if not AVX2_NAMESPACE.search(name)})
    for path, name in shared:
        print(f"{path}: {name}: is shared with objects for other instruction sets")
    print(f"isa: {len(objects)} objects, {len(shared) + len(in_use)} problems")
    return 1 if shared or in_use else 0


if __name__ == "__main__":
    sys.exit(main())

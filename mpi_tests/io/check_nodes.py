#!/usr/bin/python3
"""Reads a nodes file as a user would, with h5py, and compares it with what the test has written.

    check_nodes.py FILE

Exit code 0: as it should be; 1: not; 77: no h5py here.
"""
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)


def problems(file):
    if file.attrs["magic"] != 0x0A7A or file.attrs["version"].tolist() != [0, 1]:
        yield "root attributes"
    if file.attrs["ranvier_complete"] != 1:
        yield "the file is not complete"
    if sorted(file["nodes"]) != ["cells", "none", "sources"]:
        yield f"populations {sorted(file['nodes'])}"
    cells = file["nodes/cells"]
    n = 10
    for name, expected in (
        ("node_id", np.arange(n)),
        ("node_type_id", np.zeros(n)),
        ("node_group_id", np.zeros(n)),
        ("node_group_index", np.arange(n)),
        ("0/x", 2.0 * np.arange(n)),
        ("0/y", np.full(n, 5.0)),
        ("0/dynamics_params/tau_m", 10.0 + np.arange(n)),
        ("0/dynamics_params/cm", np.full(n, 0.5)),
        ("0/initial_values/v", np.where(np.arange(n) == 3, -60.0, -65.0)),
        ("0/initial_values/isyn_exc", np.zeros(n)),
    ):
        if not np.array_equal(cells[name][()], expected):
            yield f"{name}: {cells[name][()]}"
    if cells["0"].attrs["model_template"] != "pynn:IF_curr_exp":
        yield "model_template"
    params = file["nodes/sources/0/dynamics_params"]
    if params["spike_times"][()].tolist() != [1, 1, 2, 1, 2, 3]:
        yield f"spike_times {params['spike_times'][()]}"
    if params["spike_times_offset"][()].tolist() != [0, 0, 1, 3, 6]:
        yield f"spike_times_offset {params['spike_times_offset'][()]}"
    if file["nodes/none/node_id"].shape != (0,):
        yield "the population without cells"


with h5py.File(sys.argv[1], "r") as opened:
    found = list(problems(opened))
for problem in found:
    print(problem)
sys.exit(1 if found else 0)

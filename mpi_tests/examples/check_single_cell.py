#!/usr/bin/env python3
"""Runs the example single_cell with all cell types: the same bytes on 1 and 3 ranks, and a PointNeuron made like
another cell does what that does.

    check_single_cell.py MPIRUN PROGRAM CASES.json
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

mpirun, program, reference = sys.argv[1:]
published = json.loads(Path(reference).read_text())["cases"]
cases = {name: {"case": entry["case"]} for name, entry in published.items()}

# IF_cond_exp and EIF_cond_alpha_isfa_ista once more, composed.
NEURON = ("cm", "tau_refrac", "v_reset", "v_rest", "tau_m", "i_offset", "v_thresh",
          "v_spike", "a", "b", "delta_T", "tau_w")
RECEPTOR = {"e_rev_E": "excitatory.e_syn", "tau_syn_E": "excitatory.tau_syn",
            "e_rev_I": "inhibitory.e_syn", "tau_syn_I": "inhibitory.tau_syn"}
composed = {"IF_cond_exp": ("LIF", "CondExpPostSynapticResponse", -70, 5, 5),
            "EIF_cond_alpha_isfa_ista": ("AdExp", "AlphaPSR", -80, 5, 5)}
for name, (membrane, response, e_inh, tau_exc, tau_inh) in composed.items():
    case = dict(published[name]["case"], celltype="PointNeuron", membrane=membrane,
                receptors={"excitatory": response, "inhibitory": response})
    params = {"inhibitory.e_syn": e_inh, "excitatory.tau_syn": tau_exc, "inhibitory.tau_syn": tau_inh}
    for parameter, value in published[name]["case"]["params"].items():
        params[parameter if parameter in NEURON else RECEPTOR[parameter]] = value
    cases[f"composed {name}"] = {"case": dict(case, params=params)}
cases["stochastic"] = {"case": {
    "celltype": "GIF_cond_exp", "tstop": 200, "dc": {"amplitude": 1.2, "start": 10, "stop": 200},
    "params": {"tau_eta": [2, 50], "a_eta": [0.3, 0.05], "tau_gamma": [20], "a_gamma": [2]}}}

problems = []
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "cases.json"
    file.write_text(json.dumps({"cases": cases}))
    for timing in ("on_grid", "off_grid"):
        outputs = []
        for ranks in (1, 3):
            output = Path(folder) / f"{timing}{ranks}.json"
            subprocess.run([mpirun, "-n", str(ranks), program, "--cases", file, "--output", output,
                            "--spike-timing", timing, "--all-states"], check=True, timeout=100)
            outputs.append(output.read_bytes())
        if outputs[0] != outputs[1]:
            problems.append(f"{timing}: 3 ranks write other bytes")
        results = json.loads(outputs[0])
        problems += [f"{timing}: no result of {name}" for name in cases if name not in results]
        for name in composed:
            one, other = results[name], results[f"composed {name}"]
            if one["spikes"] != other["spikes"] or one["v"] != other["v"]:
                problems.append(f"{timing}: PointNeuron differs from {name}")
        if len(results["stochastic"]["spikes"]) < 3:
            problems.append(f"{timing}: the stochastic cell is silent")
print("\n".join(problems) if problems else f"{len(cases)} cells")
sys.exit(1 if problems else 0)

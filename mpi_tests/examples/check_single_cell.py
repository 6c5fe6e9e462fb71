#!/usr/bin/env python3
"""Runs the example single_cell with all cell types: the same bytes on 1 and 3 ranks, and a PointNeuron made like
another cell does what that does. Mistakes in files of cases are errors that say what and where; f-I curves.

    check_single_cell.py MPIRUN PROGRAM CASES.json
"""
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
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
numbers = count()  # of folders


def run(folder, cases, *args, ranks=2, fails=False):
    """The results, and nothing if the program failed, unless it `fails` with results; what it printed as an error."""
    own = Path(folder) / str(next(numbers))  # also mpirun's: two that make the same one at once may fail
    own.mkdir()
    file, output = own / "cases.json", own / "results.json"
    file.write_text(json.dumps({"cases": cases}))
    ended = subprocess.run([mpirun, "-n", str(ranks), program, "--cases", file, "--output", output, *args],
                           env=dict(os.environ, TMPDIR=str(own)), capture_output=True, text=True, timeout=100,
                           check=False)
    if ended.returncode not in (0, 1) or (fails and not ended.returncode):
        problems.append(f"{cases} {args}: exit code {ended.returncode}")
    has_results = output.exists() and (fails or not ended.returncode)
    return (json.loads(output.read_text()) if has_results else None), ended.stderr


# A cell, what is changed of it, and what the message says after the name of the case.
CELL = {"celltype": "IF_cond_exp", "dc": {"amplitude": 1, "start": 10, "stop": 50}, "exc": [5], "w_exc": 0.01,
        "tstop": 60}
DC = 'dc must be an object such as {"amplitude": 0.5, "start": 10, "stop": 110}, got '
MISTAKES = [
    ({"dc": 3}, DC + "3."),
    ({"dc": [1, 10, 50]}, DC + "[1,10,50]."),
    ({"dc": None}, DC + "null."),
    ({"dc": {"amplitude": 1, "begin": 10}}, 'dc has no member "begin". It has "'),
    ({"dc": {"start": 10}}, "dc.amplitude is missing; give the current of the step in nA."),
    ({"dc": {"amplitude": "1"}}, 'dc.amplitude must be a number, got "1".'),
    ({"dc": {"amplitude": 1, "start": 50, "stop": 10}}, "dc.stop must not lie before dc.start, 50 ms, got 10 ms."),
    ({"inputs": [1]}, 'inputs must be an object such as {"AMPA": {"spikes": [10, 12], "weight": 0.02}}, got [1].'),
    ({"inputs": {"excitatory": [1]}}, "inputs.excitatory must be an object such as {"),
    ({"inputs": {"excitatory": {"spike": [1]}}}, 'inputs.excitatory has no member "spike". It has "spikes", "weight".'),
    ({"inputs": {"excitatory": {"spikes": [1]}}}, "inputs.excitatory.weight is missing; give the weight of"),
    ({"input": {}}, 'a case has no member "input". It has "inputs", "in'),
    ({"Celltype": "IF_cond_exp"}, 'a case has no member "Celltype". It has "celltype", "'),
    ({"exc": 3}, "exc must be a list of numbers, got 3."),
    ({"exc": {"a": 3}}, 'exc must be a list of numbers, got {"a":3}.'),
    ({"exc": [3, "4"]}, 'exc[1] must be a number, got "4".'),
    ({"inh": [3]}, "w_inh is missing; give the weight of these spikes in the receptor's unit."),
    ({"w_exc": [0.1]}, "w_exc must be a number, got [0.1]."),
    ({"delay": "1 ms"}, 'delay must be a number, got "1 ms".'),
    ({"params": 3}, 'params must be an object such as {"tau_m": 10, "cm": 0.5}, got 3.'),
    ({"params": {"tau_m": True}}, "params.tau_m must be a number or a list of numbers, got true."),
    ({"params": {"tau_m": [1, None]}}, "params.tau_m[1] must be a number, got null."),
    ({"params": {"tau": 3}}, 'Population "cell0": IF_cond_exp has no parameter "tau". It has "tau_m", "'),
    ({"init": [-60]}, 'init must be an object such as {"v": -60}, got [-60].'),
    ({"celltype": "IF_cond_Exp"}, 'celltype must be one of "IF_cond_exp", "'),
    ({"celltype": 7}, 'celltype must be one of "EIF_cond_alpha_isfa_ista", "'),
    ({"tstop": -1}, "tstop must lie in [0, 1e9) ms, got -1 ms."),
    ({"receptors": {}}, "receptors is for the celltype PointNeuron, got it with IF_cond_exp; leave it out."),
    ({"celltype": "PointNeuron", "membrane": "lif"}, 'membrane must be one of "LIF", "AdExp", got "lif".'),
    ({"celltype": "PointNeuron", "receptors": ["AMPA"]}, "receptors must be an object such as {"),
    ({"celltype": "PointNeuron", "receptors": {"A": "AlphaPSP"}}, 'receptors.A must be one of "AlphaPSR", "'),
]
# Without a case of its own: what the file holds, options, and all of the message.
CURVE = ("--fi-curve", "0", "2")
OTHER_MISTAKES = [
    ({"a": {"case": 3}}, (), 'single_cell: case "a": "case" must be an object such as {"celltype": "IF_cond_exp", '
                             '"tstop": 100}, got 3.'),
    ({"a": {"case": {"tstop": 10}}}, (), 'single_cell: case "a": celltype is missing; give one of "EIF_cond_alpha'),
    ({"a": {"case": {"celltype": "IF_cond_exp"}}}, (), 'single_cell: case "a": tstop is missing; give the end of'),
    ({"a": CELL}, (), 'single_cell: case "a" has no member "case"'),
    ([{"case": CELL}], (), '" must be a JSON object like {"cases": {"<name>": {"case": {...}}}}.'),
    ({}, (*CURVE, "2.7"), "single_cell: NUMBER of --fi-curve must be a whole number of currents from 1 to 1000000, got "
                          "2.7."),
    ({}, (*CURVE, "-5"), "NUMBER of --fi-curve must be a whole number of currents from 1 to 1000000, got -5."),
    ({}, (*CURVE, "0"), "NUMBER of --fi-curve must be a whole number of currents from 1 to 1000000, got 0."),
    ({}, (*CURVE, "nan"), "NUMBER of --fi-curve must be a whole number of currents from 1 to 1000000, got nan."),
    ({}, ("--fi-curve", "0", "inf", "2"), "single_cell: HIGHEST of --fi-curve must be a finite number of nA, got inf."),
    ({}, (*CURVE, "3", *CURVE, "4"), "single_cell: --fi-curve takes three numbers, once, got 6."),
    ({"a": {"case": dict(CELL, tstop=10)}}, (*CURVE, "3"),
     'single_cell: case "a": for --fi-curve the current must flow for a time step of 0.1 ms or more before tstop, 10 '
     'ms, got dc from 10 to 50 ms; give another dc or tstop.'),
]


def check_mistakes(folder):
    wrong = [({"a": {"case": dict(CELL, **change)}}, (), f'single_cell: case "a": {said}') for change, said in MISTAKES]
    wrong += OTHER_MISTAKES
    with ThreadPoolExecutor(3) as pool:  # programs that do little but start
        ended = list(pool.map(lambda mistake: run(folder, mistake[0], *mistake[1]), wrong))
    for (cases, args, said), (results, message) in zip(wrong, ended):
        if results is not None or message.count(said) != 1:
            problems.append(f"{cases} {args}: expected once {said!r}, got {message!r}")


def check_defaults(folder):
    """What is left out is what the manual says."""
    whole = {"amplitude": 1, "start": 0, "stop": 60}
    for name, short in ("no start, no stop", {"amplitude": 1}), ("no stop", {"amplitude": 1, "start": 0}):
        one, other = (run(folder, {"a": {"case": dict(CELL, dc=dc)}})[0] for dc in (short, whole))
        if one is None or one != other or not one["a"]["spikes"]:
            problems.append(f"{name}: not a current to the end")


def check_endless(folder):
    """A case that cannot be simulated to its end is reported; the others have the results that they have alone."""
    endless = dict(CELL, params={"tau_refrac": 0, "v_reset": -49})
    quiet = {"celltype": "IF_cond_exp", "tstop": 5}
    alone = run(folder, {"good": {"case": CELL}}, "--spike-timing", "off_grid")[0]
    together = {"bad": {"case": endless}, "good": {"case": CELL}, "quiet": {"case": quiet}}
    texts = set()
    for ranks in 1, 2:
        results, message = run(folder, together, "--spike-timing", "off_grid", ranks=ranks, fails=True)
        texts.add(json.dumps(results))
        said = 'single_cell: case "bad": cell 0 spikes without end within the time step before t = '
        if results is None or list(results["bad"]) != ["error"] or not results["bad"]["error"].startswith(said):
            problems.append(f"endless on {ranks} ranks: {results and results['bad']}")
        elif results["good"] != alone["good"] or len(results["quiet"]["v"]) != 51:
            problems.append(f"endless on {ranks} ranks: the other cases differ")
        if message.count(said) != 1:
            problems.append(f"endless on {ranks} ranks: said {message!r}")
    if len(texts) != 1:
        problems.append("endless: 2 ranks write something else")


def check_curves(folder):
    """Rates are spikes during the time in which the current flows and time is simulated, over that time."""
    for timing in "on_grid", "off_grid":
        for name, change, first, last in (("dc", {}, 10, 50), ("dc beyond tstop", {"tstop": 30}, 10, 30),
                                          ("dc before 0", {"dc": {"amplitude": 1, "start": -20, "stop": 40}}, 0, 40),
                                          ("no dc", {"dc": None}, 0, 60)):
            case = {key: value for key, value in dict(CELL, **change).items() if value is not None}
            curve = run(folder, {"a": {"case": case}}, "--fi-curve", "1", "3", "3", "--spike-timing", timing)[0]
            if curve is None or curve["a"]["current_nA"] != [1, 2, 3]:
                problems.append(f"{timing}, {name}: no curve {curve}")
                continue
            rates = []
            for current in 1, 2, 3:
                dc = {"amplitude": current, "start": first, "stop": last}
                alone = run(folder, {"a": {"case": dict(case, dc=dc, exc=[])}}, "--spike-timing", timing)[0]
                rates.append(sum(first < t <= last for t in alone["a"]["spikes"]) * 1000 / (last - first))
            if curve["a"]["rate_Hz"] != rates or not 0 < rates[1] < rates[2]:
                problems.append(f"{timing}, {name}: rates {curve['a']['rate_Hz']}, not {rates}")


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
    check_mistakes(folder)
    check_defaults(folder)
    check_curves(folder)
    check_endless(folder)
print("\n".join(problems) if problems else f"{len(cases)} cells")
sys.exit(1 if problems else 0)

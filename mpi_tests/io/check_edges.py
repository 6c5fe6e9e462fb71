#!/usr/bin/python3
"""Reads an edges file as a user would, with h5py: types, names of the nodes, and both indices against the columns.

    check_edges.py FILE LABEL SOURCES NUM_SOURCES TARGETS NUM_TARGETS NUM_EDGES

SOURCES and TARGETS are the labels of the groups. Exit code 0: as it should be; 1: not; 77: no h5py here.
"""
import sys

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)

TYPES = {"source_node_id": "<u8", "target_node_id": "<u8", "edge_type_id": "<u8", "edge_group_id": "<u4",
         "edge_group_index": "<u8", "0/syn_weight": "<f8", "0/delay": "<f8"}


def problems_of_index(index, ids, num_nodes):
    """Each node's ranges must hold exactly its edges, in order, without overlap."""
    if index["node_id_to_range"] != index["node_id_to_ranges"]:
        yield "two names that are not one dataset"
    nodes, ranges = index["node_id_to_ranges"], index["range_to_edge_id"]
    if nodes.dtype != "<u8" or ranges.dtype != "<u8" or nodes.shape != (num_nodes, 2):
        yield f"{nodes.dtype} {nodes.shape}, {ranges.dtype}"
        return
    nodes, ranges = nodes[()].astype(int), ranges[()].astype(int)
    for node, (begin, end) in enumerate(nodes):
        edges = np.concatenate([np.arange(*ranges[r]) for r in range(begin, end)] + [np.empty(0, int)])
        if not np.array_equal(edges, np.flatnonzero(ids == node)):
            yield f"node {node} has the edges {edges.tolist()}"


def problems(file, label, sources, num_sources, targets, num_targets, num_edges):
    if file.attrs["magic"] != 0x0A7A or file.attrs["version"].tolist() != [0, 1] or file.attrs["ranvier_complete"] != 1:
        yield "root attributes"
    edges = file["edges"][label]
    for name, dtype in TYPES.items():
        if edges[name].dtype != dtype or edges[name].shape != (int(num_edges),):
            yield f"{name}: {edges[name].dtype} {edges[name].shape}"
    for end, nodes in (("source", sources), ("target", targets)):
        found = edges[f"{end}_node_id"].attrs["node_population"]
        if not isinstance(found, str) or found != nodes:
            yield f"{end}s are of {found!r}"
    if edges["edge_group_id"][()].any() or not np.array_equal(edges["edge_group_index"], np.arange(int(num_edges))):
        yield "groups"
    for name, end, number in (("source_to_target", "source", num_sources), ("target_to_source", "target", num_targets)):
        for problem in problems_of_index(edges["indices"][name], edges[f"{end}_node_id"][()], int(number)):
            yield f"{name}: {problem}"


with h5py.File(sys.argv[1], "r") as opened:
    wrong = list(problems(opened, *sys.argv[2:]))
for problem in wrong:
    print(problem)
sys.exit(1 if wrong else 0)

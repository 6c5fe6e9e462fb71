/// @file
/// The cells of a network as a SONATA nodes file: what every cell has come out with.
#pragma once

#include <filesystem>

#include "ranvier/network/Network.hpp"

namespace ranvier {

/// Writes parameters, initial values and positions of all cells in PyNN's units, population by
/// population in the order of their labels:
///
///     /nodes/<label>/node_id, node_type_id, node_group_id, node_group_index   [N]
///     /nodes/<label>/0/x, y, z                        positions, um           [N]
///     /nodes/<label>/0/dynamics_params/<parameter>                            [N]
///     /nodes/<label>/0/dynamics_params/<sequence>     all times, one cell after the other
///     /nodes/<label>/0/dynamics_params/<sequence>_offset   where a cell's begin          [N + 1]
///     /nodes/<label>/0/initial_values/<variable>      what a reset restores   [N]
///
/// Group 0 carries the attributes model_type and model_template ("pynn:IF_curr_exp"). All ranks
/// write together, each its own cells; the bytes are the same at every number of ranks. The file
/// appears under its name when it is whole. `from_hdf5(path, "/nodes/<label>/0/...")` reads it,
/// `sequences_from_hdf5` the sequences, and Hdf5Positions the positions.
///
/// @collective
/// @throws FileError on all ranks; an earlier file of that name is still there then
void write_nodes(const network::Network& network, const std::filesystem::path& path);

}  // namespace ranvier

/// @file
/// The connections of a projection in a file.
#pragma once

#include <filesystem>

#include "ranvier/network/Projection.hpp"

namespace ranvier {

/// Writes the connections of a projection, in list order.
///
/// A name ending in `.h5` or `.hdf5` gives a SONATA edges file, written by all ranks together:
///
///     /edges/<label>/source_node_id, target_node_id       u64, indices in the two groups, whose
///                                                         labels are the attribute node_population
///     /edges/<label>/edge_type_id u64, edge_group_id u32 (all 0), edge_group_index u64
///     /edges/<label>/0/syn_weight, delay                  in PyNN's units
///     /edges/<label>/indices/target_to_source/...         which edges each target has: u64
///                    node_id_to_ranges (also as node_id_to_range), range_to_edge_id
///     /edges/<label>/indices/source_to_target/...         the same for sources
///
/// its bytes do not depend on the number of ranks. A "/" in the label becomes "_". Any other name
/// gives a text file as PyNN's, written by root: `# columns = ["i", "j", "weight", "delay"]`, then
/// one row per connection, numbers in full. Both are what FromFileConnector reads. The file appears
/// under its name when it is whole.
/// @collective
/// @throws FileError on all ranks
/// @note HDF5: 96 bytes per local connection meanwhile; text: all connections on every rank.
void save_connections(const Projection& projection, const std::filesystem::path& path);

}  // namespace ranvier

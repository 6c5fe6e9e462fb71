/// @file
/// What the network knows of its populations; the public handles point here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/models/CellGroup.hpp"
#include "ranvier/recording/SpikeSink.hpp"

namespace ranvier::network {

/// A run of local cells of a population that lies in one block.
struct Placement {
    std::size_t   block = 0;
    std::uint32_t slot  = 0;  ///< of its first cell, within the block
    IndexRange    cells;      ///< counted within the rank's slice of the population
};

struct PopulationRecord {
    std::string                        label;
    std::size_t                        id        = 0;  ///< in order of creation
    std::size_t                        size      = 0;
    Gid                                first_gid = 0;
    IndexRange                         slice;  ///< this rank's cells
    std::unique_ptr<models::CellGroup> group;
    std::vector<Placement>             placements;
    std::uint64_t                      num_sets = 0;  ///< calls that drew values, for their keys

    bool emits          = false;  ///< its spikes are exchanged: it has targets that need them
    bool records_spikes = false;
    std::vector<SpikeRecord>   spikes;  ///< recorded and not yet handed over, by (step, index)
    std::vector<std::uint64_t> spike_counts;  ///< [slice] since recording began
};

}  // namespace ranvier::network

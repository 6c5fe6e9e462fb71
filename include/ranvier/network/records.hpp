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
#include "ranvier/network/Recording.hpp"
#include "ranvier/space/Line.hpp"
#include "ranvier/space/Structure.hpp"

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
    std::uint64_t                      num_sets    = 0;  ///< calls that drew values, for keys
    std::uint64_t                      num_samples = 0;  ///< samples taken, for their keys
    std::uint64_t                      num_layouts = 0;  ///< structures given, for their keys
    std::vector<models::Column>        initial;  ///< of each state variable, what a reset restores
    std::optional<Structure>           structure = Line{};  ///< none: positions were given
    space::Layout                      layout;

    bool      emits = false;  ///< its spikes are exchanged: it has targets that need them
    Recording recording;

    /// Of any cell, on any rank. @pre index < size
    Position position(std::size_t index) const { return layout.position(index); }
};

}  // namespace ranvier::network

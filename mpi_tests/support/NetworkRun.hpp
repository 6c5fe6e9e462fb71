/// @file
/// Builds and runs a random network in one of several ways that must not matter, and takes down
/// everything that can be seen of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ranvier/ranvier.hpp"

#include "support/RandomNetwork.hpp"

namespace ranvier::test {

/// What may be different without changing a bit of what is seen.
enum class Freedom {
    splits,           ///< each run in several pieces
    no_recording,     ///< nothing is recorded nor written
    other_blocks,     ///< another number of cells per block
    other_fusing,     ///< one-to-one Poisson input by events where it was fused, and vice versa
    other_order,      ///< projections of different pairs of populations made in another order
    small_min_delay,  ///< min_delay of one step; only where all delays are explicit
    other_isa,        ///< the other instruction set
    looks,            ///< connections and digest are looked at in between
    flushes           ///< the file is flushed after every window
};
inline constexpr std::size_t num_freedoms = 9;

std::string_view name_of(Freedom freedom);

/// One way to run a network.
struct Variant {
    Precision            precision = Precision::float64;
    std::vector<Freedom> freedoms;

    bool        has(Freedom freedom) const;
    std::string describe() const;
};

/// Everything that can be seen, as named lists of 64-bit words. The bits of numbers are kept.
struct Observation {
    struct Item {
        std::string                name;
        std::vector<std::uint64_t> words;
        bool                       of_recording = false;
        bool                       on_root_only = false;
    };
    std::vector<Item> items;
    std::string       error;                ///< text of what was thrown; empty if nothing
    std::uint64_t     num_spikes      = 0;  ///< recorded ones
    std::uint64_t     num_cell_spikes = 0;  ///< those of neurons
    std::uint64_t     num_connections = 0;

    /// Of what all ranks of the group must agree on.
    std::uint64_t hash() const;
};

/// Runs the network on a group of ranks. @collective
/// @param directory for spikes.h5
Observation observe(
    const RandomNetwork&         network,
    const Variant&               variant,
    const Communicator&          group,
    const std::filesystem::path& directory
);

/// The first difference in words; empty if there is none. What belongs to recording is compared if
/// both have it.
std::string first_difference(const Observation& expected, const Observation& actual);

/// Waits for all ranks without keeping a core busy. @collective
void wait_asleep(const Communicator& comm);

}  // namespace ranvier::test

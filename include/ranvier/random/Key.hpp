/// @file
/// Keys of random numbers: what a draw is for, never who draws it.
#pragma once

#include <cstdint>

#include "ranvier/base/hash.hpp"

namespace ranvier::random {

/// Selects one of 2^64 independent families of streams.
struct Key {
    std::uint64_t value = 0;

    friend bool operator==(Key, Key) = default;
};

/// What random numbers are used for. The number is part of results: append, never renumber.
enum class Purpose : std::uint8_t {
    cell_parameter    = 1,  ///< a parameter of a cell
    initial_value     = 2,  ///< a state variable of a cell
    position          = 3,  ///< a position in space
    connectivity      = 4,  ///< which pairs are connected
    synapse_parameter = 5,  ///< weight, delay and others of a connection
    spike_source      = 6,  ///< spikes of a stochastic source
    injected_current  = 7,  ///< noise of a current source
    sampling          = 8,  ///< choosing cells of a population
    user              = 9,  ///< the user's own draws
};

/// The key of all draws for one purpose and object.
///
/// @param seed   of the simulation
/// @param object what the draws belong to: a hash of a label, an identity of a projection
/// @param detail tells apart what one object draws for one purpose: a hash of a parameter's name
constexpr Key make_key(
    std::uint64_t seed, Purpose purpose, std::uint64_t object, std::uint64_t detail = 0
) {
    return Key{hash_of(seed, static_cast<std::uint64_t>(purpose), object, detail)};
}

}  // namespace ranvier::random

/// @file
/// Members of a group drawn without replacement.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ranvier/network/Network.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/random/NumpyRNG.hpp"

namespace ranvier::network {

/// `count` different indices of the group; other ones at every call.
/// @local @note Time and memory for `count` alone.
/// @throws ParameterError if there are not as many members
std::vector<std::ptrdiff_t> sample(
    const Selection& members, const Network& network, std::size_t count, const std::string& group
);
/// The first of a permutation that the generator draws. @local @note Time and memory for all.
std::vector<std::ptrdiff_t> sample(
    const Selection& members, NumpyRNG rng, std::size_t count, const std::string& group
);

}  // namespace ranvier::network

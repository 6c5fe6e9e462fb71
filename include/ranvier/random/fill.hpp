/// @file
/// Many streams at once: the first draw of each, vectorised, with the bits of the scalar Stream.
#pragma once

#include <cstdint>
#include <span>

#include "ranvier/random/Key.hpp"

namespace ranvier::random {

/// `out[k] = Stream(key, index, first_sub + k).uniform()`.
///
/// @local
/// @pre first_sub + out.size() <= 2^32, here and below
void fill_uniform(Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out);

/// `out[k] = Stream(key, index, first_sub + k).normal()`.
///
/// @local
void fill_normal(Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out);

/// `out[k] = Stream(key, index, first_sub + k).exponential()`.
///
/// @local
void fill_exponential(Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out);

/// `out[k] = Stream(key, index, first_sub + k).below32(n)`.
///
/// @local
/// @pre 1 <= n <= 2^32
void fill_below(
    Key                      key,
    std::uint64_t            index,
    std::uint32_t            first_sub,
    std::uint64_t            n,
    std::span<std::uint32_t> out
);

/// `out[k] = Stream(key, index, first_sub + k).geometric(p)`.
///
/// @local
void fill_geometric(
    Key key, std::uint64_t index, std::uint32_t first_sub, double p, std::span<std::uint64_t> out
);

}  // namespace ranvier::random

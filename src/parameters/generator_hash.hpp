/// @file
/// Where a generator stands, for ranks to compare.
#pragma once

#include <cstdint>

#include "ranvier/base/hash.hpp"
#include "ranvier/random/NumpyRNG.hpp"

namespace ranvier::parameters {

/// Differs if the seed or the next numbers differ; takes none of them. @local
inline std::uint64_t hash_of_generator(const NumpyRNG& rng) {
    NumpyRNG            copy   = rng.clone();
    const std::uint64_t first  = copy.bits32();
    const std::uint64_t second = copy.bits32();
    return hash_of(rng.seed(), first, second);
}

}  // namespace ranvier::parameters

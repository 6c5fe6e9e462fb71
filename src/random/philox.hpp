/// @file
/// One block of Philox4x32-10, from Random123.
#pragma once

#include <cstdint>

#include "ranvier/random/Key.hpp"

#include <Random123/philox.h>

namespace ranvier::random {

using PhiloxBlock = r123::Philox4x32::ctr_type;

inline std::uint32_t low32(std::uint64_t x) {
    return static_cast<std::uint32_t>(x);
}
inline std::uint32_t high32(std::uint64_t x) {
    return static_cast<std::uint32_t>(x >> 32);
}

inline PhiloxBlock philox(Key key, const PhiloxBlock& counter) {
    return r123::Philox4x32{}(counter, {{low32(key.value), high32(key.value)}});
}

}  // namespace ranvier::random

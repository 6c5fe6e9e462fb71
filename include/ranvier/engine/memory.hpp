/// @file
/// How much memory the process has used.
#pragma once

#include <cstdint>

namespace ranvier {

/// The largest resident memory of this process so far, in bytes. @local
std::uint64_t peak_resident_bytes();

}  // namespace ranvier

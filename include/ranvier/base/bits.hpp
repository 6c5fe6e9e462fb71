/// @file
/// Reading what is marked in fields of bits.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace ranvier {

/// How many numbers `write_set_bits` may write beyond those that it counts.
inline constexpr std::size_t bits_written_ahead = 2;

/// Writes `first` plus the place of each bit set in a word, ascending; up to two more numbers
/// behind them may be overwritten.
///
/// @local @return behind the last one
inline std::uint32_t* write_set_bits(std::uint64_t bits, std::uint32_t first, std::uint32_t* out) {
    // The first two without asking whether they exist: few of many numbers are marked at random,
    // and a wrong guess of the processor costs more than both.
    constexpr std::uint64_t top   = std::uint64_t{1} << 63;
    const int               count = std::popcount(bits);
    for (int k = 0; k < 2; ++k, bits &= bits - 1)
        out[k] = first + static_cast<std::uint32_t>(std::countr_zero(bits | top));
    for (int k = 2; k < count; ++k, bits &= bits - 1)
        out[k] = first + static_cast<std::uint32_t>(std::countr_zero(bits));
    return out + count;
}

}  // namespace ranvier

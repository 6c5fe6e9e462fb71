/// @file
/// Normal numbers from the 64-bit draws of streams.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math.hpp"

#include "philox_lanes.hpp"

namespace ranvier::random {
inline namespace RANVIER_ISA_NAMESPACE {

using Double = simd::Pack<double>;

/// Stream::uniform_open() - 1/2, exactly.
RANVIER_INLINE Double centred_of(U64 draw) {
    const Double one_to_two = simd::from_bits<Double>((draw >> 12) | 0x3ff0000000000000u);
    return (one_to_two - 1.5) + 0x1p-53;
}

/// One number per lane of a Double.
using Lanes [[gnu::vector_size(4 * num_lanes)]] = std::uint32_t;

// The lanes that a mask selects, and how many they are.
#if defined(__AVX2__)
inline constexpr Lanes lanes_of[] = {
    {},
    {0},
    {1},
    {0, 1},
    {2},
    {0, 2},
    {1, 2},
    {0, 1, 2},
    {3},
    {0, 3},
    {1, 3},
    {0, 1, 3},
    {2, 3},
    {0, 2, 3},
    {1, 2, 3},
    {0, 1, 2, 3}};
inline constexpr unsigned char num_lanes_of[] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
#else
inline constexpr Lanes         lanes_of[]     = {{}, {0}, {1}, {0, 1}};
inline constexpr unsigned char num_lanes_of[] = {0, 1, 1, 2};
#endif

/// Normal numbers in passes over a piece: the uniform numbers, so that the processor overlaps the
/// long chains of several batches; the central formula for all; then the tails, collected so that
/// no lane is wasted on them (they are 15 %).
class NormalPiece {
public:
    static constexpr std::size_t size = 512;

    RANVIER_INLINE void set(std::size_t position, U64 first, U64 second) {
        centred_of(first).store(q_ + position);
        centred_of(second).store(q_ + position + num_lanes);
    }

    /// The first n of them.
    RANVIER_INLINE void finish(double offset, double scale, std::size_t n, double* out) {
        std::size_t num_tails = 0;
        for (std::size_t k = 0; k < n; k += num_lanes) {
            const Double q = Double::load(q_ + k);
            (offset + scale * math::detail::normal_quantile_central(q)).store(values_ + k);
            const unsigned tails = simd::bits(simd::abs(q) > math::detail::normal_split);
            const Lanes    at    = lanes_of[tails] + static_cast<std::uint32_t>(k);
            __builtin_memcpy(tail_at_ + num_tails, &at, sizeof at);
            num_tails += num_lanes_of[tails];
        }
        finish_tails(offset, scale, num_tails);
        __builtin_memcpy(out, values_, n * sizeof(double));
    }

private:
    RANVIER_INLINE void finish_tails(double offset, double scale, std::size_t num_tails) {
        for (unsigned lane = 0; lane < num_lanes; ++lane)
            tail_at_[num_tails + lane] = 0;  // of no consequence: not written back
        for (std::size_t k = 0; k < num_tails; k += num_lanes) {
            double q[num_lanes];
            for (unsigned lane = 0; lane < num_lanes; ++lane)
                q[lane] = q_[tail_at_[k + lane]];
            const Double centred = Double::load(q);
            const Double tail    = simd::max(0.5 - simd::abs(centred), Double{0x1p-60});
            const Double z = simd::copysign(math::detail::normal_quantile_tail(tail), centred);
            double       value[num_lanes];
            (offset + scale * z).store(value);
            for (unsigned lane = 0; lane < num_lanes && k + lane < num_tails; ++lane)
                values_[tail_at_[k + lane]] = value[lane];
        }
    }

    double        q_[size];
    double        values_[size];
    std::uint32_t tail_at_[size + num_lanes];
};

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::random

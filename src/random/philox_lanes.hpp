/// @file
/// Philox4x32-10 on several counters at once.
///
/// Each 32-bit word of a counter has a 64-bit lane of its own, whose high half is ignored: then the
/// 32 x 32 -> 64 bit multiplication of the round needs no shuffles.
#pragma once

#include <cstdint>

#include "ranvier/base/PackPair.hpp"

namespace ranvier::random {
inline namespace RANVIER_ISA_NAMESPACE {

using U64 = simd::Vectors<double>::Unsigned;

inline constexpr int num_lanes = simd::Pack<double>::width;

/// The product of the low halves of each lane.
RANVIER_INLINE U64 multiply_low_halves(U64 a, U64 b) {
#if defined(__AVX2__)
    return reinterpret_cast<U64>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b))
    );
#elif defined(__SSE2__)
    return reinterpret_cast<U64>(
        _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b))
    );
#else
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

RANVIER_INLINE U64 broadcast(std::uint64_t x) {
    return U64{} + x;
}

/// 0 1 2 ...
RANVIER_INLINE U64 lane_numbers() {
    U64 result;
    for (int k = 0; k < num_lanes; ++k)
        result[k] = static_cast<std::uint64_t>(k);
    return result;
}

/// `num_lanes` counters, or the blocks that belong to them.
struct Words {
    U64 w[4];
};

/// The keys of the ten rounds.
struct RoundKeys {
    std::uint32_t k[10][2];

    RANVIER_INLINE explicit RoundKeys(std::uint64_t key) {
        for (int round = 0; round < 10; ++round) {
            const auto r = static_cast<std::uint32_t>(round);
            k[round][0]  = static_cast<std::uint32_t>(key) + r * 0x9E3779B9u;
            k[round][1]  = static_cast<std::uint32_t>(key >> 32) + r * 0xBB67AE85u;
        }
    }
};

inline constexpr std::uint32_t philox_m0 = 0xD2511F53u;
inline constexpr std::uint32_t philox_m1 = 0xCD9E8D57u;

/// Replaces two sets of counters by their blocks; two, because one alone waits for its products.
/// @tparam first_round how many rounds were made before
template <int first_round = 0>
RANVIER_INLINE void philox(const RoundKeys& keys, Words& a, Words& b) {
    const U64 m0 = broadcast(philox_m0);
    const U64 m1 = broadcast(philox_m1);
#pragma GCC unroll 10
    for (int round = first_round; round < 10; ++round) {
        const U64 k0 = broadcast(keys.k[round][0]);
        const U64 k1 = broadcast(keys.k[round][1]);
        for (Words* words : {&a, &b}) {
            U64(&w)[4]   = words->w;
            const U64 p0 = multiply_low_halves(m0, w[0]);
            const U64 p1 = multiply_low_halves(m1, w[2]);
            w[0]         = (p1 >> 32) ^ (w[1] ^ k0);
            w[1]         = p1;
            w[2]         = (p0 >> 32) ^ (w[3] ^ k1);
            w[3]         = p0;
        }
    }
}

/// Words 0 and 1 as the 64-bit draw that a Stream makes of them.
RANVIER_INLINE U64 first_draw(const Words& words) {
    return (words.w[0] & 0xffffffffu) | (words.w[1] << 32);
}
/// Words 2 and 3, the next draw of the Stream.
RANVIER_INLINE U64 second_draw(const Words& words) {
    return (words.w[2] & 0xffffffffu) | (words.w[3] << 32);
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::random

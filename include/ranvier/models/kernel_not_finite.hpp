/// @file
/// Finding state that is not finite while cells advance.
#pragma once

#include <array>
#include <cstddef>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/isa.hpp"
#include "ranvier/models/kernel_arguments.hpp"

namespace ranvier::models {

/// Finds state that is not finite for a few operations per pack: counts lanes without a potential,
/// keeps the extremes of the others, and adds up what must be finite.
template <class V>
class NotFinite {
    using T = simd::Scalar<V>;

public:
    template <std::size_t N>
    RANVIER_INLINE void look_at(const std::array<V, N>& lanes) {
        held_.v  = held_.v - simd::isnan(lanes[0]).v;  // a lane of a mask is 0 or -1
        lowest_  = simd::min(lanes[0], lowest_);
        highest_ = simd::max(lanes[0], highest_);
        if constexpr (N > 1) {
            V sum = lanes[1];
#pragma GCC unroll 64
            for (std::size_t j = 2; j < N; ++j)
                sum = sum + lanes[j];
            sum_ = sum_ + sum;
        }
    }
    template <class P, std::size_t N>
    requires simd::is_pair<P> RANVIER_INLINE void look_at(const std::array<P, N>& lanes) {
        std::array<V, N> half;
#pragma GCC unroll 64
        for (std::size_t j = 0; j < N; ++j)
            half[j] = lanes[j].a;
        look_at(half);
#pragma GCC unroll 64
        for (std::size_t j = 0; j < N; ++j)
            half[j] = lanes[j].b;
        look_at(half);
    }
    /// Other state variables of the same lanes.
    template <std::size_t N>
    RANVIER_INLINE void look_at_more(const std::array<V, N>& lanes) {
#pragma GCC unroll 64
        for (std::size_t j = 0; j < N; ++j)
            sum_ = sum_ + lanes[j];
    }
    template <class P, std::size_t N>
    requires simd::is_pair<P> RANVIER_INLINE void look_at_more(const std::array<P, N>& lanes) {
#pragma GCC unroll 64
        for (std::size_t j = 0; j < N; ++j)
            sum_ = sum_ + lanes[j].a + lanes[j].b;
    }

    /// In how many lanes some state variable is not finite, v of held cells included. A potential
    /// that has just run away beyond the threshold is about to be reset and does not count.
    RANVIER_INLINE std::size_t count(
        const KernelArguments<T>& a, std::size_t num_states, std::size_t num_spikes
    ) const {
        return result(held_, lowest_, highest_, sum_, a, num_states, num_spikes);
    }

private:
    [[gnu::noinline]] static std::size_t result(
        simd::Mask<T>             held,
        V                         lowest,
        V                         highest,
        V                         sum,
        const KernelArguments<T>& a,
        std::size_t               num_states,
        std::size_t               num_spikes
    ) {
        const V     none     = (lowest - lowest) + (highest - highest) + (sum - sum);
        std::size_t num_held = 0;
        for (int k = 0; k < V::width; ++k)
            num_held += static_cast<std::size_t>(held.v[k]);
        if (simd::all(none == V{0})) return num_held;

        std::size_t found = 0, next = 0;  // or it was the sum that became too large
        for (std::size_t i = 0; i < a.count; ++i) {
            const bool spiked = next < num_spikes && (a.spikes[next] & ~finely) == i;
            if (spiked) ++next;
            bool is_finite = true;
            for (std::size_t j = spiked ? 1 : 0; j < num_states; ++j)
                is_finite = is_finite && a.state[j][i] - a.state[j][i] == 0;
            if (!is_finite) ++found;
        }
        return found;
    }

    simd::Mask<T> held_{};
    V             lowest_{0}, highest_{0}, sum_{0};
};

}  // namespace ranvier::models

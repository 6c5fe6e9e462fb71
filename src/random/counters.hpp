/// @file
/// The first blocks of the streams of a range, several at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels.hpp"
#include "philox_lanes.hpp"

namespace ranvier::random {
inline namespace RANVIER_ISA_NAMESPACE {

/// Streams handled by one call of philox.
inline constexpr std::size_t batch = 2 * num_lanes;

/// The counters of a range of streams, moving on by a batch at a time.
class IndexCounters {
public:
    RANVIER_INLINE explicit IndexCounters(const StreamRange& range)
        : keys_(range.key),
          index_step_(broadcast(std::uint64_t{num_lanes} * range.index_step)),
          sub_step_(broadcast(std::uint64_t{num_lanes} * range.sub_step)),
          index_(broadcast(range.index) + lane_numbers() * range.index_step),
          sub_(broadcast(range.sub) + lane_numbers() * range.sub_step) {}

    /// The first blocks of the next streams.
    RANVIER_INLINE void next(Words& a, Words& b) {
        a = take();
        b = take();
        philox(keys_, a, b);
    }

private:
    RANVIER_INLINE Words take() {
        const Words result{{index_, index_ >> 32, sub_, U64{}}};
        index_ += index_step_;
        sub_ += sub_step_;
        return result;
    }

    RoundKeys keys_;
    U64       index_step_;
    U64       sub_step_;
    U64       index_;
    U64       sub_;
};

/// The same where all streams have one index: what the first two rounds make of it is computed
/// once.
class SubCounters {
public:
    RANVIER_INLINE explicit SubCounters(const StreamRange& range)
        : keys_(range.key),
          sub_step_(broadcast(std::uint64_t{num_lanes} * range.sub_step)),
          sub_(broadcast(range.sub) + lane_numbers() * range.sub_step) {
        const U64 first = multiply_low_halves(broadcast(philox_m0), broadcast(range.index));
        const U64 word2 = (first >> 32) ^ broadcast(keys_.k[0][1]);
        second_         = multiply_low_halves(broadcast(philox_m1), word2);
        word0_          = broadcast((range.index >> 32) ^ keys_.k[0][0]);
        word3_          = first ^ broadcast(keys_.k[1][1]);
        high_           = (second_ >> 32) ^ broadcast(keys_.k[1][0]);
    }

    RANVIER_INLINE void next(Words& a, Words& b) {
        a = take();
        b = take();
        philox<2>(keys_, a, b);
    }

private:
    /// The words after two rounds.
    RANVIER_INLINE Words take() {
        const U64 from_sub = multiply_low_halves(broadcast(philox_m1), sub_);
        const U64 product  = multiply_low_halves(broadcast(philox_m0), (from_sub >> 32) ^ word0_);
        sub_ += sub_step_;
        return {{high_ ^ from_sub, second_, (product >> 32) ^ word3_, product}};
    }

    RoundKeys keys_;
    U64       sub_step_;
    U64       sub_;
    U64       word0_;   ///< what joins the product of the first round in word 0
    U64       word3_;   ///< what joins that of the second in word 2
    U64       second_;  ///< the other product of the second round
    U64       high_;    ///< what joins word 1 in word 0 of the second
};

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::random

/// @file
/// Random numbers that are addressed, not consumed: a stream is a pure function of key and indices.
#pragma once

#include <cstdint>

#include "ranvier/random/Key.hpp"

namespace ranvier::random {

/// The random numbers of one thing: a cell, a connection, a step of a source.
///
/// Block b of a stream is Philox4x32-10 (doi:10.1145/2063384.2063405) of
///
///     key      {low 32 bits of the key, high 32 bits of the key}
///     counter  {low 32 bits of the index, high 32 bits of the index, sub, b}
///
/// and its four words are used in order. A 64-bit draw is two words, the low half first. A stream
/// costs nothing to make; streams that differ in key, index or sub are independent. All algorithms
/// are ours, with our own exp and log, so that the numbers are the same on every machine.
///
///     Stream s{make_key(seed, Purpose::cell_parameter, hash_of_text("L4E")), gid};
///     const double tau_m = 10 + 5 * s.uniform();
class Stream {
public:
    [[gnu::always_inline]] explicit Stream(Key key, std::uint64_t index, std::uint32_t sub = 0)
        : key_(key),
          index_(index),
          sub_(sub) {}

    /// 32 or 64 uniform bits.
    [[gnu::always_inline]] std::uint32_t bits32() {
        if (used_ == 4) next_block();
        return words_[used_++];
    }
    [[gnu::always_inline]] std::uint64_t bits64() {
        const std::uint64_t low = bits32();
        return low | std::uint64_t{bits32()} << 32;
    }

    /// Uniform in `[0, 1)`: a multiple of 2^-53. One 64-bit draw.
    [[gnu::always_inline]] double uniform() {
        return static_cast<double>(bits64() >> 11) * 0x1p-53;
    }
    /// Uniform in `(0, 1]`: a multiple of 2^-53. One 64-bit draw.
    [[gnu::always_inline]] double uniform_positive() {
        return static_cast<double>((bits64() >> 11) + 1) * 0x1p-53;
    }
    /// Uniform in `(0, 1)`: an odd multiple of 2^-53, symmetric about 1/2. One 64-bit draw.
    [[gnu::always_inline]] double uniform_open() {
        return static_cast<double>((bits64() >> 12) * 2 + 1) * 0x1p-53;
    }

    /// Uniform integer in `[0, n)`, exactly unbiased: multiply-high with rejection
    /// (doi:10.1145/3230636).
    ///
    /// @pre n >= 1
    std::uint64_t below(std::uint64_t n);

    /// Uniform integer in `[0, n)` from exactly one 64-bit draw: the high half of draw times n. The
    /// probability of each value differs from 1/n by less than 2^-64, so by less than 2^-32 of it.
    ///
    /// @pre 1 <= n <= 2^32
    std::uint32_t below32(std::uint64_t n);

    /// Standard normal: the quantile (math::inverse_normal_cdf) of uniform_open(). One 64-bit draw.
    double normal();

    /// Exponential with mean 1: -log of uniform_positive(). One 64-bit draw.
    double exponential();

    /// Failures before the first success of trials with probability p: floor(exponential() /
    /// -log1p(-p)). One 64-bit draw; the largest integer for p <= 0 and where the result exceeds
    /// 2^63.
    std::uint64_t geometric(double p);

    /// Gamma with shape k and scale 1, by squeeze (doi:10.1145/358407.358414); k < 1 through k + 1.
    /// 0 for k = 0.
    ///
    /// @pre k >= 0
    double gamma(double k);

    /// Poisson with mean lambda: inversion below 10, otherwise transformed rejection (PTRS,
    /// doi:10.1016/0167-6687(93)90997-4). O(1) for large lambda.
    ///
    /// @pre 0 <= lambda <= 2^50
    std::uint64_t poisson(double lambda);

    /// Number of successes in n trials with probability p: inversion for small n p, otherwise
    /// transformed rejection (BTRS, doi:10.1080/00949659308811496). O(1) for large n.
    ///
    /// @pre n <= 2^53, 0 <= p <= 1
    std::uint64_t binomial(std::uint64_t n, double p);

    /// Angle in `[-pi, pi]` around mu with concentration kappa, by rejection from a wrapped Cauchy
    /// distribution (doi:10.2307/2346732); uniform for kappa < 1e-8.
    ///
    /// @pre kappa >= 0
    double vonmises(double mu, double kappa);

private:
    void next_block();

    Key           key_;
    std::uint64_t index_;
    std::uint32_t sub_;
    std::uint32_t block_    = 0;
    std::uint32_t words_[4] = {};
    unsigned      used_     = 4;
};

}  // namespace ranvier::random

/// @file
/// Geometric numbers from exponential ones.
#pragma once

#include <cstdint>
#include <limits>

#include "ranvier/base/math.hpp"

namespace ranvier::random {

/// Failures before the first success of trials; the logarithm of the probability is taken once.
class Geometric {
public:
    explicit Geometric(double p = 1) : rate_(p > 0 ? -math::log1p(-p) : 0) {}

    /// What Stream::geometric makes of its exponential number.
    std::uint64_t from(double exponential) const {
        const double failures = exponential / rate_;  // 0 for p = 1, whose rate is infinite
        if (!(failures < 0x1p63)) return std::numeric_limits<std::uint64_t>::max();
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(failures));
    }

    /// An exponential number divided by this, without its fraction, is the number of failures.
    double rate() const { return rate_; }

private:
    double rate_;
};

}  // namespace ranvier::random

/// @file
/// The time of a step, from whole numbers.
#pragma once

#include <cstdint>

#include "ranvier/base/types.hpp"

namespace ranvier::io {

/// Milliseconds of time steps. The time step is taken as the fraction p / q with the smallest q
/// that is the same double, and a time as step p / q with one rounding: 3 steps of 0.1 ms are
/// 0.3 ms and not 0.30000000000000004 ms.
class StepTime {
public:
    /// @param timestep_ms > 0
    explicit StepTime(double timestep_ms);

    /// Time of a step in ms. @pre step p does not overflow
    double of(Step step) const {
        return static_cast<double>(step * numerator_) / static_cast<double>(denominator_) * unit_;
    }

    std::int64_t numerator() const { return numerator_; }
    std::int64_t denominator() const { return denominator_; }

private:
    std::int64_t numerator_   = 1;
    std::int64_t denominator_ = 1;
    double       unit_        = 1;  ///< not 1 if the time step is no fraction of small numbers
};

}  // namespace ranvier::io

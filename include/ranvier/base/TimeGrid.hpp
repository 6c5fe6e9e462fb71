/// @file
/// The time grid: how times in ms become integer steps, and steps times.
#pragma once

#include <cstdint>
#include <optional>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/types.hpp"

namespace ranvier {

/// Multiples of a time step. A time is first rounded to 1 us, then to the grid.
///
/// The time step is held as a fraction p / q of milliseconds, so that step s is the time s p / q,
/// rounded once: with 0.1 ms, step 3 is 0.3 and not 0.30000000000000004.
class TimeGrid {
public:
    /// @throws ParameterError unless the step is positive, finite and at least 1 us
    explicit TimeGrid(Time timestep);

    Time timestep() const { return timestep_; }

    /// The time of a step, in ms.
    double ms(Step step) const {
        return static_cast<double>(step * numerator_) / static_cast<double>(denominator_);
    }

    /// Nearest step, halves up: 0.15 ms is step 2 of 0.1 ms.
    Step nearest(double ms) const;

    /// The step at or after a time.
    Step up(double ms) const;

    /// The step of a time that is a multiple of the time step; nothing for other times.
    std::optional<Step> exact(double ms) const;

private:
    Time         timestep_;
    std::int64_t numerator_   = 1;
    std::int64_t denominator_ = 1;
};

}  // namespace ranvier

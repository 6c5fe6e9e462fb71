/// @file
/// What values of connections must satisfy one by one.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "ranvier/network/Store.hpp"

namespace ranvier::network {

/// Notes values that break a rule.
class Checks {
public:
    Checks(std::size_t post, Violation& violation) : post_(post), violation_(violation) {}

    void weight(double value, int sign) {
        if (!std::isfinite(value)) note(Violation::What::weight_finite, value);
        if (value * sign < 0) note(Violation::What::weight_sign, value);
    }
    /// The delay in steps.
    std::uint32_t delay(double ms, const TimeGrid& grid, const ConnectRequest& request) {
        const Step steps = std::isfinite(ms) ? grid.nearest(ms) : 0;
        // As for a single delay: rounded to 1 us before it is compared with the time step.
        if (!(std::floor(ms * 1000 + 0.5) >= grid.timestep().value() * 1000))
            note(Violation::What::delay_short, ms);
        else if (steps < request.min_delay || steps > request.max_delay)
            note(Violation::What::delay_bounds, ms);
        return static_cast<std::uint32_t>(steps);
    }

private:
    void note(Violation::What what, double value) {
        if (violation_.what == Violation::What::none) violation_ = {what, post_, value, {}};
        ++violation_.counts[static_cast<std::size_t>(what)];
    }

    std::size_t post_;
    Violation&  violation_;
};

}  // namespace ranvier::network

/// @file
/// What values of connections must satisfy one by one.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "ranvier/network/Store.hpp"

namespace ranvier::network {

/// The multiple of a power of two nearest to a weight; halves away from 0. No -0 comes of it.
inline double nearest_multiple(double weight, double quantum) {
    const double size  = std::abs(weight / quantum);
    const double whole = std::floor(size);
    return std::copysign(whole + (size - whole >= 0.5 ? 1 : 0), weight) * quantum + 0.0;
}

/// Notes values that break a rule.
class Checks {
public:
    Checks(std::size_t post, Violation& violation) : post_(post), violation_(violation) {}

    void weight(double value, const ConnectRequest& request) {
        if (!std::isfinite(value))
            note(Violation::What::weight_finite, value);
        else if (std::abs(value) > request.largest)
            note(Violation::What::weight_single, value);
        if (value * request.weight_sign < 0) note(Violation::What::weight_sign, value);
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

    /// All delays of a target in steps, and all its weights.
    void delays(
        std::span<const double>  ms,
        const TimeGrid&          grid,
        const ConnectRequest&    request,
        std::span<std::uint32_t> steps
    ) {
        // The same as one by one, in loops without branches.
        constexpr std::size_t     block       = 64;
        const double              us_per_step = grid.timestep().value() * 1000;
        const auto                low         = static_cast<double>(request.min_delay);
        const auto                high        = static_cast<double>(request.max_delay);
        std::uint64_t             broken      = 0;
        std::array<double, block> step;
        for (std::size_t first = 0; first < ms.size(); first += block) {
            const std::size_t   count = std::min(block, ms.size() - first);
            const double* const from  = &ms[first];
            for (std::size_t k = 0; k < count; ++k) {
                const double us = std::floor(from[k] * 1000 + 0.5);
                const double s  = std::floor(us / us_per_step + 0.5);
                step[k]         = s;
                broken |= static_cast<std::uint64_t>(!(us >= us_per_step)) |
                          static_cast<std::uint64_t>(!(s >= low)) |
                          static_cast<std::uint64_t>(!(s <= high));
            }
            if (broken != 0) break;
            for (std::size_t k = 0; k < count; ++k)
                steps[first + k] = static_cast<std::uint32_t>(static_cast<int>(step[k]));
        }
        if (broken == 0) return;
        for (std::size_t k = 0; k < ms.size(); ++k)
            steps[k] = delay(ms[k], grid, request);
    }
    void weights(std::span<const double> values, const ConnectRequest& request) {
        const double  low    = request.weight_sign > 0 ? 0 : -request.largest;
        const double  high   = request.weight_sign < 0 ? 0 : request.largest;
        std::uint64_t broken = 0;
        for (const double value : values)
            broken |= static_cast<std::uint64_t>(!(value >= low)) |
                      static_cast<std::uint64_t>(!(value <= high));
        if (broken == 0) return;
        for (const double value : values)
            weight(value, request);
    }

    /// The weight that is kept: the nearest multiple of the quantum, if there is one.
    double rounded(double weight, double quantum) {
        if (quantum == 0) return weight;
        const double multiple = nearest_multiple(weight, quantum);
        if (std::isfinite(weight) && !(std::abs(multiple) <= max_weight_multiple * quantum)) {
            note(Violation::What::weight_range, weight);
            violation_.largest = std::max(violation_.largest, std::abs(weight));
        }
        return multiple;
    }
    void round(std::span<double> weights, double quantum) {
        if (quantum == 0) return;
        for (double& weight : weights)
            weight = rounded(weight, quantum);
    }

private:
    void note(Violation::What what, double value) {
        if (violation_.what == Violation::What::none) violation_ = {what, post_, value, {}, 0};
        ++violation_.counts[static_cast<std::size_t>(what)];
    }

    std::size_t post_;
    Violation&  violation_;
};

}  // namespace ranvier::network

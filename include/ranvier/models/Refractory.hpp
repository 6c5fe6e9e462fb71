/// @file
/// Which cells are held after a spike, and until when.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ranvier/base/types.hpp"

namespace ranvier::models {

/// When a cell is released that has been held since the beginning of a step.
struct Release {
    Step   steps;  ///< whole steps until the one in which it is
    double rest;   ///< ms from there, in (0, dt]
};

/// A release within rounding of a point of the grid is there, before what arrives at it: that finds
/// the cell free.
/// @param held, dt  ms; how long the cell is held, and the time step
inline Release release_after(double held, double dt) {
    constexpr double rounding = 1e-9;
    const double     steps    = std::max(std::ceil(std::min(held / dt, 1e15) - rounding) - 1, 0.0);
    return {static_cast<Step>(steps), std::min(held - steps * dt, dt)};
}

/// Cells waiting for the end of their refractory period, filed by the step at which it ends.
///
/// A ring of lists: finding those due at a step costs only their number. Periods longer than the
/// ring are filed again each time round.
class Refractory {
public:
    void hold(std::uint32_t cell, Step until) {
        list(until).push_back({until, cell});
        ++size_;
    }

    /// Number of cells held.
    std::size_t size() const { return size_; }

    /// Whether a cell is held; slow, for messages.
    bool holds(std::uint32_t cell) const {
        for (const auto& due : ring_) {
            for (const auto& [until, held] : due) {
                if (held == cell) return true;
            }
        }
        return false;
    }

    /// Calls `free(cell)` for every cell whose period ends at `step`. Called for every step in
    /// turn.
    template <class F>
    void release(Step step, F&& free) {
        auto&       due  = list(step);
        std::size_t kept = 0;
        for (const auto& [until, cell] : due) {
            if (until == step)
                free(cell);
            else
                due[kept++] = {until, cell};
        }
        size_ -= due.size() - kept;
        due.resize(kept);
    }

    /// Frees the cells for which `given(cell)` holds without a call, for instance because they were
    /// given a new potential.
    template <class F>
    void forget(F&& given) {
        for (auto& due : ring_)
            size_ -= std::erase_if(due, [&](const auto& held) { return given(held.second); });
    }

private:
    std::vector<std::pair<Step, std::uint32_t>>& list(Step step) {
        return ring_[static_cast<std::size_t>(step) % ring_.size()];
    }

    std::vector<std::vector<std::pair<Step, std::uint32_t>>> ring_{128};
    std::size_t                                              size_ = 0;
};

}  // namespace ranvier::models

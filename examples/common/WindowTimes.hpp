/// @file
/// How fast a run is from one tenth of a simulated second to the next.
#pragma once

#include <chrono>
#include <vector>

#include <ranvier/base/Quantity.hpp>

namespace ranvier::examples {

/// Real-time factors (wall time / simulated time) of successive windows of 100 ms of simulated time
/// or, where intervals between exchanges do not fit, a little more. What is left at the end is no
/// window.
class WindowTimes {
public:
    static constexpr Time length = 100_ms;

    /// Begins the first window.
    void start(Time now) {
        from_  = now;
        since_ = Clock::now();
        open_  = true;
    }

    /// The simulation has come to this time; to be called after each interval. Cheap.
    void note(Time now) {
        // Times are multiples of the step with an error far below a microsecond.
        if (!open_ || now - from_ < length - 0.001_us) return;
        const auto                          wall  = Clock::now();
        const std::chrono::duration<double> spent = wall - since_;
        factors_.push_back(1000 * spent.count() / (now - from_).value());
        from_  = now;
        since_ = wall;
    }

    std::vector<double>& factors() { return factors_; }

private:
    using Clock = std::chrono::steady_clock;

    bool                open_ = false;
    Time                from_{};
    Clock::time_point   since_;
    std::vector<double> factors_;
};

}  // namespace ranvier::examples

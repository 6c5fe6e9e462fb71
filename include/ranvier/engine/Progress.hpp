/// @file
/// Tells the user on rank 0 how far a run is.
#pragma once

#include <chrono>
#include <ostream>
#include <string>

#include "ranvier/base/Quantity.hpp"

namespace ranvier {

/// Progress of a run: a line that is rewritten, on a terminal; otherwise a line every tenth of the
/// run but not more often than every ten seconds. Each shows the simulated time, the real-time
/// factor (wall time / simulated time) and the time left.
///
///     Progress progress{std::cerr, 0_ms, 10_s, sim.comm().is_root()};
///     sim.on_interval([&](Time now) { progress.show(now); });
class Progress {
public:
    /// @param enabled nothing is printed if false: pass whether this is rank 0
    Progress(std::ostream& out, Time begin, Time end, bool enabled);

    void show(Time now);

    /// What is shown: `    25.0 of 100.0 ms   25 %  real-time factor 40  3 s left`.
    /// @pre begin < now <= end
    /// @param elapsed in seconds, since `begin`
    static std::string line(Time begin, Time now, Time end, double elapsed);

    /// Ends the line that is being rewritten, if there is one.
    void finish();

private:
    using Clock = std::chrono::steady_clock;

    std::ostream&     out_;
    Time              begin_, end_;
    bool              enabled_;
    bool              is_terminal_;
    bool              line_open_   = false;
    bool              has_started_ = false;
    Clock::time_point started_, last_shown_;
    Time              next_{};  ///< for sparse lines: not before this time
};

}  // namespace ranvier

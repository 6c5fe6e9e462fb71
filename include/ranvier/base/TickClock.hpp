/// @file
/// A clock that is cheap to read, to time what lasts microseconds.
#pragma once

#include <chrono>
#include <cstdint>

namespace ranvier {

/// Counts ticks of the processor's time stamp counter where that runs at one rate whatever the
/// processor does, of std::chrono::steady_clock elsewhere. How long a tick lasts is found by
/// comparing the two over the life of the clock.
///
///     const TickClock        clock;
///     const TickClock::Ticks begin = clock.now();
///     ...
///     const double seconds = clock.seconds(clock.now() - begin);
///
/// Reads on different cores may differ by less than it takes to move from one to the other.
class TickClock {
public:
    using Ticks = std::uint64_t;

    /// Whether this processor's counter runs at one rate, also while the processor sleeps. @local
    static bool has_counter();

    /// @local @param counter whether to read the counter; only where there is one
    explicit TickClock(bool counter = has_counter());

    Ticks now() const {
#if defined(__x86_64__)
        if (counter_) return __builtin_ia32_rdtsc();
#endif
        return static_cast<Ticks>(Steady::now().time_since_epoch() / std::chrono::nanoseconds{1});
    }

    /// How long `ticks` last, in seconds. The relative error is that of a read of steady_clock,
    /// some 0.1 us, over the age of the clock. @local
    double seconds(Ticks ticks) const {
        return static_cast<double>(ticks) * seconds_per_tick();
    }
    /// The same for many numbers of ticks. @local
    double seconds_per_tick() const;

private:
    using Steady = std::chrono::steady_clock;

    /// What both clocks show at one time.
    struct Reading {
        Ticks              ticks = 0;
        Steady::time_point time;
    };
    Reading read() const;

    bool    counter_;
    Reading start_;
};

}  // namespace ranvier

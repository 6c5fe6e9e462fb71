#include "ranvier/base/TickClock.hpp"

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

using Steady = std::chrono::steady_clock;

double between(Steady::time_point from, Steady::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

/// Steady_clock is read before and after each read of the clock, so that however long the process
/// is interrupted, the truth lies between the shorter and the longer time. Beyond these the clock
/// may be off by its calibration, 0.1 us of at least 20 ms, for which 0.1 % is ample.
void expect_agreement(const TickClock& clock) {
    const auto before_begin = Steady::now();
    const auto begin        = clock.now();
    const auto after_begin  = Steady::now();
    while (between(after_begin, Steady::now()) < 0.02) {
    }
    const auto before_end = Steady::now();
    const auto end        = clock.now();
    const auto after_end  = Steady::now();

    const double seconds = clock.seconds(end - begin);
    EXPECT_GE(seconds, 0.999 * between(after_begin, before_end));
    EXPECT_LE(seconds, 1.001 * between(before_begin, after_end));
}

TEST(TickClock, agrees_with_steady_clock) {
    expect_agreement(TickClock{});
}

TEST(TickClock, agrees_with_steady_clock_without_a_counter) {
    const TickClock clock{false};
    expect_agreement(clock);
    EXPECT_DOUBLE_EQ(clock.seconds(1'500'000'000), 1.5);
}

TEST(TickClock, times_add_up) {
    const TickClock  clock;
    const auto       begin = clock.now();
    auto             last  = begin;
    TickClock::Ticks sum   = 0;
    for (int k = 0; k < 1000; ++k) {
        const auto now = clock.now();
        sum += now - last;
        last = now;
    }

    EXPECT_EQ(sum, last - begin);
    EXPECT_GT(sum, 0u);
    EXPECT_EQ(clock.seconds(0), 0);
}

/// Linux tells the same of the processor under other names.
TEST(TickClock, finds_the_counter_where_the_system_does) {
    std::stringstream text;
    text << std::ifstream{"/proc/cpuinfo"}.rdbuf();
    if (text.str().find("flags") == std::string::npos) GTEST_SKIP() << "no flags in /proc/cpuinfo";

    EXPECT_EQ(TickClock::has_counter(), text.str().find(" nonstop_tsc") != std::string::npos);
}

}  // namespace
}  // namespace ranvier

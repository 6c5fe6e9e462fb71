#include "ranvier/engine/Progress.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

// A stream that is no terminal gets a line every ten seconds at most: nothing in these tests.

TEST(Progress, is_silent_for_short_runs_that_are_not_watched) {
    std::ostringstream out;
    Progress           progress{out, 0_ms, 100_ms, true};
    for (int k = 1; k <= 100; ++k)
        progress.show(k * 1_ms);
    progress.finish();

    EXPECT_EQ(out.str(), "");
}

TEST(Progress, is_silent_on_other_ranks) {
    std::ostringstream out;
    Progress           progress{out, 0_ms, 100_ms, false};
    progress.show(50_ms);
    progress.finish();

    EXPECT_EQ(out.str(), "");
}

TEST(Progress, can_be_asked_at_its_first_and_last_moment) {
    std::ostringstream out;
    Progress           progress{out, 0_ms, 0_ms, true};
    progress.show(0_ms);
    progress.show(0_ms);
    progress.finish();
    progress.finish();

    EXPECT_EQ(out.str(), "");
}

TEST(Progress, says_how_far_it_is_how_fast_and_how_long_it_takes) {
    EXPECT_EQ(
        Progress::line(0_ms, 25_ms, 100_ms, 1),
        "    25.0 of 100.0 ms   25 %  real-time factor 40  3 s left"
    );
    EXPECT_EQ(
        Progress::line(100_ms, 200_ms, 10.1_s, 20),
        "   200.0 of 10100.0 ms    1 %  real-time factor 200  33 min left"
    );
    EXPECT_EQ(
        Progress::line(0_ms, 10_s, 10_s, 5),
        " 10000.0 of 10000.0 ms  100 %  real-time factor 0.5  0 s left"
    );
}

}  // namespace
}  // namespace ranvier

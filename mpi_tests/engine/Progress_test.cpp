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

}  // namespace
}  // namespace ranvier

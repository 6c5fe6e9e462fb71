#include "ranvier/base/progress.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Progress, EveryTickIsCounted) {
    const auto before = ranvier::num_ticks.load();
    for (int i = 0; i < 1000; ++i)
        ranvier::tick();
    EXPECT_EQ(ranvier::num_ticks.load(), before + 1000);
}

}  // namespace

#include "ranvier/models/Refractory.hpp"

#include <cmath>
#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

/// The step at which each cell was freed, up to step `last`.
std::map<std::uint32_t, Step> freed_until(Refractory& refractory, Step first, Step last) {
    std::map<std::uint32_t, Step> freed;
    for (Step step = first; step <= last; ++step) {
        refractory.release(step, [&](std::uint32_t cell) {
            EXPECT_FALSE(freed.contains(cell)) << cell << " was freed twice";
            freed[cell] = step;
        });
    }
    return freed;
}

TEST(Refractory, frees_each_cell_at_its_step) {
    Refractory refractory;
    for (std::uint32_t cell = 0; cell < 1000; ++cell)
        refractory.hold(cell, 1 + cell * 37 % 1000);

    const auto freed = freed_until(refractory, 1, 1000);

    ASSERT_EQ(freed.size(), 1000u);
    for (const auto& [cell, step] : freed)
        EXPECT_EQ(step, 1 + cell * 37 % 1000);
}

// The ring has 128 places.
TEST(Refractory, holds_for_longer_than_a_turn_of_its_ring) {
    Refractory refractory;
    for (const Step until : {1, 127, 128, 129, 256, 257, 1281})
        refractory.hold(static_cast<std::uint32_t>(until), until);

    const auto freed = freed_until(refractory, 1, 2000);

    ASSERT_EQ(freed.size(), 7u);
    for (const auto& [cell, step] : freed)
        EXPECT_EQ(static_cast<Step>(cell), step);
}

TEST(Refractory, can_hold_a_cell_again_while_it_frees_others) {
    Refractory        refractory;
    std::vector<Step> freed;
    refractory.hold(5, 10);
    for (Step step = 0; step <= 1000; ++step) {
        bool free = false;
        refractory.release(step, [&](std::uint32_t) { free = true; });
        if (!free) continue;
        freed.push_back(step);
        refractory.hold(5, step + 128);
    }

    EXPECT_EQ(freed, (std::vector<Step>{10, 138, 266, 394, 522, 650, 778, 906}));
}

TEST(Refractory, frees_nobody_whom_it_was_told_to_forget) {
    Refractory refractory;
    refractory.hold(1, 5);
    refractory.hold(2, 500);

    refractory.forget([](std::uint32_t) { return true; });

    EXPECT_TRUE(freed_until(refractory, 0, 1000).empty());
}

// The quotients of multiples of 0.1 are whole numbers but for rounding.
TEST(release_after, is_at_points_of_the_grid_in_spite_of_rounding) {
    for (int k = 1; k <= 60; ++k) {
        for (const double dt : {0.1, 0.05, 0.01}) {
            const Release release = release_after(0.1 * k, dt);
            EXPECT_EQ(release.steps, std::llround(0.1 * k / dt) - 1) << k << " " << dt;
            EXPECT_NEAR(release.rest, dt, 1e-12);
        }
    }
    EXPECT_EQ(release_after(0.25, 0.1).steps, 2);
    EXPECT_NEAR(release_after(0.25, 0.1).rest, 0.05, 1e-15);
    EXPECT_EQ(release_after(0, 0.1).steps, 0);
}

}  // namespace
}  // namespace ranvier::models

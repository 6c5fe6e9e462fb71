#include "ranvier/base/TimeGrid.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double nan      = std::numeric_limits<double>::quiet_NaN();

TEST(TimeGrid, rounds_half_steps_up) {
    const TimeGrid grid{0.1_ms};

    EXPECT_EQ(grid.nearest(0.15), 2);
    EXPECT_EQ(grid.nearest(0.05), 1);
    EXPECT_EQ(grid.nearest(0.25), 3);
    EXPECT_EQ(grid.nearest(0.149), 1);
    EXPECT_EQ(grid.nearest(0.04), 0);
    EXPECT_EQ(grid.nearest(0), 0);
    EXPECT_EQ(grid.nearest(1000.05), 10'001);
    EXPECT_EQ(grid.nearest(-0.15), -1);
    EXPECT_EQ(grid.nearest(-0.16), -2);
}

TEST(TimeGrid, rounds_half_steps_up_whatever_the_time_step) {
    for (int step_us = 2; step_us <= 2000; step_us += 2) {
        const TimeGrid grid{Time::in_base_units(step_us / 1000.0)};
        const int      half_us = step_us / 2;
        for (int k = 0; k < 100; ++k)
            ASSERT_EQ(grid.nearest((2 * k + 1) * half_us / 1000.0), k + 1) << step_us;
    }
}

TEST(TimeGrid, rounds_to_microseconds_first) {
    const TimeGrid grid{0.1_ms};

    EXPECT_EQ(grid.nearest(0.1496), 2);  // 150 us
    EXPECT_EQ(grid.nearest(0.1494), 1);  // 149 us
    EXPECT_EQ(grid.up(0.1004), 1);       // 100 us
    EXPECT_EQ(grid.up(0.1006), 2);       // 101 us
}

TEST(TimeGrid, gives_the_double_nearest_to_a_time) {
    const TimeGrid tenth{0.1_ms};
    const TimeGrid fortieth{0.025_ms};
    const TimeGrid three_tenths{0.3_ms};

    EXPECT_EQ(tenth.ms(3), 0.3);
    for (Step s = 0; s < 100'000; ++s) {
        ASSERT_EQ(tenth.ms(s), static_cast<double>(s) / 10);
        ASSERT_EQ(fortieth.ms(s), static_cast<double>(s) / 40);
        ASSERT_EQ(three_tenths.ms(s), static_cast<double>(3 * s) / 10);
    }
    EXPECT_EQ(tenth.ms(1'000'000'001), 100'000'000.1);
}

TEST(TimeGrid, finds_the_step_of_each_of_its_times) {
    for (const double dt : {0.001, 0.0125, 0.025, 0.1, 0.3, 0.7, 1.0, 7.0}) {
        const TimeGrid grid{Time::in_base_units(dt)};
        EXPECT_EQ(grid.timestep().value(), dt);
        for (Step s = 0; s < 3'000'000'000; s = s * 5 / 4 + 1) {
            ASSERT_EQ(grid.exact(grid.ms(s)), s) << dt;
            if (dt == 0.0125) continue;  // its odd times are not whole microseconds
            ASSERT_EQ(grid.nearest(grid.ms(s)), s) << dt;
            ASSERT_EQ(grid.up(grid.ms(s)), s) << dt;
        }
    }
}

TEST(TimeGrid, rounds_up_to_the_next_step) {
    const TimeGrid grid{0.1_ms};

    EXPECT_EQ(grid.up(0), 0);
    EXPECT_EQ(grid.up(0.1), 1);
    EXPECT_EQ(grid.up(0.101), 2);
    EXPECT_EQ(grid.up(0.199), 2);
    EXPECT_EQ(grid.up(0.3), 3);
    EXPECT_EQ(grid.up(2.05), 21);
}

TEST(TimeGrid, is_exact_only_for_multiples_of_the_time_step) {
    const TimeGrid grid{0.1_ms};

    EXPECT_EQ(grid.exact(0.1 + 0.2), 3);
    EXPECT_EQ(grid.exact(1000), 10'000);
    EXPECT_EQ(grid.exact(-0.1), -1);
    EXPECT_EQ(grid.exact(0), 0);
    for (const double ms : {0.15, 0.1001, 1000.01, 1e6 + 0.001, nan, infinite, -infinite})
        EXPECT_EQ(grid.exact(ms), std::nullopt) << ms;
}

TEST(TimeGrid, knows_times_that_never_come) {
    const TimeGrid grid{0.1_ms};

    EXPECT_EQ(grid.nearest(1e10), 100'000'000'000);
    EXPECT_GT(grid.nearest(1e30), Step{1} << 60);
    EXPECT_GT(grid.up(infinite), Step{1} << 60);
    EXPECT_LT(grid.nearest(-1e30), -(Step{1} << 60));
}

TEST(TimeGrid, refuses_time_steps_that_are_none) {
    for (const double dt : {0.0, -0.1, 0.0005, 2e6, nan, infinite, 1.0 / 3.0}) {
        try {
            const TimeGrid grid{Time::in_base_units(dt)};
            ADD_FAILURE() << dt << " was accepted";
        } catch (const ParameterError& error) {
            EXPECT_NE(std::string{error.what()}.find("timestep must"), std::string::npos);
            EXPECT_EQ(error.facts().parameter, "timestep");
        }
    }
}

TEST(TimeGrid, proposes_a_time_step_in_place_of_one_that_is_no_decimal) {
    try {
        const TimeGrid grid{1_ms / 3};
        FAIL();
    } catch (const ParameterError& error) {
        EXPECT_NE(std::string{error.what()}.find("Use 0.333333 ms."), std::string::npos);
    }
}

}  // namespace
}  // namespace ranvier

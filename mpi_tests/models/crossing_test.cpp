#include "ranvier/models/crossing.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

TEST(beyond, is_what_is_left_of_the_step) {
    EXPECT_DOUBLE_EQ(beyond(-40.0, -50.0, -30.0, 0.1), -40 + 0.05);
    EXPECT_DOUBLE_EQ(beyond(-40.0, -41.0, -31.0, 0.1), -40 + 0.09);
    EXPECT_EQ(beyond(-40.0, -50.0, -41.0, 0.1), -41) << "it did not cross";
    EXPECT_EQ(beyond(-40.0, -50.0, -40.0, 0.1), -40) << "just now";
}

TEST(beyond, is_the_whole_step_for_what_was_beyond_before) {
    EXPECT_DOUBLE_EQ(beyond(-40.0, 20.0, 10.0, 0.1), -39.9);
    EXPECT_DOUBLE_EQ(beyond(-40.0, 1e9, 1e9, 0.1), -39.9);
}

TEST(beyond, is_a_number_whatever_v_is) {
    EXPECT_GE(beyond(-40.0, -50.0, std::numeric_limits<double>::infinity(), 0.1), -40);
    EXPECT_LE(beyond(-40.0, -50.0, std::numeric_limits<double>::infinity(), 0.1), -39.9);
    EXPECT_EQ(beyond(-40.0, -40.0, -40.0, 0.1), -40);
    EXPECT_TRUE(std::isnan(beyond(-40.0, std::nan(""), std::nan(""), 0.1))) << "held";
    EXPECT_NEAR(beyond(-40.0F, -50.0F, -30.0F, 0.1F), -39.95, 4e-6);  // its resolution there
}

TEST(left_of_jump, decays_from_the_crossing_on) {
    EXPECT_EQ(left_of_jump(2.0, -40.0, -40.0, 0.1, 0.5), 2) << "at the crossing";
    EXPECT_NEAR(left_of_jump(2.0, -39.95, -40.0, 0.1, 0.5), 2 * std::exp(-0.025), 1e-14);
    EXPECT_DOUBLE_EQ(left_of_jump(2.0, 1e9, -40.0, 0.1, 0.5), 2 * std::exp(-0.05));
    EXPECT_EQ(left_of_jump(2.0, -50.0, -40.0, 0.1, 0.5), 2);
}

}  // namespace
}  // namespace ranvier::models

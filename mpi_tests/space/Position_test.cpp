#include "ranvier/space/Position.hpp"

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(Position, has_coordinates_in_um) {
    EXPECT_EQ(at(10_um, 1_mm, -2_um), (Position{10, 1000, -2}));
    EXPECT_EQ((Position{1, 2, 3} + Position{1, 1, 1}), (Position{2, 3, 4}));
    EXPECT_EQ((2.0 * Position{1, 2, 3}), (Position{2, 4, 6}));
}

TEST(Position, distance_is_euclidean) {
    EXPECT_EQ(distance({0, 0, 0}, {0, 0, 0}), 0_um);
    EXPECT_EQ(distance({0, 0, 0}, {3, 0, 0}), 3_um);
    EXPECT_EQ(distance({0, 0, 0}, {3, -4, 0}), 5_um);
    EXPECT_EQ(distance({0, 0, 0}, {3, -4, 12}), 13_um);
    EXPECT_EQ(squared_distance({1, 1, 1}, {-1, -1, -1}), 12);
}

}  // namespace
}  // namespace ranvier

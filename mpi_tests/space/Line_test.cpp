#include "ranvier/space/Line.hpp"

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(Line, runs_along_x) {
    const auto plain = Line{}.layout(4, {});
    const auto other = Line{.dx = 100_um, .x0 = -100_um, .y = 444_um, .z = 987_um}.layout(2, {});

    EXPECT_EQ(plain.position(3), (Position{3, 0, 0}));
    EXPECT_EQ(other.position(0), (Position{-100, 444, 987}));
    EXPECT_EQ(other.position(1), (Position{0, 444, 987}));
}

TEST(Line, describes_itself_and_compares) {
    EXPECT_EQ(Line{}.describe(), "Line(dx=1, x0=0, y=0, z=0)");
    EXPECT_EQ(Line{}, (Line{.dx = 1_um}));
    EXPECT_NE(Line{}, (Line{.dx = 2_um}));
}

}  // namespace
}  // namespace ranvier

// The cases of PyNN's tests of Space, and what must be refused.
#include "ranvier/space/Space.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

constexpr Position a{0, 0, 0};
constexpr Position b{1, 1, 1};
constexpr Position c{-1, -1, -1};
constexpr Position d{2, 3, 4};

double um(const Space& space, Position from, Position to) {
    return space.distance(from, to).value();
}

TEST(Space, measures_euclidean_distances_by_default) {
    EXPECT_DOUBLE_EQ(um({}, a, b), std::sqrt(3));
    EXPECT_DOUBLE_EQ(um({}, c, b), std::sqrt(12));
    const std::vector from{a};
    const std::vector to{a, b, c, d};
    EXPECT_THAT(
        Space{}.distances(from, to),
        testing::ElementsAre(
            0,
            testing::DoubleEq(std::sqrt(3)),
            testing::DoubleEq(std::sqrt(3)),
            testing::DoubleEq(std::sqrt(29))
        )
    );
    const auto all = Space{}.distances(to, to);
    ASSERT_EQ(all.size(), 16u);
    EXPECT_EQ(all[1 * 4 + 3], um({}, b, d));  // presynaptic rows
}

TEST(Space, counts_only_its_axes) {
    EXPECT_EQ(um({.axes = Axes::x}, a, b), 1);
    EXPECT_EQ(um({.axes = Axes::x}, a, d), 2);
    EXPECT_EQ(um({.axes = Axes::xy}, a, b), std::sqrt(2));
    EXPECT_EQ(um({.axes = Axes::xy}, a, d), std::sqrt(13));
    EXPECT_EQ(um({.axes = Axes::yz}, d, a), 5);
    EXPECT_DOUBLE_EQ(um({.axes = Axes::yz}, d, b), std::sqrt(13));
    EXPECT_DOUBLE_EQ(um({.axes = Axes::yz}, d, c), std::sqrt(41));
    EXPECT_EQ(um({.axes = Axes::yz}, d, d), 0);
    EXPECT_EQ(um({.axes = Axes::xy}, a, {3, 4, 12}), 5);
    EXPECT_EQ(um({.axes = Axes::z}, a, {3, 4, 12}), 12);
}

TEST(Space, adds_the_offset_to_the_postsynaptic_side_before_scaling) {
    const Space space{.scale_factor = 2, .offset = {1, 1, 1}};
    EXPECT_DOUBLE_EQ(um(space, a, b), std::sqrt(48));
    EXPECT_DOUBLE_EQ(um(space, b, a), std::sqrt(3));
    EXPECT_DOUBLE_EQ(um(space, c, b), std::sqrt(75));
    EXPECT_DOUBLE_EQ(um(space, b, c), std::sqrt(3));
    EXPECT_DOUBLE_EQ(um(space, a, d), std::sqrt(200));
    EXPECT_EQ(um({.offset = {-3, -4, 12}}, a, {3, 4, -12}), 0);
    EXPECT_EQ(um({.scale_factor = 0.5}, a, {6, 8, 24}), 13);
    EXPECT_EQ(um({.scale_factor = {1, 2, 3}}, a, {1, 0, 0}), 1);
    EXPECT_EQ(um({.scale_factor = {1, 2, 3}}, a, {0, 0, 1}), 3);
}

TEST(Space, wraps_once_along_periodic_axes) {
    const Period period{-1_um, 4_um};
    const Space  torus{.periodic_boundaries = {period, period, period}};
    EXPECT_DOUBLE_EQ(um(torus, a, b), std::sqrt(3));
    EXPECT_DOUBLE_EQ(um(torus, a, d), 3);
    EXPECT_DOUBLE_EQ(um(torus, c, d), std::sqrt(5));
    EXPECT_EQ(um(torus, d, c), um(torus, c, d));

    const Space ring{.periodic_boundaries = {Period{0_um, 7_um}, std::nullopt, std::nullopt}};
    EXPECT_EQ(um(ring, a, {4, 4, 12}), 13);
}

TEST(Space, knows_the_names_of_axes) {
    EXPECT_EQ(axes_of_name(""), Axes::xyz);
    EXPECT_EQ(axes_of_name("xyz"), Axes::xyz);
    EXPECT_EQ(axes_of_name("xz"), Axes::xz);
    EXPECT_EQ(axes_of_name("y"), Axes::y);
    try {
        axes_of_name("yx");
        FAIL();
    } catch (const SpaceError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("no axes \"yx\"; there are \""));
    }
}

TEST(Space, refuses_periods_that_end_before_they_begin) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    EXPECT_NO_THROW(Space{}.check());
    EXPECT_THROW((Space{.scale_factor = inf}.check()), SpaceError);
    EXPECT_THROW((Space{.offset = {0, std::nan(""), 0}}.check()), SpaceError);
    try {
        Space{.periodic_boundaries = {std::nullopt, Period{5_um, 5_um}, std::nullopt}}.check();
        FAIL();
    } catch (const SpaceError& error) {
        EXPECT_STREQ(
            error.what(),
            "Space: periodic_boundaries along y must end above 5 um, where they begin, got 5 um. "
            "Give {min, max}."
        );
    }
}

}  // namespace
}  // namespace ranvier

#include "ranvier/space/Grid2D.hpp"

#include <set>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

using Shape = std::array<std::size_t, 2>;

TEST(Grid2D, chooses_its_shape_from_size_and_aspect_ratio) {
    EXPECT_EQ(Grid2D{}.shape(1), (Shape{1, 1}));
    EXPECT_EQ(Grid2D{}.shape(4), (Shape{2, 2}));
    EXPECT_EQ(Grid2D{}.shape(9), (Shape{3, 3}));
    EXPECT_EQ((Grid2D{.aspect_ratio = 3}.shape(3)), (Shape{3, 1}));
    EXPECT_EQ((Grid2D{.aspect_ratio = 3}.shape(12)), (Shape{6, 2}));
    EXPECT_EQ((Grid2D{.aspect_ratio = 3}.shape(27)), (Shape{9, 3}));
    EXPECT_EQ((Grid2D{.aspect_ratio = 2.0 / 3}.shape(600)), (Shape{20, 30}));
    EXPECT_NO_THROW((Grid2D{.fill_order = FillOrder::random}.layout(0, {})));
}

TEST(Grid2D, refuses_sizes_that_do_not_fill_it) {
    EXPECT_THROW(Grid2D{}.shape(10), SpaceError);
    EXPECT_THROW((Grid2D{.aspect_ratio = 3}.shape(4)), SpaceError);
    EXPECT_THROW((Grid2D{.aspect_ratio = 0}.shape(4)), SpaceError);
    EXPECT_THROW((Grid2D{.aspect_ratio = -1}.layout(4, {})), SpaceError);
    try {
        Grid2D{}.layout(10, {});
        FAIL();
    } catch (const SpaceError& error) {
        EXPECT_STREQ(
            error.what(),
            "Grid2D: 10 cells do not fill a grid of 3 x 3 points. Choose an aspect_ratio nx / ny "
            "such that nx ny is the number of cells."
        );
    }
}

TEST(Grid2D, fills_y_fastest) {
    const auto grid = Grid2D{}.layout(4, {});
    EXPECT_EQ(grid.position(0), (Position{0, 0, 0}));
    EXPECT_EQ(grid.position(1), (Position{0, 1, 0}));
    EXPECT_EQ(grid.position(2), (Position{1, 0, 0}));
    EXPECT_EQ(grid.position(3), (Position{1, 1, 0}));

    const auto other =
        Grid2D{
            .aspect_ratio = 3, .dx = 11.1_um, .dy = 9.9_um, .x0 = 123_um, .y0 = 456_um, .z = 789_um}
            .layout(12, {});
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_DOUBLE_EQ(other.position(i).x, 123 + 11.1 * static_cast<double>(i / 2));
        EXPECT_DOUBLE_EQ(other.position(i).y, 456 + 9.9 * static_cast<double>(i % 2));
        EXPECT_EQ(other.position(i).z, 789);
    }
}

TEST(Grid2D, in_random_order_takes_every_place_once) {
    for (const std::size_t side : {3u, 100u}) {
        const std::size_t size = side * side;
        const Grid2D      grid{.fill_order = FillOrder::random};
        const auto        layout = grid.layout(size, {7});
        const auto        other  = grid.layout(size, {8});
        const auto        plain  = Grid2D{}.layout(size, {});

        std::set<std::pair<double, double>> places;
        std::size_t                         moved  = 0;
        std::size_t                         unlike = 0;
        for (std::size_t i = 0; i < size; ++i) {
            places.emplace(layout.position(i).x, layout.position(i).y);
            moved += layout.position(i) != plain.position(i);
            unlike += layout.position(i) != other.position(i);
        }
        EXPECT_EQ(places.size(), size);
        EXPECT_GT(moved, size / 2);
        EXPECT_GT(unlike, size / 2);
    }
}

TEST(Grid2D, with_a_numpy_generator_has_the_order_of_pynn) {
    const auto grid =
        Grid2D{.dx = 10_um, .dy = 10_um, .fill_order = FillOrder::random, .rng = NumpyRNG{13886}}
            .layout(9, {});
    const std::vector<double> x{10, 10, 10, 0, 0, 0, 20, 20, 20};
    const std::vector<double> y{0, 10, 20, 10, 20, 0, 0, 10, 20};
    for (std::size_t i = 0; i < 9; ++i)
        EXPECT_EQ(grid.position(i), (Position{x[i], y[i], 0}));
}

TEST(Grid2D, describes_itself) {
    EXPECT_EQ(
        Grid2D{}.describe(),
        "Grid2D(aspect_ratio=1, dx=1, dy=1, x0=0, y0=0, z=0, fill_order=sequential)"
    );
    EXPECT_EQ(
        (Grid2D{.fill_order = FillOrder::random, .rng = NumpyRNG{3}}.describe()),
        "Grid2D(aspect_ratio=1, dx=1, dy=1, x0=0, y0=0, z=0, fill_order=random, rng=NumpyRNG(3))"
    );
}

}  // namespace
}  // namespace ranvier

#include "ranvier/space/Grid3D.hpp"

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

using Shape = std::array<std::size_t, 3>;

TEST(Grid3D, chooses_its_shape_from_size_and_aspect_ratios) {
    EXPECT_EQ(Grid3D{}.shape(1), (Shape{1, 1, 1}));
    EXPECT_EQ(Grid3D{}.shape(8), (Shape{2, 2, 2}));
    EXPECT_EQ(Grid3D{}.shape(27), (Shape{3, 3, 3}));
    const Grid3D flat{.aspect_ratio_xy = 3, .aspect_ratio_xz = 2};
    EXPECT_EQ(flat.shape(36), (Shape{6, 2, 3}));
    EXPECT_EQ(flat.shape(288), (Shape{12, 4, 6}));
    // 5 / 2 and 7 / 2 lie between two numbers: the even one, as Python rounds.
    EXPECT_EQ((Grid3D{.aspect_ratio_xy = 2}.shape(50)), (Shape{5, 2, 5}));
    EXPECT_EQ((Grid3D{.aspect_ratio_xz = 2}.shape(196)), (Shape{7, 7, 4}));
    EXPECT_EQ((Grid3D{.aspect_ratio_xy = 2.5}.shape(50)), (Shape{5, 2, 5}));
    EXPECT_THROW(flat.shape(100), SpaceError);
    EXPECT_THROW(Grid3D{}.shape(10), SpaceError);
    EXPECT_THROW((Grid3D{.aspect_ratio_xz = 0}.shape(8)), SpaceError);
}

TEST(Grid3D, fills_z_fastest_then_y) {
    const auto grid = Grid3D{.dx = 2_um, .dy = 3_um, .dz = 4_um, .x0 = 1_um}.layout(8, {});
    const std::vector<Position> expected = {
        {1, 0, 0}, {1, 0, 4}, {1, 3, 0}, {1, 3, 4}, {3, 0, 0}, {3, 0, 4}, {3, 3, 0}, {3, 3, 4}};
    for (std::size_t i = 0; i < 8; ++i)
        EXPECT_EQ(grid.position(i), expected[i]);
}

TEST(Grid3D, describes_itself) {
    EXPECT_EQ(
        (Grid3D{.fill_order = FillOrder::random}.describe()),
        "Grid3D(aspect_ratio_xy=1, aspect_ratio_xz=1, dx=1, dy=1, dz=1, x0=0, y0=0, z0=0, "
        "fill_order=random)"
    );
    EXPECT_EQ(
        (Grid3D{.fill_order = FillOrder::random, .rng = NumpyRNG{3}}.describe()),
        "Grid3D(aspect_ratio_xy=1, aspect_ratio_xz=1, dx=1, dy=1, dz=1, x0=0, y0=0, z0=0, "
        "fill_order=random, rng=NumpyRNG(3))"
    );
}

}  // namespace
}  // namespace ranvier

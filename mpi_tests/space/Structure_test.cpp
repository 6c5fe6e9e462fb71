#include "ranvier/space/Structure.hpp"

#include <gtest/gtest.h>

#include "ranvier/space/Grid2D.hpp"
#include "ranvier/space/Line.hpp"
#include "ranvier/space/RandomStructure.hpp"

namespace ranvier {
namespace {

TEST(Structure, is_any_of_them) {
    const Structure line = Line{.dx = 10_um};
    EXPECT_EQ(line.layout(3, {}).position(2), (Position{20, 0, 0}));
    EXPECT_EQ(line.layout(3, {}).size(), 3u);
    EXPECT_EQ(line.describe(), (Line{.dx = 10_um}.describe()));
}

TEST(Structure, is_equal_to_one_of_the_same_type_and_parameters) {
    EXPECT_EQ(Structure{Line{}}, Structure{Line{}});
    EXPECT_FALSE(Structure{Line{}} == Structure{Line{.dx = 2_um}});
    EXPECT_FALSE(Structure{Line{}} == Structure{Grid2D{}});
    const RandomStructure ball{.boundary = Sphere{1_um}};
    EXPECT_EQ(Structure{ball}, Structure{ball});
}

TEST(Structure, is_told_from_others_by_where_its_generator_stands) {
    NumpyRNG   rng{5};
    const auto of_ball = [&] {
        return Structure{RandomStructure{.boundary = Sphere{1_um}, .rng = rng}}.fingerprint();
    };
    const auto of_grid = [&] {
        return Structure{Grid2D{.fill_order = FillOrder::random, .rng = rng}}.fingerprint();
    };
    const auto ball = of_ball(), grid = of_grid();
    EXPECT_EQ(of_ball(), ball) << "nothing is taken";
    rng.uniform();
    EXPECT_NE(of_ball(), ball);
    EXPECT_NE(of_grid(), grid);
    EXPECT_EQ(Structure{Line{}}.fingerprint(), Structure{Line{.dx = 2_um}}.fingerprint());
}

TEST(Layout, may_be_an_array) {
    const space::Layout layout{std::vector<Position>{{1, 2, 3}, {4, 5, 6}}};
    const space::Layout copy = layout;
    EXPECT_EQ(copy.size(), 2u);
    EXPECT_EQ(copy.position(1), (Position{4, 5, 6}));
    EXPECT_EQ(space::Layout{}.size(), 0u);
    EXPECT_EQ(space::Layout{3}.position(2), Position{});
}

}  // namespace
}  // namespace ranvier

#include "ranvier/space/RandomStructure.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "random/statistics.hpp"

namespace ranvier {
namespace {

constexpr random::Key key{34534};
constexpr std::size_t size = 20'000;

TEST(RandomStructure, is_uniform_in_a_ball) {
    const auto ball =
        RandomStructure{.boundary = Sphere{2.5_um}, .origin = {1, 1, 1}}.layout(size, key);

    std::vector<double> volume;  // inside the radius of each cell, as a part of the whole
    std::vector<double> cosine;  // of the polar angle
    for (std::size_t i = 0; i < size; ++i) {
        const Position p = ball.position(i) - Position{1, 1, 1};
        const double   r = std::sqrt(squared_distance(p, {}));
        EXPECT_LT(r, 2.5);
        volume.push_back(std::pow(r / 2.5, 3));
        cosine.push_back(p.z / r);
    }
    EXPECT_TRUE(test::follows(volume, [](double v) { return v; }));
    EXPECT_TRUE(test::follows(cosine, [](double v) { return (v + 1) / 2; }));
}

TEST(RandomStructure, is_uniform_in_a_box) {
    const auto box = RandomStructure{.boundary = Cuboid{3_um, 4_um, 5_um}}.layout(size, key);

    std::vector<double> x, y, z;
    for (std::size_t i = 0; i < size; ++i) {
        const Position p = box.position(i);
        x.push_back(p.x / 3 + 0.5);
        y.push_back(p.y / 4 + 0.5);
        z.push_back(p.z / 5 + 0.5);
    }
    for (const auto& coordinate : {x, y, z})
        EXPECT_TRUE(test::follows(coordinate, [](double v) { return std::clamp(v, 0.0, 1.0); }));
}

TEST(RandomStructure, lies_about_its_origin) {
    const Cuboid volume{3_um, 4_um, 5_um};
    const auto   there = RandomStructure{.boundary = volume, .origin = {10, -20, 30}};
    const auto   at    = there.layout(1000, key);
    const auto   about = RandomStructure{.boundary = volume}.layout(1000, key);
    for (std::size_t i = 0; i < 1000; ++i) {
        const Position p = at.position(i);
        EXPECT_EQ(p, (Position{10, -20, 30} + about.position(i)));
        EXPECT_LE(std::abs(p.x - 10), 1.5 + 1e-14);  // a rounding of the sum
        EXPECT_LE(std::abs(p.y + 20), 2.0 + 1e-14);
        EXPECT_LE(std::abs(p.z - 30), 2.5 + 1e-14);
    }
}

TEST(RandomStructure, gives_a_position_by_key_and_index_alone) {
    const RandomStructure structure{.boundary = Sphere{100_um}};
    const auto            few  = structure.layout(10, key);
    const auto            many = structure.layout(1'000'000'000, key);
    EXPECT_EQ(few.position(7), many.position(7));
    EXPECT_NE(many.position(7), many.position(8));
    EXPECT_NE(many.position(7), structure.layout(10, {1}).position(7));
}

TEST(RandomStructure, with_a_numpy_generator_has_the_positions_of_pynn) {
    const RandomStructure     structure{.boundary = Sphere{200_um}, .rng = NumpyRNG{34534}};
    const std::vector<double> x{-19.78455022, 33.21412264, -79.4314059, 143.39033263, -63.18242977};
    const std::vector<double> y{56.17281502, -23.15159309, 131.89071845, -73.73583484, -8.86422999};
    const std::vector<double> z{
        -78.88348228, -3.97408513, -95.03056844, 45.13969087, -111.67070498};
    const auto first = structure.layout(5, {1});
    const auto next  = structure.layout(5, {2});
    const auto again = structure.layout(5, {1});
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_NEAR(first.position(i).x, x[i], 5e-9);  // printed with 8 decimals
        EXPECT_NEAR(first.position(i).y, y[i], 5e-9);
        EXPECT_NEAR(first.position(i).z, z[i], 5e-9);
        EXPECT_EQ(first.position(i), again.position(i));  // the same use
        EXPECT_NE(first.position(i), next.position(i));   // another one
    }
}

TEST(RandomStructure, refuses_volumes_without_size) {
    EXPECT_THROW((RandomStructure{.boundary = Sphere{-1_um}}.layout(1, key)), SpaceError);
    EXPECT_THROW(
        (RandomStructure{.boundary = Cuboid{1_um, 1_um, -1_um}}.layout(1, key)), SpaceError
    );
    EXPECT_EQ(
        (RandomStructure{.boundary = Sphere{0_um}, .origin = {1, 2, 3}}.layout(1, key).position(0)),
        (Position{1, 2, 3})
    );
}

TEST(RandomStructure, describes_itself) {
    EXPECT_EQ(
        (RandomStructure{.boundary = Cuboid{1_um, 2_um, 3_um}}.describe()),
        "RandomStructure(Cuboid(width=1, height=2, depth=3), origin=(0, 0, 0))"
    );
    EXPECT_EQ(
        (RandomStructure{.boundary = Sphere{1_um}, .rng = NumpyRNG{3}}.describe()),
        "RandomStructure(Sphere(radius=1), origin=(0, 0, 0), rng=NumpyRNG(3))"
    );
}

}  // namespace
}  // namespace ranvier

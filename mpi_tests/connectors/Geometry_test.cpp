#include "ranvier/connectors/Geometry.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace ranvier::connectors {
namespace {

TEST(Geometry, measures_sources_from_a_target) {
    const auto     on_x = [](std::size_t i) { return Position{static_cast<double>(i), 0, 0}; };
    const auto     at_y = [](std::size_t i) { return Position{0, static_cast<double>(i), 0}; };
    const Geometry geometry{{}, on_x, at_y};
    const std::vector<std::uint32_t> sources{0, 3, 4};
    std::vector<double>              distances(3);

    geometry.distances(4, sources, distances);
    EXPECT_EQ(distances[0], 4);
    EXPECT_EQ(distances[1], 5);

    const Geometry flat{{.axes = Axes::x}, on_x, at_y};
    flat.distances(4, sources, distances);
    EXPECT_EQ(distances, (std::vector<double>{0, 3, 4}));
}

}  // namespace
}  // namespace ranvier::connectors

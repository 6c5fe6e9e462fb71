#include "ranvier/connectors/SourceGrid.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/random/Stream.hpp"

namespace ranvier::connectors {
namespace {

/// Scattered in a box of 300 x 200 x 50.
Position scattered(std::size_t i) {
    random::Stream stream{{4}, i};
    const double   x = 300 * stream.uniform(), y = 200 * stream.uniform();
    return {x, y, 50 * stream.uniform()};
}

std::vector<Space> spaces() {
    const Period x{0_um, Length::in_base_units(300)}, y{0_um, Length::in_base_units(200)};
    return {
        Space{},
        Space{.axes = Axes::xy},
        Space{.axes = Axes::x},
        Space{.scale_factor = {2, 1, 0.5}, .offset = {10, -20, 0}},
        Space{.periodic_boundaries = {x, y, std::nullopt}}};
}

TEST(SourceGrid, leaves_no_source_within_reach_out) {
    for (const Space& space : spaces()) {
        const Geometry geometry{
            space, scattered, [](std::size_t j) { return scattered(1000 + j); }};
        for (const double reach : {5.0, 40.0, std::numeric_limits<double>::infinity()}) {
            const SourceGrid grid{geometry, 700, {3, 9}, reach};
            for (std::size_t j = 3; j < 9; ++j) {
                std::set<std::uint32_t> seen;
                grid.each_near(geometry.post(j), [&](const SourceGrid::Near& box) {
                    EXPECT_TRUE(std::is_sorted(box.sources.begin(), box.sources.end()));
                    for (std::size_t k = 0; k < box.sources.size(); ++k) {
                        EXPECT_TRUE(seen.insert(box.sources[k]).second);
                        const double d = space.distance(box.positions[k], geometry.post(j)).value();
                        EXPECT_GE(d, box.distance.low);
                        EXPECT_LE(d, box.distance.high);
                    }
                });
                for (std::uint32_t i = 0; i < 700; ++i) {
                    const double d = space.distance(scattered(i), geometry.post(j)).value();
                    EXPECT_TRUE(d > reach || seen.contains(i)) << i << " at " << d;
                }
            }
        }
    }
}

TEST(SourceGrid, keeps_only_what_is_near) {
    const Geometry   geometry{{}, scattered, scattered};
    const SourceGrid near{geometry, 5000, {7, 8}, 20};
    EXPECT_GT(near.num_sources(), 0u);
    EXPECT_LT(near.num_sources(), 1000u);
    EXPECT_EQ(SourceGrid(geometry, 5000, {7, 7}, 20).num_sources(), 0u);
}

TEST(SourceGrid, takes_cells_at_one_place_and_none) {
    const auto       origin = [](std::size_t) { return Position{}; };
    const Geometry   geometry{{}, origin, origin};
    const SourceGrid grid{geometry, 100, {0, 2}, 1};
    std::size_t      count = 0;
    grid.each_near({}, [&](const SourceGrid::Near& box) { count += box.sources.size(); });
    EXPECT_EQ(count, 100u);
    EXPECT_EQ(SourceGrid(geometry, 0, {0, 2}, 1).num_sources(), 0u);
}

}  // namespace
}  // namespace ranvier::connectors

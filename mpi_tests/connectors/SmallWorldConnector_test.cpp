#include "ranvier/connectors/SmallWorldConnector.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "connectors/sources.hpp"

namespace ranvier {
namespace {

using connectors::Shape;
using connectors::Sources;
using test::sources_of;

TEST(SmallWorldConnector, is_a_ring_without_rewiring) {
    const auto sources =
        sources_of(SmallWorldConnector{.degree = 3, .rewiring = 0}, Shape{6, 6, true});
    EXPECT_EQ(sources[0], (Sources{1, 4, 5}));
    EXPECT_EQ(sources[3], (Sources{1, 2, 4}));
}

TEST(SmallWorldConnector, rewires_the_given_part_without_duplicates) {
    const std::size_t size    = 500;
    const auto        sources = sources_of(
        SmallWorldConnector{
                   .degree = 40, .rewiring = 0.25, .self_connections = SelfConnections::forbid},
        Shape{size, size, true}
    );
    double rewired = 0;
    for (std::size_t post = 0; post < size; ++post) {
        EXPECT_EQ(sources[post].size(), 40u);
        EXPECT_EQ(
            std::adjacent_find(sources[post].begin(), sources[post].end()), sources[post].end()
        );
        for (const std::uint32_t pre : sources[post]) {
            EXPECT_NE(pre, post);
            const std::size_t apart = (pre + size - post) % size;
            rewired += std::min(apart, size - apart) > 20 ? 1 : 0;
        }
    }
    // 20,000 sources; some of the rewired come back into the neighbourhood. Five deviations.
    EXPECT_NEAR(rewired, 20000 * 0.25, 5 * std::sqrt(20000 * 0.25 * 0.75) + 100);
}

TEST(SmallWorldConnector, keeps_the_ring_where_nothing_else_is_left) {
    const auto sources = sources_of(
        SmallWorldConnector{
            .degree = 4, .rewiring = 1, .self_connections = SelfConnections::forbid},
        Shape{5, 5, true}
    );
    EXPECT_EQ(sources[2], (Sources{0, 1, 3, 4}));
}

TEST(SmallWorldConnector, refuses_what_cannot_be) {
    const auto check = [](int degree, double rewiring, const Shape& shape) {
        return SmallWorldConnector{.degree = degree, .rewiring = rewiring}.check(shape);
    };
    EXPECT_EQ(check(4, 0.5, {5, 5, true}), "");
    EXPECT_EQ(
        check(5, 0.5, {5, 5, true}), "degree must lie in [0, 4], the number of other cells, got 5."
    );
    EXPECT_EQ(
        check(-1, 0.5, {5, 5, true}),
        "degree must lie in [0, 4], the number of other cells, got -1."
    );
    EXPECT_EQ(check(1, 1.5, {5, 5, true}), "rewiring must lie in [0, 1], got 1.5.");
    EXPECT_EQ(
        check(1, 0.5, {4, 5}),
        "both groups must have the same number of cells to lie on a ring, got 4 and 5."
    );
    EXPECT_EQ(check(0, 0.5, {0, 0}), "");
}

}  // namespace
}  // namespace ranvier

#include "ranvier/network/ProjectionRecord.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::network {
namespace {

TEST(Connection, is_compared_by_source_target_weight_and_delay) {
    const std::vector<Connection> ascending{
        {0, 5, 9, 9}, {1, 0, 0, 0}, {1, 0, 0, 0.1}, {1, 0, 0.5, 0}, {1, 2, -1, 0}};

    EXPECT_TRUE(std::is_sorted(ascending.begin(), ascending.end()));
    EXPECT_EQ(ascending[1], (Connection{.pre = 1}));
}

TEST(ProjectionRecord, has_no_connections_at_first) {
    const ProjectionRecord projection;

    EXPECT_EQ(projection.size, 0u);
    EXPECT_TRUE(projection.created.empty());
    EXPECT_FALSE(projection.fused);
}

}  // namespace
}  // namespace ranvier::network

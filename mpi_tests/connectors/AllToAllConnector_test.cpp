#include "ranvier/connectors/AllToAllConnector.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "connectors/sources.hpp"

namespace ranvier::connectors {
namespace {

TEST(AllToAllConnector, connects_every_source_with_every_target) {
    EXPECT_EQ(
        test::sources_of(AllToAllConnector{}, {3, 2, false}),
        (std::vector<Sources>{{0, 1, 2}, {0, 1, 2}})
    );
    EXPECT_EQ(AllToAllConnector{}.check({0, 7, false}), "");
}

TEST(AllToAllConnector, makes_the_self_connections_it_is_told_to) {
    const AllToAllConnector allow;
    const AllToAllConnector forbid{.self_connections = SelfConnections::forbid};
    const AllToAllConnector no_mutual{.self_connections = SelfConnections::no_mutual};

    EXPECT_EQ(
        test::sources_of(allow, {3, 3, true}),
        (std::vector<Sources>{{0, 1, 2}, {0, 1, 2}, {0, 1, 2}})
    );
    EXPECT_EQ(
        test::sources_of(forbid, {3, 3, true}), (std::vector<Sources>{{1, 2}, {0, 2}, {0, 1}})
    );
    EXPECT_EQ(test::sources_of(no_mutual, {3, 3, true}), (std::vector<Sources>{{1, 2}, {2}, {}}));
}

TEST(AllToAllConnector, knows_no_self_connections_between_different_cells) {
    for (const auto self : {SelfConnections::forbid, SelfConnections::no_mutual}) {
        const AllToAllConnector connector{.self_connections = self};
        EXPECT_EQ(
            test::sources_of(connector, {2, 2, false}), (std::vector<Sources>{{0, 1}, {0, 1}})
        );
    }
}

}  // namespace
}  // namespace ranvier::connectors

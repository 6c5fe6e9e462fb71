#include "ranvier/network/CloneConnector.hpp"

#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

TEST(CloneConnector, connects_the_same_pairs_once) {
    Simulation       sim{Communicator{}};
    Population       p{sim, 7, IF_curr_exp{}};
    Population       q{sim, 9, IF_curr_exp{}};
    const Projection first{p, q, FixedTotalNumberConnector{.n = 80}, {1_nA, 1_ms}};
    const Projection second{p, q, CloneConnector{first}, {2_nA, uniform(1_ms, 3_ms)}};

    std::set<std::pair<std::uint64_t, std::uint64_t>> expected, found;
    for (const Connection& c : first.connections())
        expected.insert({c.pre, c.post});
    for (const Connection& c : second.connections()) {
        EXPECT_TRUE(found.insert({c.pre, c.post}).second);
        EXPECT_EQ(c.weight, 2);
    }
    EXPECT_EQ(found, expected);
    EXPECT_GT(expected.size(), 20u);
}

TEST(CloneConnector, is_refused_between_other_groups) {
    Simulation       sim{Communicator{}};
    Population       p{sim, 7, IF_curr_exp{}, {.label = "p"}};
    Population       q{sim, 7, IF_curr_exp{}, {.label = "q"}};
    const Projection first{p, p, OneToOneConnector{}};
    EXPECT_COLLECTIVE_THROW(
        Communicator{},
        (Projection{p, q, CloneConnector{first}}),
        ConnectionError,
        "the connector takes the pairs of a projection between other groups"
    );
}

}  // namespace
}  // namespace ranvier

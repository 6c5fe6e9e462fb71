#include "ranvier/connectors/FixedProbabilityConnector.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/sources.hpp"
#include "random/statistics.hpp"

namespace ranvier::connectors {
namespace {

TEST(FixedProbabilityConnector, has_binomial_in_degrees) {
    for (const double p : {0.003, 0.1, 0.5, 0.97}) {
        const FixedProbabilityConnector connector{.p_connect = p};
        const auto                      sources = test::sources_of(connector, {100, 20'000, false});

        EXPECT_TRUE(
            test::occur_with(test::in_degrees(sources), test::binomial_probabilities(100, p))
        ) << p;
    }
}

TEST(FixedProbabilityConnector, has_binomial_out_degrees) {
    const std::size_t   num_pre = 5000;
    std::vector<double> out_degrees(num_pre);
    const auto          sources =
        test::sources_of(FixedProbabilityConnector{.p_connect = 0.1}, {num_pre, 100, false});
    for (const Sources& of_one : sources)
        for (const std::uint32_t pre : of_one)
            out_degrees[pre] += 1;

    EXPECT_TRUE(test::occur_with(out_degrees, test::binomial_probabilities(100, 0.1)));
}

TEST(FixedProbabilityConnector, connects_all_pairs_equally) {
    const Shape               shape{20, 20, false};
    std::vector<double>       connected;
    const std::vector<double> equal(400, 1.0 / 400);
    for (std::uint64_t key = 0; key < 400; ++key) {
        const auto chosen = test::pairs(
            shape, test::sources_of(FixedProbabilityConnector{.p_connect = 0.05}, shape, {key})
        );
        connected.insert(connected.end(), chosen.begin(), chosen.end());
    }

    EXPECT_TRUE(test::occur_with(connected, equal));
    EXPECT_NEAR(
        static_cast<double>(connected.size()),
        8000,
        test::two_sided_at_significance * std::sqrt(160'000 * 0.05 * 0.95)
    );
}

TEST(FixedProbabilityConnector, connects_a_pair_at_most_once) {
    for (const Sources& sources :
         test::sources_of(FixedProbabilityConnector{.p_connect = 0.7}, {50, 100, false}))
        EXPECT_EQ(std::adjacent_find(sources.begin(), sources.end()), sources.end());
}

TEST(FixedProbabilityConnector, connects_nothing_or_everything_at_the_ends) {
    const Shape shape{7, 5, false};

    for (const auto& sources : test::sources_of(FixedProbabilityConnector{.p_connect = 0}, shape))
        EXPECT_TRUE(sources.empty());
    for (const auto& sources : test::sources_of(FixedProbabilityConnector{.p_connect = 1}, shape))
        EXPECT_EQ(sources, (Sources{0, 1, 2, 3, 4, 5, 6}));
}

TEST(FixedProbabilityConnector, drops_self_connections_and_nothing_else) {
    const Shape shape{60, 60, true};
    const auto  with = [&](SelfConnections self) {
        return test::sources_of(
            FixedProbabilityConnector{.p_connect = 0.3, .self_connections = self}, shape
        );
    };
    const auto  allow            = with(SelfConnections::allow);
    const auto  forbid           = with(SelfConnections::forbid);
    const auto  no_mutual        = with(SelfConnections::no_mutual);
    std::size_t self_connections = 0;

    for (std::size_t post = 0; post < 60; ++post) {
        Sources others, higher;
        for (const std::uint32_t pre : allow[post]) {
            self_connections += pre == post ? 1 : 0;
            if (pre != post) others.push_back(pre);
            if (pre > post) higher.push_back(pre);
        }
        EXPECT_EQ(forbid[post], others);
        EXPECT_EQ(no_mutual[post], higher);
    }
    EXPECT_GT(self_connections, 0u);
}

TEST(FixedProbabilityConnector, gives_other_connections_under_another_key) {
    const FixedProbabilityConnector connector{.p_connect = 0.5};
    const Shape                     shape{50, 2, false};

    EXPECT_NE(test::sources_of(connector, shape, {1}), test::sources_of(connector, shape, {2}));
    EXPECT_NE(test::sources_of(connector, shape)[0], test::sources_of(connector, shape)[1]);
}

TEST(FixedProbabilityConnector, refuses_what_is_no_probability) {
    const auto message = [](double p) {
        return FixedProbabilityConnector{.p_connect = p}.check({5, 5, false});
    };

    EXPECT_EQ(message(0), "");
    EXPECT_EQ(message(0.3), "");
    EXPECT_EQ(message(1), "");
    EXPECT_EQ(message(1.1), "p_connect must lie in [0, 1], got 1.1.");
    EXPECT_EQ(message(-0.1), "p_connect must lie in [0, 1], got -0.1.");
    EXPECT_EQ(
        message(std::numeric_limits<double>::quiet_NaN()), "p_connect must lie in [0, 1], got nan."
    );
}

}  // namespace
}  // namespace ranvier::connectors

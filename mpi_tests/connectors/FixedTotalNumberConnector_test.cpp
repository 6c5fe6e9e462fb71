#include "ranvier/connectors/FixedTotalNumberConnector.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "connectors/sources.hpp"
#include "random/statistics.hpp"

namespace ranvier::connectors {
namespace {

FixedTotalNumberConnector total_of(std::uint64_t n, SelfConnections self = SelfConnections::allow) {
    return {.n = n, .self_connections = self};
}

TEST(FixedTotalNumberConnector, makes_exactly_as_many_connections_as_asked_for) {
    for (const std::size_t num_post : {1u, 2u, 3u, 7u, 64u, 1000u}) {
        for (const std::uint64_t n : {0u, 1u, 12u, 5000u, 100'000u}) {
            const auto sources = test::sources_of(total_of(n), {10, num_post, false}, {n});
            EXPECT_EQ(test::total(sources), n) << num_post;
        }
    }
}

TEST(FixedTotalNumberConnector, plans_a_part_as_it_plans_the_whole) {
    for (const std::size_t num_post : {1u, 6u, 61u, 64u}) {
        const Shape shape{10, num_post, false};
        const auto  whole = total_of(500).plan(shape, {9}, {0, num_post});
        for (std::size_t first = 0; first <= num_post; ++first) {
            for (std::size_t last = first; last <= num_post; ++last) {
                const auto part = total_of(500).plan(shape, {9}, {first, last});
                ASSERT_EQ(part.first, first);
                ASSERT_EQ(part.in_degree.size(), last - first);
                for (std::size_t post = first; post < last; ++post)
                    ASSERT_EQ(part.in_degree[post - first], whole.in_degree[post]);
            }
        }
    }
}

// Each in-degree is binomial with n trials of 1 / num_post, whatever the target's place in the
// tree.
TEST(FixedTotalNumberConnector, has_binomial_in_degrees) {
    const Shape                      shape{10, 7, false};
    std::vector<std::vector<double>> in_degrees(7);
    for (std::uint64_t key = 0; key < 10'000; ++key) {
        const auto plan = total_of(100).plan(shape, {key}, {0, 7});
        for (std::size_t post = 0; post < 7; ++post)
            in_degrees[post].push_back(plan.in_degree[post]);
    }

    for (const auto& of_one : in_degrees)
        EXPECT_TRUE(test::occur_with(of_one, test::binomial_probabilities(100, 1.0 / 7)));
}

// Multinomial in-degrees have the covariance -n / num_post^2: so has the difference of two of them
// the variance 2 n / num_post, which it would not have if they were drawn independently of a total.
TEST(FixedTotalNumberConnector, has_multinomial_in_degrees) {
    const Shape         shape{10, 7, false};
    std::vector<double> near, far;
    for (std::uint64_t key = 0; key < 10'000; ++key) {
        const auto plan = total_of(700).plan(shape, {key}, {0, 7});
        near.push_back(double{1} * plan.in_degree[1] - plan.in_degree[2]);
        far.push_back(double{1} * plan.in_degree[0] - plan.in_degree[6]);
    }

    EXPECT_TRUE(test::has_moments(near, 0, 200, 3));
    EXPECT_TRUE(test::has_moments(far, 0, 200, 3));
}

TEST(FixedTotalNumberConnector, chooses_all_pairs_equally) {
    const Shape               shape{15, 12, false};
    const std::vector<double> equal(180, 1.0 / 180);

    const auto sources = test::sources_of(total_of(100'000), shape);

    EXPECT_TRUE(test::occur_with(test::pairs(shape, sources), equal));
}

TEST(FixedTotalNumberConnector, chooses_all_other_pairs_equally_without_self_connections) {
    const Shape         shape{12, 12, true};
    std::vector<double> others(144, 1.0 / 132);
    for (std::size_t i = 0; i < 12; ++i)
        others[13 * i] = 0;

    const auto sources = test::sources_of(total_of(100'000, SelfConnections::forbid), shape);

    EXPECT_EQ(test::total(sources), 100'000u);
    EXPECT_TRUE(test::occur_with(test::pairs(shape, sources), others));
    for (std::size_t post = 0; post < 12; ++post)
        for (const std::uint32_t pre : sources[post])
            ASSERT_NE(pre, post);
}

TEST(FixedTotalNumberConnector, makes_self_connections_where_allowed_or_where_there_are_none) {
    for (const bool same : {true, false}) {
        const auto self    = same ? SelfConnections::allow : SelfConnections::forbid;
        const auto sources = test::sources_of(total_of(10'000, self), {12, 12, same});
        for (std::uint32_t post = 0; post < 12; ++post)
            EXPECT_GT(std::count(sources[post].begin(), sources[post].end(), post), 0);
    }
}

TEST(FixedTotalNumberConnector, gives_other_connections_under_another_key) {
    EXPECT_NE(
        test::sources_of(total_of(50), {10, 10, false}, {1}),
        test::sources_of(total_of(50), {10, 10, false}, {2})
    );
}

TEST(FixedTotalNumberConnector, refuses_what_cannot_be) {
    EXPECT_EQ(total_of(5).check({5, 5, true}), "");
    EXPECT_EQ(total_of(0).check({0, 5, false}), "");
    EXPECT_EQ(total_of(5).check({1, 1, true}), "");
    EXPECT_EQ(total_of(5, SelfConnections::forbid).check({1, 1, false}), "");
    for (const Shape& shape : {Shape{0, 5, false}, Shape{5, 0, false}, Shape{0, 0, true}})
        EXPECT_EQ(total_of(5).check(shape), "n must be 0 between empty groups.");
    EXPECT_EQ(
        total_of(5, SelfConnections::forbid).check({1, 1, true}),
        "a single cell has no other cell to connect with. Allow self-connections."
    );
}

TEST(FixedTotalNumberConnector, refuses_numbers_that_were_negative) {
    EXPECT_EQ(
        FixedTotalNumberConnector{.n = -5}.check({10, 10, false}),
        "n must be below 2^31 connections per target, got 18446744073709551611."
    );
    EXPECT_EQ(total_of(100'000'000'000).check({1000, 1000, false}), "");
}

}  // namespace
}  // namespace ranvier::connectors

#include "ranvier/connectors/FixedNumberPostConnector.hpp"

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

/// Sum of (observed - expected)^2 / expected; four standard deviations above its mean are exceeded
/// once in 30,000.
bool is_uniform(const std::vector<double>& counts) {
    double expected = 0, sum = 0;
    for (const double count : counts)
        expected += count / static_cast<double>(counts.size());
    for (const double count : counts)
        sum += (count - expected) * (count - expected) / expected;
    const double degrees = static_cast<double>(counts.size()) - 1;
    return sum < degrees + 4 * std::sqrt(2 * degrees);
}

std::vector<double> out_degrees(const Shape& shape, const std::vector<Sources>& sources) {
    std::vector<double> result(shape.num_pre);
    for (const Sources& of_one : sources)
        for (const std::uint32_t pre : of_one)
            ++result[pre];
    return result;
}

bool has_duplicates(const Sources& sources) {
    return std::adjacent_find(sources.begin(), sources.end()) != sources.end();
}

TEST(FixedNumberPostConnector, gives_every_source_its_number_of_targets) {
    for (const bool replace : {false, true}) {
        for (const auto& [n, shape] : {std::pair{20, Shape{400, 50}}, {300, Shape{60, 2000}}}) {
            const auto sources = sources_of(FixedNumberPostConnector{n, {}, replace}, shape);
            EXPECT_EQ(out_degrees(shape, sources), std::vector<double>(shape.num_pre, n));
            EXPECT_TRUE(is_uniform(test::in_degrees(sources))) << n << replace;
            if (replace) continue;
            for (const Sources& of_one : sources)
                EXPECT_FALSE(has_duplicates(of_one));
        }
    }
}

TEST(FixedNumberPostConnector, takes_each_target_as_often_as_it_fits) {
    const Shape same{5, 5, true};
    const auto  sources = sources_of(FixedNumberPostConnector{7, SelfConnections::forbid}, same);
    EXPECT_EQ(out_degrees(same, sources), std::vector<double>(5, 7));
    for (std::uint32_t post = 0; post < 5; ++post) {
        for (std::uint32_t pre = 0; pre < 5; ++pre) {
            const auto times = std::count(sources[post].begin(), sources[post].end(), pre);
            EXPECT_TRUE(pre == post ? times == 0 : times == 1 || times == 2);
        }
    }
}

TEST(FixedNumberPostConnector, draws_a_number_for_each_source) {
    const Shape         shape{3000, 100};
    const auto          sources = sources_of(FixedNumberPostConnector{uniform_int(2, 7)}, shape);
    std::vector<double> counts(5);
    for (const double degree : out_degrees(shape, sources))
        ++counts.at(static_cast<std::size_t>(degree) - 2);
    EXPECT_TRUE(is_uniform(counts));
}

TEST(FixedNumberPostConnector, plans_few_targets_at_a_time_when_there_are_many_connections) {
    EXPECT_EQ(FixedNumberPostConnector{10}.targets_per_plan({100, 200}), 200u);
    EXPECT_EQ(FixedNumberPostConnector{1000}.targets_per_plan({100000, 100000}), 4000u);
}

TEST(FixedNumberPostConnector, refuses_what_cannot_be) {
    EXPECT_EQ(FixedNumberPostConnector{3}.check({5, 0}), "n must be 0 where there are no targets.");
    EXPECT_EQ(FixedNumberPostConnector{-3}.check({5, 5}), "n must lie in [0, 2^31), got -3.");
    EXPECT_EQ(FixedNumberPostConnector{3}.check({5, 5}), "");
}

TEST(FixedNumberPostConnector, draws_numbers_with_replacement_and_without_self) {
    // At least 20 connections to 19 targets: some of them twice.
    const Shape shape{20, 20, true};
    const auto  sources = sources_of(
        FixedNumberPostConnector{uniform_int(20, 40), SelfConnections::forbid, true}, shape
    );
    const auto degrees = out_degrees(shape, sources);
    EXPECT_GE(*std::min_element(degrees.begin(), degrees.end()), 20);
    EXPECT_LE(*std::max_element(degrees.begin(), degrees.end()), 40);
    EXPECT_NE(degrees, std::vector<double>(20, degrees[0]));
    EXPECT_TRUE(std::any_of(sources.begin(), sources.end(), has_duplicates));
    for (std::uint32_t post = 0; post < 20; ++post)
        EXPECT_EQ(std::count(sources[post].begin(), sources[post].end(), post), 0);
}

}  // namespace
}  // namespace ranvier

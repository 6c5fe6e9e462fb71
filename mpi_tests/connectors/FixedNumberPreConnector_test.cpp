#include "ranvier/connectors/FixedNumberPreConnector.hpp"

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

TEST(FixedNumberPreConnector, gives_every_target_its_number_of_sources) {
    for (const bool replace : {false, true}) {
        const Shape shape{50, 400, false};
        const auto  sources    = sources_of(FixedNumberPreConnector{20, {}, replace}, shape);
        std::size_t duplicates = 0;
        for (const Sources& of_one : sources) {
            EXPECT_EQ(of_one.size(), 20u);
            duplicates += has_duplicates(of_one) ? 1u : 0u;
        }
        EXPECT_TRUE(replace ? duplicates > 390 : duplicates == 0) << duplicates;
        EXPECT_TRUE(is_uniform(out_degrees(shape, sources))) << replace;
    }
}

TEST(FixedNumberPreConnector, takes_each_source_as_often_as_it_fits) {
    for (const Sources& of_one : sources_of(FixedNumberPreConnector{11}, Shape{4, 30, false})) {
        for (std::uint32_t pre = 0; pre < 4; ++pre) {
            const auto times = std::count(of_one.begin(), of_one.end(), pre);
            EXPECT_TRUE(times == 2 || times == 3);
        }
    }
    const Shape same{5, 5, true};
    const auto  others = sources_of(FixedNumberPreConnector{7, SelfConnections::forbid}, same);
    for (std::uint32_t post = 0; post < 5; ++post) {
        EXPECT_EQ(others[post].size(), 7u);
        EXPECT_EQ(std::count(others[post].begin(), others[post].end(), post), 0);
    }
}

TEST(FixedNumberPreConnector, draws_a_number_for_each_target) {
    const auto sources =
        sources_of(FixedNumberPreConnector{uniform_int(2, 7)}, Shape{50, 3000, false});
    std::vector<double> counts(5);
    for (const Sources& of_one : sources)
        ++counts.at(of_one.size() - 2);
    EXPECT_TRUE(is_uniform(counts));
}

TEST(FixedNumberPreConnector, refuses_what_cannot_be) {
    const auto check = [](const FixedNumberPreConnector& c, const Shape& shape) {
        return c.check(shape);
    };
    EXPECT_EQ(check({-1}, {5, 5}), "n must lie in [0, 2^31), got -1.");
    EXPECT_EQ(check({0}, {0, 5}), "");
    EXPECT_EQ(check({3}, {0, 5}), "n must be 0 where there are no sources.");
    EXPECT_EQ(
        check({3, SelfConnections::forbid}, {1, 1, true}),
        "a single cell has no other cell to connect with. Allow self-connections."
    );
    EXPECT_NE(check({normal(3.0, 1.0)}, {5, 5}), "");
    EXPECT_NE(check({uniform_int(-3, 3)}, {5, 5}), "");
    EXPECT_NE(check({poisson(3.0, NumpyRNG{1})}, {5, 5}), "");
    EXPECT_EQ(check({poisson(3.0)}, {5, 5}), "");
}

}  // namespace
}  // namespace ranvier

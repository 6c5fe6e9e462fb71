#include "ranvier/connectors/IndexBasedProbabilityConnector.hpp"

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

TEST(IndexBasedProbabilityConnector, connects_what_is_certain) {
    const auto sources =
        sources_of(IndexBasedProbabilityConnector{"(i + j) % 3 == 0"}, Shape{5, 5});
    EXPECT_EQ(sources, (std::vector<Sources>{{0, 3}, {2}, {1, 4}, {0, 3}, {2}}));
    EXPECT_EQ(
        sources_of(
            IndexBasedProbabilityConnector{"j < 1", SelfConnections::forbid}, Shape{3, 3, true}
        ),
        (std::vector<Sources>{{1, 2}, {}, {}})
    );
}

TEST(IndexBasedProbabilityConnector, asks_a_function_once_per_pair_of_its_targets) {
    int                                  calls = 0;
    const IndexBasedProbabilityConnector connector{[&](std::size_t i, std::size_t j) {
        ++calls;
        EXPECT_TRUE(j >= 2 && j < 5);
        return i == 1 ? 1.0 : 0.0;
    }};
    const auto                           sources = sources_of(connector, Shape{7, 9}, {1}, {2, 5});
    EXPECT_EQ(sources, (std::vector<Sources>{{1}, {1}, {1}}));
    EXPECT_EQ(calls, 21);
}

TEST(IndexBasedProbabilityConnector, connects_as_often_as_it_says) {
    const Shape shape{2000, 100};
    double      count = static_cast<double>(
        test::total(sources_of(IndexBasedProbabilityConnector{"0.1 + 0.3 * (i < 1000)"}, shape))
    );
    const double variance = 100000 * (0.4 * 0.6 + 0.1 * 0.9);
    EXPECT_NEAR(count, 50000, 4.5 * std::sqrt(variance));
}

TEST(IndexBasedProbabilityConnector, refuses_what_is_no_probability) {
    EXPECT_THROW(IndexBasedProbabilityConnector{"i + k"}, ParameterError);
    try {
        sources_of(IndexBasedProbabilityConnector{"0.5 * i"}, Shape{5, 5});
        FAIL();
    } catch (const ConnectionError& error) {
        EXPECT_STREQ(
            error.what(),
            "IndexBasedProbabilityConnector: the probability must lie in [0, 1], got 1.5 for the "
            "pair (3, 0)."
        );
    }
}

TEST(IndexBasedProbabilityConnector, does_not_look_at_excluded_pairs) {
    const IndexBasedProbabilityConnector connector{"0.9 / abs(i - j)", SelfConnections::forbid};
    EXPECT_NO_THROW(sources_of(connector, Shape{5, 5, true}));
    EXPECT_THROW(sources_of(connector, Shape{5, 5}), ConnectionError)
        << "other cells: (0, 0) is a pair";
}

}  // namespace
}  // namespace ranvier

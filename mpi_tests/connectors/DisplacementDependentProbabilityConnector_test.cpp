#include "ranvier/connectors/DisplacementDependentProbabilityConnector.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "connectors/sources.hpp"

namespace ranvier {
namespace {

using connectors::Geometry;
using connectors::Shape;
using connectors::Sources;
using test::sources_of;
using Connector = DisplacementDependentProbabilityConnector;

/// Column after column of `ny`.
Shape grid(std::size_t size, std::size_t ny) {
    const auto position = [ny](std::size_t i) {
        return Position{static_cast<double>(i / ny), static_cast<double>(i % ny), 0};
    };
    return {
        size,
        size,
        true,
        nullptr,
        std::make_shared<const Geometry>(Geometry{{}, position, position})};
}

TEST(DisplacementDependentProbabilityConnector, looks_from_source_to_target) {
    const auto sources = sources_of(Connector{"(0 <= x <= 1) * (y == 0)"}, grid(9, 3));
    EXPECT_EQ(sources[0], (Sources{0}));
    EXPECT_EQ(sources[4], (Sources{1, 4}));
    EXPECT_EQ(sources[8], (Sources{5, 8}));
}

TEST(DisplacementDependentProbabilityConnector, gives_formula_and_function_the_same) {
    const auto function = [](Position d) {
        return std::abs(d.x) < 4 && d.y >= 0 && d.y < 3 ? 1.0 : 0.0;
    };
    const auto shape = grid(900, 30);
    EXPECT_EQ(
        sources_of(Connector{"abs(x) < 4 and y >= 0 and y < 3"}, shape),
        sources_of(Connector{function}, shape)
    );
}

TEST(DisplacementDependentProbabilityConnector, connects_as_often_as_it_says_whoever_asks) {
    const auto      shape = grid(900, 30);
    const Connector connector{"0.5 * (-1 <= x <= 2) + 0.25 * (0 <= y <= 1)"};
    const auto      whole = sources_of(connector, shape);
    // 0.5 for four columns, 0.25 for two rows, less at the edges: compared by counting.
    double expected = 0, variance = 0;
    for (std::size_t j = 0; j < 900; ++j) {
        for (std::size_t i = 0; i < 900; ++i) {
            const Position d = shape.geometry->post(j) - shape.geometry->pre(i);
            const double   p = 0.5 * (-1 <= d.x && d.x <= 2) + 0.25 * (0 <= d.y && d.y <= 1);
            expected += p;
            variance += p * (1 - p);
        }
    }
    EXPECT_NEAR(static_cast<double>(test::total(whole)), expected, 4.5 * std::sqrt(variance));
    const auto part = sources_of(connector, shape, {1}, {100, 150});
    for (std::size_t k = 0; k < part.size(); ++k)
        ASSERT_EQ(part[k], whole[100 + k]);
}

TEST(DisplacementDependentProbabilityConnector, refuses_what_is_no_probability) {
    EXPECT_EQ(Connector{"1"}.check({5, 5}), "the cells have no positions.");
    EXPECT_THROW(Connector{"d"}, ParameterError);
    try {
        sources_of(Connector{"x"}, grid(4, 1));
        FAIL();
    } catch (const ConnectionError& error) {
        EXPECT_STREQ(
            error.what(),
            "DisplacementDependentProbabilityConnector: the probability must lie in [0, 1], got -1 "
            "for the displacement (-1, 0, 0) um."
        );
    }
}

TEST(DisplacementDependentProbabilityConnector, does_not_look_at_excluded_pairs) {
    const Connector connector{"0.9 / abs(x)", SelfConnections::forbid};
    Shape           line = grid(4, 1);
    line.same            = false;
    EXPECT_THROW(sources_of(connector, line), ConnectionError) << "other cells at the same places";
    line.same = true;
    EXPECT_NO_THROW(sources_of(connector, line));
}

}  // namespace
}  // namespace ranvier

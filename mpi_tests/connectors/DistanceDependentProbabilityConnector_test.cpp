#include "ranvier/connectors/DistanceDependentProbabilityConnector.hpp"

#include <cmath>
#include <memory>
#include <string>
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
using Connector = DistanceDependentProbabilityConnector;

Position on_line(std::size_t i) {
    return {static_cast<double>(i), 0, 0};
}
/// Row after row of 60, 10 um apart.
Position on_grid(std::size_t i) {
    return {10.0 * static_cast<double>(i / 60), 10.0 * static_cast<double>(i % 60), 0};
}
Position scattered(std::size_t i) {
    random::Stream stream{{4}, i};
    const double   x = 600 * stream.uniform();
    return {x, 600 * stream.uniform(), 0};
}

template <class F>
Shape shape(
    std::size_t pre, std::size_t post, F position, bool same = false, const Space& space = {}
) {
    return {
        pre,
        post,
        same,
        nullptr,
        std::make_shared<const Geometry>(Geometry{space, position, position})};
}

TEST(DistanceDependentProbabilityConnector, connects_neighbours_on_a_line) {
    EXPECT_EQ(
        sources_of(Connector{"d < 1.5"}, shape(4, 5, on_line)),
        (std::vector<Sources>{{0, 1}, {0, 1, 2}, {1, 2, 3}, {2, 3}, {3}})
    );
    EXPECT_EQ(
        sources_of(Connector{"d < 1.5", SelfConnections::forbid}, shape(3, 3, on_line, true)),
        (std::vector<Sources>{{1}, {0, 2}, {1}})
    );
}

TEST(DistanceDependentProbabilityConnector, finds_all_within_the_cut_off) {
    const Period edge{0_um, Length::in_base_units(600)};
    for (const Space& space :
         {Space{},
          Space{.axes = Axes::y},
          Space{.periodic_boundaries = {edge, edge, std::nullopt}}}) {
        for (const auto& s :
             {shape(2000, 300, scattered, false, space), shape(3600, 300, on_grid, false, space)}) {
            const auto by_text     = sources_of(Connector{"d < 45"}, s);
            const auto by_function = sources_of(
                Connector{
                    [](Length d) { return d.value() < 45 ? 1.0 : 0.0; },
                    SelfConnections::allow,
                    50_um},
                s
            );
            for (std::size_t post = 0; post < s.num_post; ++post) {
                Sources expected;
                for (std::uint32_t pre = 0; pre < s.num_pre; ++pre) {
                    if (space.distance(s.geometry->pre(pre), s.geometry->post(post)).value() < 45)
                        expected.push_back(pre);
                }
                ASSERT_EQ(by_text[post], expected);
                ASSERT_EQ(by_function[post], expected);
            }
        }
    }
}

TEST(DistanceDependentProbabilityConnector, gives_a_target_the_same_sources_whoever_asks) {
    for (const char* text : {"0.4 * (d < 45)", "0.8 * exp(-d / 60)", "0.9 * exp(-d**2 / 2000)"}) {
        const auto s     = shape(1500, 200, scattered);
        const auto whole = sources_of(Connector{text}, s);
        EXPECT_GT(test::total(whole), 500u);
        for (std::size_t first = 0; first < 200; first += 23) {
            const std::size_t last = std::min<std::size_t>(200, first + 37);
            const auto        part = sources_of(Connector{text}, s, {1}, {first, last});
            for (std::size_t k = 0; k < part.size(); ++k)
                ASSERT_EQ(part[k], whole[first + k]) << text;
        }
    }
}

TEST(DistanceDependentProbabilityConnector, connects_with_the_probability_of_the_distance) {
    for (const char* text :
         {"0.8 * exp(-d / 60)", "0.3 + 0.2 * (d < 100)", "0.9 * exp(-d**2 / 20000)"}) {
        const parameters::Expression formula{text, {"d"}};
        const auto                   s       = shape(3600, 200, on_grid);
        const auto                   sources = sources_of(Connector{text}, s);
        std::vector<double>          expected(20), variance(20), found(20);
        const auto                   bin = [&](std::size_t pre, std::size_t post) {
            const double d = s.geometry->space.distance(on_grid(pre), on_grid(post)).value();
            return std::pair{std::min<std::size_t>(19, static_cast<std::size_t>(d / 20)), d};
        };
        for (std::size_t post = 0; post < 200; ++post) {
            for (std::size_t pre = 0; pre < 3600; ++pre) {
                const auto   at = bin(pre, post);
                const double p  = formula({at.second});
                expected[at.first] += p;
                variance[at.first] += p * (1 - p);
            }
            for (const std::uint32_t pre : sources[post])
                ++found[bin(pre, post).first];
        }
        for (std::size_t k = 0; k < 20; ++k)  // twenty bins, three formulas: once in 5,000
            EXPECT_NEAR(found[k], expected[k], 4.5 * std::sqrt(variance[k])) << text << " " << k;
    }
}

TEST(DistanceDependentProbabilityConnector, visits_neighbours_only_if_it_knows_how_far_to_look) {
    std::size_t calls = 0;
    const auto  s     = shape(3600, 50, on_grid);
    const auto  count = [&](Length) { return ++calls, 0.1; };
    sources_of(Connector{count, SelfConnections::allow, 50_um}, s, {1}, {20, 30});
    EXPECT_LT(calls, 10u * 200u);
    EXPECT_GT(calls, 10u * 30u);
    EXPECT_DOUBLE_EQ(Connector{"0.2 * (d < 30)"}.reach(), 30);
    EXPECT_DOUBLE_EQ((Connector{"0.2", SelfConnections::allow, 25_um}.reach()), 25);
}

TEST(DistanceDependentProbabilityConnector, refuses_what_is_no_probability) {
    const auto s = shape(5, 5, on_line);
    EXPECT_EQ(
        Connector{"2"}.check(s), "the probability must lie in [0, 1], got 2 at a distance of 0 um."
    );
    EXPECT_NE(Connector{"-0.1 * (1 + d)"}.check(s), "");
    EXPECT_THROW(sources_of(Connector{"1 - d / 3"}, s), ConnectionError) << "at 4 um";
    EXPECT_THROW(sources_of(Connector{"0.5 - d / 6"}, s), ConnectionError)
        << "also where few are drawn";
    EXPECT_THROW(sources_of(Connector{"1 / d"}, s), ConnectionError) << "at 0 um";
    EXPECT_EQ(Connector{"0.5"}.check({5, 5}), "the cells have no positions.");
    EXPECT_EQ(Connector{"maximum(0, 1 - d / 3)"}.check(s), "");
    EXPECT_THROW(Connector{"d <"}, ParameterError);
    try {
        sources_of(Connector{"d * (d < 9)"}, s);
        FAIL();
    } catch (const ConnectionError& error) {
        EXPECT_STREQ(
            error.what(),
            "DistanceDependentProbabilityConnector: the probability must lie in [0, 1], got 2 at a "
            "distance of 2 um."
        );
    }
}

TEST(DistanceDependentProbabilityConnector, asks_only_for_distances_that_occur) {
    const auto s = shape(5, 5, on_line);
    for (const char* formula : {"1 - d / 100", "d / 100", "0.1 * d ** 0.5", "sqrt(1 - d / 100)"}) {
        EXPECT_EQ(Connector{formula}.check(s), "");
        EXPECT_NO_THROW(sources_of(Connector{formula}, s)) << formula;
    }
    EXPECT_NO_THROW(sources_of(Connector{"1 - d / 3", SelfConnections::allow, 3_um}, s));
    const auto same = shape(5, 5, on_line, true);
    EXPECT_NO_THROW(sources_of(Connector{"0.9 / d", SelfConnections::forbid}, same));
}

}  // namespace
}  // namespace ranvier

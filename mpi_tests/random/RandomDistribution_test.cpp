#include "ranvier/random/RandomDistribution.hpp"

#include <limits>
#include <type_traits>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

using random::Distribution;

constexpr double inf = std::numeric_limits<double>::infinity();

TEST(RandomDistribution, has_the_unit_of_its_parameters) {
    static_assert(std::is_same_v<decltype(uniform(10_ms, 15_ms)), RandomDistribution<Time>>);
    static_assert(std::is_same_v<decltype(normal(1_nA, 1_pA)), RandomDistribution<Current>>);
    static_assert(std::is_same_v<decltype(gamma(2, 0.3_mV)), RandomDistribution<Voltage>>);
    static_assert(std::is_same_v<decltype(uniform(0, 1)), RandomDistribution<double>>);
    static_assert(std::is_same_v<decltype(normal(0, 1.5)), RandomDistribution<double>>);
    static_assert(std::is_same_v<decltype(exponential(5_Hz)), RandomDistribution<Frequency>>);
}

TEST(RandomDistribution, holds_numbers_in_the_unit_of_pynn) {
    EXPECT_EQ(uniform(10_ms, 0.5_s).untyped(), Distribution::uniform(10, 500));
    EXPECT_EQ(normal(1_nA, 1_pA).untyped(), Distribution::normal(1, 0.001));
    EXPECT_EQ(uniform(5_Hz, 1_kHz).untyped(), Distribution::uniform(5, 1000));
    EXPECT_EQ(exponential(0.5_nS).untyped(), Distribution::exponential(0.0005));
    EXPECT_EQ(gamma(2, 3_mV).untyped(), Distribution::gamma(2, 3));
}

TEST(RandomDistribution, is_clipped_where_limits_are_given) {
    EXPECT_EQ(
        normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms}).untyped(),
        Distribution::normal_clipped(1.5, 0.75, 0.1, inf)
    );
    EXPECT_EQ(
        normal_clipped(1, 2, {.high = 3}).untyped(), Distribution::normal_clipped(1, 2, -inf, 3)
    );
    EXPECT_EQ(
        normal_clipped_to_boundary(0_mV, 1_mV, Clip<Voltage>{.low = -1_mV, .high = 1_mV}).untyped(),
        Distribution::normal_clipped_to_boundary(0, 1, -1, 1)
    );
}

TEST(RandomDistribution, without_units_has_all_distributions_of_pynn) {
    EXPECT_EQ(lognormal(-1.2, 0.4).untyped(), Distribution::lognormal(-1.2, 0.4));
    EXPECT_EQ(poisson(3.5).untyped(), Distribution::poisson(3.5));
    EXPECT_EQ(binomial(10, 0.3).untyped(), Distribution::binomial(10, 0.3));
    EXPECT_EQ(uniform_int(0, 10).untyped(), Distribution::uniform_int(0, 10));
    EXPECT_EQ(vonmises(0, 2).untyped(), Distribution::vonmises(0, 2));
    EXPECT_EQ(uniform(0, 1), uniform(0.0, 1.0));
}

TEST(RandomDistribution, for_connections_takes_no_generator) {
    EXPECT_EQ(normal(1_ms, 2_ms).keyed(), normal(1_ms, 2_ms).untyped());
    EXPECT_THROW(normal(1_ms, 2_ms, NumpyRNG{1}).keyed(), ParameterError);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/synapses/StaticSynapse.hpp"

#include <concepts>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

using models::Input;

TEST(StaticSynapse, has_no_weight_and_no_delay_unless_given) {
    const StaticSynapse synapse;

    EXPECT_EQ(synapse.weight.specification().constant(), 0.0);
    EXPECT_EQ(synapse.weight.input(), std::nullopt);
    EXPECT_FALSE(synapse.delay.specification().has_value());
    EXPECT_EQ(StaticSynapse::name, "StaticSynapse");
}

TEST(StaticSynapse, takes_weights_of_three_kinds) {
    EXPECT_EQ(Weight{100_pA}.specification().constant(), 0.1);
    EXPECT_EQ(Weight{100_pA}.input(), Input::current);
    EXPECT_EQ(Weight{2_nS}.specification().constant(), 0.002);
    EXPECT_EQ(Weight{2_nS}.input(), Input::conductance);
    EXPECT_EQ(Weight{0.5_mV}.specification().constant(), 0.5);
    EXPECT_EQ(Weight{0.5_mV}.input(), Input::voltage);
}

TEST(StaticSynapse, takes_distributions) {
    const StaticSynapse synapse{.weight = normal(0.01_uS, 0.001_uS), .delay = uniform(1_ms, 2_ms)};
    const auto*         weight = synapse.weight.specification().distribution();

    EXPECT_EQ(synapse.weight.input(), Input::conductance);
    EXPECT_TRUE(weight != nullptr && *weight == random::Distribution::normal(0.01, 0.001));
    ASSERT_TRUE(synapse.delay.specification().has_value());
    EXPECT_FALSE(synapse.delay.specification()->constant().has_value());
    EXPECT_EQ(Weight{normal(1_nA, 1_nA)}.input(), Input::current);
    EXPECT_EQ(Weight{normal(1_mV, 1_mV)}.input(), Input::voltage);
}

TEST(StaticSynapse, takes_delays_in_time) {
    const StaticSynapse synapse{.delay = 1500_us};

    ASSERT_TRUE(synapse.delay.specification().has_value());
    EXPECT_EQ(synapse.delay.specification()->constant(), 1.5);
}

TEST(StaticSynapse, takes_nothing_in_another_unit) {
    static_assert(!std::convertible_to<Time, Weight>);
    static_assert(!std::convertible_to<double, Weight>);
    static_assert(!std::convertible_to<RandomDistribution<Time>, Weight>);
    static_assert(!std::convertible_to<RandomDistribution<double>, Weight>);
    static_assert(!std::convertible_to<double, Delay>);
    static_assert(!std::convertible_to<Length, Delay>);
    static_assert(!std::convertible_to<RandomDistribution<Voltage>, Delay>);
}

}  // namespace
}  // namespace ranvier

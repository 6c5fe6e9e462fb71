#include "ranvier/models/Membrane.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

TEST(Membrane, relaxes_exactly_under_constant_input) {
    const auto            m = membrane(1_nF, 20_ms, -65_mV, 0.5_ms);
    SynapticInput<double> input;
    input.add({0.1, 0, 0.1, 0.1, 0, 0}, 65);

    const double v = m.advanced(-70, input, 0.3);

    const double g = 0.15, target = -65 + (0.1 * 65 + 0.3) / g;
    EXPECT_NEAR(v, target + (-70 - target) * std::exp(-g * 0.5), 1e-13);
}

// A target that moves along a line is followed exactly: dv/dt = g (s t - v) / cm.
TEST(Membrane, follows_a_moving_target_exactly) {
    const double h = 0.5, g = 0.05, s = 3;
    const auto   m = membrane(1_nF, 20_ms, 0_mV, h * 1_ms);

    SynapticInput<double> input;
    input.current = {g * s * h / 2, g * s, 0, 0, 0, 0};

    const double v = m.advanced(0, input, 0);

    // `bend`, to which the slope is proportional, has a relative error of 2^-29; see relaxation().
    const double of_slope = g * s * h * h * g * h / 12;
    EXPECT_NEAR(
        v, s * (h - (1 - std::exp(-g * h)) / g), 1e-14 + std::ldexp(std::abs(of_slope), -29)
    );
}

TEST(Membrane, stays_between_reversal_potentials) {
    const auto m = membrane(1_nF, 20_ms, -65_mV, 1_ms);
    for (const double g : {1.0, 1e3, 1e6}) {
        SynapticInput<double> input;
        input.add(exponential_shape(0.5_ms, 1_ms).course(g), 65);
        input.add(exponential_shape(5_ms, 1_ms).course(g), -5);
        const double v = m.advanced(-65, input, 0);
        EXPECT_GT(v, -70) << g;
        EXPECT_LT(v, 0) << g;
    }
}

/// What a model has for its two receptors.
template <class Shape>
struct TwoReceptors {
    double v, gsyn_exc, gsyn_inh, rise_exc, rise_inh;
    Shape  E, I;
    double from_E, from_I;
};

void expect_same(const SynapticInput<double>& actual, const SynapticInput<double>& expected) {
    const auto values = [](const SynapticInput<double>& x) {
        return std::bit_cast<std::array<double, 14>>(x);
    };
    EXPECT_EQ(values(actual), values(expected));
}

TEST(Membrane, sees_both_receptors_of_exponential_shape) {
    const TwoReceptors<ExponentialShape<double>> m{
        .v        = -60,
        .gsyn_exc = 0.1,
        .gsyn_inh = 0.3,
        .rise_exc = 7,
        .rise_inh = 9,
        .E        = exponential_shape(0.5_ms, 1_ms),
        .I        = exponential_shape(5_ms, 1_ms),
        .from_E   = 65,
        .from_I   = -5};
    SynapticInput<double> expected;
    expected.add(exponential_shape(0.5_ms, 1_ms).course(0.1), 65);
    expected.add(exponential_shape(5_ms, 1_ms).course(0.3), -5);
    expect_same(cond_exp_input(m, m), expected);
}

TEST(Membrane, sees_both_receptors_of_alpha_shape) {
    const TwoReceptors<AlphaShape<double>> m{
        .v        = -60,
        .gsyn_exc = 0.1,
        .gsyn_inh = 0.3,
        .rise_exc = 0.7,
        .rise_inh = 0.9,
        .E        = alpha_shape(0.5_ms, 1_ms),
        .I        = alpha_shape(5_ms, 1_ms),
        .from_E   = 65,
        .from_I   = -5};
    SynapticInput<double> expected;
    expected.add(alpha_shape(0.5_ms, 1_ms).course(0.1, 0.7), 65);
    expected.add(alpha_shape(5_ms, 1_ms).course(0.3, 0.9), -5);
    expect_same(cond_alpha_input(m, m), expected);
}

// Bounds of dv/dt at the threshold, and of how much faster v rises below it, over the whole step.
TEST(Membrane, climb_bounds_the_rates_within_a_step) {
    const double threshold = -50, h = 0.5;
    const auto   m = membrane(0.5_nF, 10_ms, -65_mV, h * 1_ms);
    for (const double tau : {0.01, 0.3, 8.0}) {
        for (const double g_I : {0.0, 0.2, 5.0}) {
            const double          g_E = 1.5;
            SynapticInput<double> input;
            input.add(exponential_shape(tau * 1_ms, h * 1_ms).course(g_E), 65);
            input.add(exponential_shape(1_ms, h * 1_ms).course(g_I), -15);
            const auto climb = m.climb(threshold, input, 0.3);
            for (int k = 0; k <= 1000; ++k) {
                const double t = h * k / 1000;
                const double e = g_E * std::exp(-t / tau), i = g_I * std::exp(-t);
                const auto   rate = [&](double v) {
                    return h / 0.5 * (0.05 * (-65 - v) + e * (0 - v) + i * (-80 - v) + 0.3);
                };
                EXPECT_LE(rate(threshold), climb.push);
                EXPECT_LE(-rate(threshold), climb.pull);
                EXPECT_LE(rate(threshold - 7), climb.push + 7 * climb.relax);
            }
            EXPECT_GE(climb.change, h / 0.5 * g_E * (1 - std::exp(-h / tau)) * (1 - 1e-12));
        }
    }
}

TEST(Membrane, rests_exactly) {
    EXPECT_EQ(membrane(0.7_nF, 13_ms, -63.3_mV, 0.1_ms).advanced(-63.3, {}, 0), -63.3);
}

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/Climb.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

/// v under currents that decay in a step of length 1, in closed form: sum_k I_k R_k(t) - rest.
struct Response {
    double tau_m, tau_a, tau_b, a, b, rest;

    static double of(double t, double m, double s) {
        return m * s / (m - s) * (std::exp(-t / m) - std::exp(-t / s));
    }
    double v(double t) const {
        return a * of(t, tau_m, tau_a) + b * of(t, tau_m, tau_b) - rest * std::exp(-t / tau_m);
    }
    double peak() const {
        double most = v(0);
        for (int k = 1; k <= 100000; ++k)
            most = std::max(most, v(k * 1e-5));
        return most;
    }
    Climb<double> climb(double threshold) const {
        const double decay = std::exp(-1 / tau_m), by_current = tau_m * (1 - decay);
        const double a_end = a * std::exp(-1 / tau_a), b_end = b * std::exp(-1 / tau_b);
        const double leak = -(1 - decay) * threshold;
        return linear_climb(
            decay,
            leak + by_current * (a + b),
            leak + by_current * (a_end + b_end),
            by_current * (std::abs(a - a_end) + std::abs(b - b_end))
        );
    }
    bool may_pass(double threshold) const {
        return models::may_pass(climb(threshold), threshold - v(0), threshold - v(1));
    }
};

// Time constants from a hundredth of the step to a hundred of them, with and without inhibition.
TEST(may_pass, finds_whatever_passes_the_threshold_within_a_step) {
    int passing = 0;
    for (const double tau_m : {0.011, 0.12, 1.3, 14.0, 150.0}) {
        for (const double tau_a : {0.01, 0.1, 1.0, 10.0, 100.0}) {
            for (const double tau_b : {0.013, 0.7, 20.0}) {
                for (const double b : {0.0, -0.5, -1.1}) {
                    for (const double rest : {0.0, 0.1, 3.0}) {
                        const Response r{tau_m, tau_a, tau_b, 10 / tau_a, b * 10 / tau_b, rest};
                        const double   low = std::max(r.v(0), r.v(1)), peak = r.peak();
                        if (!(peak - low > 1e-9 * std::abs(peak))) continue;
                        ++passing;
                        for (const double part : {0.01, 0.5, 0.99, 0.99999})
                            EXPECT_TRUE(r.may_pass(low + part * (peak - low)))
                                << tau_m << " " << tau_a << " " << tau_b << " " << b << " " << part;
                    }
                }
            }
        }
    }
    EXPECT_GT(passing, 50);
}

TEST(may_pass, leaves_out_what_is_far_away_where_time_constants_are_long) {
    // dv/dt = exp(-t / 5) - v / 20 is 0 half way through the step.
    const double   start = (20 * std::exp(-0.1) - Response::of(0.5, 20, 5)) * std::exp(0.025);
    const Response r{20, 5, 1, 1, 0, -start};
    const double   height = r.peak() - std::min(r.v(0), r.v(1));
    EXPECT_LT(std::max(r.v(0), r.v(1)), r.peak() - 0.5 * height);
    EXPECT_TRUE(r.may_pass(r.peak() - 1e-6 * height));
    EXPECT_FALSE(r.may_pass(r.peak() + 10 * height));
}

TEST(may_pass, leaves_out_what_does_not_turn_or_is_held) {
    const Climb<double> turning{1, 1, 0.1, 0};
    EXPECT_TRUE(may_pass(turning, 0.3, 0.3));
    EXPECT_FALSE(may_pass(turning, 0.7, 0.7)) << "too far for a step";
    EXPECT_FALSE(may_pass(turning, -0.1, 0.1)) << "began above the threshold";
    EXPECT_FALSE(may_pass(turning, std::nan(""), 0.1));
    EXPECT_FALSE(may_pass(Climb<double>{1, -0.1, 0.1, 0}, 0.001, 0.001)) << "does not fall";
    EXPECT_FALSE(may_pass(Climb<double>{-0.1, 1, 0.1, 0}, 0.001, 0.001)) << "does not rise so far";
}

TEST(linear_climb, bounds_rates_however_short_the_time_constant) {
    for (const double z : {1e-6, 0.005, 0.5, 5.0, 50.0, 1000.0}) {
        const double decay = std::exp(-z), by_current = (1 - decay) / z;
        const auto   climb = linear_climb(decay, by_current * 3, by_current * -2, by_current * 0.5);
        // Rates 3, -2 and 0.5 away; rounding of the ratio.
        EXPECT_GE(climb.push, 3.5 * (1 - 1e-9)) << z;
        EXPECT_GE(climb.pull, 2.5 * (1 - 1e-9)) << z;
        EXPECT_GE(climb.relax, z * (1 - 1e-9)) << z;
        if (z < 0.1) {
            EXPECT_LE(climb.push, 3.5 * 1.01) << z;
        }
        EXPECT_EQ(climb.change, 0);
    }
}

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/explosion.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "ranvier/models/adaptive_lists.hpp"

namespace ranvier::models {
namespace {

/// The time by Simpson's rule in 100,000 parts: the integral of 1 / (dv/dt) over v.
double by_quadrature(double flow, double push, double delta_T, double distance) {
    constexpr int parts = 100000;
    double        sum   = 0;
    for (int k = 0; k <= parts; ++k) {
        const double v      = distance * k / parts;
        const double weight = k == 0 || k == parts ? 1 : k % 2 ? 4 : 2;
        sum += weight / (flow + push * std::exp(v / delta_T));
    }
    return sum * distance / (3 * parts);
}

TEST(explosion_time, is_the_integral_of_the_inverse_rate) {
    for (const double flow : {-5.0, -1e-9, 0.0, 3.0, 1e4}) {
        for (const double distance : {0.01, 4.0, 60.0}) {
            // Rounding of a sum of 100,000 terms, and the quadrature's error.
            const double exact = by_quadrature(flow, 7, 2, distance);
            EXPECT_NEAR(explosion_time(flow, 7, 2, distance), exact, 1e-9 * exact);
        }
    }
}

AdaptiveExponential<double> membrane(Voltage delta_T) {
    return adaptive_exponential(
        {.cm       = 0.2_nF,
         .tau_m    = 10_ms,
         .v_rest   = -70_mV,
         .v_reset  = -70_mV,
         .v_thresh = -50_mV,
         .v_spike  = 0_mV,
         .delta_T  = delta_T,
         .a        = 4_nS,
         .tau_w    = 144_ms},
        0.001_ms
    );
}

TEST(push_of, is_the_exponential_up_to_v_spike) {
    const double at_thresh = 0.2;  // delta_T / tau_m, mV/ms
    EXPECT_NEAR(push_of(membrane(2_mV), -50), at_thresh, 1e-15);
    EXPECT_NEAR(push_of(membrane(2_mV), -46), at_thresh * std::exp(2), 1e-14);
    EXPECT_EQ(push_of(membrane(2_mV), 10), push_of(membrane(2_mV), 0));
    EXPECT_EQ(push_of(membrane(0_mV), -46), 0);
}

TEST(explosion_time, is_that_of_a_membrane_whose_exponential_grows) {
    const double push = 0.2 * std::exp(10);  // delta_T / tau_m exp(20 mV / delta_T)
    EXPECT_NEAR(
        explosion_time(membrane(2_mV), -30, push - 1, 0.001), by_quadrature(-1, push, 2, 30), 1e-12
    );
}

TEST(explosion_time, is_none_where_the_exponential_does_not_count) {
    EXPECT_EQ(explosion_time(membrane(2_mV), -50, 1, 0.001), 0) << "grows by 1e-4 in the step";
    EXPECT_EQ(explosion_time(membrane(2_mV), -30, -1, 0.001), 0) << "v falls";
    EXPECT_EQ(explosion_time(membrane(0_mV), -30, 1, 0.001), 0) << "there is none";
}

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/gate_rates.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

GateRates<double> rates(double u) {
    return GateRates<double>::at(u, GateRates<double>::power(u));
}

// The formulas of the header, whose powers of one exponential these are.
TEST(GateRates, has_the_rates_of_traub_and_miles) {
    for (double v = -120; v <= 80; v += 0.7) {
        const auto   r       = rates(v + 63);
        const double u       = v + 63;
        const double m_open  = 0.32 * (13 - u) / std::expm1((13 - u) / 4);
        const double m_close = 0.28 * (u - 40) / std::expm1((u - 40) / 5);
        EXPECT_NEAR(r.m_open, m_open, 1e-12 * m_open) << v;
        EXPECT_NEAR(r.m_sum, m_open + m_close, 1e-12 * r.m_sum) << v;
        EXPECT_NEAR(r.h_open, 0.128 * std::exp((17 - u) / 18), 1e-12 * r.h_open) << v;
        EXPECT_NEAR(r.h_sum - r.h_open, 4 / (1 + std::exp((40 - u) / 5)), 1e-12 * r.h_sum) << v;
        const double n_open = 0.032 * (15 - u) / std::expm1((15 - u) / 5);
        EXPECT_NEAR(r.n_open, n_open, 1e-12 * n_open) << v;
        EXPECT_NEAR(r.n_sum - n_open, 0.5 * std::exp((10 - u) / 40), 1e-12 * r.n_sum) << v;
    }
}

TEST(GateRates, has_limits_where_numerator_and_denominator_vanish) {
    EXPECT_NEAR(rates(13).m_open, 1.28, 1e-12);
    EXPECT_NEAR(rates(15).n_open, 0.16, 1e-12);
    EXPECT_NEAR(rates(40).m_sum - rates(40).m_open, 1.4, 1e-12);
}

// Differences over 2e-3 mV have an error of 1e-7 by the third derivative, and less by rounding.
TEST(GateRates, has_the_slopes_of_the_rates_of_m) {
    constexpr double d = 1e-3;
    for (const double u : {-120.0, -60.0, 0.0, 12.0, 13.0, 13.01, 20.0, 39.0, 40.0, 40.05, 90.0}) {
        const auto r = rates(u), below = rates(u - d), above = rates(u + d);
        EXPECT_NEAR(r.m_open_slope, (above.m_open - below.m_open) / (2 * d), 1e-6) << u;
        EXPECT_NEAR(r.m_sum_slope, (above.m_sum - below.m_sum) / (2 * d), 1e-6) << u;
    }
}

// The power changes by a polynomial where the distance is small, and is not used where it is not.
TEST(GateRates, can_be_had_from_those_nearby) {
    for (const double change : {-40.0, -3.0, -1e-3, 0.0, 1e-3, 3.0, 40.0}) {
        for (double u = -60; u <= 110; u += 7.3) {
            const auto near = GateRates<double>::near(u, GateRates<double>::power(u), change);
            const auto here = rates(u + change);
            EXPECT_NEAR(near.m_open, here.m_open, 1e-9 * here.m_open) << u << " " << change;
            EXPECT_NEAR(near.h_sum, here.h_sum, 1e-9 * here.h_sum) << u << " " << change;
            EXPECT_NEAR(near.n_sum, here.n_sum, 1e-9 * here.n_sum) << u << " " << change;
        }
    }
}

}  // namespace
}  // namespace ranvier::models

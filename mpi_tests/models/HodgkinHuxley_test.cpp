#include "ranvier/models/HodgkinHuxley.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

HodgkinHuxley<double> squid(Time h) {
    return {
        .membrane = membrane(0.2_nF, 20_ms, -65_mV, h),
        .g_Na     = 20,
        .g_K      = 6,
        .from_Na  = 115,
        .from_K   = -25,
        .v_offset = -63,
        .h        = h.value(),
        .per_h    = 1 / h.value(),
        .per_cm   = 5};
}

// The formulas of the header of HH_cond_exp, whose powers of two exponentials these are.
TEST(HodgkinHuxley, has_the_rates_of_traub_and_miles) {
    for (double v = -120; v <= 80; v += 0.7) {
        const auto   r       = squid(0.1_ms).rates(v);
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

TEST(HodgkinHuxley, has_limits_where_numerator_and_denominator_vanish) {
    EXPECT_NEAR(squid(0.1_ms).rates(-50).m_open, 1.28, 1e-12);
    EXPECT_NEAR(squid(0.1_ms).rates(-48).n_open, 0.16, 1e-12);
}

TEST(HodgkinHuxley, stays_a_number_whatever_the_input) {
    for (const double current : {-1e4, -10.0, 10.0, 1e4}) {
        HodgkinHuxley<double>::State s{-65, 0, 1, 0};
        for (int k = 0; k < 100; ++k)
            squid(1_ms).advance(s, {}, current);
        EXPECT_TRUE(std::isfinite(s.v) && std::isfinite(s.m)) << current;
    }
}

}  // namespace
}  // namespace ranvier::models

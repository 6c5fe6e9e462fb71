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

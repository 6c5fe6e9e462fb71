#include "ranvier/models/AdaptiveExponential.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/adaptive_lists.hpp"

namespace ranvier::models {
namespace {

AdaptiveExponentialParameters usual(Voltage delta_T) {
    return {
        .cm       = 0.281_nF,
        .tau_m    = 9.3667_ms,
        .v_rest   = -70.6_mV,
        .v_reset  = -70.6_mV,
        .v_thresh = -50.4_mV,
        .v_spike  = -40_mV,
        .delta_T  = delta_T,
        .a        = 4_nS,
        .tau_w    = 144_ms};
}

AdaptiveExponential<double> of(Voltage delta_T, Time h) {
    return adaptive_exponential(usual(delta_T), h);
}

TEST(AdaptiveExponential, lets_adaptation_of_a_held_cell_relax) {
    double v = std::nan(""), w = 0.1;
    of(2_mV, 0.5_ms).advance(v, w, {}, 0);

    EXPECT_TRUE(std::isnan(v));
    EXPECT_NEAR(w, 0.1 * std::exp(-0.5 / 144), 1e-15);
}

TEST(AdaptiveExponential, rests_exactly_without_the_exponential) {
    double v = -70.6, w = 0;
    of(0_mV, 0.1_ms).advance(v, w, {}, 0);

    EXPECT_EQ(v, -70.6);
    EXPECT_EQ(w, 0);
}

TEST(AdaptiveExponential, stays_a_number_whatever_the_input) {
    for (const double current : {-1e6, -1.0, 1.0, 1e6}) {
        for (const double start : {-1e4, -70.0, -45.0, 1e4}) {
            for (const Voltage delta_T : {0_mV, 1e-3_mV, 2_mV}) {
                double v = start, w = 0.1;
                of(delta_T, 1_ms).advance(v, w, {}, current);
                EXPECT_TRUE(std::isfinite(v) && std::isfinite(w)) << current << " " << start;
            }
        }
    }
}

// The same crossing whether a step is divided or not.
TEST(AdaptiveExponential, divides_steps_in_which_the_exponential_grows) {
    double coarse_v = -46, coarse_w = 0;
    of(2_mV, 0.1_ms).advance(coarse_v, coarse_w, {}, 0);
    double fine_v = -46, fine_w = 0;
    for (int k = 0; k < 1000; ++k)
        of(2_mV, 0.0001_ms).advance(fine_v, fine_w, {}, 0);

    EXPECT_NEAR(coarse_v, fine_v, 1e-4);
    EXPECT_NEAR(coarse_w, fine_w, 1e-9);
}

// v is above v_spike in the end by 1 mV per ms that is left.
TEST(AdaptiveExponential, tells_when_v_crossed) {
    for (const Voltage delta_T : {2_mV, 0_mV}) {
        const auto m = of(delta_T, 0.1_ms);
        double     v = -41.5, w = 0, time = 0;
        if (delta_T.value() == 0) v = -50.5;
        const double start = v, current = delta_T.value() == 0 ? 1 : 0;
        m.advance(v, w, {}, current);
        ASSERT_GE(v, m.v_spike);
        double fine_v = start, fine_w = 0;
        while (fine_v < m.v_spike) {
            of(delta_T, 0.0001_ms).advance(fine_v, fine_w, {}, current);
            time += 0.0001;
        }
        EXPECT_NEAR(v - m.v_spike, 0.1 - time, 2e-3)
            << delta_T.value();  // a part, or that of a line
    }
}

// v and w swing in 1.7 ms; the error is that of the third order in 16 parts: 1e-3 mV without them.
TEST(AdaptiveExponential, divides_steps_in_which_v_and_w_drive_each_other_fast) {
    AdaptiveExponentialParameters p = usual(2_mV);
    p.cm                            = 0.07_nF;
    p.a                             = 120_nS;
    p.tau_w                         = 0.13_ms;
    const auto fast                 = [&](Time h) { return adaptive_exponential(p, h); };
    double     coarse_v = -60, coarse_w = 0, fine_v = -60, fine_w = 0;
    for (int k = 0; k < 20; ++k)
        fast(0.1_ms).advance(coarse_v, coarse_w, {}, 1);
    for (int k = 0; k < 20000; ++k)
        fast(0.0001_ms).advance(fine_v, fine_w, {}, 1);
    EXPECT_NEAR(coarse_v, fine_v, 1e-5);
    EXPECT_NEAR(coarse_w, fine_w, 1e-6);
}

// A part of a step that is made by itself, with the same part of the unit, is not divided again.
TEST(AdaptiveExponential, hardness_is_per_time_unit) {
    double hardness[2];
    for (const int divided : {0, 1}) {
        auto m = of(2_mV, 0.001_ms);
        if (divided != 0) m.time_unit *= 0.01;
        double v = -45, w = 0;
        m.advance(v, w, {}, 0, hardness[divided]);
    }
    EXPECT_GT(hardness[0], 1);
    EXPECT_NEAR(hardness[1], 0.01 * hardness[0], 1e-12 * hardness[0]);  // rounding
}

TEST(AdaptiveExponential, climb_knows_that_a_cell_in_explosion_does_not_come_back) {
    const auto            soft = of(2_mV, 0.1_ms), hard = of(0_mV, 0.1_ms);
    const auto            shape = exponential_shape(0.01_ms, 0.1_ms);
    SynapticInput<double> weak, strong;
    weak.add(shape.course(0.05), 70);
    strong.add(shape.course(5.0), 70);
    EXPECT_FALSE(may_pass(soft.climb({-40.1, 0}, {-40.1, 0}, weak, 0), 0.1, 0.1));
    EXPECT_TRUE(may_pass(hard.climb({-50.5, 0}, {-50.5, 0}, weak, 0), 0.1, 0.1));
    EXPECT_TRUE(may_pass(hard.climb({-51.4, 0}, {-51.4, 0}, strong, 0), 1.0, 1.0));
    EXPECT_FALSE(may_pass(hard.climb({-51.4, 0}, {-51.4, 0}, {}, 0), 1.0, 1.0)) << "no input";
}

}  // namespace
}  // namespace ranvier::models

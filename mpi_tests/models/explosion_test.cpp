#include "ranvier/models/explosion.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "ranvier/models/adaptive_lists.hpp"

namespace ranvier::models {
namespace {

AdaptiveExponential<double> membrane(Voltage delta_T, Conductance a = 0_nS, Time h = 0.001_ms) {
    return adaptive_exponential(
        {.cm       = 0.2_nF,
         .tau_m    = 10_ms,
         .v_rest   = -70_mV,
         .v_reset  = -70_mV,
         .v_thresh = -50_mV,
         .v_spike  = 0_mV,
         .delta_T  = delta_T,
         .a        = a,
         .tau_w    = 0.5_ms},
        h
    );
}

TEST(explodes, where_the_exponential_is_not_resolved) {
    const auto m = membrane(2_mV, 0_nS, 0.1_ms);
    EXPECT_FALSE(explodes(m, -70.0, -69.0));
    EXPECT_FALSE(explodes(m, -90.0, -72.0)) << "far below v_thresh, it does not matter";
    EXPECT_TRUE(explodes(m, -58.0, -52.0)) << "three delta_T in a step, towards v_thresh";
    EXPECT_TRUE(outruns(m, -58.0, -52.0));
    EXPECT_FALSE(explodes(m, -52.1, -52.0));
    EXPECT_TRUE(explodes(m, -41.0, -40.5));
    EXPECT_FALSE(outruns(m, -41.0, -40.5)) << "it grows by itself";
    EXPECT_FALSE(explodes(m, std::nan(""), std::nan(""))) << "held";
}

TEST(push_of, is_the_exponential_up_to_v_spike) {
    const double at_thresh = 0.2;  // delta_T / tau_m, mV/ms
    EXPECT_NEAR(push_of(membrane(2_mV), -50), at_thresh, 1e-15);
    EXPECT_NEAR(push_of(membrane(2_mV), -46), at_thresh * std::exp(2), 1e-14);
    EXPECT_EQ(push_of(membrane(2_mV), 10), push_of(membrane(2_mV), 0));
    EXPECT_EQ(push_of(membrane(0_mV), -46), 0);
}

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

// Simpson's rule on a function that falls by a factor of e in two steps: (1/2)^4 / 2880 of the
// time, and some times that where the flow opposes the exponential.
TEST(explosion, takes_the_integral_of_the_inverse_rate) {
    const auto   m    = membrane(2_mV);
    const double push = 0.2 * std::exp(10);  // at -30 mV: delta_T / tau_m exp(20 mV / delta_T)
    for (const double flow : {-1000.0, -1e-9, 0.0, 3.0, 1e5}) {
        const Drive drive{flow, 0};
        ASSERT_TRUE(runs_away(m, -30, drive, 0.001));
        const auto found = explosion(m, -30, 0, drive, drive, 0.001);
        ASSERT_TRUE(found);
        const double exact = by_quadrature(flow, push, 2, 30);
        EXPECT_NEAR(found->time, exact, 2e-4 * exact) << flow;
    }
}

/// The same by small steps in time: Heun's, each so long that v moves a thousandth of delta_T.
Explosion in_time(
    const AdaptiveExponential<double>& m,
    double                             v0,
    double                             w0,
    Drive                              begin,
    Drive                              end,
    double                             length
) {
    struct Rates {
        double v, w;
    };
    const auto rates = [&](double v, double w, double t) {
        const double s = t / length, above = v - v0;
        const double flow =
            (begin.flow + begin.by_v * above) * (1 - s) + (end.flow + end.by_v * above) * s;
        return Rates{
            flow - (w - w0) * m.per_cm + 0.2 * std::exp((v + 50) / 2),
            (m.a * (v + 70) - w) * m.per_tau_w};
    };
    double v = v0, w = w0, t = 0;
    while (v < m.v_spike && t < length) {
        const Rates  r = rates(v, w, t);
        const double h = std::min(1e-3 * 2, m.v_spike - v + 1e-12) / r.v;
        const Rates  q = rates(v + h * r.v, w + h * r.w, t + h);
        v += 0.5 * h * (r.v + q.v);
        w += 0.5 * h * (r.w + q.w);
        t += h;
    }
    return {t, w};
}

// w follows v by a tenth of what it is.
TEST(explosion, knows_what_adaptation_and_changing_input_do_meanwhile) {
    const auto      m = membrane(2_mV, 1000_nS);
    const Drive     begin{500, -20}, end{-200, -60};
    const double    length = 0.004;
    const auto      found  = explosion(m, -34, 1, begin, end, length);
    const Explosion exact  = in_time(m, -34, 1, begin, end, length);
    ASSERT_TRUE(found);
    EXPECT_GT(exact.time, 0.3 * length);
    EXPECT_GT(exact.w, 1.05);
    EXPECT_NEAR(found->time, exact.time, 1e-4 * exact.time);  // as above
    EXPECT_NEAR(found->w, exact.w, 1e-4 * exact.w);
}

// What is left above e^20 takes delta_T / (e^20 delta_T / tau_m) = 2e-8 ms.
TEST(explosion, does_not_wait_where_the_exponential_is_held) {
    const auto m     = membrane(0.02_mV);
    const auto found = explosion(m, -49.7, 0, {1000, 0}, {1000, 0}, 0.001);
    ASSERT_TRUE(found);
    EXPECT_LT(found->time, 0.02 * 15 / 1000);  // of v to where the exponential takes over
}

TEST(explosion, is_none_where_v_stops_rising) {
    EXPECT_FALSE(explosion(membrane(2_mV), -40, 0, {20, -100}, {20, -100}, 0.001));
}

TEST(runs_away, only_where_the_exponential_counts) {
    EXPECT_FALSE(runs_away(membrane(2_mV), -50, {1, 0}, 0.001)) << "grows by 1e-4 in the step";
    EXPECT_FALSE(runs_away(membrane(2_mV), -30, {-1e5, 0}, 0.001)) << "v falls";
    EXPECT_FALSE(runs_away(membrane(2_mV), -30, {1, -3000}, 0.001)) << "it is held back";
    EXPECT_FALSE(runs_away(membrane(0_mV), -30, {1, 0}, 0.001)) << "there is none";
    EXPECT_TRUE(runs_away(membrane(2_mV), -30, {1, 0}, 0.001));
}

}  // namespace
}  // namespace ranvier::models

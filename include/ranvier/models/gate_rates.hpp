/// @file
/// At what rates the gates of the channels of Traub and Miles open and close, and how far they get.
#pragma once

#include "ranvier/base/math.hpp"
#include "ranvier/models/exponentials.hpp"
#include "ranvier/models/relaxation.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// Opening rates of the gates m, h and n, and the sums of opening and closing rates, per ms. With
/// u = v - v_offset in mV (Traub & Miles, Neuronal Networks of the Hippocampus, 1991):
///
///     alpha_m = 0.32 (13 - u) / (exp((13 - u) / 4) - 1)
///     beta_m  = 0.28 (u - 40) / (exp((u - 40) / 5) - 1)
///     alpha_h = 0.128 exp((17 - u) / 18)
///     beta_h  = 4 / (1 + exp((40 - u) / 5))
///     alpha_n = 0.032 (15 - u) / (exp((15 - u) / 5) - 1)
///     beta_n  = 0.5 exp((10 - u) / 40)
///
/// Far outside of what a membrane reaches (u below -80 mV in single precision, -700 mV in double)
/// they stay constant. The derivatives of the fastest gate's rates come with them.
template <class V>
struct GateRates {
    V m_open, m_sum, h_open, h_sum, n_open, n_sum;
    V m_open_slope, m_sum_slope;  ///< per ms and mV

    RANVIER_INLINE static V number(double x) { return models::constant<V>(x); }

    /// The exponential of which those in the rates are powers.
    RANVIER_INLINE static V power(V u) { return exp_of_small(u * number(-1.0 / 360)); }

    /// The rates at u, given its `power`.
    RANVIER_INLINE static GateRates at(V u, V p) { return repaired(u, rates_of(u, p), u != u); }

    /// The rates `change` mV further, where the exponential has not changed much.
    RANVIER_INLINE static GateRates near(V u0, V p0, V change) {
        const V    x   = change * number(-1.0 / 360);
        const V    u   = u0 + change;
        GateRates  r   = rates_of(u, p0 * exp_of_tiny(x));
        const auto far = simd::abs(x) > number(tiny_exponent);
        return repaired(u, r, far);
    }

private:
    /// Beyond this, and where two of the rates are limits of 0 / 0 (at 13, 15 and 40 mV), rates are
    /// computed with more care.
    static constexpr double usual = 120;

    /// One division for four.
    RANVIER_INLINE static GateRates rates_of(V u, V p) {
        const V p2 = p * p, p4 = p2 * p2, p9 = p4 * (p4 * p), p10 = p4 * p4 * p2;
        const V q2 = p9 * p9, q4 = q2 * q2, q8 = q4 * q4, q10 = q8 * q2;
        const V from_m = number(13) - u, from_y = number(40) - u, from_n = number(15) - u;
        const V one = number(1);
        const V e_y = number(2980.9579870417283) * q8;         // e^(from_y / 5)
        const V d_x = number(25.790339917193062) * q10 - one;  // e^(from_m / 4) - 1
        const V d_y = e_y - one, d_h = e_y + one;
        const V d_n   = number(20.085536923187668) * q8 - one;  // e^(from_n / 5) - 1
        const V d_xy  = d_x * d_y;
        const V d_nh  = d_n * d_h;
        const V all   = one / (d_xy * d_nh);
        const V of_xy = all * d_nh;
        const V of_nh = all * d_xy;
        const V per_x = of_xy * d_y, per_y = of_xy * d_x;
        const V m_open      = (number(0.32) * from_m) * per_x;
        const V m_close     = (number(0.28) * from_y) * (e_y * per_y);
        const V open_slope  = (number(0.25) * m_open * (d_x + one) - number(0.32)) * per_x;
        const V close_slope = (number(0.2) * m_close - number(0.28) * e_y) * per_y;
        const V n_open      = (number(0.032) * from_n) * (of_nh * d_h);
        const V h_open      = number(0.128 * 2.5713844347880297) * (p10 * p10);  // e^(17 / 18)
        return {
            m_open,
            m_open + m_close,
            h_open,
            h_open + number(4) * (of_nh * d_n),
            n_open,
            n_open + number(0.5 * 1.2840254166877414) * p9,  // e^0.25
            open_slope,
            open_slope + close_slope};
    }

    RANVIER_INLINE static GateRates repaired(V u, GateRates r, simd::MaskOf<V> others) {
        // A product of distances is small at each of the three potentials.
        const V    limit   = number(sizeof(simd::Scalar<V>) == 8 ? 1 : 54);
        const V    d       = (number(13) - u) * (number(15) - u) * (number(40) - u);
        const auto unusual = (simd::abs(d) < limit) | (simd::abs(u) > number(usual)) | others;
        if (simd::any(unusual)) [[unlikely]] {
            const V         copy = u;
            const GateRates c    = careful_rates(copy);
            r.m_open             = simd::select(unusual, c.m_open, r.m_open);
            r.m_sum              = simd::select(unusual, c.m_sum, r.m_sum);
            r.h_open             = simd::select(unusual, c.h_open, r.h_open);
            r.h_sum              = simd::select(unusual, c.h_sum, r.h_sum);
            r.n_open             = simd::select(unusual, c.n_open, r.n_open);
            r.n_sum              = simd::select(unusual, c.n_sum, r.n_sum);
            r.m_open_slope       = simd::select(unusual, c.m_open_slope, r.m_open_slope);
            r.m_sum_slope        = simd::select(unusual, c.m_sum_slope, r.m_sum_slope);
        }
        return r;
    }

    /// x / (e^x - 1)
    RANVIER_INLINE static V ratio(V x) {
        const auto near   = simd::abs(x) < number(0.01);
        const V    square = x * x;
        const V    series = number(1) - x * number(0.5) + square * number(1.0 / 12);
        return simd::select(near, series, x / math::expm1(x));
    }

    /// The derivative of the ratio r at x.
    RANVIER_INLINE static V slope_of_ratio(V x, V r) {
        const auto near   = simd::abs(x) < number(0.01);
        const V    series = x * number(1.0 / 6) - number(0.5);
        return simd::select(near, series, r * (number(1) - x - r) / x);
    }

    [[gnu::noinline, gnu::cold]] static GateRates careful_rates(V potential) {
        constexpr bool is_double = sizeof(simd::Scalar<V>) == 8;

        const V u = simd::max(potential, number(is_double ? -700 : -80));
        const V x = (number(13) - u) * number(0.25), y = (u - number(40)) * number(0.2);
        const V of_x = ratio(x), of_y = ratio(y);
        const V m_open = number(1.28) * of_x;
        const V slope  = number(-0.32) * slope_of_ratio(x, of_x);
        const V n_open = number(0.16) * ratio((number(15) - u) * number(0.2));
        const V h_open = number(0.128) * math::exp((number(17) - u) * number(1.0 / 18));
        const V e_h    = math::exp((number(40) - u) * number(0.2));
        return {
            m_open,
            m_open + number(1.4) * of_y,
            h_open,
            h_open + number(4) / (number(1) + e_h),
            n_open,
            n_open + number(0.5) * math::exp((number(10) - u) * number(1.0 / 40)),
            slope,
            slope + number(0.28) * slope_of_ratio(y, of_y)};
    }
};

/// h times the mean of a rate during a step, from its values at the beginning and after two thirds
/// of it, and a quarter of h.
template <class V>
RANVIER_INLINE V area_of_rate(V rate0, V rate2, V quarter_h) {
    return (rate0 + rate2 * constant<V>(3)) * quarter_h;
}
/// h times the rise of the line of the same area and moment.
template <class V>
RANVIER_INLINE V rise_of_rate(V rate0, V rate2, V one_and_half_h) {
    return (rate2 - rate0) * one_and_half_h;
}
/// The same given also by how much the rate would rise with its first derivative.
template <class V>
RANVIER_INLINE V rise_of_rate(V rate0, V rate2, V first, V h) {
    return ((rate2 - rate0) * constant<V>(2.25) - first * constant<V>(0.5)) * h;
}

/// A gate at the end of a step, from the areas under its opening rate and under the sum z of both
/// rates, and the rises of these.
template <class V>
RANVIER_INLINE V gate_at_end(V x, V open, V z, V open_rise, V z_rise, bool is_fast) {
    const V    C       = open_rise - z_rise * x;
    const auto relaxed = is_fast ? relaxation_of_gate(z) : relaxation(z);
    return x + relaxed.change(z, open - z * x, C, z_rise);
}

/// A gate in the middle of a step, from its values at both ends and its derivative at the
/// beginning.
template <class V>
RANVIER_INLINE V gate_halfway(V x0, V x1, V dot0, V quarter_h) {
    return x0 * constant<V>(0.75) + x1 * constant<V>(0.25) + dot0 * quarter_h;
}

}  // namespace ranvier::models

/// @file
/// The membrane of Traub and Miles: sodium and potassium channels with three gates.
#pragma once

#include "ranvier/base/math.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"
#include "ranvier/models/substeps.hpp"

namespace ranvier::models {

/// A membrane with the channels of Traub and Miles (Neuronal Networks of the Hippocampus, 1991).
///
///     cm dv/dt = g_leak (e_leak - v) + g_Na m^3 h (e_Na - v) + g_K n^4 (e_K - v) + input
///     dx/dt    = alpha_x (1 - x) - beta_x x,   x in {m, h, n}
///
/// Given v at the beginning, the middle and the end of a step, each gate obeys a linear equation
/// with coefficients that change, and so does v given the gates; all are solved as any membrane
/// (see Membrane). v is predicted from its derivative and that of the conductances, and corrected
/// once: an error of third order. Where prediction and correction differ, the step is divided.
template <class V>
struct HodgkinHuxley {
    Membrane<V> membrane;  ///< its v_rest is the reversal potential of the leak
    V           g_Na, g_K, from_Na, from_K, v_offset;
    V           h, per_h, per_cm;

    struct State {
        V v, m, h, n;
    };
    struct Length {
        V h, half_h, per_h, minus_h_over_cm;
    };
    /// Opening rates and the sums of opening and closing rates, per ms.
    struct Rates {
        V m_open, m_sum, h_open, h_sum, n_open, n_sum;
    };

    RANVIER_INLINE static V number(double x) { return models::constant<V>(x); }

    /// x / (e^x - 1), given e^x and 1 / (e^x - 1).
    RANVIER_INLINE static V ratio(V x, V inverse, simd::MaskOf<V> near) {
        const V square = x * x;
        const V series = number(1) - x * number(0.5) + square * number(1.0 / 12) -
                         square * square * number(1.0 / 720);
        return simd::select(near, series, x * inverse);
    }

    /// Rates at a potential, from two exponentials and one division. Far outside of what a membrane
    /// reaches (135 mV below v_offset in single precision, 700 mV in double) they stay constant.
    RANVIER_INLINE Rates rates(V potential) const {
        constexpr bool is_double = sizeof(simd::Scalar<V>) == 8;

        const V u    = simd::max(potential - v_offset, number(is_double ? -700 : -70));
        const V q    = math::exp(u * number(-1.0 / 40));
        const V q2   = q * q;
        const V q4   = q2 * q2;
        const V q8   = q4 * q4;
        const V slow = math::exp((number(17) - u) * number(1.0 / 18));

        const V x_m = (number(13) - u) * number(0.25);         // alpha_m = 1.28 x / (e^x - 1)
        const V y_m = (number(40) - u) * number(0.2);          // beta_m = 1.4 y e^y / (e^y - 1)
        const V x_n = (number(15) - u) * number(0.2);          // alpha_n = 0.16 x / (e^x - 1)
        const V e_y = number(2980.9579870417283) * q8;         // e^8 q^8
        const V e_n = number(20.085536923187668) * q8;         // e^3 q^8
        const V e_x = number(25.790339917193062) * (q8 * q2);  // e^3.25 q^10

        const auto near_x = simd::abs(x_m) < number(0.01);
        const auto near_y = simd::abs(y_m) < number(0.01);
        const auto near_n = simd::abs(x_n) < number(0.01);
        const V    one    = number(1);
        const V    d_x    = simd::select(near_x, one, e_x - one);
        const V    d_y    = simd::select(near_y, one, e_y - one);
        const V    d_n    = simd::select(near_n, one, e_n - one);
        const V    d_h    = one + e_y;
        // One division for four.
        const V d_xy  = d_x * d_y;
        const V d_nh  = d_n * d_h;
        const V all   = one / (d_xy * d_nh);
        const V of_xy = all * d_nh;
        const V of_nh = all * d_xy;

        const V m_open  = number(1.28) * ratio(x_m, of_xy * d_y, near_x);
        const V m_close = number(1.4) * (e_y * ratio(y_m, of_xy * d_x, near_y));
        const V n_open  = number(0.16) * ratio(x_n, of_nh * d_h, near_n);
        const V n_close = number(0.5 * 1.2840254166877414) * q;  // e^0.25
        const V h_open  = number(0.128) * slow;
        const V h_close = number(4) * (of_nh * d_n);
        return {m_open, m_open + m_close, h_open, h_open + h_close, n_open, n_open + n_close};
    }

    /// A gate at the end of a step, from its rates at the beginning, the middle and the end.
    RANVIER_INLINE static V gate(
        V x, V open0, V sum0, V open_m, V sum_m, V open1, V sum1, const Length& l
    ) {
        const V sixth  = number(1.0 / 6);
        const V sum    = (sum0 + sum_m * number(4) + sum1) * sixth;
        const V open   = (open0 + open_m * number(4) + open1) * sixth;
        const V slope  = (sum1 - sum0) * l.per_h;
        const V change = (open1 - open0) * l.per_h - slope * x;
        const V per_s  = number(1) / sum;
        const V away   = (open - sum * x) * per_s;
        const V moving = (change - slope * away) * per_s;
        const V decay  = math::exp(-(sum * l.h));
        const V behind = away - moving * per_s;
        return x + ((behind - behind * decay) + moving * (l.half_h + l.half_h * decay));
    }

    /// A gate in the middle of a step, from its values and derivatives at both ends.
    RANVIER_INLINE static V halfway(V x0, V x1, V dot0, V open1, V sum1, const Length& l) {
        return (x0 + x1) * number(0.5) + (dot0 - (open1 - sum1 * x1)) * (l.half_h * number(0.25));
    }

    /// One step, and how far the prediction was off, mV.
    RANVIER_INLINE State
    once(const State& s, const SynapticInput<V>& in, V steady, const Length& l, V& error) const {
        Membrane<V> m     = membrane;
        m.half_h          = l.half_h;
        m.minus_h_over_cm = l.minus_h_over_cm;
        const V above     = s.v - m.v_rest;

        // Conductances at the beginning, and their derivatives.
        const Rates r0     = rates(s.v);
        const V     m_dot0 = r0.m_open - r0.m_sum * s.m;
        const V     h_dot0 = r0.h_open - r0.h_sum * s.h;
        const V     n_dot0 = r0.n_open - r0.n_sum * s.n;
        const V     m2 = s.m * s.m, n2 = s.n * s.n;
        const V     na0     = g_Na * (m2 * s.m) * s.h;
        const V     k0      = g_K * (n2 * n2);
        const V     na_dot0 = g_Na * m2 * (number(3) * m_dot0 * s.h + s.m * h_dot0);
        const V     k_dot0  = g_K * (number(4) * (n2 * s.n)) * n_dot0;
        const V     to_Na = from_Na - above, to_K = from_K - above;
        const V     passive0 = in.current.start - (m.g_leak + in.g.start) * above + steady;
        const V     rate0    = (passive0 + na0 * to_Na + k0 * to_K) * per_cm;

        // Prediction with conductances that go on as they do now.
        const V passive       = in.current.mean - (m.g_leak + in.g.mean) * above + steady;
        const V passive_slope = in.current.slope - in.g.slope * above;
        const V g_passive     = m.g_leak + in.g.mean;
        const V na_ahead = na0 + na_dot0 * l.half_h, k_ahead = k0 + k_dot0 * l.half_h;
        const V g_ahead = g_passive + na_ahead + k_ahead;
        const V v_ahead = s.v + m.relax(
                                    m.decay_of(g_ahead),
                                    number(1) / g_ahead,
                                    passive + na_ahead * to_Na + k_ahead * to_K,
                                    in.g.slope + na_dot0 + k_dot0,
                                    passive_slope + na_dot0 * to_Na + k_dot0 * to_K
                                );
        const V v_middle =
            (s.v * number(3) + v_ahead) * number(0.25) + rate0 * l.half_h * number(0.5);

        const Rates rm = rates(v_middle);
        const Rates r1 = rates(v_ahead);
        State       e;
        e.m          = gate(s.m, r0.m_open, r0.m_sum, rm.m_open, rm.m_sum, r1.m_open, r1.m_sum, l);
        e.h          = gate(s.h, r0.h_open, r0.h_sum, rm.h_open, rm.h_sum, r1.h_open, r1.h_sum, l);
        e.n          = gate(s.n, r0.n_open, r0.n_sum, rm.n_open, rm.n_sum, r1.n_open, r1.n_sum, l);
        const V m_m  = halfway(s.m, e.m, m_dot0, r1.m_open, r1.m_sum, l);
        const V h_m  = halfway(s.h, e.h, h_dot0, r1.h_open, r1.h_sum, l);
        const V n_m  = halfway(s.n, e.n, n_dot0, r1.n_open, r1.n_sum, l);
        const V na_m = g_Na * (m_m * m_m * m_m) * h_m, na1 = g_Na * (e.m * e.m * e.m) * e.h;
        const V k_m = g_K * ((n_m * n_m) * (n_m * n_m)), k1 = g_K * ((e.n * e.n) * (e.n * e.n));
        const V na       = (na0 + na_m * number(4) + na1) * number(1.0 / 6);
        const V k        = (k0 + k_m * number(4) + k1) * number(1.0 / 6);
        const V na_slope = (na1 - na0) * l.per_h, k_slope = (k1 - k0) * l.per_h;
        const V g = g_passive + na + k;
        e.v       = s.v + m.relax(
                        m.decay_of(g),
                        number(1) / g,
                        passive + na * to_Na + k * to_K,
                        in.g.slope + na_slope + k_slope,
                        passive_slope + na_slope * to_Na + k_slope * to_K
                    );
        error = simd::abs(e.v - v_ahead);
        return e;
    }

    RANVIER_INLINE void advance(State& s, const SynapticInput<V>& in, V steady) const {
        const Length whole{h, membrane.half_h, per_h, membrane.minus_h_over_cm};
        V            error;
        State        result = once(s, in, steady, whole, error);
        if (simd::any(error > number(first_limit))) [[unlikely]] {
            // What a call needs is copied here, so that the rest stays in registers.
            const State            from  = s;
            const SynapticInput<V> input = in;
            const V                how   = error;
            State                  to    = result;
            divide(from, input, steady, how, to);
            result = to;
        }
        s.v = result.v;
        s.m = result.m;
        s.h = result.h;
        s.n = result.n;
    }

private:
    /// Replaces the results of the cells for which the step is too hard by those of shorter steps.
    /// Which cells take how many depends on nothing but themselves.
    [[gnu::noinline, gnu::cold]] void divide(
        const State& start, const SynapticInput<V>& in, V steady, V error, State& result
    ) const {
        const auto hard = error > number(first_limit), harder = error > number(second_limit),
                   hardest = error > number(third_limit);
        in_parts(4, hard & !harder, start, in, steady, result);
        in_parts(16, harder & !hardest, start, in, steady, result);
        in_parts(64, hardest, start, in, steady, result);
    }

    [[gnu::noinline, gnu::cold]] void in_parts(
        int                     parts,
        simd::MaskOf<V>         which,
        const State&            start,
        const SynapticInput<V>& in,
        V                       steady,
        State&                  result
    ) const {
        if (!simd::any(which)) return;
        const V      share = number(1.0 / parts);
        const Length part{
            h * share,
            membrane.half_h * share,
            per_h * number(parts),
            membrane.minus_h_over_cm * share};
        State t = start;
        for (int k = 0; k < parts; ++k) {
            const SynapticInput<V> piece{
                piece_of(in.g, h, per_h, k, parts), piece_of(in.current, h, per_h, k, parts)};
            V ignored;
            t = once(t, piece, steady, part, ignored);
        }
        result.v = simd::select(which, t.v, result.v);
        result.m = simd::select(which, t.m, result.m);
        result.h = simd::select(which, t.h, result.h);
        result.n = simd::select(which, t.n, result.n);
    }

    static constexpr double first_limit = 1e-3, second_limit = 0.03, third_limit = 1;
};

}  // namespace ranvier::models

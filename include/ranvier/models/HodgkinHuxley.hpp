/// @file
/// The membrane of Traub and Miles: sodium and potassium channels with three gates.
#pragma once

#include <array>

#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/gate_rates.hpp"
#include "ranvier/models/relaxation.hpp"
#include "ranvier/models/shapes.hpp"
#include "ranvier/models/substeps.hpp"

namespace ranvier::models {

/// A membrane with the channels of Traub and Miles (Neuronal Networks of the Hippocampus, 1991).
///
///     cm dv/dt = g_leak (e_leak - v) + g_Na m^3 h (e_Na - v) + g_K n^4 (e_K - v) + input
///     dx/dt    = alpha_x (1 - x) - beta_x x,   x in {m, h, n}
///
/// v is predicted from its first three derivatives at the beginning of a step. Given v there and at
/// two thirds of the step (the nodes of Radau's quadrature), each gate obeys a linear equation with
/// rates that change along a line; given the gates at the beginning, the middle and the end, so
/// does v (see Relaxation). The error is of third order. Where prediction and result differ, or v
/// relaxes fast, the step is divided.
///
/// Spikes follow from what happens milliseconds before, when v begins to climb by less than 1 mV /
/// ms and m follows it: what is lost there, where no step is divided, grows as v does. Hence the
/// effort for the third derivative, and for the rates of m.
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
    using Rates = GateRates<V>;

    RANVIER_INLINE static V number(double x) { return models::constant<V>(x); }

    /// Conductances of the channels, uS.
    RANVIER_INLINE V sodium(const State& s) const { return g_Na * (s.m * s.m * s.m) * s.h; }
    RANVIER_INLINE V potassium(const State& s) const { return g_K * ((s.n * s.n) * (s.n * s.n)); }

    /// The gates at the end of a step, given how far v gets in two thirds of it, and how much the
    /// rates of m would change with the first derivative of v.
    RANVIER_INLINE static State gates_at_end(
        const State&  s,
        const Length& l,
        V             u0,
        V             p0,
        const Rates&  r0,
        V             moved,
        V             m_rise,
        V             m_sum_rise
    ) {
        const V     quarter = l.half_h * number(0.5), line_h = l.half_h * number(3);
        const Rates r2 = Rates::near(u0, p0, moved);
        State       e;
        e.m = gate_at_end(
            s.m,
            area_of_rate(r0.m_open, r2.m_open, quarter),
            area_of_rate(r0.m_sum, r2.m_sum, quarter),
            rise_of_rate(r0.m_open, r2.m_open, m_rise, l.h),
            rise_of_rate(r0.m_sum, r2.m_sum, m_sum_rise, l.h),
            true
        );
        e.h = gate_at_end(
            s.h,
            area_of_rate(r0.h_open, r2.h_open, quarter),
            area_of_rate(r0.h_sum, r2.h_sum, quarter),
            rise_of_rate(r0.h_open, r2.h_open, line_h),
            rise_of_rate(r0.h_sum, r2.h_sum, line_h),
            false
        );
        e.n = gate_at_end(
            s.n,
            area_of_rate(r0.n_open, r2.n_open, quarter),
            area_of_rate(r0.n_sum, r2.n_sum, quarter),
            rise_of_rate(r0.n_open, r2.n_open, line_h),
            rise_of_rate(r0.n_sum, r2.n_sum, line_h),
            false
        );
        return e;
    }

    /// One step, and how far the prediction was off, mV: at its end and, since the end hardly tells
    /// where the input is not a line, on the way.
    RANVIER_INLINE State
    once(const State& s, const SynapticInput<V>& in, V steady, const Length& l, V& error) const {
        const V per_nA = -l.minus_h_over_cm, per_rate = l.h * per_nA;  // mV / nA
        const V above = s.v - membrane.v_rest, quarter_h = l.half_h * number(0.5);

        // Conductances at the beginning, and their derivatives.
        const V     u0 = s.v - v_offset, p0 = Rates::power(u0);
        const Rates r0     = Rates::at(u0, p0);
        const V     m_dot0 = r0.m_open - r0.m_sum * s.m;
        const V     h_dot0 = r0.h_open - r0.h_sum * s.h;
        const V     n_dot0 = r0.n_open - r0.n_sum * s.n;
        const V     na0 = sodium(s), k0 = potassium(s);
        const V     na_dot0 = g_Na * (s.m * s.m) * (number(3) * m_dot0 * s.h + s.m * h_dot0);
        const V     k_dot0  = g_K * (number(4) * (s.n * s.n * s.n)) * n_dot0;
        const V     to_Na = from_Na - above, to_K = from_K - above;

        // Prediction: the change of the channels counts as that of a current at the present v.
        const V g_passive  = membrane.g_leak + in.g.mean;
        const V passive    = in.current.mean - g_passive * above + steady;
        const V slope      = in.current.slope - in.g.slope * above;
        const V channels   = na0 * to_Na + k0 * to_K;
        const V rise       = na_dot0 * to_Na + k_dot0 * to_K;
        const V z0         = (g_passive + na0 + k0) * per_nA;
        const V J0         = (passive + channels + rise * l.half_h) * per_nA;
        const V linear     = relaxation(z0).change(z0, J0, (slope + rise) * per_rate);
        const V start      = in.current.start - (membrane.g_leak + in.g.start) * above + steady;
        const V start_rate = in.current.start_rate - in.g.start_rate * above;
        const V at_once    = (start + channels) * per_nA;  // without decay

        // What the second derivatives add: of sodium, of v under conductances that change, and, on
        // the way to the end of the step, of the input.
        const V g_dot  = number(1.0 / 12) * in.g.slope + number(1.0 / 3) * (na_dot0 + k_dot0);
        const V m_rise = r0.m_open_slope * at_once, m_sum_rise = r0.m_sum_slope * at_once;
        const V m_step = m_dot0 * l.h;
        const V m_bend = m_rise - m_sum_rise * s.m - r0.m_sum * m_step;
        const V na_bend =
            (g_Na * number(0.5)) * (s.m * s.h) * (s.m * m_bend + number(2) * m_dot0 * m_step);
        const V cubic = (na_bend * to_Na - g_dot * at_once) * per_rate;
        const V bend  = (passive - start - start_rate * l.half_h) * per_nA;
        const V ahead = linear + cubic;
        const V moved = number(2.0 / 9) * at_once + number(4.0 / 9) * linear +
                        number(8.0 / 27) * cubic - number(4.0 / 27) * bend;

        State   e    = gates_at_end(s, l, u0, p0, r0, moved, m_rise, m_sum_rise);
        const V m_m  = gate_halfway(s.m, e.m, m_dot0, quarter_h);
        const V h_m  = gate_halfway(s.h, e.h, h_dot0, quarter_h);
        const V n_m  = gate_halfway(s.n, e.n, n_dot0, quarter_h);
        const V na_m = g_Na * (m_m * m_m * m_m) * h_m, na1 = sodium(e);
        const V k_m = g_K * ((n_m * n_m) * (n_m * n_m)), k1 = potassium(e);
        const V na       = (na0 + na_m * number(4) + na1) * number(1.0 / 6);
        const V k        = (k0 + k_m * number(4) + k1) * number(1.0 / 6);
        const V na_slope = (na1 - na0) * l.per_h, k_slope = (k1 - k0) * l.per_h;
        const V g_slope = in.g.slope + na_slope + k_slope;
        const V z       = (g_passive + na + k) * per_nA;
        const V current = passive + na * to_Na + k * to_K;
        const V tilt    = slope + na_slope * to_Na + k_slope * to_K;
        const V change =
            relaxation(z).change(z, current * per_nA, tilt * per_rate, g_slope * per_rate);
        e.v   = s.v + change;
        error = simd::abs(change - ahead) + h * simd::abs(bend);
        return e;
    }

    /// How far v would go in a step at the rate it has at the beginning, mV.
    RANVIER_INLINE V rise(const State& s, const SynapticInput<V>& in, V steady) const {
        const V above = s.v - membrane.v_rest;
        const V open  = sodium(s) * (from_Na - above) + potassium(s) * (from_K - above);
        return membrane.rise(s.v, in, steady + open);
    }

    /// Error of the prediction, mV, above which a step takes 4, 16 and 64 parts (see `whole`).
    static constexpr std::array divides_above{1e-4, 0.03, 1.0};

    /// Rates, per ms, above which v relaxes so fast that a step takes 4 and 16 parts at least,
    /// however good the prediction: in a depolarization block or an oscillation that hardly grows,
    /// small errors, and kicks where the number of parts changes, add up for a hundred
    /// milliseconds. At ten times the latter rate, it takes 64: v comes to where it is pulled in a
    /// part of the step, and what the prediction says of its end says nothing of its course.
    static constexpr double fast = 0.7, very_fast = 1.0;

    RANVIER_INLINE void advance(State& s, const SynapticInput<V>& in, V steady) const {
        V     error;
        State result = whole(s, in, steady, error);
        if (simd::any(error > number(divides_above[0]))) [[unlikely]] {
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

    /// The same, but cells whose error says that their step is to be divided are not right.
    RANVIER_INLINE void advance(State& s, const SynapticInput<V>& in, V steady, V& error) const {
        s = whole(s, in, steady, error);
    }

    /// The same membrane in one of so many equal parts of a step.
    HodgkinHuxley part_of(V parts) const {
        const V       share           = number(1) / parts;
        HodgkinHuxley part            = *this;
        part.membrane.half_h          = membrane.half_h * share;
        part.membrane.minus_h_over_cm = membrane.minus_h_over_cm * share;
        part.h                        = h * share;
        part.per_h                    = per_h * parts;
        return part;
    }

private:
    /// A step, and the prediction's error, as in one of 0.1 ms: in shorter ones the number of parts
    /// depends on little but the state, and all parts get shorter with the step; longer ones lose
    /// more than it says. Where v relaxes fast, it is at least what takes 4, 16 or 64 parts.
    RANVIER_INLINE State
    whole(const State& s, const SynapticInput<V>& in, V steady, V& error) const {
        const Length l{h, membrane.half_h, per_h, membrane.minus_h_over_cm};
        const State  result = once(s, in, steady, l, error);
        const V      ratio  = per_h * number(0.1);
        const V      g      = membrane.g_leak + in.g.start + sodium(s) + potassium(s);
        const V      rate   = g * per_cm;
        const V      least  = simd::select(
            rate > number(very_fast),
            rate * number(0.1 * divides_above[2]),
            simd::select(rate > number(fast), number(0.002), number(0))
        );
        error = simd::max(
            error * simd::max((ratio * ratio) * (ratio * ratio), h * h * number(100)), least
        );
        return result;
    }

    /// Replaces the results of the cells for which the step is too hard by those of shorter steps.
    /// Which cells take how many depends on nothing but themselves.
    [[gnu::noinline, gnu::cold]] void divide(
        const State& start, const SynapticInput<V>& in, V steady, V error, State& result
    ) const {
        const auto harder  = error > number(divides_above[1]),
                   hardest = error > number(divides_above[2]);
        in_parts(4, (error > number(divides_above[0])) & !harder, start, in, steady, result);
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
};

}  // namespace ranvier::models

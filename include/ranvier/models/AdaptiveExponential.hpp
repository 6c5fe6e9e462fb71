/// @file
/// The adaptive exponential membrane, shared by all models that have it.
#pragma once

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"
#include "ranvier/models/substeps.hpp"

namespace ranvier::models {

/// Adaptive exponential integrate-and-fire membrane (doi:10.1152/jn.00686.2005).
///
///     cm dv/dt    = g_leak (v_rest - v) + g_leak delta_T exp((v - v_thresh) / delta_T) - w + input
///     tau_w dw/dt = a (v - v_rest) - w
///
/// The exponential current and w count as a current that changes along a cubic: values and
/// derivatives at both ends of the step, the end predicted with those of the beginning. The
/// membrane under it is solved as any other (see Membrane). The error is of third order; cells
/// whose exponential current grows or whose conductances decay fast take 8, 64 or 256 shorter
/// steps.
///
/// The exponential is held constant above v_spike and above e^20, where v takes less than 1e-7 ms
/// to infinity; w follows v up to v_spike.
template <class V>
struct AdaptiveExponential {
    Membrane<V> membrane;
    V           gain, per_delta_T, v_thresh;  ///< of the exponential: g_leak delta_T, 1 / delta_T
    V           v_spike, v_reset;
    V           a, per_tau_w, decay_w, w_start, w_end, w_rate_start, w_rate_end;
    V           h, per_h, per_cm;

    struct State {
        V v, w;
    };
    /// A step of length h, or one of several that make it up.
    struct Length {
        V h, half_h, per_h, minus_h_over_cm;
        V decay_w, w_start, w_end, w_rate_start, w_rate_end;
    };

    RANVIER_INLINE static V number(double x) { return models::constant<V>(x); }

    /// The exponential current, and its derivative by v.
    RANVIER_INLINE V exponential(V v, V& derivative) const {
        const V exponent = (v - v_thresh) * per_delta_T;
        const V highest  = simd::min((v_spike - v_thresh) * per_delta_T, number(20));
        const V value    = gain * math::exp(simd::min(exponent, highest));
        derivative       = simd::select(exponent < highest, value * per_delta_T, number(0));
        return value;
    }

    /// One step, and how hard it was: above 1 it should be divided.
    RANVIER_INLINE State
    once(State s, const SynapticInput<V>& in, V steady, const Length& l, V& hardness) const {
        Membrane<V> m     = membrane;
        m.half_h          = l.half_h;
        m.minus_h_over_cm = l.minus_h_over_cm;

        const V above0 = s.v - m.v_rest;
        V       by_v0, by_v1;
        const V x0     = exponential(s.v, by_v0);
        const V rest0  = in.current.start - (m.g_leak + in.g.start) * above0 + steady;
        const V rate0  = (rest0 + (x0 - s.w)) * per_cm;
        const V w_dot0 = (a * above0 - s.w) * per_tau_w;
        const V n0     = x0 - s.w;
        const V n_dot0 = by_v0 * rate0 - w_dot0;

        const V g        = m.g_leak + in.g.mean;
        const V per_g    = number(1) / g;
        const V exponent = g * l.minus_h_over_cm;
        const V decay    = math::exp(exponent);
        const V current  = in.current.mean - g * above0 + steady;
        const V slope    = in.current.slope - in.g.slope * above0;
        const V v_predicted =
            s.v +
            m.relax(decay, per_g, current + (n0 + n_dot0 * l.half_h), in.g.slope, slope + n_dot0);

        const V above1 = simd::min(v_predicted, v_spike) - m.v_rest;
        const V x1     = exponential(v_predicted, by_v1);
        const V w1     = l.decay_w * s.w + a * (l.w_start * above0 + l.w_end * above1);
        const V rest1  = in.current.end - (m.g_leak + in.g.end) * above1 + steady;
        const V rate1  = (rest1 + (x1 - w1)) * per_cm;
        const V n1     = x1 - w1;
        // Where the exponential explodes within the step, its derivative at the end says nothing of
        // the step: a rise that stays one is all that is taken from it.
        const V free = by_v1 * rate1 - (a * above1 - w1) * per_tau_w;
        const V most = (n1 - n0) * (l.per_h * number(6));
        const V n_dot1 =
            simd::select(by_v1 * per_cm * l.h > number(1), simd::min(free, most), free);

        const V n_mean  = (n0 + n1) * number(0.5) + (n_dot0 - n_dot1) * (l.h * number(1.0 / 12));
        const V n_slope = (n1 - n0) * (l.per_h * number(1.2)) - (n_dot0 + n_dot1) * number(0.1);
        const V v_new = s.v + m.relax(decay, per_g, current + n_mean, in.g.slope, slope + n_slope);
        // w does not see v run away beyond v_spike, and of the explosion before that no more than a
        // rise that stays one (doi:10.1137/0717021): its rate at one end says nothing of the step.
        const V at0    = simd::min(s.v, v_spike) - m.v_rest;
        const V at1    = simd::min(v_new, v_spike) - m.v_rest;
        const V limit  = simd::max(simd::abs(at1 - at0) * (l.per_h * number(3)), number(100));
        const V seen0  = simd::min(rate0, limit);
        const V seen1  = simd::min(rate1, limit);
        const V w_new  = l.decay_w * s.w + a * (l.w_start * at0 + l.w_end * at1 +
                                               l.w_rate_start * seen0 + l.w_rate_end * seen1);
        const V growth = simd::max(x0, x1) * per_delta_T * per_cm * l.h;
        hardness       = simd::max(growth * number(15), -exponent);
        // A cell that has crossed does not come back before it is looked at.
        return {simd::select(s.v >= v_spike, simd::max(v_new, v_spike), v_new), w_new};
    }

    /// The numbers of one of `number` equal steps.
    RANVIER_INLINE Length part(int parts) const {
        const V share = number(1.0 / parts);
        const V z     = h * share * per_tau_w;
        const V gone  = z / (z * number(0.5) + number(1));  // 1 - exp(-z) to third order
        const V hs    = h * share;
        const V rate  = gone * hs * number(1.0 / 12);
        return {
            hs,
            membrane.half_h * share,
            per_h * number(parts),
            membrane.minus_h_over_cm * share,
            number(1) - gone,
            gone * number(0.5),
            gone * number(0.5),
            rate,
            -rate};
    }

    /// Advances v and w of free cells; of held ones (v is NaN) only w, with v at v_reset.
    RANVIER_INLINE void advance(V& v, V& w, const SynapticInput<V>& in, V steady) const {
        const auto  held = simd::isnan(v);
        const State start{simd::select(held, v_reset, v), w};
        V           hardness;
        State       result = once(start, in, steady, whole(), hardness);
        const auto  hard   = simd::select(held, number(0), hardness) > number(1);
        if (simd::any(hard)) [[unlikely]] {
            // What a call needs is copied here, so that the rest stays in registers.
            const State            from  = start;
            const SynapticInput<V> input = in;
            const V                how   = simd::select(held, number(0), hardness);
            State                  to    = result;
            divide(from, input, steady, how, to);
            result.v = to.v;
            result.w = to.w;
        }
        const V held_w = decay_w * w + a * ((w_start + w_end) * (v_reset - membrane.v_rest));
        w              = simd::select(held, held_w, result.w);
        v              = simd::select(held, v, result.v);
    }

private:
    RANVIER_INLINE Length whole() const {
        return {
            h,
            membrane.half_h,
            per_h,
            membrane.minus_h_over_cm,
            decay_w,
            w_start,
            w_end,
            w_rate_start,
            w_rate_end};
    }

    /// Replaces the results of the cells for which the step is too hard by those of shorter steps.
    /// Which cells take how many depends on nothing but themselves.
    [[gnu::noinline, gnu::cold]] void divide(
        const State& start, const SynapticInput<V>& in, V steady, V hardness, State& result
    ) const {
        const auto hard = hardness > number(1), harder = hardness > number(12),
                   hardest = hardness > number(96);
        in_parts(8, hard & !harder, start, in, steady, result);
        in_parts(64, harder & !hardest, start, in, steady, result);
        in_parts(256, hardest, start, in, steady, result);
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
        const Length length = part(parts);
        State        s      = start;
        for (int k = 0; k < parts; ++k) {
            const SynapticInput<V> piece{
                piece_of(in.g, h, per_h, k, parts), piece_of(in.current, h, per_h, k, parts)};
            V ignored;
            s = once(s, piece, steady, length, ignored);
        }
        result.v = simd::select(which, s.v, result.v);
        result.w = simd::select(which, s.w, result.w);
    }
};

/// What a model's parameters say about the membrane.
struct AdaptiveExponentialParameters {
    Capacitance cm;
    Time        tau_m;
    Voltage     v_rest, v_reset, v_thresh, v_spike, delta_T;
    Conductance a;
    Time        tau_w;
};

inline AdaptiveExponential<double> adaptive_exponential(
    const AdaptiveExponentialParameters& p, Time h
) {
    const Conductance g_leak  = p.cm / p.tau_m;
    const bool        is_hard = p.delta_T.value() == 0;  // a threshold instead of the exponential
    const double      z       = h / p.tau_w;
    const auto        m       = moments(z);
    const double      hz      = h.value() * z;
    return {
        .membrane     = membrane(p.cm, p.tau_m, p.v_rest, h),
        .gain         = is_hard ? 0 : (g_leak * p.delta_T).value(),
        .per_delta_T  = is_hard ? 0 : 1 / p.delta_T.value(),
        .v_thresh     = p.v_thresh.value(),
        .v_spike      = is_hard ? p.v_thresh.value() : p.v_spike.value(),
        .v_reset      = p.v_reset.value(),
        .a            = p.a.value(),
        .per_tau_w    = 1 / p.tau_w.value(),
        .decay_w      = math::exp(-z),
        .w_start      = z * (3 * m[2] - 2 * m[3]),
        .w_end        = z * (m[0] - 3 * m[2] + 2 * m[3]),
        .w_rate_start = hz * (m[2] - m[3]),
        .w_rate_end   = hz * (2 * m[2] - m[1] - m[3]),
        .h            = h.value(),
        .per_h        = 1 / h.value(),
        .per_cm       = 1 / p.cm.value()};
}

}  // namespace ranvier::models

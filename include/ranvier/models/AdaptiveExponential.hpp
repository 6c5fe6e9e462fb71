/// @file
/// The adaptive exponential membrane, shared by all models that have it.
#pragma once

#include <array>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/crossing.hpp"
#include "ranvier/models/exponentials.hpp"
#include "ranvier/models/relaxation.hpp"
#include "ranvier/models/shapes.hpp"
#include "ranvier/models/substeps.hpp"

namespace ranvier::models {

/// Hardness of a step (see below) is per this time, ms, or per step if that is longer.
inline constexpr double hardness_unit = 0.1;

/// Adaptive exponential integrate-and-fire membrane (doi:10.1152/jn.00686.2005).
///
///     cm dv/dt    = g_leak (v_rest - v) + g_leak delta_T exp((v - v_thresh) / delta_T) - w + input
///     tau_w dw/dt = a (v - v_rest) - w
///
/// The exponential current and w count as a current that changes along a cubic: values and
/// derivatives at both ends of the step, the end predicted with those of the beginning. The
/// membrane under it is solved as any other (see Membrane). The error is of third order; cells
/// whose exponential current grows, whose conductances are large or in which v and w drive each
/// other fast take 4 to 256 shorter steps.
///
/// The exponential is held constant above v_spike and above e^20, where v takes less than 1e-7 ms
/// to infinity; w follows v up to v_spike and then, to the end of the step, v_reset. Above v_spike,
/// v tells when it crossed (see `beyond`).
template <class V>
struct AdaptiveExponential {
    Membrane<V> membrane;
    V           gain, per_delta_T, v_thresh;  ///< of the exponential: g_leak delta_T, 1 / delta_T
    V           v_spike, v_reset;
    V           a, per_tau_w, decay_w, w_start, w_end, w_rate_start, w_rate_end;
    V           h, per_h, per_cm;
    V           highest;    ///< exponent from which the exponential is held
    V           time_unit;  ///< ms; of hardness, see per_growth
    V           coupling;   ///< uS; hardness of v and w driving each other, as a conductance

    struct State {
        V v, w;
    };
    /// A step of length h, or one of several that make it up.
    struct Length {
        V h, half_h, per_h, minus_h_over_cm;
        V decay_w, w_start, w_end, w_rate_start, w_rate_end;
    };

    RANVIER_INLINE static V number(double x) { return models::constant<V>(x); }

    /// The exponent of the exponential current.
    RANVIER_INLINE V exponent(V v) const {
        return simd::min((v - v_thresh) * per_delta_T, highest);
    }

    /// The exponential current at the end of a step from its value at the beginning. In quiet steps
    /// the exponent hardly changes.
    RANVIER_INLINE V at_end(V x0, V exponent0, V exponent1) const {
        const V    change = exponent1 - exponent0;
        V          x1     = x0 * brief_exp_of_small(change);
        const auto large  = simd::abs(change) > number(small_exponent);
        if (simd::any(large)) [[unlikely]]
            x1 = simd::select(large, gain * exp_of_moderate(exponent1), x1);
        return x1;
    }

    /// What a step begins with: the exponential current, its derivative by v, dv/dt, dw/dt.
    struct Start {
        V above, exponent, x, by_v, rate, w_dot;
    };
    RANVIER_INLINE Start start_of(State s, const SynapticInput<V>& in, V steady) const {
        Start t;
        t.above      = s.v - membrane.v_rest;
        t.exponent   = exponent(s.v);
        t.x          = gain * exp_of_moderate(t.exponent);
        t.by_v       = t.x * per_delta_T;
        const V rest = in.current.start - (membrane.g_leak + in.g.start) * t.above + steady;
        t.rate       = (rest + (t.x - s.w)) * per_cm;
        t.w_dot      = (a * t.above - s.w) * per_tau_w;
        return t;
    }

    /// How far v would go in a step at the rate it has at the beginning, mV.
    RANVIER_INLINE V rise(const State& s, const SynapticInput<V>& in, V steady) const {
        return h * start_of(s, in, steady).rate;
    }

    /// What may happen to v on its way to v_spike and back.
    RANVIER_INLINE Climb<V> climb(
        const State& before, const State& after, const SynapticInput<V>& in, V steady
    ) const {
        Climb<V> c      = membrane.climb(v_spike, in, steady);
        const V  per_nA = -membrane.minus_h_over_cm;
        const V  x      = gain * exp_of_moderate(highest) * per_nA;
        const V  above =
            simd::max(simd::abs(before.v - membrane.v_rest), simd::abs(v_spike - membrane.v_rest));
        const V drift   = (number(1) - decay_w) * (simd::abs(before.w) + simd::abs(a) * above);
        const V falling = c.pull + (after.w + drift) * per_nA;
        // Where v cannot fall at v_spike, it does not come back; below, the exponential is smaller.
        c.pull = simd::select(falling > x, falling, number(0));
        c.push = c.push + (drift - before.w) * per_nA + x;
        return c;
    }

    /// One step, and how hard it was (see per_growth): above 1 it should be divided. Where it was
    /// not, `explodes` makes no difference: it limits what is concluded from the derivatives of an
    /// exponential that explodes within the step.
    template <bool explodes>
    RANVIER_INLINE State
    once(State s, const SynapticInput<V>& in, V steady, const Length& l, V& hardness) const {
        const V per_nA   = -l.minus_h_over_cm;  // mV / nA
        const V per_rate = l.h * per_nA;
        Start   t        = start_of(s, in, steady);
        if constexpr (explodes) t.by_v = simd::select(t.exponent < highest, t.by_v, number(0));
        const V n0     = t.x - s.w;
        const V n_dot0 = t.by_v * t.rate - t.w_dot;

        const V    g          = membrane.g_leak + in.g.mean;
        const V    z          = g * per_nA;
        const auto relaxed    = relaxation(z);
        const V    current    = in.current.mean - g * t.above + steady;
        const V    slope      = in.current.slope - in.g.slope * t.above;
        const V    by_current = (relaxed.whole - in.g.slope * per_rate * relaxed.bend) * per_nA;
        const V    by_slope   = z * relaxed.bend * per_rate;  // as Relaxation::change
        const auto moved      = [&](V mean, V rise) __attribute__((always_inline)) {
                 return s.v + ((current + mean) * by_current + (slope + rise) * by_slope);
        };
        const V v_predicted = moved(n0 + n_dot0 * l.half_h, n_dot0);

        const V above1    = simd::min(v_predicted, v_spike) - membrane.v_rest;
        const V exponent1 = exponent(v_predicted);
        const V x1        = at_end(t.x, t.exponent, exponent1);
        const V w1        = l.decay_w * s.w + a * (l.w_start * t.above + l.w_end * above1);
        const V rest1     = in.current.end - (membrane.g_leak + in.g.end) * above1 + steady;
        const V n1        = x1 - w1;
        const V rate1     = (rest1 + n1) * per_cm;
        V       by_v1     = x1 * per_delta_T;
        if constexpr (explodes) by_v1 = simd::select(exponent1 < highest, by_v1, number(0));
        V n_dot1 = by_v1 * rate1 - (a * above1 - w1) * per_tau_w;
        if constexpr (explodes) {
            const V most = (n1 - n0) * (l.per_h * number(6));  // a rise that stays one
            n_dot1 =
                simd::select(by_v1 * per_cm * l.h > number(1), simd::min(n_dot1, most), n_dot1);
        }
        const V v_new = moved(
            (n0 + n1) * number(0.5) + (n_dot0 - n_dot1) * (l.h * number(1.0 / 12)),
            (n1 - n0) * (l.per_h * number(1.2)) - (n_dot0 + n_dot1) * number(0.1)
        );

        // w does not see v run away beyond v_spike, and v_reset once it has crossed.
        V at0 = t.above, at1 = simd::min(v_new, v_spike) - membrane.v_rest;
        V seen0 = t.rate, seen1 = rate1;
        if constexpr (explodes) {
            // Of the explosion before that it sees no more than a rise that stays one
            // (doi:10.1137/0717021): the rate at one end says nothing of the step.
            const auto crossed = s.v >= v_spike;
            const V    limit = simd::max(simd::abs(at1 - at0) * (l.per_h * number(3)), number(100));
            at0              = simd::select(crossed, v_reset - membrane.v_rest, at0);
            at1              = simd::select(crossed, v_reset - membrane.v_rest, at1);
            seen0            = simd::select(crossed, number(0), simd::min(seen0, limit));
            seen1            = simd::select(crossed, number(0), simd::min(seen1, limit));
        }
        const V w_new = l.decay_w * s.w + a * (l.w_start * at0 + l.w_end * at1 +
                                               l.w_rate_start * seen0 + l.w_rate_end * seen1);
        const V most  = simd::max(t.x, x1) * (per_delta_T * number(per_growth));
        hardness      = simd::max(simd::max(most, g), coupling) * (per_cm * time_unit);
        hardness      = simd::select(s.v >= v_spike, simd::max(hardness, number(2)), hardness);
        if constexpr (!explodes) return {v_new, w_new};
        // A cell that has crossed does not come back before it is looked at.
        return {simd::select(s.v >= v_spike, s.v + l.h, beyond(v_spike, s.v, v_new, l.h)), w_new};
    }

    /// The numbers of one of `parts` equal steps.
    RANVIER_INLINE Length part(int parts) const {
        const V    share    = number(1.0 / parts);
        const V    hs       = h * share;
        const V    z        = hs * per_tau_w;
        const auto m        = moments_of_short(z);
        const V    gone     = z * m[0];  // 1 - exp(-z)
        const V    of_start = z * (m[2] * number(3) - m[3] * number(2));
        return {
            hs,
            membrane.half_h * share,
            per_h * number(parts),
            membrane.minus_h_over_cm * share,
            number(1) - gone,
            of_start,
            gone - of_start,
            hs * z * (m[2] - m[3]),
            hs * z * (m[2] * number(2) - m[1] - m[3])};
    }

    /// Hardness above which a step is divided, and into how many parts.
    static constexpr std::array divides_above{1.0, 4.0, 24.0, 192.0};
    static constexpr std::array num_parts{4, 16, 64, 256};
    /// Hardness is the rate, per 0.1 ms (`time_unit`), at which v relaxes, or this many times the
    /// one at which it runs away. In steps of up to 0.1 ms it does not depend on their length, so
    /// that with that all parts get shorter, and the order of the method is that of spike times as
    /// well; in longer ones parts stay as short as they are there. A part of such a step that is
    /// made by itself has the same part of the unit.
    static constexpr double per_growth = 120;

    /// Advances v and w of free cells; of held ones (v is NaN) only w, with v at v_reset.
    RANVIER_INLINE void advance(V& v, V& w, const SynapticInput<V>& in, V steady) const {
        advance_by(v, w, in, steady, [&](const State& start, V how, State& result) {
            if (!simd::any(how > number(divides_above[0]))) [[likely]]
                return;
            // What a call needs is copied here, so that the rest stays in registers.
            const State            from  = start;
            const SynapticInput<V> input = in;
            const V                copy  = how;
            State                  to    = result;
            divide(from, input, steady, copy, to);
            result.v = to.v;
            result.w = to.w;
        });
    }

    /// The same, but cells whose hardness says that their step is to be divided are not right.
    RANVIER_INLINE void advance(V& v, V& w, const SynapticInput<V>& in, V steady, V& hardness)
        const {
        advance_by(v, w, in, steady, [&](const State&, V how, State&) { hardness = how; });
    }

private:
    template <class OfHard>
    RANVIER_INLINE void advance_by(
        V& v, V& w, const SynapticInput<V>& in, V steady, const OfHard& of_hard
    ) const {
        const auto  held = simd::isnan(v);
        const State start{simd::select(held, v_reset, v), w};
        V           hardness;
        State       result = once<false>(start, in, steady, whole(), hardness);
        of_hard(start, simd::select(held, number(0), hardness), result);
        if (simd::any(result.v >= v_spike)) [[unlikely]]
            result.v = simd::select(
                hardness > number(divides_above[0]), result.v, beyond(v_spike, start.v, result.v, h)
            );
        const V held_w = decay_w * w + a * ((w_start + w_end) * (v_reset - membrane.v_rest));
        w              = simd::select(held, held_w, result.w);
        v              = simd::select(held, v, result.v);
    }

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
        for (std::size_t level = 0; level < divides_above.size(); ++level) {
            auto which = hardness > number(divides_above[level]);
            if (level + 1 < divides_above.size())
                which = which & !(hardness > number(divides_above[level + 1]));
            in_parts(num_parts[level], which, start, in, steady, result);
        }
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
            s = once<true>(s, piece, steady, length, ignored);
        }
        result.v = simd::select(which, s.v, result.v);
        result.w = simd::select(which, s.w, result.w);
    }
};

}  // namespace ranvier::models

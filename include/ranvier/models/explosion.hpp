/// @file
/// How a potential runs away under a current that grows exponentially with it.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "ranvier/base/math.hpp"
#include "ranvier/models/AdaptiveExponential.hpp"
#include "ranvier/models/exponentials.hpp"

namespace ranvier::models {

/// How much the exponent grows by itself in a step that begins at v, at first.
template <class V>
RANVIER_INLINE V growth(const AdaptiveExponential<V>& m, V v) {
    return m.gain * exp_of_moderate(m.exponent(v)) * (m.per_delta_T * m.per_cm * m.h);
}

/// Whether the exponential changes too fast for what is known of it at the ends of the step,
/// although it does not grow by itself. No held cell (v is NaN) does this.
template <class V>
RANVIER_INLINE auto outruns(const AdaptiveExponential<V>& m, V before, V after) {
    const V change = simd::abs(after - before) * m.per_delta_T;
    return (growth(m, after) > constant<V>(1e-4)) & (change > constant<V>(1)) & (after == after);
}

/// Whether v, if nothing else drove it, would run away within two steps, or outruns its
/// exponential.
template <class V>
RANVIER_INLINE auto explodes(const AdaptiveExponential<V>& m, V before, V after) {
    return ((growth(m, after) > constant<V>(0.5)) & (after == after)) | outruns(m, before, after);
}

/// What drives v beside the exponential and changes of w.
struct Drive {
    double flow;  ///< dv/dt where v runs away from, mV/ms
    double by_v;  ///< its derivative by v, 1/ms
};

/// Where v reaches v_spike.
struct Explosion {
    double time;  ///< until then, ms
    double w;     ///< nA
};

/// How fast the exponential drives v, mV/ms.
inline double push_of(const AdaptiveExponential<double>& membrane, double v) {
    return membrane.gain * math::exp(membrane.exponent(v)) * membrane.per_cm;
}

/// Whether the exponential current grows in `length` ms as much as takes v to v_spike soon, given
/// what else drives v.
inline bool runs_away(
    const AdaptiveExponential<double>& membrane, double v, const Drive& drive, double length
) {
    const double push = push_of(membrane, v);
    const double rate = push * membrane.per_delta_T;  // at which it grows
    return v < membrane.v_spike && rate * length >= 0.1 && rate + drive.by_v > 0 &&
           drive.flow + push > 0;
}

/// Follows v to v_spike, with v as the independent variable: time and w are smooth functions of it,
/// whatever v does in time. By the method of Runge and Kutta of fourth order, in steps of half a
/// delta_T, up to where the exponential alone counts.
/// @param begin, end  the drive at the beginning and `length` ms later; it changes along a line
/// @return nothing if v stops rising on the way
inline std::optional<Explosion> explosion(
    const AdaptiveExponential<double>& membrane,
    double                             v,
    double                             w,
    const Drive&                       begin,
    const Drive&                       end,
    double                             length
) {
    struct Rates {
        double time, w;  // per mV
    };
    Explosion at{0, w};
    bool      rises = true;
    // `above` is how far v is from where it began.
    const auto rates = [&](double above, double push, const Explosion& e) {
        const double first = begin.flow + begin.by_v * above;
        const double last  = end.flow + end.by_v * above;
        const double rate =
            first + (last - first) * (e.time / length) - (e.w - w) * membrane.per_cm + push;
        rises = rises && rate > 0;
        const double w_dot =
            (membrane.a * (v + above - membrane.membrane.v_rest) - e.w) * membrane.per_tau_w;
        return Rates{1 / rate, w_dot / rate};
    };
    const auto moved = [](const Explosion& e, const Rates& r, double step) {
        return Explosion{e.time + step * r.time, e.w + step * r.w};
    };
    double       push = push_of(membrane, v), above = 0;
    const double top      = membrane.v_thresh + membrane.highest / membrane.per_delta_T;
    const double distance = std::max(std::min(top, membrane.v_spike) - v, 0.0);
    const int    steps =
        distance > 0 ? std::max(static_cast<int>(std::ceil(2 * distance * membrane.per_delta_T)), 4)
                        : 0;
    const double step = distance / std::max(steps, 1), half = 0.5 * step;
    const double growth = math::exp(half * membrane.per_delta_T);
    for (int k = 0; k < steps && rises; ++k) {
        const double middle = push * growth, last = middle * growth;
        const Rates  r1 = rates(above, push, at);
        const Rates  r2 = rates(above + half, middle, moved(at, r1, half));
        const Rates  r3 = rates(above + half, middle, moved(at, r2, half));
        const Rates  r4 = rates(above + step, last, moved(at, r3, step));
        at.time += step / 6 * (r1.time + 2 * (r2.time + r3.time) + r4.time);
        at.w += step / 6 * (r1.w + 2 * (r2.w + r3.w) + r4.w);
        above += step;
        push = last;
    }
    if (!rises) return std::nullopt;
    if (above < membrane.v_spike - v) at.time += 1 / (membrane.per_delta_T * push);
    return at;
}

}  // namespace ranvier::models

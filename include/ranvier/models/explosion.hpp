/// @file
/// How long a potential takes to run away under a current that grows exponentially with it.
#pragma once

#include "ranvier/base/math.hpp"
#include "ranvier/models/AdaptiveExponential.hpp"

namespace ranvier::models {

/// The time in ms in which dv/dt = flow + push exp((v - v_0) / delta_T) takes v from v_0 to
/// v_0 + distance. With u = exp(-(v - v_0) / delta_T) this is the linear equation
/// du/dt = -(flow u + push) / delta_T.
/// @param flow, push  mV/ms; what drives v at v_0 without and by the exponential
/// @param delta_T, distance  mV
/// @pre flow + push > 0, push > 0, delta_T > 0, distance > 0
inline double explosion_time(double flow, double push, double delta_T, double distance) {
    const double gone = -math::expm1(-distance / delta_T);  // 1 - u in the end
    const double last = flow * (1 - gone) + push;
    const double x    = flow * gone / last;
    return delta_T * gone / last * (x == 0 ? 1 : math::log1p(x) / x);
}

/// How fast the exponential drives v, mV/ms.
inline double push_of(const AdaptiveExponential<double>& membrane, double v) {
    return membrane.gain * math::exp(membrane.exponent(v)) * membrane.per_cm;
}

/// The time until v reaches v_spike if what drives it beside the exponential does not change, or 0
/// if the exponential current hardly grows within `length` ms.
/// @param rate dv/dt at v, mV/ms
inline double explosion_time(
    const AdaptiveExponential<double>& membrane, double v, double rate, double length
) {
    const double push   = push_of(membrane, v);
    const double growth = push * membrane.per_delta_T * length;
    if (!(rate > 0) || growth < 0.1) return 0;
    return explosion_time(rate - push, push, 1 / membrane.per_delta_T, membrane.v_spike - v);
}

}  // namespace ranvier::models

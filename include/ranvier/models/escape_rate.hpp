/// @file
/// How many spikes an intensity that depends exponentially on the state promises during a step.
#pragma once

#include "ranvier/base/math.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// Integral of e^x over [0, 1] for a line x from a to b: (e^b - e^a) / (b - a).
template <class V>
RANVIER_INLINE V integral_of_exp(V a, V b) {
    const V top  = simd::max(a, b);
    const V fall = top - simd::min(a, b);
    const V part = -math::expm1(-fall) / fall;
    return math::exp(top) * simd::select(fall == constant<V>(0), constant<V>(1), part);
}

/// Integral of e^x over a step, given x at both ends and its derivatives by the part of the step.
///
/// Two lines through the middle of the cubic with these values, against one line: both are exact
/// where x is a line however steep, and the difference tells the error of the second order where it
/// is none (Richardson's extrapolation), so that the error is of fourth order. The result counts as
/// e^40 at most, when a spike is certain, and as 0 below e^-40, which does not happen once in 10^10
/// steps of a million cells.
template <class V>
RANVIER_INLINE V expected_spikes(V start, V end, V start_rate, V end_rate) {
    const V lowest = constant<V>(-40), highest = constant<V>(40);
    const V middle =
        (start + end) * constant<V>(0.5) + (start_rate - end_rate) * constant<V>(0.125);
    const V top = simd::max(simd::max(start, end), middle);
    if (!simd::any(top > lowest)) return constant<V>(0);
    const auto bounded = [&](V x) { return simd::min(simd::max(x, constant<V>(-1000)), highest); };
    const V    x0 = bounded(start), x1 = bounded(middle), x2 = bounded(end);
    const V    one  = integral_of_exp(x0, x2);
    const V    two  = (integral_of_exp(x0, x1) + integral_of_exp(x1, x2)) * constant<V>(0.5);
    const V    best = (two * constant<V>(4) - one) * constant<V>(1.0 / 3);
    return simd::select(top > lowest, simd::max(best, two * constant<V>(0.5)), constant<V>(0));
}

}  // namespace ranvier::models

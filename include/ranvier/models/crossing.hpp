/// @file
/// When a potential crosses its threshold within a step on the grid, told by itself.
#pragma once

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// What v becomes in a step at the end of which it is `after`. If that is beyond v_spike: v_spike,
/// plus 1 mV for each ms that is left of the step, if v has moved along a line.
/// @param length  of the step, ms
template <class V>
RANVIER_INLINE V beyond(V v_spike, V before, V after, V length) {
    const V bounded = simd::min(after, v_spike + constant<V>(1e3));
    const V over    = bounded - v_spike;
    const V rise    = simd::max(simd::max(bounded - before, over), constant<V>(1e-20));
    const V left    = simd::min(length * (over / rise), length);
    return simd::select(after >= v_spike, v_spike + left, after);
}

/// What is left at the end of a step of what a current jumps by where v crosses v_spike.
/// @param v       beyond v_spike, see above
/// @param length  of the step, ms
template <class V>
RANVIER_INLINE V left_of_jump(V jump, V v, V v_spike, V length, V per_tau) {
    const V left = simd::max(simd::min(v - v_spike, length), constant<V>(0));
    return jump * math::exp(-(left * per_tau));
}

}  // namespace ranvier::models

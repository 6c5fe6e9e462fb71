/// @file
/// Shorter steps for the cells that need them.
#pragma once

#include "ranvier/base/PackPair.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// The part k of `number` equal parts of an input's course over a step of length h, of which the
/// cubic with the same values and derivatives at both ends is taken.
template <class V>
RANVIER_INLINE Course<V> piece_of(const Course<V>& c, V h, V per_h, int k, int number) {
    const V    rise   = c.end - c.start;
    const V    first  = h * c.start_rate;
    const V    last   = h * c.end_rate;
    const V    cubic  = first + last - rise * constant<V>(2);
    const V    square = rise - first - cubic;
    const auto at     = [&](V u) { return c.start + ((cubic * u + square) * u + first) * u; };
    const auto rate   = [&](V u) {
        return ((cubic * constant<V>(3) * u + square * constant<V>(2)) * u + first) * per_h;
    };
    const V a     = constant<V>(static_cast<double>(k) / number);
    const V b     = constant<V>((k + 1.0) / number);
    const V start = at(a), end = at(b), middle = at(constant<V>((k + 0.5) / number));
    return {
        (start + end + middle * constant<V>(4)) * constant<V>(1.0 / 6),
        (end - start) * per_h * constant<V>(number),
        start,
        end,
        rate(a),
        rate(b)};
}

}  // namespace ranvier::models

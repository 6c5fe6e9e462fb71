/// @file
/// Shorter steps for the cells that need them.
#pragma once

#include <algorithm>
#include <cmath>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/Quantity.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// Into how many equal parts of at most `longest` a step is divided; a step that is longer by
/// rounding is one part.
inline double parts_of_step(Time h, Time longest) {
    return std::max(1.0, std::ceil(h / longest - 1e-9));
}

/// The part k of `number` equal parts of an input's course over a step of length h, of which the
/// polynomial of fifth order with the same values and derivatives at both ends, mean and line is
/// taken: the cubic with the former, and two polynomials that are flat at both ends.
template <class V>
RANVIER_INLINE Course<V> piece_of(const Course<V>& c, V h, V per_h, int k, int number) {
    const auto n      = [](double x) { return constant<V>(x); };
    const V    rise   = c.end - c.start;
    const V    first  = h * c.start_rate;
    const V    last   = h * c.end_rate;
    const V    cubic  = first + last - rise * n(2);
    const V    square = rise - first - cubic;
    // Integrals over u in [0, 1] of the cubic, also times u - 1/2; of u^2 (1 - u)^2, 1 / 30, and of
    // (2 u - 1) (u - 1/2) u^2 (1 - u)^2, 1 / 420.
    const V    area   = c.start + first * n(0.5) + square * n(1.0 / 3) + cubic * n(0.25);
    const V    moment = (first + square) * n(1.0 / 12) + cubic * n(3.0 / 40);
    const V    even   = (c.mean - area) * n(30);
    const V    odd    = (h * c.slope * n(1.0 / 12) - moment) * n(420);
    const auto at     = [&](V u) {
        const V hump = u * (n(1) - u);
        return c.start + ((cubic * u + square) * u + first) * u +
               (even + odd * (u * n(2) - n(1))) * (hump * hump);
    };
    const auto rate = [&](V u) {
        const V hump = u * (n(1) - u), tilt = n(1) - u * n(2);
        const V flat = (odd * hump + (even - odd * tilt) * tilt) * (hump * n(2));
        return ((cubic * n(3) * u + square * n(2)) * u + first + flat) * per_h;
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

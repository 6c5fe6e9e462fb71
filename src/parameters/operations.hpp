/// @file
/// What the operations of a formula compute, with the same bits on every machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "ranvier/base/math.hpp"
#include "ranvier/parameters/Expression.hpp"

namespace ranvier::parameters {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinite     = std::numeric_limits<double>::infinity();
inline constexpr double pi_value     = 3.14159265358979323846;

inline double arcsine(double x) {
    if (std::abs(x) == 1) return x * (pi_value / 2);
    return math::atan(x / math::sqrt((1 - x) * (1 + x)));
}
inline double arc_tangent(double x) {
    return std::isinf(x) ? std::copysign(pi_value / 2, x) : math::atan(x);
}
inline double arc_tangent_of(double y, double x) {
    if (std::isnan(x) || std::isnan(y)) return not_a_number;
    if (y == 0) return std::signbit(x) ? std::copysign(pi_value, y) : y;
    if (x == 0) return std::copysign(pi_value / 2, y);
    if (std::isinf(x) && std::isinf(y))
        return std::copysign(x > 0 ? pi_value / 4 : 3 * (pi_value / 4), y);
    const double angle = arc_tangent(y / x);
    return x > 0 ? angle : angle + std::copysign(pi_value, y);
}
inline double hyperbolic_sine(double x) {
    if (std::abs(x) > 700)
        return x > 0 ? 0.5 * math::exp(x - 1) * math::exp(1.0)
                     : -0.5 * math::exp(-x - 1) * math::exp(1.0);
    const double e = math::expm1(std::abs(x));
    return std::copysign(0.5 * (e + e / (e + 1)), x);
}
inline double hyperbolic_cosine(double x) {
    const double a = std::abs(x);
    if (a > 700) return 0.5 * math::exp(a - 1) * math::exp(1.0);
    const double e = math::exp(a);
    return 0.5 * (e + 1 / e);
}
inline double hyperbolic_tangent(double x) {
    const double a = std::abs(x);
    if (a > 20) return std::copysign(1.0, x);
    const double e = math::expm1(2 * a);
    return std::copysign(e / (e + 2), x);
}
/// Exact for powers of ten.
inline double logarithm_10(double x) {
    const double value   = math::log(x) * 0.43429448190325182765;
    const double rounded = std::nearbyint(value);
    return std::isfinite(value) && math::pow(10.0, rounded) == x ? rounded : value;
}
/// Integer powers of small integers come out exact, as users of `**` expect.
inline double to_the_power(double x, double y) {
    if (y == 2) return x * x;
    if (y == 0.5 && x >= 0) return math::sqrt(x);
    if (y == 1) return x;
    if (y == -1) return 1 / x;
    if (y == std::trunc(y) && y > 0 && y <= 64) {
        double result = 1, factor = x;
        for (auto n = static_cast<unsigned>(y); n != 0; n >>= 1, factor *= factor)
            result *= (n & 1) != 0 ? factor : 1;
        return result;
    }
    return math::pow(x, y);
}
inline double remainder_of(double x, double y) {
    const double r = std::fmod(x, y);
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
inline double floor_of_quotient(double x, double y) {
    return y == 0 ? x / y : std::floor((x - remainder_of(x, y)) / y + 0.5);
}
inline double fraction_of(double x) {
    return std::isinf(x) ? std::copysign(0.0, x) : x - std::trunc(x);
}
inline double length_of(double x, double y) {
    if (std::isinf(x) || std::isinf(y)) return infinite;
    const double a = std::max(std::abs(x), std::abs(y)), b = std::min(std::abs(x), std::abs(y));
    return a == 0 ? a + b : a * math::sqrt(1 + (b / a) * (b / a));
}
inline double times_power_of_two(double x, double n) {
    return std::ldexp(x, static_cast<int>(std::clamp(std::isnan(n) ? 0 : n, -5000.0, 5000.0)));
}
/// NaN if one of them is, as in NumPy.
inline double larger(double x, double y) {
    return std::isnan(x) || x > y ? x : y;
}
inline double smaller(double x, double y) {
    return std::isnan(x) || x < y ? x : y;
}

/// Calls f with the function of an operation; false if it belongs to another group.
template <class F>
bool with_trigonometric(Expression::Op op, F&& f) {
    using enum Expression::Op;
    switch (op) {
        case arccos:
            return f([](double x) { return math::acos(x); }), true;
        case arcsin:
            return f([](double x) { return arcsine(x); }), true;
        case arctan:
            return f([](double x) { return arc_tangent(x); }), true;
        case cos:
            return f([](double x) { return math::cos(x); }), true;
        case cosh:
            return f([](double x) { return hyperbolic_cosine(x); }), true;
        case sin:
            return f([](double x) { return math::sin(x); }), true;
        case sinh:
            return f([](double x) { return hyperbolic_sine(x); }), true;
        case tan:
            return f([](double x) { return math::sin(x) / math::cos(x); }), true;
        case tanh:
            return f([](double x) { return hyperbolic_tangent(x); }), true;
        default:
            return false;
    }
}

/// The same for the other operations of one operand.
template <class F>
bool with_elementary(Expression::Op op, F&& f) {
    using enum Expression::Op;
    switch (op) {
        case negate:
            return f([](double x) { return -x; }), true;
        case logical_not:
            return f([](double x) { return x == 0 ? 1.0 : 0.0; }), true;
        case abs:
            return f([](double x) { return std::abs(x); }), true;
        case ceil:
            return f([](double x) { return std::ceil(x); }), true;
        case exp:
            return f([](double x) { return math::exp(x); }), true;
        case floor:
            return f([](double x) { return std::floor(x); }), true;
        case log:
            return f([](double x) { return math::log(x); }), true;
        case log10:
            return f([](double x) { return logarithm_10(x); }), true;
        case modf:
            return f([](double x) { return fraction_of(x); }), true;
        case sqrt:
            return f([](double x) { return math::sqrt(x); }), true;
        default:
            return false;
    }
}

/// Of two operands.
template <class F>
bool with_arithmetic(Expression::Op op, F&& f) {
    using enum Expression::Op;
    switch (op) {
        case add:
            return f([](double x, double y) { return x + y; }), true;
        case subtract:
            return f([](double x, double y) { return x - y; }), true;
        case multiply:
            return f([](double x, double y) { return x * y; }), true;
        case divide:
            return f([](double x, double y) { return x / y; }), true;
        case floor_divide:
            return f([](double x, double y) { return floor_of_quotient(x, y); }), true;
        case modulo:
            return f([](double x, double y) { return remainder_of(x, y); }), true;
        case power:
            return f([](double x, double y) { return to_the_power(x, y); }), true;
        case arctan2:
            return f([](double x, double y) { return arc_tangent_of(x, y); }), true;
        case fmod:
            return f([](double x, double y) { return std::fmod(x, y); }), true;
        case hypot:
            return f([](double x, double y) { return length_of(x, y); }), true;
        case ldexp:
            return f([](double x, double y) { return times_power_of_two(x, y); }), true;
        case maximum:
            return f([](double x, double y) { return larger(x, y); }), true;
        case minimum:
            return f([](double x, double y) { return smaller(x, y); }), true;
        default:
            return false;
    }
}

/// Of two operands: comparisons and logic.
template <class F>
bool with_comparison(Expression::Op op, F&& f) {
    using enum Expression::Op;
    switch (op) {
        case less:
            return f([](double x, double y) { return x < y ? 1.0 : 0.0; }), true;
        case less_equal:
            return f([](double x, double y) { return x <= y ? 1.0 : 0.0; }), true;
        case greater:
            return f([](double x, double y) { return x > y ? 1.0 : 0.0; }), true;
        case greater_equal:
            return f([](double x, double y) { return x >= y ? 1.0 : 0.0; }), true;
        case equal:
            return f([](double x, double y) { return x == y ? 1.0 : 0.0; }), true;
        case not_equal:
            return f([](double x, double y) { return x != y ? 1.0 : 0.0; }), true;
        case logical_and:
            return f([](double x, double y) { return x == 0 ? x : y; }), true;
        case logical_or:
            return f([](double x, double y) { return x == 0 ? y : x; }), true;
        default:
            return false;
    }
}

template <class F>
bool with_unary(Expression::Op op, F&& f) {
    return with_elementary(op, f) || with_trigonometric(op, f);
}
template <class F>
bool with_binary(Expression::Op op, F&& f) {
    return with_arithmetic(op, f) || with_comparison(op, f);
}

}  // namespace ranvier::parameters

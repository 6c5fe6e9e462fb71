// Between which numbers the values of a formula lie.

#include <algorithm>
#include <array>
#include <cmath>

#include "ranvier/parameters/Expression.hpp"

#include "operations.hpp"

namespace ranvier::parameters {

namespace {

constexpr Interval everything{-infinite, infinite};
constexpr Interval truth{0, 1};

bool is_zero(Interval x) {
    return x.low == 0 && x.high == 0;
}
bool excludes_zero(Interval x) {
    return x.low > 0 || x.high < 0;
}
Interval hull(Interval a, Interval b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

/// The range of the given values, a little wider: elementary functions err by some units in the
/// last place. Zero is exact: it is where a function underflows or was told to vanish.
Interval around(std::initializer_list<double> values) {
    Interval result{infinite, -infinite};
    for (const double value : values) {
        if (std::isnan(value)) return everything;
        result = hull(result, {value, value});
    }
    for (int ulp = 0; ulp < 4; ++ulp) {
        if (result.low != 0) result.low = std::nextafter(result.low, -infinite);
        if (result.high != 0) result.high = std::nextafter(result.high, infinite);
    }
    return result;
}

Interval exact(std::initializer_list<double> values) {
    Interval result{infinite, -infinite};
    for (const double value : values) {
        if (std::isnan(value)) return everything;
        result = hull(result, {value, value});
    }
    return result;
}

Interval decided(bool always, bool never) {
    if (always) return {1, 1};
    return never ? Interval{0, 0} : truth;
}

/// 0 times infinity counts as 0: what is 0 times everything finite.
double product_of(double x, double y) {
    return x == 0 || y == 0 ? 0 : x * y;
}

Interval power_of(Interval x, Interval y) {
    if (x.low >= 0) {
        const auto p = [](double a, double b) { return to_the_power(a, b); };
        return around({p(x.low, y.low), p(x.low, y.high), p(x.high, y.low), p(x.high, y.high)});
    }
    if (y.low != y.high || y.low != std::trunc(y.low) || y.low <= 0) return everything;
    const double a = to_the_power(x.low, y.low), b = to_the_power(x.high, y.low);
    const bool   even = std::fmod(y.low, 2) == 0;
    return even && x.high > 0 ? around({0, a, b}) : around({a, b});
}

Interval unary(Expression::Op op, Interval x) {
    using enum Expression::Op;
    double low = 0, high = 0;
    with_unary(op, [&](auto f) {
        low  = f(x.low);
        high = f(x.high);
    });
    switch (op) {
        case negate:
            return {-x.high, -x.low};
        case logical_not:
            return decided(is_zero(x), excludes_zero(x));
        case Expression::Op::abs:
            if (x.low <= 0 && x.high >= 0) return {0, std::max(-x.low, x.high)};
            return exact({low, high});
        case Expression::Op::ceil:
        case Expression::Op::floor:
            return exact({low, high});
        case Expression::Op::exp:
        case Expression::Op::sinh:
        case Expression::Op::tanh:
        case arctan:
            return around({low, high});
        case Expression::Op::log:
        case Expression::Op::log10:
        case Expression::Op::sqrt:
            if (x.high < 0) return everything;
            if (x.low < 0) with_unary(op, [&](auto f) { low = f(0.0); });
            return around({low, high});
        case Expression::Op::cosh:
            if (x.low <= 0 && x.high >= 0) return around({1, low, high});
            return around({low, high});
        case arccos:
            return {0, std::nextafter(pi_value, infinite)};
        case arcsin:
            return around({-pi_value / 2, pi_value / 2});
        case Expression::Op::sin:
        case Expression::Op::cos:
            return around({-1, 1});
        case Expression::Op::modf:
            return {-1, 1};
        default:
            return everything;
    }
}

Interval binary(Expression::Op op, Interval x, Interval y) {
    using enum Expression::Op;
    switch (op) {
        case add:
            return exact({x.low + y.low, x.high + y.high});
        case subtract:
            return exact({x.low - y.high, x.high - y.low});
        case multiply:
            return exact(
                {product_of(x.low, y.low),
                 product_of(x.low, y.high),
                 product_of(x.high, y.low),
                 product_of(x.high, y.high)}
            );
        case divide:
            if (!excludes_zero(y)) return everything;
            return exact({x.low / y.low, x.low / y.high, x.high / y.low, x.high / y.high});
        case modulo:
            if (y.low > 0) return {0, y.high};
            return everything;
        case Expression::Op::power:
            return power_of(x, y);
        case less:
            return decided(x.high < y.low, x.low >= y.high);
        case less_equal:
            return decided(x.high <= y.low, x.low > y.high);
        case greater:
            return decided(x.low > y.high, x.high <= y.low);
        case greater_equal:
            return decided(x.low >= y.high, x.high < y.low);
        case equal:
            return decided(
                x.low == x.high && y.low == y.high && x.low == y.low,
                x.high < y.low || y.high < x.low
            );
        case not_equal:
            return decided(
                x.high < y.low || y.high < x.low,
                x.low == x.high && y.low == y.high && x.low == y.low
            );
        case logical_and:
            if (is_zero(x)) return x;
            return excludes_zero(x) ? y : hull({0, 0}, y);
        case logical_or:
            if (is_zero(x)) return y;
            return excludes_zero(x) ? x : hull(x, y);
        case Expression::Op::hypot: {
            const Interval a = unary(Expression::Op::abs, x), b = unary(Expression::Op::abs, y);
            return around({length_of(a.low, b.low), length_of(a.high, b.high)});
        }
        case arctan2:
            return around({-pi_value, pi_value});
        case maximum:
            return {std::max(x.low, y.low), std::max(x.high, y.high)};
        case minimum:
            return {std::min(x.low, y.low), std::min(x.high, y.high)};
        default:
            return everything;
    }
}

}  // namespace

Interval Expression::bounds(std::initializer_list<Interval> variables) const {
    std::array<Interval, max_depth> stack;
    std::size_t                     height = 0;
    for (const Step& step : *steps_) {
        if (step.op == Op::number) {
            stack[height++] = {step.number, step.number};
        } else if (step.op == Op::variable) {
            stack[height++] = variables.begin()[step.variable];
        } else if (step.op == Op::where) {
            const Interval condition = stack[height - 3];
            const Interval yes = stack[height - 2], no = stack[height - 1];
            height -= 2;
            stack[height - 1] = is_zero(condition)         ? no
                                : excludes_zero(condition) ? yes
                                                           : hull(yes, no);
        } else if (step.op < Op::add) {
            stack[height - 1] = unary(step.op, stack[height - 1]);
        } else {
            --height;
            stack[height - 1] = binary(step.op, stack[height - 1], stack[height]);
        }
    }
    return stack[0];
}

}  // namespace ranvier::parameters

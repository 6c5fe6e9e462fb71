/// @file
/// Synaptic shapes: how an input decays, exactly, and what of it the membrane sees during a step.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/exponentials.hpp"

namespace ranvier::models {

/// A number as a value of generic code, whatever its precision.
template <class V>
RANVIER_INLINE V constant(double x) {
    return V{static_cast<simd::Scalar<V>>(x)};
}

/// An input during one step [0, h] as the integration methods use it.
///
///     mean + slope (t - h / 2)    the line with the same area and first moment
///     start, end                  values at 0 and h, and their derivatives per ms
///     spread                      how far values in between may be from both, at most
template <class V>
struct Course {
    V mean, slope, start, end, start_rate, end_rate;
    V spread{};

    /// Adds `weight` times another input.
    RANVIER_INLINE void add(const Course& other, V weight) {
        mean       = mean + weight * other.mean;
        slope      = slope + weight * other.slope;
        start      = start + weight * other.start;
        end        = end + weight * other.end;
        start_rate = start_rate + weight * other.start_rate;
        end_rate   = end_rate + weight * other.end_rate;
        spread     = spread + simd::abs(weight) * other.spread;
    }
    RANVIER_INLINE void add(const Course& other) {
        mean       = mean + other.mean;
        slope      = slope + other.slope;
        start      = start + other.start;
        end        = end + other.end;
        start_rate = start_rate + other.start_rate;
        end_rate   = end_rate + other.end_rate;
        spread     = spread + other.spread;
    }
    RANVIER_INLINE static Course none(V zero = constant<V>(0)) {
        return {zero, zero, zero, zero, zero, zero, constant<V>(0)};
    }
};

/// Integrals of u^k exp(-z u) over [0, 1] for k = 0 ... 3, to a few rounding errors. @pre z >= 0
inline std::array<double, 4> moments(double z) {
    std::array<double, 4> m{};
    if (z < 2) {
        double power = 1;  // (-z)^j / j!
        for (int j = 0; j < 30; ++j) {
            for (int k = 0; k < 4; ++k)
                m[static_cast<std::size_t>(k)] += power / (j + k + 1);
            power *= -z / (j + 1);
        }
        return m;
    }
    const double last = math::exp(-z);
    m[0]              = (1 - last) / z;
    for (std::size_t k = 1; k < 4; ++k)
        m[k] = (static_cast<double>(k) * m[k - 1] - last) / z;
    return m;
}

/// The same in lanes by Gauss's quadrature at four points, exact to 1e-7 up to z = 1 and to 2e-6 up
/// to z = 2. Beyond, only the first is exact. @pre z > 0
template <class V>
RANVIER_INLINE std::array<V, 4> moments_of_short(V z) {
    constexpr std::array<double, 4> nodes{
        0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970262};
    constexpr std::array<double, 4> weights{
        0.17392742256872692, 0.32607257743127307, 0.32607257743127307, 0.17392742256872692};
    std::array<V, 4> m;
    for (V& moment : m)
        moment = constant<V>(0);
    for (std::size_t k = 0; k < nodes.size(); ++k) {
        V power = constant<V>(weights[k]) * exp_of_moderate(-(z * constant<V>(nodes[k])));
        for (V& moment : m) {
            moment = moment + power;
            power  = power * constant<V>(nodes[k]);
        }
    }
    // Where z is large, the first one is right, and the others keep their ratios to it.
    const V    whole = (constant<V>(1) - exp_of_moderate(-z)) / z;
    const auto large = z > constant<V>(2);
    const V    scale = whole / m[0];
    for (V& moment : m)
        moment = simd::select(large, moment * scale, moment);
    return m;
}

/// The line of a Course from the moments of an input over [0, 1].
inline double slope_of(double m0, double m1, Time h) {
    return 12 * (m1 - m0 / 2) / h.value();
}

/// x(t) = x exp(-t / tau); a weight w is added to x.
template <class V>
struct ExponentialShape {
    V decay, mean, slope, rate;

    RANVIER_INLINE Course<V> course(V x) const {
        const V end = decay * x;
        return {mean * x, slope * x, x, end, rate * x, rate * end, simd::abs(x - end)};
    }
    RANVIER_INLINE void advance(V& x) const { x = decay * x; }
};

inline ExponentialShape<double> exponential_shape(Time tau, Time h) {
    const auto m = moments(h / tau);
    return {math::exp(-(h / tau)), m[0], slope_of(m[0], m[1], h), -1 / tau.value()};
}

inline constexpr double euler = 2.718281828459045235360287471352662498;

/// x(t) = w (t / tau) exp(1 - t / tau) after a weight w is added to y:
///     dx/dt = (e / tau) y - x / tau,  dy/dt = -y / tau
template <class V>
struct AlphaShape {
    V decay, from_y, mean, mean_y, slope, slope_y, rate, rise;

    RANVIER_INLINE Course<V> course(V x, V y) const {
        const V end = decay * x + from_y * y;
        return {
            mean * x + mean_y * y,
            slope * x + slope_y * y,
            x,
            end,
            rate * x + rise * y,
            rate * end + rise * (decay * y),
            spread(x, y)};
    }
    /// The largest difference between two values during the step.
    RANVIER_INLINE V spread(V x, V y) const {
        const V one  = constant<V>(1);
        const V most = simd::select(decay * constant<V>(euler) < one, one, from_y);  // of x by y
        return simd::abs(x) * (one - decay) + simd::abs(y) * most;
    }
    RANVIER_INLINE void advance(V& x, V& y) const {
        x = decay * x + from_y * y;
        y = decay * y;
    }
};

inline AlphaShape<double> alpha_shape(Time tau, Time h) {
    const auto   m     = moments(h / tau);
    const double decay = math::exp(-(h / tau));
    const double rise  = euler * (h / tau);
    return {
        decay,
        rise * decay,
        m[0],
        rise * m[1],
        slope_of(m[0], m[1], h),
        rise * slope_of(m[1], m[2], h),
        -1 / tau.value(),
        euler / tau.value()};
}

/// Difference of exponentials with peak w after a weight w is added to y:
///     dx/dt = c y - x / tau_decay,  dy/dt = -y / tau_rise
template <class V>
struct BetaShape {
    V decay, decay_y, from_y, mean, mean_y, slope, slope_y, rate, rate_y, rise;

    RANVIER_INLINE Course<V> course(V x, V y) const {
        const V end = decay * x + from_y * y;
        return {
            mean * x + mean_y * y,
            slope * x + slope_y * y,
            x,
            end,
            rate * x + rise * y,
            rate * end + rise * (decay_y * y),
            spread(x, y)};
    }
    /// The largest difference between two values during the step.
    RANVIER_INLINE V spread(V x, V y) const {
        const V    one    = constant<V>(1);
        const auto rising = rate * from_y + rise * decay_y > constant<V>(0);  // what y makes of x
        const V    most   = simd::select(rising, from_y, one);
        return simd::abs(x) * (one - decay) + simd::abs(y) * most;
    }
    RANVIER_INLINE void advance(V& x, V& y) const {
        x = decay * x + from_y * y;
        y = decay_y * y;
    }
};

/// t exp(-t / slow) (1 - exp(-d t)) / (d t) with d = 1 / fast - 1 / slow: the response of x to y.
inline double beta_response(double t, double slow, double fast) {
    const double x = t * (slow - fast) / (slow * fast);
    return t * math::exp(-t / slow) * (x == 0 ? 1 : -math::expm1(-x) / x);
}

inline BetaShape<double> beta_shape(Time tau_rise, Time tau_decay, Time h) {
    const double slow = std::max(tau_rise.value(), tau_decay.value());
    const double fast = std::min(tau_rise.value(), tau_decay.value());
    const double x    = (slow - fast) / fast;
    const double peak = slow * (x == 0 ? 1 : math::log1p(x) / x);  // time of the maximum
    const double c    = 1 / beta_response(peak, slow, fast);

    // Gauss quadrature of the response, in panels no longer than the faster time constant.
    constexpr std::array<double, 4> nodes{
        0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363};
    constexpr std::array<double, 4> weights{
        0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763};
    const int panels = 1 + static_cast<int>(std::min(h.value() / fast, 50.0));
    double    m0 = 0, m1 = 0;
    for (int p = 0; p < panels; ++p) {
        for (std::size_t k = 0; k < 8; ++k) {
            const double side = k % 2 ? 1 : -1;
            const double u    = (p + 0.5 + 0.5 * side * nodes[k / 2]) / panels;
            const double part =
                weights[k / 2] / (2 * panels) * beta_response(u * h.value(), slow, fast);
            m0 += part;
            m1 += u * part;
        }
    }
    const auto decay = moments(h / tau_decay);
    return {
        math::exp(-(h / tau_decay)),
        math::exp(-(h / tau_rise)),
        c * beta_response(h.value(), slow, fast),
        decay[0],
        c * m0,
        slope_of(decay[0], decay[1], h),
        c * slope_of(m0, m1, h),
        -1 / tau_decay.value(),
        -1 / tau_rise.value(),
        c};
}

}  // namespace ranvier::models

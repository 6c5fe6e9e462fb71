/// @file
/// Distance of a result from the true value in units of the last place.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace ranvier::test {

/// 0 for the same infinity and for two NaNs, infinite for one of them.
template <class T>
double ulps(T got, long double expected) {
    const T rounded = static_cast<T>(expected);
    if (std::isnan(got) && std::isnan(rounded)) return 0;
    if (std::isinf(got) && got == rounded) return 0;
    if (!std::isfinite(got) || !std::isfinite(rounded)) return HUGE_VAL;
    constexpr int lowest   = std::numeric_limits<T>::min_exponent - 1;
    const int     exponent = rounded == 0 ? lowest : std::max(std::ilogb(rounded), lowest);
    const auto    unit     = std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits + 1);
    return static_cast<double>(std::fabs(static_cast<long double>(got) - expected) / unit);
}

/// The largest distance over `num` arguments drawn uniformly from `[low, high)`.
template <class T, class F, class Exact>
double worst_ulps(double low, double high, F f, Exact exact, int num = 100'000) {
    std::mt19937_64 bits{1};
    double          worst = 0;
    for (int k = 0; k < num; ++k) {
        const double u = static_cast<double>(bits() >> 11) * 0x1p-53;
        const T      x = static_cast<T>(low + (high - low) * u);
        const double d = ulps(f(x), exact(static_cast<long double>(x)));
        if (!(d <= worst)) worst = d;
    }
    return worst;
}

/// The same for arguments whose logarithm to base 2 is uniform in `[low, high)`.
template <class T, class F, class Exact>
double worst_ulps_of_powers(double low, double high, F f, Exact exact, int num = 100'000) {
    std::mt19937_64 bits{2};
    double          worst = 0;
    for (int k = 0; k < num; ++k) {
        const double u = static_cast<double>(bits() >> 11) * 0x1p-53;
        const T      x = static_cast<T>(std::exp2(low + (high - low) * u));
        const double d = ulps(f(x), exact(static_cast<long double>(x)));
        if (!(d <= worst)) worst = d;
    }
    return worst;
}

}  // namespace ranvier::test

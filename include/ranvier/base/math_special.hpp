/// @file
/// The quantile of the normal distribution and the logarithm of the gamma function; see math.hpp.
#pragma once

#include <cstdint>
#include <limits>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math_exponential.hpp"

namespace ranvier::math {
inline namespace RANVIER_ISA_NAMESPACE {

namespace detail {

/// Rational approximations of Wichura's PPND16: numerators and denominators, lowest power first.
template <class T>
struct NormalQuantile {
    static constexpr T central_top[] = {
        T(3.3871328727963666080e0),
        T(1.3314166789178437745e+2),
        T(1.9715909503065514427e+3),
        T(1.3731693765509461125e+4),
        T(4.5921953931549871457e+4),
        T(6.7265770927008700853e+4),
        T(3.3430575583588128105e+4),
        T(2.5090809287301226727e+3)};
    static constexpr T central_bottom[] = {
        T(1),
        T(4.2313330701600911252e+1),
        T(6.8718700749205790830e+2),
        T(5.3941960214247511077e+3),
        T(2.1213794301586595867e+4),
        T(3.9307895800092710610e+4),
        T(2.8729085735721942674e+4),
        T(5.2264952788528545610e+3)};
    static constexpr T middle_top[] = {
        T(1.42343711074968357734e0),
        T(4.63033784615654529590e0),
        T(5.76949722146069140550e0),
        T(3.64784832476320460504e0),
        T(1.27045825245236838258e0),
        T(2.41780725177450611770e-1),
        T(2.27238449892691845833e-2),
        T(7.74545014278341407640e-4)};
    static constexpr T middle_bottom[] = {
        T(1),
        T(2.05319162663775882187e0),
        T(1.67638483018380384940e0),
        T(6.89767334985100004550e-1),
        T(1.48103976427480074590e-1),
        T(1.51986665636164571966e-2),
        T(5.47593808499534494600e-4),
        T(1.05075007164441684324e-9)};
    static constexpr T far_top[] = {
        T(6.65790464350110377720e0),
        T(5.46378491116411436990e0),
        T(1.78482653991729133580e0),
        T(2.96560571828504891230e-1),
        T(2.65321895265761230930e-2),
        T(1.24266094738807843860e-3),
        T(2.71155556874348757815e-5),
        T(2.01033439929228813265e-7)};
    static constexpr T far_bottom[] = {
        T(1),
        T(5.99832206555887937690e-1),
        T(1.36929880922735805310e-1),
        T(1.48753612908506148525e-2),
        T(7.86869131145613259100e-4),
        T(1.84631831751005468180e-5),
        T(1.42151175831644588870e-7),
        T(2.04426310338993978564e-15)};
};

/// |p - 1/2| up to which the central approximation holds.
inline constexpr double normal_split = 0.425;

/// The quantile of 1/2 + q for |q| <= normal_split.
template <class V>
RANVIER_INLINE V normal_quantile_central(V q) {
    using N   = NormalQuantile<simd::Scalar<V>>;
    using T   = simd::Scalar<V>;
    const V r = T(0.180625) - q * q;
    return q * polynomial(r, N::central_top) / polynomial(r, N::central_bottom);
}

/// Minus the quantile of `tail`, a probability in [smallest normal number, 1/2 - normal_split].
template <class V>
RANVIER_INLINE V normal_quantile_tail(V tail) {
    using N = NormalQuantile<simd::Scalar<V>>;
    using T = simd::Scalar<V>;

    const V    r      = sqrt(-log_of_normal(tail));
    const V    near   = r - T(1.6);
    const V    middle = polynomial(near, N::middle_top) / polynomial(near, N::middle_bottom);
    const auto far    = r > T(5);
    if (!simd::any(far)) return middle;  // nearly always; what is skipped would not be selected
    const V beyond = r - T(5);
    return simd::select(
        far, polynomial(beyond, N::far_top) / polynomial(beyond, N::far_bottom), middle
    );
}

}  // namespace detail

/// The x with P(X < x) = p for a standard normal X; infinite at p = 0 and 1, NaN outside [0, 1].
///
/// Algorithm AS 241, PPND16 (doi:10.2307/2347330): relative error about 1e-16 plus rounding, in
/// double at most 8 ulp.
template <class V>
RANVIER_INLINE V inverse_normal_cdf(V p) {
    using T            = simd::Scalar<V>;
    constexpr auto inf = std::numeric_limits<T>::infinity();
    constexpr auto nan = std::numeric_limits<T>::quiet_NaN();

    const V    q       = p - T(0.5);
    const V    tail    = simd::min(p, V{1} - p);
    const auto central = simd::abs(q) <= T(detail::normal_split);
    const V    inside  = simd::max(tail, V{std::numeric_limits<T>::min()});
    const V    outer   = simd::copysign(detail::normal_quantile_tail(inside), q);
    V          result  = simd::select(central, detail::normal_quantile_central(q), outer);
    result             = simd::select(tail == V{0}, simd::copysign(V{inf}, q), result);
    return simd::select(tail >= V{0}, result, V{nan});
}

/// log |Gamma(x)| for x > 0; NaN for x < 0, infinite at 0.
///
/// Stirling's series from 10 on, below by Gamma(x) = Gamma(x + n) / (x (x+1) ... (x+n-1)). The
/// error is at most 1e-14 or 1e-15 times the result, whichever is larger.
RANVIER_INLINE double lgamma(double x) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    if (!(x > 0)) return x == 0 ? inf : std::numeric_limits<double>::quiet_NaN();
    if (x == inf) return inf;

    double product = 1;
    while (x < 10) {
        product *= x;
        x += 1;
    }
    constexpr double series[] = {
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156};
    constexpr double half_log_two_pi = 0.918938533204672741780329736406;

    const double inverse = 1 / x;
    const double tail    = inverse * polynomial(inverse * inverse, series);
    return ((x - 0.5) * log(x) - x) + half_log_two_pi + tail - log(product);
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::math

/// @file
/// sin, cos, atan and acos, generic in the value type; see math.hpp for what they promise.
///
/// Polynomials: minimax approximations (Remez exchange in 60 digits), relative error below 2^-57 in
/// double and 2^-27 in single before rounding.
#pragma once

#include <cstdint>
#include <limits>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math_exponential.hpp"

namespace ranvier::math {
inline namespace RANVIER_ISA_NAMESPACE {

namespace detail {

template <class T>
struct Angles;

template <>
struct Angles<double> {
    static constexpr double largest     = 1e6;  ///< n * half_pi[0 and 1] are exact up to here
    static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
    static constexpr double half_pi[]   = {
          0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69, 0};
    /// (sin x - x) / x^3, (cos x - 1 + x^2/2) / x^4 and (atan x - x) / x^3 in powers of x^2.
    static constexpr double sin_tail[] = {
        -0x1.5555555555549p-3,
        0x1.111111110f87ap-7,
        -0x1.a01a019c11990p-13,
        0x1.71de3577b4e8ap-19,
        -0x1.ae5e6638965ebp-26,
        0x1.5d93004970b69p-33};
    static constexpr double cos_tail[] = {
        0x1.555555555554cp-5,
        -0x1.6c16c16c1517ep-10,
        0x1.a01a019cb1bf4p-16,
        -0x1.27e4f809f172fp-22,
        0x1.1ee9ebe983a11p-29,
        -0x1.8fae9c87de470p-37};
    static constexpr double atan_tail[] = {
        -0x1.555555555553dp-2,
        0x1.99999999958dbp-3,
        -0x1.24924922b0b86p-3,
        0x1.c71c70e7787ddp-4,
        -0x1.745cf906462d4p-4,
        0x1.3b111c0c28bc7p-4,
        -0x1.10ebd995f8bd7p-4,
        0x1.df112b459d47bp-5,
        -0x1.9cdb10cf2e2e6p-5,
        0x1.37ea6d83061d4p-5,
        -0x1.2596f8119af22p-6};
    static constexpr double half_pi_low = 0x1.1a62633145c07p-54;  ///< pi/2 beyond double precision
};

template <>
struct Angles<float> {
    static constexpr float largest     = 1e4f;
    static constexpr float two_over_pi = 0x1.45f306p-1f;
    static constexpr float half_pi[]   = {0x1.92p+0f, 0x1.fbp-12f, 0x1.51p-22f, 0x1.0b4610p-34f};
    static constexpr float sin_tail[]  = {-0x1.555546p-3f, 0x1.11076p-7f, -0x1.994e5ap-13f};
    static constexpr float cos_tail[]  = {0x1.55554ap-5f, -0x1.6c0c8ap-10f, 0x1.9a0218p-16f};
    static constexpr float atan_tail[] = {
        -0x1.55554ap-2f, 0x1.9991acp-3f, -0x1.23b6aep-3f, 0x1.b2016p-4f, -0x1.f251d8p-5f};
    static constexpr float half_pi_low = -0x1.777a5cp-25f;
};

template <class V>
using AnglesOf = Angles<simd::Scalar<V>>;

/// sin(x + quarter_turns pi/2).
template <class V>
RANVIER_INLINE V sine(V x, simd::Scalar<V> largest, unsigned quarter_turns) {
    using A    = AnglesOf<V>;
    using C    = ConstantsOf<V>;
    using Bits = typename simd::Traits<V>::Bits;
    using T    = simd::Scalar<V>;

    const auto outside = !(simd::abs(x) <= largest);
    const V    bound   = simd::select(outside, V{0}, x);
    const V    t       = bound * A::two_over_pi + C::round;
    const V    n       = t - C::round;
    const V    r =
        (((bound - n * A::half_pi[0]) - n * A::half_pi[1]) - n * A::half_pi[2]) - n * A::half_pi[3];
    const V z   = r * r;
    const V sin = r + (r * z) * polynomial(z, A::sin_tail);
    // cos r = w + what the subtraction 1 - r^2/2 lost + the rest.
    const V half = z * T(0.5);
    const V w    = T(1) - half;
    const V cos  = w + (((T(1) - w) - half) + (z * z) * polynomial(z, A::cos_tail));

    const Bits quadrant = simd::to_bits(t) + (Bits{} + quarter_turns);
    const auto swap     = simd::nonzero<V>(quadrant & (Bits{} + 1u));
    const Bits sign     = (quadrant & (Bits{} + 2u)) << static_cast<int>(8 * sizeof(T) - 2);
    const V    result   = simd::from_bits<V>(simd::to_bits(simd::select(swap, cos, sin)) ^ sign);
    return simd::select(outside, V{std::numeric_limits<T>::quiet_NaN()}, result);
}

}  // namespace detail

/// Sine and cosine of an angle in radians, |x| <= 1e6 (single: 1e4); NaN beyond. At most 3 ulp off.
template <class V>
RANVIER_INLINE V sin(V x) {
    return simd::select(x == V{0}, x, detail::sine(x, detail::AnglesOf<V>::largest, 0));
}
template <class V>
RANVIER_INLINE V cos(V x) {
    return detail::sine(x, detail::AnglesOf<V>::largest, 1);
}

/// Arc tangent in [-pi/2, pi/2]. At most 2 ulp off.
template <class V>
RANVIER_INLINE V atan(V x) {
    using A = detail::AnglesOf<V>;
    using T = simd::Scalar<V>;

    // |x| > tan(3 pi/8): pi/2 + atan(-1/x); |x| > tan(pi/8): pi/4 + atan((x - 1)/(x + 1)).
    const V     a       = simd::abs(x);
    const auto  far     = a > T(2.414213562373095);
    const auto  middle  = a > T(0.4142135623730951);
    const V     top     = simd::select(far, V{-1}, simd::select(middle, a - 1, a));
    const V     bottom  = simd::select(far, a, simd::select(middle, a + 1, V{1}));
    const V     turns   = simd::select(far, V{1}, simd::select(middle, V{T(0.5)}, V{0}));
    const V     t       = top / bottom;
    const V     z       = t * t;
    const V     tail    = (t * z) * polynomial(z, A::atan_tail) + turns * A::half_pi_low;
    constexpr T half_pi = T(1.570796326794896619231321691639751442);
    const V     result  = simd::copysign(turns * half_pi + (t + tail), x);
    return simd::select(simd::isnan(x), x, result);
}

/// Arc cosine in [0, pi] for x in [-1, 1]; NaN outside. At most 3 ulp off.
template <class V>
RANVIER_INLINE V acos(V x) {
    const V t = atan(sqrt((V{1} - x) / (V{1} + x))) * 2;
    return simd::select(simd::abs(x) <= 1, t, V{std::numeric_limits<simd::Scalar<V>>::quiet_NaN()});
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::math

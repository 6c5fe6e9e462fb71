/// @file
/// pow, generic in the value type; see math.hpp for what it promises.
///
/// log |x| is computed to about 2^-66 as a sum of two numbers, so that its product with y still has
/// the bits that the exponential needs. Products are split as by Dekker (doi:10.1007/BF01397083).
#pragma once

#include <limits>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/math_exponential.hpp"

namespace ranvier::math {
inline namespace RANVIER_ISA_NAMESPACE {

namespace detail {

template <class T>
struct PowerConstants;

template <>
struct PowerConstants<double> {
    static constexpr double splitter = 0x1p27 + 1;
    static constexpr double third    = 0x1.5555555555555p-1;  ///< 2/3, and what it lacks
    static constexpr double third_lo = 0x1.5555555555555p-55;
    static constexpr double largest  = 0x1p70;  ///< larger exponents change nothing
    static constexpr double integers = 0x1p51;  ///< larger exponents count as even
    /// (log((1 + s) / (1 - s)) - 2 s - 2/3 s^3) / s^5 as a polynomial in s^2.
    static constexpr double tail[] = {
        0x1.999999999999ap-2,
        0x1.249249249246fp-2,
        0x1.c71c71c72279cp-3,
        0x1.745d17417d4c3p-3,
        0x1.3b13b3125ac72p-3,
        0x1.11109429a6ab0p-3,
        0x1.e20b8b45fec33p-4,
        0x1.aaeb1a92b2254p-4,
        0x1.c32214ef96765p-4};
};

template <>
struct PowerConstants<float> {
    static constexpr float splitter = 0x1p12f + 1;
    static constexpr float third    = 0x1.555556p-1f;
    static constexpr float third_lo = -0x1.555556p-26f;
    static constexpr float largest  = 0x1p40f;
    static constexpr float integers = 0x1p22f;
    static constexpr float tail[]   = {
          0x1.999998p-2f, 0x1.249374p-2f, 0x1.c65934p-3f, 0x1.8eb684p-3f};
};

template <class V>
using PowerOf = PowerConstants<simd::Scalar<V>>;

/// A number as an unevaluated sum.
template <class V>
struct Pair {
    V high;
    V low;
};

/// a + b exactly. @pre The exponent of a is not below that of b, or a is 0.
template <class V>
RANVIER_INLINE Pair<V> sum(V a, V b) {
    const V high = a + b;
    return {high, b - (high - a)};
}

template <class V>
RANVIER_INLINE Pair<V> halves(V a) {
    const V t    = a * PowerOf<V>::splitter;
    const V high = t - (t - a);
    return {high, a - high};
}

/// a b exactly.
template <class V>
RANVIER_INLINE Pair<V> product(V a, V b) {
    const V       p = a * b;
    const Pair<V> x = halves(a);
    const Pair<V> y = halves(b);
    return {p, ((x.high * y.high - p) + x.high * y.low + x.low * y.high) + x.low * y.low};
}

template <class V>
RANVIER_INLINE Pair<V> product(Pair<V> a, Pair<V> b) {
    const Pair<V> p = product(a.high, b.high);
    return {p.high, p.low + (a.high * b.low + a.low * b.high)};
}

/// log(2^k m) for m in [sqrt(1/2), sqrt(2)).
template <class V>
RANVIER_INLINE Pair<V> long_log(V m, V k) {
    using C = ConstantsOf<V>;
    using P = PowerOf<V>;

    // s = (m - 1) / (m + 1) in two parts, log m = 2 s + 2/3 s^3 + s^5 (...).
    const V       f     = m - 1;
    const Pair<V> below = sum(V{1}, m);
    const V       s     = f / below.high;
    const Pair<V> back  = product(s, below.high);
    const Pair<V> ratio = {s, (((f - back.high) - back.low) - s * below.low) / below.high};
    const Pair<V> z     = product(ratio, ratio);
    const Pair<V> cube  = product(product(ratio, z), Pair<V>{V{P::third}, V{P::third_lo}});
    const V       rest  = (s * z.high * z.high) * polynomial(z.high, P::tail);

    const Pair<V> first  = sum(k * C::ln2_high, s * 2);
    const Pair<V> second = sum(first.high, cube.high);
    const V       low = first.low + second.low + (ratio.low * 2 + cube.low + rest + k * C::ln2_low);
    return sum(second.high, low);
}

/// log x for positive, finite x.
template <class V>
RANVIER_INLINE Pair<V> long_log(V x) {
    using C          = ConstantsOf<V>;
    const auto small = x < C::smallest;
    const V    lost  = simd::select(small, V{C::rescale_log2}, V{0});
    const auto split = split_exponent(simd::select(small, x * C::rescale, x));
    return long_log(split.m, split.k - lost);
}

/// e^(x.high + x.low) for x in the range of exp.
template <class V>
RANVIER_INLINE V long_exp(Pair<V> x) {
    const auto parts  = reduce_exp(x.high);
    const V    e      = parts.e + (parts.e + 1) * x.low;
    const auto half   = parts.exponent >> 1;
    const V    first  = power_of_two<V>(half);
    const V    second = power_of_two<V>(parts.exponent - half);
    return ((e + 1) * first) * second;
}

}  // namespace detail

/// x^y. At most 2 ulp off.
///
/// As in IEC 60559: 1 for y = 0 and for x = 1; for negative x the sign follows from an odd y and
/// the result is NaN if y is not an integer. Exponents of 2^51 (single: 2^22) and more count as
/// even.
template <class V>
RANVIER_INLINE V pow(V x, V y) {
    using C            = detail::ConstantsOf<V>;
    using P            = detail::PowerOf<V>;
    using T            = simd::Scalar<V>;
    constexpr auto inf = std::numeric_limits<T>::infinity();
    constexpr auto nan = std::numeric_limits<T>::quiet_NaN();
    constexpr auto one = typename simd::Traits<T>::Bits{1};

    // |x|^|..|, with 0 and infinity replaced by 1 and corrected below.
    const V    a       = simd::abs(x);
    const auto zero    = a == V{0};
    const auto extreme = zero | (a == V{inf}) | simd::isnan(a);
    const V    base    = simd::select(extreme, V{1}, a);
    const V    power   = simd::min(simd::max(y, V{-P::largest}), V{P::largest});
    const auto logs    = detail::product({power, V{0}}, detail::long_log(base));
    const auto inside  = (logs.high > C::exp_lowest) & (logs.high < C::exp_highest);
    const V    bound   = simd::min(simd::max(logs.high, V{C::exp_lowest}), V{C::exp_highest});
    V          result  = detail::long_exp<V>({bound, simd::select(inside, logs.low, V{0})});

    const auto grows = zero ^ (y > V{0});  // infinite base and y > 0, or zero base and y < 0
    result           = simd::select(extreme, simd::select(grows, V{inf}, V{0}), result);

    // The sign: y is an integer if rounding keeps it, odd by its last bit.
    const V    size    = simd::abs(y);
    const V    shifted = size + C::round;
    const auto huge    = size >= P::integers;
    const auto integer = huge | (shifted - C::round == size);
    const auto odd =
        simd::nonzero<V>(simd::to_bits(shifted) & (typename simd::Traits<V>::Bits{} + one));
    const auto negative = simd::copysign(V{1}, x) < V{0};
    const auto flips    = negative & odd & integer & !huge;
    result              = simd::select(flips, -result, result);
    result              = simd::select((x < V{0}) & !integer & (a < V{inf}), V{nan}, result);

    result = simd::select(simd::isnan(x) | simd::isnan(y), x + y, result);
    return simd::select((y == V{0}) | (x == V{1}), V{1}, result);
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::math

/// @file
/// exp, expm1, log and log1p, generic in the value type; see math.hpp for what they promise.
///
/// Polynomials: minimax approximations (Remez exchange in 60 digits), relative error of the whole
/// function below 2^-57 in double and 2^-27 in single before rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "ranvier/base/PackPair.hpp"

namespace ranvier::math {
inline namespace RANVIER_ISA_NAMESPACE {

using simd::sqrt;

/// c[0] + c[1] x + c[2] x^2 + ..., summed in pairs (Estrin's scheme).
template <class V, std::size_t size>
RANVIER_INLINE V polynomial(V x, const simd::Scalar<V> (&c)[size]) {
    V t[size];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < size; ++i)
        t[i] = V{c[i]};
#pragma GCC unroll 4
    for (std::size_t n = size; n > 1; n = (n + 1) / 2) {
#pragma GCC unroll 8
        for (std::size_t i = 0; i < n / 2; ++i)
            t[i] = t[2 * i] + t[2 * i + 1] * x;
        if (n % 2 == 1) t[n / 2] = t[n - 1];
        x = x * x;
    }
    return t[0];
}

namespace detail {

/// Numbers that differ between double and single precision.
template <class T>
struct Constants;

template <>
struct Constants<double> {
    static constexpr int           mantissa_bits = 52;
    static constexpr int           bias          = 1023;
    static constexpr double        round        = 0x1.8p52;  ///< x + round - round: nearest integer
    static constexpr std::uint64_t integer_bits = 0x4330000000000000u;  ///< of 2^52
    static constexpr double        integer_zero = 0x1p52;
    static constexpr double        log2_e       = 0x1.71547652b82fep+0;
    static constexpr double        ln2_high     = 0x1.62e42feep-1;  ///< k * ln2_high is exact
    static constexpr double        ln2_low      = 0x1.a39ef35793c76p-33;
    static constexpr double        exp_lowest   = -746;  ///< exp is 0 below
    static constexpr double        exp_highest  = 710;   ///< exp is infinite above
    static constexpr double        tiny         = 0x1p-54;
    static constexpr double        smallest     = std::numeric_limits<double>::min();
    static constexpr double        rescale      = 0x1p54;
    static constexpr double        rescale_log2 = 54;
    static constexpr std::uint64_t sqrt_half    = 0x3fe6a09e667f3bcdu;

    /// (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 2.
    static constexpr double exp_tail[] = {
        0x1.000000000000cp-1,
        0x1.5555555555561p-3,
        0x1.5555555550002p-5,
        0x1.111111110d5fap-7,
        0x1.6c16c185b1b5bp-10,
        0x1.a01a01baf7fafp-13,
        0x1.a01996769d712p-16,
        0x1.71dddf9c55d73p-19,
        0x1.28b064d352a5cp-22,
        0x1.af85d0e1a18ebp-26};
    /// (log((1 + s) / (1 - s)) - 2 s) / s^3 as a polynomial in s^2 for |s| <= 0.1716.
    static constexpr double log_tail[] = {
        0x1.5555555555593p-1,
        0x1.999999997fca4p-2,
        0x1.2492494201a23p-2,
        0x1.c71c51fb00694p-3,
        0x1.7466420aba5c7p-3,
        0x1.39a1653aeb43cp-3,
        0x1.2f08ed9090f1cp-3};
};

template <>
struct Constants<float> {
    static constexpr int           mantissa_bits = 23;
    static constexpr int           bias          = 127;
    static constexpr float         round         = 0x1.8p23f;
    static constexpr std::uint32_t integer_bits  = 0x4b000000u;
    static constexpr float         integer_zero  = 0x1p23f;
    static constexpr float         log2_e        = 0x1.715476p+0f;
    static constexpr float         ln2_high      = 0x1.62ep-1f;
    static constexpr float         ln2_low       = 0x1.0bfbe8p-15f;
    static constexpr float         exp_lowest    = -104;
    static constexpr float         exp_highest   = 89;
    static constexpr float         tiny          = 0x1p-25f;
    static constexpr float         smallest      = std::numeric_limits<float>::min();
    static constexpr float         rescale       = 0x1p25f;
    static constexpr float         rescale_log2  = 25;
    static constexpr std::uint32_t sqrt_half     = 0x3f3504f3u;

    static constexpr float exp_tail[] = {
        0x1p-1f, 0x1.55548ep-3f, 0x1.55545cp-5f, 0x1.123b7ep-7f, 0x1.6db50cp-10f};
    static constexpr float log_tail[] = {
        0x1.555554p-1f, 0x1.999a7ap-2f, 0x1.2438c4p-2f, 0x1.e2f97ep-3f};
};

template <class V>
using ConstantsOf = Constants<simd::Scalar<V>>;

/// exp(x) = 2^k (1 + e) with k = the low bits of `exponent`.
template <class V>
struct Exponential {
    V                              e;
    typename simd::Traits<V>::Bits exponent;
};

/// @pre x lies between exp_lowest and exp_highest.
template <class V>
RANVIER_INLINE Exponential<V> reduce_exp(V x) {
    using C      = ConstantsOf<V>;
    const V t    = x * C::log2_e + C::round;
    const V k    = t - C::round;
    const V high = x - k * C::ln2_high;  // exact
    const V low  = k * C::ln2_low;
    const V r    = high - low;
    return {high + ((r * r) * polynomial(r, C::exp_tail) - low), simd::to_bits(t)};
}

/// 2^k for the low bits k of `exponent`; all other bits are shifted out.
template <class V>
RANVIER_INLINE V power_of_two(typename simd::Traits<V>::Bits exponent) {
    using C    = ConstantsOf<V>;
    using Bits = typename simd::Traits<V>::Bits;
    return simd::from_bits<V>((exponent + (Bits{} + C::bias)) << C::mantissa_bits);
}

/// x = 2^k m with m in [sqrt(1/2), sqrt(2)).
template <class V>
struct SplitExponent {
    V m;
    V k;
};

/// @pre x is positive, finite and not subnormal.
template <class V>
RANVIER_INLINE SplitExponent<V> split_exponent(V x) {
    using C    = ConstantsOf<V>;
    using Bits = typename simd::Traits<V>::Bits;
    using Word = typename simd::Traits<simd::Scalar<V>>::Bits;

    // After this shift of origin the exponent field is k.
    constexpr Word one      = Word{C::bias} << C::mantissa_bits;
    constexpr Word fraction = (Word{1} << C::mantissa_bits) - 1;
    const Bits     shifted  = simd::to_bits(x) + (Bits{} + (one - C::sqrt_half));
    const Bits     biased_k = (shifted >> C::mantissa_bits) | (Bits{} + C::integer_bits);
    return {
        simd::from_bits<V>((shifted & (Bits{} + fraction)) + (Bits{} + C::sqrt_half)),
        simd::from_bits<V>(biased_k) - (C::integer_zero + C::bias)};
}

/// log(x 2^-lost). @pre x is positive, finite and not subnormal.
template <class V>
RANVIER_INLINE V log_of_normal(V x, V lost = V{0}) {
    using C          = ConstantsOf<V>;
    const auto split = split_exponent(x);
    const V    m     = split.m;
    const V    k     = split.k - lost;

    // log m = f - f^2/2 + s (f^2/2 + s^2 Q(s^2)), s = f / (2 + f): the leading terms keep their
    // bits.
    const V f    = m - 1;
    const V s    = f / (f + 2);
    const V z    = s * s;
    const V half = f * f * simd::Scalar<V>(0.5);
    const V tail = s * (half + z * polynomial(z, C::log_tail));
    return k * C::ln2_high - ((half - (tail + k * C::ln2_low)) - f);
}

}  // namespace detail

/// e^x. At most 1 ulp off in double and in single; 0 and infinity at the ends, subnormals included.
template <class V>
RANVIER_INLINE V exp(V x) {
    using C          = detail::ConstantsOf<V>;
    const V    bound = simd::min(simd::max(x, V{C::exp_lowest}), V{C::exp_highest});
    const auto parts = detail::reduce_exp(bound);

    // 2^k in two factors, so that neither overflows and a subnormal result is rounded once.
    const auto half   = parts.exponent >> 1;
    const V    first  = detail::power_of_two<V>(half);
    const V    second = detail::power_of_two<V>(parts.exponent - half);
    return simd::select(simd::isnan(x), x, ((parts.e + 1) * first) * second);
}

/// e^x - 1, without cancellation near 0. At most 2 ulp off.
template <class V>
RANVIER_INLINE V expm1(V x) {
    using C          = detail::ConstantsOf<V>;
    using Bits       = typename simd::Traits<V>::Bits;
    const V    bound = simd::min(simd::max(x, V{-50}), V{C::exp_highest});
    const auto parts = detail::reduce_exp(bound);

    const V half   = detail::power_of_two<V>(parts.exponent - (Bits{} + 1));
    const V result = (half * parts.e + (half - simd::Scalar<V>(0.5))) * 2;
    return simd::select(simd::isnan(x) | (simd::abs(x) < C::tiny), x, result);
}

/// Natural logarithm. At most 1 ulp off; -infinity at 0, NaN below.
template <class V>
RANVIER_INLINE V log(V x) {
    using C            = detail::ConstantsOf<V>;
    using T            = simd::Scalar<V>;
    constexpr auto inf = std::numeric_limits<T>::infinity();
    constexpr auto nan = std::numeric_limits<T>::quiet_NaN();

    const auto small  = x < C::smallest;
    const V    scaled = simd::select(small, x * C::rescale, x);
    const V    lost   = simd::select(small, V{C::rescale_log2}, V{0});
    V          result = detail::log_of_normal(scaled, lost);
    result            = simd::select(x == V{0}, V{-inf}, result);
    result            = simd::select(x < V{0}, V{nan}, result);
    return simd::select((x == V{inf}) | simd::isnan(x), x, result);
}

/// log(1 + x), without cancellation near 0. At most 2 ulp off; -infinity at -1, NaN below.
template <class V>
RANVIER_INLINE V log1p(V x) {
    constexpr auto inf = std::numeric_limits<simd::Scalar<V>>::infinity();

    const V    u           = x + 1;
    const V    rounding    = x - (u - 1);
    const V    log_u       = log(u);
    const auto as_it_is    = (x == V{0}) | (x == V{inf});
    const auto no_quotient = (u == V{0}) | as_it_is;
    const V    correction  = simd::select(no_quotient, V{0}, rounding / u);
    return simd::select(as_it_is, x, log_u + correction);
}

}  // namespace RANVIER_ISA_NAMESPACE
}  // namespace ranvier::math

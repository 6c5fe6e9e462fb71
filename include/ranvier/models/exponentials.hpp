/// @file
/// e^x where it is known to be neither very large nor very small: cheaper than math::exp.
#pragma once

#include "ranvier/base/math.hpp"

namespace ranvier::models {

namespace detail {

/// (e^x - 1 - x) / x^2 for |x| <= 0.35, the same with less accuracy, and for |x| <= 0.02 (Remez
/// exchange in 50 digits).
template <class T>
struct ExponentialSeries;
template <>
struct ExponentialSeries<double> {
    static constexpr double lowest  = -690;
    static constexpr double small[] = {
        0x1.0000000000001p-1,
        0x1.555555555554cp-3,
        0x1.5555555553b8fp-5,
        0x1.11111111148b9p-7,
        0x1.6c16c17942ab1p-10,
        0x1.a01a018afd326p-13,
        0x1.a019b6489c40cp-16,
        0x1.71de5b83a5e96p-19,
        0x1.2894cc72e3fa6p-22,
        0x1.aeac5d5de6feap-26};
    static constexpr double brief[] = {
        0x1.fffffffff012bp-2,
        0x1.555555558e3e1p-3,
        0x1.555555805ad79p-5,
        0x1.111110862ffcap-7,
        0x1.6c1636a10b3f1p-10,
        0x1.a01b828518ab1p-13,
        0x1.a174e21678cf5p-16,
        0x1.70fcec536d694p-19};
    static constexpr double tiny[] = {
        0x1.ffffffff85d55p-2, 0x1.55555555be0cap-3, 0x1.55567f9877295p-5, 0x1.111149e0cd13fp-7};
};
template <>
struct ExponentialSeries<float> {
    static constexpr float lowest  = -80;
    static constexpr float small[] = {
        0x1p-1f, 0x1.5554d8p-3f, 0x1.5555bep-5f, 0x1.121014p-7f, 0x1.6c6b98p-10f};
    static constexpr auto& brief  = small;
    static constexpr float tiny[] = {0x1.000118p-1f, 0x1.5555ap-3f};
};

}  // namespace detail

/// Largest |x| of exp_of_small and of exp_of_tiny.
inline constexpr double small_exponent = 0.35, tiny_exponent = 0.02;

/// e^x for |x| <= small_exponent, at most 2 ulp off.
template <class V>
RANVIER_INLINE V exp_of_small(V x) {
    using Series = detail::ExponentialSeries<simd::Scalar<V>>;
    return x * x * math::polynomial(x, Series::small) + x + 1;
}

/// e^x for |x| <= small_exponent, with a relative error of 2^-45 (single: 2 ulp).
template <class V>
RANVIER_INLINE V brief_exp_of_small(V x) {
    using Series = detail::ExponentialSeries<simd::Scalar<V>>;
    return x * x * math::polynomial(x, Series::brief) + x + 1;
}

/// e^x for |x| <= tiny_exponent, with a relative error of 2^-45 (single: 2 ulp).
template <class V>
RANVIER_INLINE V exp_of_tiny(V x) {
    using Series = detail::ExponentialSeries<simd::Scalar<V>>;
    return x * x * math::polynomial(x, Series::tiny) + x + 1;
}

/// e^x for -690 <= x <= 709 (single: -80 and 88), with a relative error of 2^-45 (single: 2 ulp);
/// below, the value at the limit, which leaves room for factors before numbers become subnormal and
/// slow. @pre x does not lie above
template <class V>
RANVIER_INLINE V exp_of_moderate(V x) {
    using C       = math::detail::ConstantsOf<V>;
    using Series  = detail::ExponentialSeries<simd::Scalar<V>>;
    const V bound = simd::max(x, V{Series::lowest});
    const V t     = bound * C::log2_e + C::round;  // the nearest integer, in the low bits
    const V k     = t - C::round;
    const V rest  = bound - k * C::ln2_high - k * C::ln2_low;
    return brief_exp_of_small(rest) * math::detail::power_of_two<V>(simd::to_bits(t));
}

}  // namespace ranvier::models

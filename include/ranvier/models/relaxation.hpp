/// @file
/// How a quantity relaxes during a step under a rate that changes: what membranes and gates share.
#pragma once

#include "ranvier/base/math.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// The solution of dx/dt = current(t) - rate(t) x over a step of length h, given the line with the
/// same area and first moment as each of the two. With x = 0 at the beginning, and without units
/// (z = h rate, J = h current, C = h^2 current_slope, G = h^2 rate_slope),
///
///     x(h) = J whole + (C z - G J) bend
///     whole = (1 - e^-z) / z                        1 - z/2 + z^2/6 - ...
///     bend  = ((1 + e^-z) / 2 - whole) / z^2        1/12 - z/24 + z^2/80 - ...
///
/// This agrees to fourth order with the Magnus expansion (doi:10.1002/cpa.3160070404) and stays
/// between the values to which x is pulled, however large z is.
template <class V>
struct Relaxation {
    V whole, bend;

    RANVIER_INLINE V change(V z, V J, V C, V G) const { return J * whole + (C * z - G * J) * bend; }
    /// The same for a rate that does not change.
    RANVIER_INLINE V change(V z, V J, V C) const { return J * whole + C * z * bend; }
};

namespace detail {

/// Polynomials for 0 <= z <= 1/4, and with less accuracy for 0 <= z <= 2 (Remez exchange in 50
/// digits). Relative errors: see relaxation() and relaxation_of_gate().
template <class T>
struct RelaxationSeries;
template <>
struct RelaxationSeries<double> {
    static constexpr double whole[] = {
        0x1.ffffffffffff5p-1,
        -0x1.fffffffffd48fp-2,
        0x1.5555555390cd1p-3,
        -0x1.555554743c79dp-5,
        0x1.1110d9f01db62p-7,
        -0x1.6c080bce7357ap-10,
        0x1.9deaae0b65f1dp-13,
        -0x1.74604a3d352f1p-16};
    static constexpr double bend[] = {
        0x1.5555554beb152p-4,
        -0x1.555546daa782fp-5,
        0x1.99926a19836edp-7,
        -0x1.6ad4e70a13d08p-9,
        0x1.d9a2b3fcc9418p-12};
    static constexpr double long_whole[] = {
        0x1.fffffffffd38bp-1,
        -0x1.fffffffd8a7adp-2,
        0x1.555554f7cee7ep-3,
        -0x1.55554a5c8519dp-5,
        0x1.11106646873d4p-7,
        -0x1.6c0a83ee30da7p-10,
        0x1.9f8c73284f6b4p-13,
        -0x1.9befd6cff202ep-16,
        0x1.5d4a900803e68p-19,
        -0x1.ccab172ff8c6p-23,
        0x1.5a58aa888c257p-27};
    static constexpr double long_bend[] = {
        0x1.55555211ec852p-4,
        -0x1.55543333f4b1ep-5,
        0x1.99777321dac66p-7,
        -0x1.6a89a3209c1d8p-9,
        0x1.f670918c0f7e9p-12,
        -0x1.0226446bbfce1p-14,
        0x1.250fd5094358fp-18};
};
template <>
struct RelaxationSeries<float> {
    static constexpr float whole[] = {
        0x1.fffff8p-1f, -0x1.fff7f4p-2f, 0x1.5414bp-3f, -0x1.34eb96p-5f};
    static constexpr float bend[]       = {0x1.5553f4p-4f, -0x1.5491e4p-5f, 0x1.78e972p-7f};
    static constexpr float long_whole[] = {
        0x1.fffff8p-1f,
        -0x1.fffd12p-2f,
        0x1.5528dcp-3f,
        -0x1.534c5ap-5f,
        0x1.055e6p-7f,
        -0x1.23ff82p-10f,
        0x1.5ebc38p-14f};
    static constexpr float long_bend[] = {
        0x1.552402p-4f, -0x1.4fed12p-5f, 0x1.64c4d2p-7f, -0x1.68c05ep-10f};
};

/// By an exponential and a division; loses digits where z is small.
template <class V>
[[gnu::noinline, gnu::cold]] Relaxation<V> relaxation_by_exponential(V z) {
    const V one   = constant<V>(1);
    const V per_z = one / z;
    const V decay = math::exp(-z);
    const V whole = (one - decay) * per_z;
    return {whole, ((one + decay) * constant<V>(0.5) - whole) * per_z * per_z};
}

/// Replaces what polynomials have said of lanes beyond their limit.
template <class V>
RANVIER_INLINE Relaxation<V> relaxation_up_to(double limit, V z, Relaxation<V> r) {
    const auto beyond = simd::abs(z) > constant<V>(limit);
    if (simd::any(beyond)) [[unlikely]] {
        const V    copy = z;  // what a call needs lies in memory; the rest stays in registers
        const auto by_e = relaxation_by_exponential(copy);
        r.whole         = simd::select(beyond, by_e.whole, r.whole);
        r.bend          = simd::select(beyond, by_e.bend, r.bend);
    }
    return r;
}

}  // namespace detail

/// For membranes: relative error of `whole` 2^-49 (single: 2^-22), of `bend`, which multiplies what
/// is small by itself, 2^-29 (2^-14). Fast for z <= 1/4. @pre z is not negative, or not much so
template <class V>
RANVIER_INLINE Relaxation<V> relaxation(V z) {
    using Series = detail::RelaxationSeries<simd::Scalar<V>>;
    return detail::relaxation_up_to<V>(
        0.25, z, {math::polynomial(z, Series::whole), math::polynomial(z, Series::bend)}
    );
}

/// For gates, whose rates may be large: 2^-39 and 2^-22 (single: 2^-21 and 2^-11). Fast for z <= 2.
template <class V>
RANVIER_INLINE Relaxation<V> relaxation_of_gate(V z) {
    using Series = detail::RelaxationSeries<simd::Scalar<V>>;
    return detail::relaxation_up_to<V>(
        2, z, {math::polynomial(z, Series::long_whole), math::polynomial(z, Series::long_bend)}
    );
}

}  // namespace ranvier::models

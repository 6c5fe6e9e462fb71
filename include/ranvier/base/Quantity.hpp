/// @file
/// Physical quantities, checked by the compiler and free at run time, and their literals.
///
/// A quantity holds one double in PyNN's coherent units: mV, ms, nA, um, and what follows from
/// them (nF = nA ms / mV, uS = nA / mV, Mohm = mV / nA, kHz = 1 / ms). Its dimension is part of its
/// type, so that a capacitance given in millivolts does not compile. A dimensionless quantity is a
/// double.
#pragma once

#include <cmath>
#include <compare>
#include <string_view>
#include <type_traits>

namespace ranvier {

/// A number with the dimension voltage^V time^T current^I length^L.
template <int V, int T, int I, int L>
class Quantity {
public:
    constexpr Quantity() = default;

    /// The quantity whose number in PyNN's unit is `value`.
    static constexpr Quantity in_base_units(double value) { return Quantity{value}; }

    /// The number in PyNN's unit of this dimension.
    constexpr double value() const { return value_; }

    constexpr Quantity  operator-() const { return Quantity{-value_}; }
    constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
    constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

    friend constexpr Quantity operator+(Quantity a, Quantity b) {
        return Quantity{a.value_ + b.value_};
    }
    friend constexpr Quantity operator-(Quantity a, Quantity b) {
        return Quantity{a.value_ - b.value_};
    }
    friend constexpr Quantity operator*(double a, Quantity b) { return Quantity{a * b.value_}; }
    friend constexpr Quantity operator*(Quantity a, double b) { return Quantity{a.value_ * b}; }
    friend constexpr Quantity operator/(Quantity a, double b) { return Quantity{a.value_ / b}; }
    friend constexpr auto     operator<=>(Quantity, Quantity) = default;

private:
    explicit constexpr Quantity(double value) : value_(value) {}

    double value_ = 0;
};

using Voltage      = Quantity<1, 0, 0, 0>;   ///< mV
using Time         = Quantity<0, 1, 0, 0>;   ///< ms
using Current      = Quantity<0, 0, 1, 0>;   ///< nA
using Length       = Quantity<0, 0, 0, 1>;   ///< um
using Capacitance  = Quantity<-1, 1, 1, 0>;  ///< nF
using Conductance  = Quantity<-1, 0, 1, 0>;  ///< uS
using Resistance   = Quantity<1, 0, -1, 0>;  ///< Mohm
using Frequency    = Quantity<0, -1, 0, 0>;  ///< kHz, that is, per ms
using Acceleration = Quantity<1, -1, 0, 0>;  ///< mV / ms

/// A conductance that PyNN gives in nS where others are in uS, as the adaptation of some models.
class SmallConductance {
public:
    constexpr SmallConductance() = default;
    constexpr SmallConductance(Conductance g) : g_(g) {}
    constexpr             operator Conductance() const { return g_; }
    constexpr double      value() const { return g_.value(); }  ///< uS
    friend constexpr auto operator<=>(SmallConductance, SmallConductance) = default;

private:
    Conductance g_;
};

namespace detail {
template <int V, int T, int I, int L>
constexpr auto quantity_or_number(double value) {
    if constexpr (V == 0 && T == 0 && I == 0 && L == 0)
        return value;
    else
        return Quantity<V, T, I, L>::in_base_units(value);
}
}  // namespace detail

template <int V1, int T1, int I1, int L1, int V2, int T2, int I2, int L2>
constexpr auto operator*(Quantity<V1, T1, I1, L1> a, Quantity<V2, T2, I2, L2> b) {
    return detail::quantity_or_number<V1 + V2, T1 + T2, I1 + I2, L1 + L2>(a.value() * b.value());
}
template <int V1, int T1, int I1, int L1, int V2, int T2, int I2, int L2>
constexpr auto operator/(Quantity<V1, T1, I1, L1> a, Quantity<V2, T2, I2, L2> b) {
    return detail::quantity_or_number<V1 - V2, T1 - T2, I1 - I2, L1 - L2>(a.value() / b.value());
}
template <int V, int T, int I, int L>
constexpr auto operator/(double a, Quantity<V, T, I, L> b) {
    return Quantity<-V, -T, -I, -L>::in_base_units(a / b.value());
}
template <int V, int T, int I, int L>
constexpr Quantity<V, T, I, L> abs(Quantity<V, T, I, L> a) {
    return a.value() < 0 ? -a : a;
}

/// The name of PyNN's unit of a dimension, for messages and files; empty for a pure number.
///
/// Frequencies are given and shown in Hz (PyNN's unit) although they are held per ms.
template <class Q>
constexpr std::string_view unit_name() {
    if constexpr (std::is_same_v<Q, Voltage>) return "mV";
    if constexpr (std::is_same_v<Q, Time>) return "ms";
    if constexpr (std::is_same_v<Q, Current>) return "nA";
    if constexpr (std::is_same_v<Q, Length>) return "um";
    if constexpr (std::is_same_v<Q, Capacitance>) return "nF";
    if constexpr (std::is_same_v<Q, Conductance>) return "uS";
    if constexpr (std::is_same_v<Q, Resistance>) return "Mohm";
    if constexpr (std::is_same_v<Q, Frequency>) return "Hz";
    if constexpr (std::is_same_v<Q, Acceleration>) return "mV/ms";
    if constexpr (std::is_same_v<Q, SmallConductance>) return "nS";
    return "";
}

namespace detail {
/// The number of Hz that a number per ms was made from (and the like for nS): 1001 / 1000 * 1000 is
/// not 1001, so decimals of up to 15 digits are found again as such.
constexpr double in_hertz(double quotient) {
    const double product = quotient * 1000;
    const double size    = product < 0 ? -product : product;
    if (!(size >= 1e-7 && size < 1e15)) return product;
    double scale = 1;  // to 15 digits before the point; powers of ten are exact up to 1e22
    while (size * scale < 1e14)
        scale *= 10;
    const double raised  = size * scale + 0.5;  // rounds when it is cut; lround is not constexpr
    const double nearest = static_cast<double>(static_cast<long long>(raised)) / scale;
    const double decimal = product < 0 ? -nearest : nearest;
    return decimal / 1000 == quotient ? decimal : product;
}
}  // namespace detail

/// The number a user of PyNN would write for a quantity: Hz for frequencies, else the base unit.
template <class Q>
constexpr double pynn_value(Q quantity) {
    if constexpr (std::is_arithmetic_v<Q>)
        return static_cast<double>(quantity);
    else if constexpr (std::is_same_v<Q, Frequency> || std::is_same_v<Q, SmallConductance>)
        return detail::in_hertz(quantity.value());
    else
        return quantity.value();
}

/// The quantity a user of PyNN means by a number.
template <class Q>
constexpr Q from_pynn_value(double value) {
    if constexpr (std::is_arithmetic_v<Q>)
        return static_cast<Q>(value);
    else if constexpr (std::is_same_v<Q, Frequency>)
        return Q::in_base_units(value / 1000);
    else if constexpr (std::is_same_v<Q, SmallConductance>)
        return Conductance::in_base_units(value / 1000);
    else
        return Q::in_base_units(value);
}

/// Literals: `_mV _V _ms _s _nA _pA _nF _pF _uS _nS _Mohm _Hz _kHz _um _mm`.
inline namespace literals {
#define RANVIER_LITERAL(suffix, type, scale)                      \
    constexpr type operator""_##suffix(long double x) {           \
        return type::in_base_units(static_cast<double>(x) scale); \
    }                                                             \
    constexpr type operator""_##suffix(unsigned long long x) {    \
        return type::in_base_units(static_cast<double>(x) scale); \
    }
// A macro because a literal operator cannot be a template over its suffix. Units below the base
// are divided, not multiplied by 0.001, so that 250_pF is exactly the double 0.25.
RANVIER_LITERAL(mV, Voltage, / 1)
RANVIER_LITERAL(V, Voltage, *1000)
RANVIER_LITERAL(ms, Time, / 1)
RANVIER_LITERAL(us, Time, / 1000)
RANVIER_LITERAL(s, Time, *1000)
RANVIER_LITERAL(nA, Current, / 1)
RANVIER_LITERAL(pA, Current, / 1000)
RANVIER_LITERAL(nF, Capacitance, / 1)
RANVIER_LITERAL(pF, Capacitance, / 1000)
RANVIER_LITERAL(uS, Conductance, / 1)
RANVIER_LITERAL(nS, Conductance, / 1000)
RANVIER_LITERAL(Mohm, Resistance, / 1)
RANVIER_LITERAL(Hz, Frequency, / 1000)
RANVIER_LITERAL(kHz, Frequency, / 1)
RANVIER_LITERAL(um, Length, / 1)
RANVIER_LITERAL(mm, Length, *1000)
#undef RANVIER_LITERAL
}  // namespace literals

inline constexpr double pi = 3.141592653589793238462643383279502884;

}  // namespace ranvier

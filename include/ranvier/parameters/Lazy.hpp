/// @file
/// Arithmetic on values that do not exist yet, with units that the compiler checks.
///
///     2 * uniform(10_ms, 15_ms) + by_index([](std::size_t i) { return double(i) * 0.1_ms; })
///     by_position([](Position p) { return -50_mV + 0.5_mV * p.x; })
///     exp(normal(0, 0.1)) * 20_ms
///
/// Evaluated when a population is made or set, for the members that a rank owns, once each.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/parameters/Specification.hpp"
#include "ranvier/random/RandomDistribution.hpp"

namespace ranvier {

struct Position;  // of layer space; who writes a function of it includes it

/// A value of unit Q per member, not yet evaluated. The numbers inside are in PyNN's unit of Q.
template <class Q>
class Lazy {
public:
    explicit Lazy(parameters::Specification values) : values_(std::move(values)) {}
    Lazy(const RandomDistribution<Q>& distribution)
        : values_(distribution.untyped(), distribution.rng()) {}
    /// From a source without units, whose numbers are in PyNN's unit of Q.
    explicit Lazy(const parameters::StoredArray& stored) : values_(stored) {}

    const parameters::Specification& specification() const { return values_; }

private:
    parameters::Specification values_;
};

namespace detail {

template <class T>
struct LazyUnit {};  // no member: not an operand
template <class T>
requires std::is_arithmetic_v<T>
struct LazyUnit<T> {
    using type                               = double;
    static constexpr bool            is_lazy = false;
    static parameters::Specification numbers(T value) { return static_cast<double>(value); }
};
template <int V, int T, int I, int L>
struct LazyUnit<Quantity<V, T, I, L>> {
    using type                               = Quantity<V, T, I, L>;
    static constexpr bool            is_lazy = false;
    static parameters::Specification numbers(type value) { return pynn_value(value); }
};
template <class Q>
struct LazyUnit<RandomDistribution<Q>> {
    using type                               = Q;
    static constexpr bool            is_lazy = true;
    static parameters::Specification numbers(const RandomDistribution<Q>& value) {
        return {value.untyped(), value.rng()};
    }
};
template <class Q>
struct LazyUnit<Lazy<Q>> {
    using type                               = Q;
    static constexpr bool            is_lazy = true;
    static parameters::Specification numbers(const Lazy<Q>& value) { return value.specification(); }
};

template <class T>
concept LazyOperand = requires {
    typename LazyUnit<std::remove_cvref_t<T>>::type;
};
template <class T>
using UnitOf = typename LazyUnit<std::remove_cvref_t<T>>::type;

/// At least one side is lazy; two numbers are the compiler's business.
template <class A, class B>
concept LazyPair = LazyOperand<A> && LazyOperand<B> &&
    (LazyUnit<std::remove_cvref_t<A>>::is_lazy || LazyUnit<std::remove_cvref_t<B>>::is_lazy);
template <class A, class B>
concept LazyPairOfOneUnit = LazyPair<A, B> && std::same_as<UnitOf<A>, UnitOf<B>>;
template <class A>
concept LazyNumbers =
    LazyOperand<A> && LazyUnit<std::remove_cvref_t<A>>::is_lazy && std::same_as < UnitOf<A>,
double > ;

template <class T>
parameters::Specification numbers_of(const T& value) {
    return LazyUnit<T>::numbers(value);
}
// PyNN's unit of a frequency is Hz, its coherent one is kHz; all others agree.
template <class T>
parameters::Specification coherent(const T& value) {
    if constexpr (std::same_as<UnitOf<T>, Frequency>)
        return numbers_of(value) / 1000.0;
    else
        return numbers_of(value);
}
template <class Q>
Lazy<Q> from_coherent(const parameters::Specification& values) {
    if constexpr (std::same_as<Q, Frequency>)
        return Lazy<Q>{values.transformed([](double per_ms) { return in_hertz(per_ms); })};
    else
        return Lazy<Q>{values};
}

}  // namespace detail

/// The values of `function(index)`, a number or a quantity; called once per member, on its owner.
template <std::invocable<std::size_t> F>
auto by_index(F function) {
    using Q = detail::Number<std::invoke_result_t<F, std::size_t>>;
    return Lazy<Q>{parameters::Specification::Function{
        [function = std::move(function)](std::size_t i) { return pynn_value(Q{function(i)}); }}};
}

/// The values of `function(position)`; called once per member, on its owner.
template <class F, class P = Position>
requires std::invocable<F, const P&>
auto by_position(F function) {
    using Q = detail::Number<std::invoke_result_t<F, const P&>>;
    return Lazy<Q>{parameters::Specification::PositionFunction{
        [function = std::move(function)](std::array<double, 3> p) {
            return pynn_value(Q{function(P{p[0], p[1], p[2]})});
        }}};
}

/// One value per member, for arithmetic: `array(linspace(1_ms, 2_ms, n)) + uniform(0_ms, 1_ms)`.
template <class Q>
Lazy<Q> array(const std::vector<Q>& values) {
    std::vector<double> numbers;
    numbers.reserve(values.size());
    for (const Q value : values)
        numbers.push_back(pynn_value(value));
    return Lazy<Q>{std::move(numbers)};
}

template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto operator+(const A& a, const B& b) {
    return Lazy<detail::UnitOf<A>>{detail::numbers_of(a) + detail::numbers_of(b)};
}
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto operator-(const A& a, const B& b) {
    return Lazy<detail::UnitOf<A>>{detail::numbers_of(a) - detail::numbers_of(b)};
}
template <class A, class B>
requires detail::LazyPair<A, B>
auto operator*(const A& a, const B& b) {
    using Q = decltype(detail::UnitOf<A>{} * detail::UnitOf<B>{});
    constexpr bool scales =
        std::same_as<detail::UnitOf<A>, double> || std::same_as<detail::UnitOf<B>, double>;
    if constexpr (scales)
        return Lazy<Q>{detail::numbers_of(a) * detail::numbers_of(b)};
    else
        return detail::from_coherent<Q>(detail::coherent(a) * detail::coherent(b));
}
template <class A, class B>
requires detail::LazyPair<A, B>
auto operator/(const A& a, const B& b) {
    using Q = decltype(detail::UnitOf<A>{} / detail::UnitOf<B>{});
    if constexpr (std::same_as<detail::UnitOf<B>, double>)
        return Lazy<Q>{detail::numbers_of(a) / detail::numbers_of(b)};
    else
        return detail::from_coherent<Q>(detail::coherent(a) / detail::coherent(b));
}
template <class A>
requires detail::LazyPair<A, A>
auto operator-(const A& a) {
    return Lazy<detail::UnitOf<A>>{-detail::numbers_of(a)};
}

/// 1 where it holds, otherwise 0.
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto operator<(const A& a, const B& b) {
    return Lazy<double>{detail::numbers_of(a) < detail::numbers_of(b)};
}
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto operator>(const A& a, const B& b) {
    return b < a;
}
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto operator<=(const A& a, const B& b) {
    return Lazy<double>{detail::numbers_of(a) <= detail::numbers_of(b)};
}
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto operator>=(const A& a, const B& b) {
    return b <= a;
}

/// The smaller, the larger of two values of each member.
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto min(const A& a, const B& b) {
    return Lazy<detail::UnitOf<A>>{min(detail::numbers_of(a), detail::numbers_of(b))};
}
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B>
auto max(const A& a, const B& b) {
    return Lazy<detail::UnitOf<A>>{max(detail::numbers_of(a), detail::numbers_of(b))};
}

template <class A>
requires detail::LazyPair<A, A>
auto abs(const A& a) {
    return Lazy<detail::UnitOf<A>>{abs(detail::numbers_of(a))};
}

/// Elementary functions of pure numbers, the same bits on every machine.
template <detail::LazyNumbers A>
Lazy<double> exp(const A& a) {
    return Lazy<double>{exp(detail::numbers_of(a))};
}
template <detail::LazyNumbers A>
Lazy<double> log(const A& a) {
    return Lazy<double>{log(detail::numbers_of(a))};
}
template <detail::LazyNumbers A>
Lazy<double> sqrt(const A& a) {
    return Lazy<double>{sqrt(detail::numbers_of(a))};
}
template <detail::LazyNumbers A>
Lazy<double> sin(const A& a) {
    return Lazy<double>{sin(detail::numbers_of(a))};
}
template <detail::LazyNumbers A>
Lazy<double> cos(const A& a) {
    return Lazy<double>{cos(detail::numbers_of(a))};
}
template <class A, class B>
requires detail::LazyPairOfOneUnit<A, B> && std::same_as < detail::UnitOf<A>,
double > Lazy<double> pow(const A& a, const B& exponent) {
    return Lazy<double>{pow(detail::numbers_of(a), detail::numbers_of(exponent))};
}

/// A function of your own, of one quantity or number: `apply([](Time t) { return ...; }, lazy)`.
template <class F, class A>
requires detail::LazyPair<A, A> && std::invocable<F, detail::UnitOf<A>>
auto apply(F function, const A& a) {
    using From = detail::UnitOf<A>;
    using To   = detail::Number<std::invoke_result_t<F, From>>;
    return Lazy<To>{detail::numbers_of(a).transformed([function = std::move(function)](double x) {
        return pynn_value(To{function(from_pynn_value<From>(x))});
    })};
}

}  // namespace ranvier

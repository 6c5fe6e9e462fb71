/// @file
/// Connections with a fixed weight and delay.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/models/tables.hpp"
#include "ranvier/parameters/ConnectionSpecification.hpp"
#include "ranvier/random/RandomDistribution.hpp"

namespace ranvier {

namespace models {

template <class F>
concept PairFunction = std::invocable<F, std::size_t, std::size_t>;
template <class F>
concept DistanceFunction = parameters::FunctionOfDistance<F>;

/// What a list holds that is no text.
template <class R>
requires(!std::convertible_to<const R&, std::string_view>) && requires(const R& list) {
    list.size(), list.end();
}
using ElementOf = std::remove_cvref_t<decltype(*std::declval<const R&>().begin())>;

/// What a quantity acts as when it is the weight of a connection.
template <class Q>
constexpr Input input_of() {
    static_assert(
        std::same_as<Q, Current> || std::same_as<Q, Conductance> || std::same_as<Q, Voltage>,
        "a weight is a current, a conductance or a voltage"
    );
    if (std::same_as<Q, Current>) return Input::current;
    return std::same_as<Q, Conductance> ? Input::conductance : Input::voltage;
}

template <class Q>
parameters::ConnectionSpecification per_pair(const Matrix<Q>& values) {
    Matrix<double> numbers{values.rows(), values.columns()};
    for (std::size_t i = 0; i < values.rows(); ++i)
        for (std::size_t j = 0; j < values.columns(); ++j)
            numbers(i, j) = pynn_value(values(i, j));
    return numbers;
}
template <class Q, PairFunction F>
parameters::ConnectionSpecification of_pair(F function) {
    using Function = parameters::ConnectionSpecification::PairFunction;
    return Function{[function = std::move(function)](std::size_t pre, std::size_t post) {
        return pynn_value(Q{function(pre, post)});
    }};
}
template <class Q, DistanceFunction F>
parameters::ConnectionSpecification of_distance(F function) {
    using Function = parameters::ConnectionSpecification::DistanceFunction;
    return Function{[function = std::move(function)](double um) mutable {
        return pynn_value(Q{parameters::at_distance(function, um)});
    }};
}

}  // namespace models

/// A weight: a current, a conductance or a voltage, as the target's receptor requires. It is given
/// as a number, a distribution (one draw per connection), a list of one value per connection in the
/// order in which the projection lists them, a Matrix (one value per pair), arithmetic on these
/// (`2 * uniform(0_nA, 1_nA)`), a function of the two indices, a function of the distance (a
/// Length, or a number in um), or a formula in d, i and j in nA, uS or mV (`"0.1 * exp(-d /
/// 100)"`). A weight that is not given is 0.
class Weight {
public:
    Weight() : specification_(0.0) {}
    Weight(Current value) : Weight(value.value(), models::Input::current) {}
    Weight(Conductance value) : Weight(value.value(), models::Input::conductance) {}
    Weight(Voltage value) : Weight(value.value(), models::Input::voltage) {}
    template <class Q>
    requires(!std::same_as<Q, double> && !std::same_as<Q, Time> && !std::same_as<Q, Length>)
        Weight(const RandomDistribution<Q>& d)
        : Weight({d.untyped(), d.rng()}, models::input_of<Q>()) {}
    template <class Q>
    requires(!std::same_as<Q, double> && !std::same_as<Q, Time> && !std::same_as<Q, Length>)
        Weight(const Lazy<Q>& values)
        : Weight(
              parameters::ConnectionSpecification::of(values.specification()), models::input_of<Q>()
          ) {}
    template <class R, class Q = models::ElementOf<R>>
    Weight(const R& values) : Weight(detail::numbers_in<Q>(values), models::input_of<Q>()) {}
    template <class Q>
    Weight(const Matrix<Q>& values) : Weight(models::per_pair(values), models::input_of<Q>()) {}
    template <models::PairFunction F, class Q = std::invoke_result_t<F, std::size_t, std::size_t>>
    Weight(F function) : Weight(models::of_pair<Q>(std::move(function)), models::input_of<Q>()) {}
    template <models::DistanceFunction F, class Q = parameters::AtDistance<F>>
    Weight(F function)
        : Weight(models::of_distance<Q>(std::move(function)), models::input_of<Q>()) {}
    template <std::convertible_to<std::string_view> T>
    Weight(const T& formula) : Weight(parameters::ConnectionSpecification{formula}) {}
    /// Numbers in the unit that the receptor requires.
    Weight(parameters::ConnectionSpecification numbers)
        : specification_(std::move(numbers)),
          is_given_(true) {}

    bool                                       is_given() const { return is_given_; }
    const parameters::ConnectionSpecification& specification() const { return specification_; }
    /// What it acts as; nothing for numbers, which fit every receptor.
    std::optional<models::Input> input() const { return input_; }

private:
    Weight(parameters::ConnectionSpecification specification, models::Input input)
        : specification_(std::move(specification)),
          input_(input),
          is_given_(true) {}

    parameters::ConnectionSpecification specification_;
    std::optional<models::Input>        input_;
    bool                                is_given_ = false;
};

/// A delay, given in the same ways (a formula in ms). A delay that is not given is the simulation's
/// min_delay, or the time step where min_delay is automatic.
class Delay {
public:
    Delay() = default;
    Delay(Time value) : specification_(value.value()) {}
    Delay(const RandomDistribution<Time>& d)
        : specification_(parameters::ConnectionSpecification{d.untyped(), d.rng()}) {}
    Delay(const Lazy<Time>& values)
        : specification_(parameters::ConnectionSpecification::of(values.specification())) {}
    template <detail::ListOf<Time> R>
    Delay(const R& values)
        : specification_(parameters::ConnectionSpecification{detail::numbers_in<Time>(values)}) {}
    Delay(const Matrix<Time>& values) : specification_(models::per_pair(values)) {}
    template <parameters::PairFunctionTo<Time> F>
    Delay(F function) : specification_(models::of_pair<Time>(std::move(function))) {}
    template <models::DistanceFunction F>
    requires std::convertible_to<parameters::AtDistance<F>, Time> Delay(F function)
        : specification_(models::of_distance<Time>(std::move(function))) {}
    template <std::convertible_to<std::string_view> T>
    Delay(const T& formula) : specification_(parameters::ConnectionSpecification{formula}) {}
    /// Numbers in ms.
    Delay(parameters::ConnectionSpecification numbers) : specification_(std::move(numbers)) {}

    const std::optional<parameters::ConnectionSpecification>& specification() const {
        return specification_;
    }

private:
    std::optional<parameters::ConnectionSpecification> specification_;
};

/// Connection with a fixed weight and delay.
struct StaticSynapse {
    static constexpr std::string_view name = "StaticSynapse";

    Weight weight{};  ///< nA, uS or mV, as the target's receptor requires
    Delay  delay{};   ///< rounded to the time step, halves up; at least one time step
};

}  // namespace ranvier

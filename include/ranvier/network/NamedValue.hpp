/// @file
/// A value by name, in PyNN's unit, as it comes from files, scripts and other languages.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include "ranvier/models/Column.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/parameters/Sequence.hpp"

namespace ranvier {

namespace detail {
/// What can be given by name, without units; see NamedValue.
template <class T>
concept Unitless =
    std::same_as<T, models::Value> || std::convertible_to<T, parameters::Specification> ||
    std::convertible_to<T, Param<double>> || std::convertible_to<T, Param<Sequence>>;

template <Unitless T>
models::Value value_of(const T& given) {
    if constexpr (std::same_as<T, models::Value>)
        return given;
    else if constexpr (std::convertible_to<T, parameters::Specification>)
        return parameters::Specification{given};
    else if constexpr (std::convertible_to<T, Param<double>>)
        return Param<double>{given}.specification();
    else
        return Param<Sequence>{given};
}
}  // namespace detail

/// A parameter or state variable by name, with its value in PyNN's unit: `{"tau_m", 10.0}`,
/// `{"rate", uniform(5, 10)}`, `{"v", [](std::size_t i) { return -65 + 0.1 * double(i); }}`.
///
/// Takes what a parameter without unit takes: a number, an array, a function, a lazy combination, a
/// distribution, a Specification; and Sequences in their forms.
struct NamedValue {
    std::string   name;
    models::Value value;

    template <detail::Unitless T>
    NamedValue(std::string what, const T& given)
        : name(std::move(what)),
          value(detail::value_of(given)) {}
};

}  // namespace ranvier

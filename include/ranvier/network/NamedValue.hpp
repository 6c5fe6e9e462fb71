/// @file
/// A value by name, in PyNN's unit, as it comes from files, scripts and other languages.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/models/Column.hpp"
#include "ranvier/network/Values.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/parameters/Sequence.hpp"

namespace ranvier {

namespace detail {
/// One list of numbers per cell.
template <class T>
concept ListOfLists = requires(const T& lists) {
    lists.size();
    { *lists.begin() } -> ListOf<double>;
    lists.end();
};

/// What can be given by name, without units; see NamedValue.
template <class T>
concept Unitless = std::same_as<T, models::Value> || std::same_as<T, Values> || ListOfLists<T> ||
    std::convertible_to<T, parameters::Specification> || std::convertible_to<T, Param<double>> ||
    std::convertible_to<T, Param<Sequence>> || std::convertible_to<T, Param<ArrayParameter>>;

template <Unitless T>
models::Value value_of(const T& given) {
    if constexpr (std::same_as<T, models::Value>)
        return given;
    else if constexpr (std::is_arithmetic_v<T>)
        return parameters::Specification{static_cast<double>(given)};
    else if constexpr (std::same_as<T, Values>)
        return given.is_homogeneous() && !given.empty() ? parameters::Specification{given[0]}
                                                        : parameters::Specification{given.array()};
    else if constexpr (ListOfLists<T>) {
        std::vector<Sequence> sequences;
        for (const auto& list : given)
            sequences.push_back(Sequence::in_ms(numbers_in<double>(list)));
        return Param<Sequence>{std::move(sequences)};
    } else if constexpr (std::convertible_to<T, parameters::Specification>)
        return parameters::Specification{given};
    else if constexpr (std::convertible_to<T, Param<double>>)
        return Param<double>{given}.specification();
    else if constexpr (std::convertible_to<T, Param<Sequence>>)
        return Param<Sequence>{given};
    else
        return static_cast<Param<Sequence>>(Param<ArrayParameter>{given});
}
}  // namespace detail

/// A parameter or state variable by name, with its value in PyNN's unit: `{"tau_m", 10.0}`,
/// `{"rate", uniform(5, 10)}`, `{"v", [](std::size_t i) { return -65 + 0.1 * double(i); }}`.
///
/// Takes what a parameter without unit takes: a number, an array, a function, a lazy combination, a
/// distribution, a Specification; what `get` returned, one number where all members had the same;
/// and Sequences and ArrayParameters in their forms, of which a list of lists of numbers is one.
struct NamedValue {
    std::string   name;
    models::Value value;

    template <detail::Unitless T>
    NamedValue(std::string what, const T& given)
        : name(std::move(what)),
          value(detail::value_of(given)) {}
};

}  // namespace ranvier

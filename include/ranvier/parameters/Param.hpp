/// @file
/// A parameter as the user writes it: typed by its unit, given in any of the ways of PyNN.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/parameters/Lazy.hpp"
#include "ranvier/parameters/Specification.hpp"
#include "ranvier/random/RandomDistribution.hpp"

namespace ranvier {

namespace detail {
/// A list that knows its length, of what becomes a Q: a vector or a span, of float or int too, a
/// std::array; no text.
template <class R, class Q>
concept ListOf = !std::convertible_to<const R&, std::string_view> && requires(const R& list) {
    { list.size() } -> std::convertible_to<std::size_t>;
    list.end();
    { *list.begin() } -> std::convertible_to<Q>;
};

/// The values in PyNN's unit.
template <class Q, ListOf<Q> R>
std::vector<double> numbers_in(const R& values) {
    std::vector<double> numbers;
    numbers.reserve(values.size());
    for (const auto& value : values)
        numbers.push_back(pynn_value(static_cast<Q>(value)));
    return numbers;
}
}  // namespace detail

/// A parameter of dimension Q (a Quantity, or double for a pure number).
///
/// Accepts a value, a RandomDistribution, one value per member of the group (a list in brackets, a
/// `std::vector`, an array or a span, or `from_hdf5`), a function of the member's index or of its
/// Position, or arithmetic on these (see Lazy). Anything in another unit does not compile.
template <class Q>
class Param {
public:
    /// Not given: the model's default, or what the cell has already.
    Param() = default;

    Param(Q value) : specification_(pynn_value(value)) {}
    template <std::same_as<Conductance> G>
    requires std::same_as<Q, SmallConductance> Param(G value) : Param(Q{value}) {}

    Param(const RandomDistribution<Q>& distribution)
        : specification_(parameters::Specification{distribution.untyped(), distribution.rng()}) {}

    Param(const std::vector<Q>& values) : specification_(detail::numbers_in<Q>(values)) {}
    /// `.tau_m = {10_ms, 12_ms}`; in brackets alone, a value is one for all as it is without them.
    Param(std::initializer_list<Q> values)
        : specification_(
              values.size() == 1 ? parameters::Specification{pynn_value(*values.begin())}
                                 : parameters::Specification{detail::numbers_in<Q>(values)}
          ) {}
    template <detail::ListOf<Q> R>
    Param(const R& values) : specification_(detail::numbers_in<Q>(values)) {}

    template <std::invocable<std::size_t> F>
    requires std::convertible_to<std::invoke_result_t<F, std::size_t>, Q> Param(F function)
        : specification_(parameters::Specification::Function{
              [function = std::move(function)](std::size_t index) {
                  return pynn_value(Q{function(index)});
              }}) {}

    template <class F, class P = Position>
    requires(!std::invocable<F, std::size_t>) && std::invocable<F, const P&>&& std::convertible_to<
                                                     std::invoke_result_t<F, const P&>,
                                                     Q> Param(F function)
        : specification_(parameters::Specification::PositionFunction{
              [function = std::move(function)](std::array<double, 3> p) {
                  return pynn_value(Q{function(P{p[0], p[1], p[2]})});
              }}) {}

    Param(const Lazy<Q>& values) : specification_(values.specification()) {}

    /// Numbers in PyNN's unit of Q, of which each rank reads its own.
    Param(const parameters::StoredArray& stored) : specification_(stored) {}

    bool is_given() const { return specification_.has_value(); }

    /// The values in PyNN's unit. @pre is_given()
    const parameters::Specification& specification() const { return *specification_; }

private:
    std::optional<parameters::Specification> specification_;
};

/// An option that has no default: leaving it out does not compile.
template <class T>
class Required {
public:
    Required() = delete;
    template <std::convertible_to<T> U>
    Required(U&& value) : value_(static_cast<T>(std::forward<U>(value))) {}

    operator const T&() const { return value_; }

private:
    T value_;
};

/// `count` values from `first` to `last`, both included, equally spaced.
template <class Q>
std::vector<Q> linspace(Q first, Q last, std::size_t count) {
    std::vector<Q> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double part = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0;
        values.push_back(i + 1 == count && count > 1 ? last : first + part * (last - first));
    }
    return values;
}

}  // namespace ranvier

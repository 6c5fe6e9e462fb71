/// @file
/// Lists of times as parameter values: one shared by all cells, one per cell, or from a function.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/parameters/Param.hpp"

namespace ranvier {

/// A list of times, for instance a spike train. Values are held in ms.
class Sequence {
public:
    Sequence() = default;
    Sequence(std::initializer_list<Time> times) {
        for (const Time t : times)
            values_.push_back(t.value());
    }
    explicit Sequence(const std::vector<Time>& times) {
        for (const Time t : times)
            values_.push_back(t.value());
    }
    /// From plain numbers in ms.
    static Sequence in_ms(std::vector<double> times) {
        Sequence result;
        result.values_ = std::move(times);
        return result;
    }

    const std::vector<double>& values() const { return values_; }

    friend bool operator==(const Sequence&, const Sequence&) = default;

private:
    std::vector<double> values_;
};

/// A parameter whose value for one cell is a Sequence.
///
/// Accepts a Sequence (shared by all cells), a `std::vector<Sequence>` (one per cell), or a
/// function of the index that returns a Sequence.
template <>
class Param<Sequence> {
public:
    using Function = std::function<Sequence(std::size_t)>;

    Param() = default;
    Param(Sequence shared) : value_(std::make_shared<const Sequence>(std::move(shared))) {}
    Param(std::vector<Sequence> one_per_cell)
        : value_(std::make_shared<const std::vector<Sequence>>(std::move(one_per_cell))) {}
    template <std::invocable<std::size_t> F>
    requires std::convertible_to<std::invoke_result_t<F, std::size_t>, Sequence> Param(F function)
        : value_(Function{std::move(function)}) {}

    bool is_given() const { return !std::holds_alternative<std::monostate>(value_); }

    /// Number of sequences if one per cell was given.
    std::optional<std::size_t> length() const {
        const Many* many = std::get_if<Many>(&value_);
        return many ? std::optional{(*many)->size()} : std::nullopt;
    }

    /// The sequence of one member. @local Exceptions of a user's function pass through.
    Sequence resolve(std::size_t index) const {
        if (const One* one = std::get_if<One>(&value_)) return **one;
        if (const Many* many = std::get_if<Many>(&value_)) return (**many)[index];
        if (const Function* function = std::get_if<Function>(&value_)) return (*function)(index);
        return {};
    }

private:
    using One  = std::shared_ptr<const Sequence>;
    using Many = std::shared_ptr<const std::vector<Sequence>>;
    std::variant<std::monostate, One, Many, Function> value_;
};

}  // namespace ranvier

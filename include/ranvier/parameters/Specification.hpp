/// @file
/// How one number per member of a group is given, and how a rank obtains those of its own slice.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/random/Distribution.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::parameters {

/// Which values of a group are wanted.
///
/// `slice` counts members of the group from 0. Random values are keyed by the member's index, so
/// that two requests that cover the same member under the same key agree on its value.
struct Request {
    std::size_t size = 0;  ///< members of the whole group
    IndexRange  slice;     ///< those wanted here
    random::Key key{};     ///< for distributions: says what the values are for
};

/// A value per member, not yet evaluated: a number, a distribution, an array, or a function.
///
/// The numbers are in PyNN's units. Copies share arrays and functions. Nothing is evaluated before
/// `resolve`.
class Specification {
public:
    using Function = std::function<double(std::size_t)>;

    /// The same number for every member.
    Specification(double number = 0) : value_(number) {}
    /// One draw per member, keyed by its index.
    Specification(random::Distribution distribution) : value_(std::move(distribution)) {}
    /// One value per member, in index order; every rank passes the whole array.
    Specification(std::vector<double> values)
        : value_(std::make_shared<const std::vector<double>>(std::move(values))) {}
    /// A function of the index within the group, called once per member, on its owner.
    Specification(Function function) : value_(std::move(function)) {}

    /// The number, if it is the same for all members by construction.
    std::optional<double> constant() const;

    /// The length of an array; nothing for the other kinds, which fit every group.
    std::optional<std::size_t> length() const;

    /// The distribution, if it is one.
    const random::Distribution* distribution() const {
        return std::get_if<random::Distribution>(&value_);
    }

    /// Evaluates the members of `request.slice` into `out[request.slice.size()]`.
    ///
    /// @local Exceptions of a user's function pass through.
    /// @pre `length()` is empty or equal to `request.size`.
    void resolve(const Request& request, std::span<double> out) const;

    /// For messages: `the number 5`, `RandomDistribution "normal"`, `an array of 7 values`.
    std::string describe() const;

private:
    using Array = std::shared_ptr<const std::vector<double>>;
    std::variant<double, random::Distribution, Array, Function> value_;
};

}  // namespace ranvier::parameters

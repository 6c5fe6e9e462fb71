/// @file
/// How one number per connection of a projection is given, and how the owner of a target obtains
/// those of the target's connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ranvier/parameters/Expression.hpp"
#include "ranvier/parameters/Matrix.hpp"
#include "ranvier/random/Distribution.hpp"
#include "ranvier/random/NumpyRNG.hpp"

namespace ranvier::parameters {

/// The connections of one target whose values are wanted, in the order in which they were created.
struct ConnectionColumn {
    std::size_t                    post = 0;   ///< index of the target in its group
    std::span<const std::uint32_t> sources;    ///< indices in the presynaptic group
    std::uint64_t                  first = 0;  ///< place of the first one in the projection's list
    random::Key                    key{};      ///< for distributions: projection and parameter
    std::span<const double>        distances{};  ///< um, if `needs_distance()`
};

/// A value per connection, not yet evaluated. The numbers are in PyNN's units. Copies share arrays
/// and functions. Nothing is evaluated before `resolve`.
class ConnectionSpecification {
public:
    using PairFunction = std::function<double(std::size_t pre, std::size_t post)>;
    struct DistanceFunction {
        std::function<double(double)> of;  ///< of the distance in um
    };

    /// The same number for every connection.
    ConnectionSpecification(double number = 0) : value_(number) {}
    /// One draw per connection, keyed by the target and by the connection's place among those of
    /// the target; with a generator, its next numbers in list order, for which every rank draws
    /// those of all connections.
    ConnectionSpecification(
        random::Distribution distribution, std::optional<NumpyRNG> rng = std::nullopt
    )
        : value_(std::move(distribution)),
          rng_(std::move(rng)) {}
    /// One value per connection of the whole projection, in the order in which it lists them: by
    /// target, then as created. Every rank passes the whole array.
    ConnectionSpecification(std::vector<double> values)
        : value_(std::make_shared<const std::vector<double>>(std::move(values))) {}
    /// A value per pair; those of pairs that are not connected do not matter.
    ConnectionSpecification(Matrix<double> values)
        : value_(std::make_shared<const Matrix<double>>(std::move(values))) {}
    /// A function of the two indices, called once per connection, on the target's owner.
    ConnectionSpecification(PairFunction function) : value_(std::move(function)) {}
    /// A function of the distance between the two cells, called once per connection.
    ConnectionSpecification(DistanceFunction function) : value_(std::move(function)) {}
    /// A formula in the variables d (distance in um), i and j (indices of the presynaptic and the
    /// postsynaptic cell).
    ConnectionSpecification(Expression formula) : value_(std::move(formula)) {}

    std::optional<double>       constant() const;  ///< the number, if it is one
    const random::Distribution* distribution() const {
        return std::get_if<random::Distribution>(&value_);
    }
    const std::vector<double>* values() const;  ///< of an array; nullptr for the other kinds
    std::optional<std::size_t> length() const {
        return values() ? std::optional{values()->size()} : std::nullopt;
    }
    const Matrix<double>* matrix() const;  ///< nullptr for the other kinds
    bool                  needs_distance() const;
    /// Whether each value is a call of a function in C++.
    bool is_function() const {
        return std::holds_alternative<PairFunction>(value_) ||
               std::holds_alternative<DistanceFunction>(value_);
    }
    /// This function, which gives a value that is known already without a call when it is first
    /// asked for it.
    /// @pre is_function(), and `one` is the connection that `value` belongs to
    ConnectionSpecification reusing(double value, const ConnectionColumn& one) const;

    /// Whether every value has its place in one sequence: an array, or numbers of a generator.
    bool is_sequential() const { return values() || rng_; }
    /// With a generator, the array of its numbers for so many connections; otherwise this. Every
    /// rank must ask. @local
    /// @param use for the generator: what the numbers are for
    ConnectionSpecification sequence(std::uint64_t num_connections, random::Key use) const;

    /// Evaluates the connections of a target into `out[sources.size()]`.
    ///
    /// @local Exceptions of a user's function pass through.
    /// @pre an array has a value for each connection, a matrix for each pair; there is no generator
    void resolve(const ConnectionColumn& column, std::span<double> out) const;

    /// The value of the k-th connection of a target alone: what `resolve` gives for it. @local
    double value(const ConnectionColumn& column, std::size_t k) const;

    /// Differs if the numbers of an array or a matrix differ, or the seeds of generators; 0 for the
    /// other kinds, which `describe` tells apart. @local
    std::uint64_t fingerprint() const;

    /// For messages: `the number 5`, `an array of 7 values`, `the expression "d + 1"`.
    std::string describe() const;

private:
    void resolve_formula(
        const Expression& formula, const ConnectionColumn& column, std::span<double> out
    ) const;

    using Array  = std::shared_ptr<const std::vector<double>>;
    using Values = std::shared_ptr<const Matrix<double>>;
    std::variant<
        double,
        random::Distribution,
        Array,
        Values,
        PairFunction,
        DistanceFunction,
        Expression>
                            value_;
    std::optional<NumpyRNG> rng_;
};

}  // namespace ranvier::parameters

namespace ranvier {

/// A value per connection as a formula in d (the distance in um), i and j (the indices of the two
/// cells), in PyNN's unit: `.delay = expression("0.2 + d / 300")`. The grammar is that of
/// parameters::Expression.
/// @local @throws ParameterError with the place in the text
inline parameters::ConnectionSpecification expression(std::string text) {
    return parameters::Expression{std::move(text), {"d", "i", "j"}};
}
/// The same with d alone. @local
inline parameters::ConnectionSpecification by_distance(std::string text) {
    return parameters::Expression{std::move(text), {"d"}};
}

}  // namespace ranvier

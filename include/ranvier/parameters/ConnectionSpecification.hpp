/// @file
/// How one number per connection of a projection is given, and how the owner of a target obtains
/// those of the target's connections.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "ranvier/parameters/Expression.hpp"
#include "ranvier/parameters/Lazy.hpp"
#include "ranvier/parameters/Matrix.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/parameters/Specification.hpp"
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

/// Becomes a floating-point number and nothing else: tells a function of a distance from one of an
/// index.
struct Real {
    double value;
    template <std::floating_point T>
    operator T() const {
        return static_cast<T>(value);
    }
};

/// A function of the distance, which it takes as a Length, or as a number in um.
template <class F>
concept FunctionOfDistance = std::invocable<F&, Length> || std::invocable<F&, Real>;
template <FunctionOfDistance F>
auto at_distance(F& function, double um) {
    if constexpr (std::invocable<F&, Length>)
        return function(Length::in_base_units(um));
    else
        return function(Real{um});
}
template <class F>
using AtDistance = decltype(at_distance(std::declval<F&>(), 0.0));

/// A function of the presynaptic and the postsynaptic index that is no table.
template <class F, class Q>
concept PairFunctionTo =
    std::is_invocable_r_v<Q, F&, std::size_t, std::size_t> && !requires(const F& f) {
    f.rows();
};

/// A value per connection, not yet evaluated: a number, a distribution, an array, a matrix, a
/// function, a formula, or arithmetic on any of these. The numbers are in PyNN's units. Copies
/// share arrays and functions. Nothing is evaluated before `resolve`.
///
///     2 * uniform(0.1, 0.2) + 0.01 * expression("d")
///
/// Distributions within one combination draw independent numbers.
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
    /// The same as text: `"0.2 + d / 300"`. @throws ParameterError with the place in the text
    template <std::convertible_to<std::string_view> T>
    ConnectionSpecification(const T& formula)
        : value_(Expression{std::string{std::string_view{formula}}, {"d", "i", "j"}}) {}

    /// Lists and functions as users write them.
    template <ranvier::detail::ListOf<double> R>
    ConnectionSpecification(const R& values)
        : ConnectionSpecification(ranvier::detail::numbers_in<double>(values)) {}
    template <PairFunctionTo<double> F>
    ConnectionSpecification(F function) : value_(PairFunction{std::move(function)}) {}
    template <FunctionOfDistance F>
    requires std::convertible_to < AtDistance<F>,
    double > ConnectionSpecification(F function)
        : value_(DistanceFunction{[function = std::move(function)](double um) mutable -> double {
              return at_distance(function, um);
          }}) {}
    ConnectionSpecification(const RandomDistribution<double>& distribution)
        : ConnectionSpecification(distribution.untyped(), distribution.rng()) {}
    ConnectionSpecification(const Lazy<double>& values)
        : ConnectionSpecification(of(values.specification())) {}

    /// What cells are given, for connections: numbers, distributions, arrays and what combines
    /// them.
    /// @throws ParameterError for what belongs to one cell: functions of its index or position, and
    ///         arrays in files
    static ConnectionSpecification of(const Specification& values);

    std::optional<double>       constant() const;  ///< the number, if it is one
    const random::Distribution* distribution() const {
        return std::get_if<random::Distribution>(&value_);
    }
    const std::vector<double>* values() const;  ///< of an array; nullptr for the other kinds
    /// Of arrays. @throws ParameterError if arrays of different lengths were combined
    std::optional<std::size_t> length() const;
    const Matrix<double>*      matrix() const;  ///< nullptr for the other kinds
    bool                       needs_distance() const;
    /// Whether each value is computed from others.
    bool is_combination() const { return std::holds_alternative<Tree>(value_); }
    /// Calls `f` for this, or for each of the values that it combines.
    void for_each_operand(const std::function<void(const ConnectionSpecification&)>& f) const;
    /// Whether values of the connections of a pair differ by chance alone, and have no place.
    bool is_drawn() const;
    /// Whether a function in C++ takes part.
    bool has_function() const;
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
    bool is_sequential() const;
    /// The generators that take part, as often as they do.
    std::vector<NumpyRNG> generators() const;
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

    /// Differs if the numbers of an array or a matrix differ, or where generators stand, or what is
    /// combined; 0 for the other kinds, which `describe` tells apart. @local
    std::uint64_t fingerprint() const;

    /// For messages: `the number 5`, `an array of 7 values`, `the expression "d + 1"`.
    std::string describe() const;

    friend ConnectionSpecification operator+(
        const ConnectionSpecification& a, const ConnectionSpecification& b
    ) {
        return combined(Operation::add, a, b);
    }
    friend ConnectionSpecification operator-(
        const ConnectionSpecification& a, const ConnectionSpecification& b
    ) {
        return combined(Operation::subtract, a, b);
    }
    friend ConnectionSpecification operator*(
        const ConnectionSpecification& a, const ConnectionSpecification& b
    ) {
        return combined(Operation::multiply, a, b);
    }
    friend ConnectionSpecification operator/(
        const ConnectionSpecification& a, const ConnectionSpecification& b
    ) {
        return combined(Operation::divide, a, b);
    }
    friend ConnectionSpecification operator-(const ConnectionSpecification& a) { return 0.0 - a; }

private:
    struct Combination;  // of one or two operands
    using Operation = Specification::Operation;
    using Tree      = std::shared_ptr<const Combination>;

    static ConnectionSpecification combined(
        Operation                      operation,
        const ConnectionSpecification& a,
        const ConnectionSpecification& b,
        std::function<double(double)>  function = {}
    );
    bool                    any_operand(bool (*holds)(const ConnectionSpecification&)) const;
    ConnectionSpecification sequence(
        std::uint64_t num_connections, random::Key use, std::uint64_t& draws
    ) const;
    void resolve(const ConnectionColumn& column, std::uint64_t& draws, std::span<double> out) const;
    double value(const ConnectionColumn& column, std::size_t k, std::uint64_t& draws) const;
    void   resolve_formula(
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
        Expression,
        Tree>
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

/// @file
/// How one number per member of a group is given, and how a rank obtains those of its own slice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/random/Distribution.hpp"
#include "ranvier/random/NumpyRNG.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::parameters {

class ConnectionSpecification;

/// Which values of a group are wanted.
///
/// `slice` counts members of the group from 0. Random values are keyed by the member's index, so
/// that two requests that cover the same member under the same key agree on its value.
struct Request {
    std::size_t size = 0;  ///< members of the whole group
    IndexRange  slice;     ///< those wanted here
    random::Key key{};     ///< for distributions: says what the values are for
    /// Coordinates of a member, um; needed for functions of the position only.
    std::function<std::array<double, 3>(std::size_t)> position{};
};

/// Values that are kept elsewhere, such as a dataset of a file, and read where they are wanted.
class ArraySource {
public:
    virtual ~ArraySource() = default;

    /// How many values there are; nothing for a source that fits every group. @local May fail.
    virtual std::optional<std::size_t> length() const = 0;

    /// Values `[first, first + out.size())`, counted in the group. @local May fail.
    virtual void read(std::size_t first, std::span<double> out) const = 0;

    /// For messages.
    virtual std::string describe() const = 0;
};

/// A source as a parameter is given it: `IF_curr_exp{.tau_m = from_hdf5("cells.h5", "/tau_m")}`.
/// The numbers are in PyNN's unit of the parameter.
struct StoredArray {
    std::shared_ptr<const ArraySource> source;
};

/// A value per member, not yet evaluated: a number, a distribution, an array, a stored array, a
/// function of the index or of the position, or arithmetic on any of these.
///
/// The numbers are in PyNN's units. Copies share arrays and functions. Nothing is evaluated before
/// `resolve`, and then only what is asked for.
///
///     2 * Specification{Distribution::uniform(5, 7)} + Specification{[](std::size_t i) {...}}
///
/// Distributions within one combination draw independent numbers.
class Specification {
public:
    using Function         = std::function<double(std::size_t)>;
    using PositionFunction = std::function<double(std::array<double, 3>)>;
    using Unary            = double (*)(double);

    /// The same number for every member.
    Specification(double number = 0) : value_(number) {}
    /// One draw per member, keyed by its index; with a generator, its next numbers in index order.
    Specification(random::Distribution distribution, std::optional<NumpyRNG> rng = std::nullopt)
        : value_(Random{std::move(distribution), std::move(rng)}) {}
    /// One value per member, in index order; every rank passes the whole array.
    Specification(std::vector<double> values)
        : value_(std::make_shared<const std::vector<double>>(std::move(values))) {}
    /// The same from a source that each rank reads for itself.
    Specification(StoredArray stored) : value_(std::move(stored)) {}
    /// A function of the index within the group, called once per member, on its owner.
    Specification(Function function) : value_(std::move(function)) {}
    /// A function of the position in um, called once per member, on its owner.
    Specification(PositionFunction function) : value_(std::move(function)) {}

    /// The number, if it is the same for all members by construction.
    std::optional<double> constant() const;

    /// The length of arrays; nothing for the other kinds, which fit every group. @local
    /// @throws ParameterError if arrays of different lengths were combined; what a source throws
    std::optional<std::size_t> length() const;

    /// The numbers of an array; nullptr for the other kinds.
    const std::vector<double>* values() const {
        const Array* array = std::get_if<Array>(&value_);
        return array ? array->get() : nullptr;
    }

    /// Differs if numbers, arrays, distributions, the seeds of their generators, the names of
    /// stored arrays or the way these are combined differ; what functions do does not count. @local
    std::uint64_t fingerprint() const;

    /// The distribution, if it is one.
    const random::Distribution* distribution() const {
        const Random* random = std::get_if<Random>(&value_);
        return random ? &random->distribution : nullptr;
    }

    /// Whether a NumpyRNG takes part: its numbers depend on their order, so that `resolve` must be
    /// called on every rank, also for an empty slice, with the same size and key.
    bool is_sequential() const;
    /// The generators that take part, as often as they do.
    std::vector<NumpyRNG> generators() const;

    /// Evaluates the members of `request.slice` into `out[request.slice.size()]`.
    ///
    /// @local Exceptions of a user's function pass through.
    /// @pre `length()` is empty or equal to `request.size`.
    void resolve(const Request& request, std::span<double> out) const;

    /// For messages: `the number 5`, `RandomDistribution "normal"`, `an array of 7 values`.
    std::string describe() const;

    friend Specification operator+(const Specification& a, const Specification& b) {
        return combined(Operation::add, a, b);
    }
    friend Specification operator-(const Specification& a, const Specification& b) {
        return combined(Operation::subtract, a, b);
    }
    friend Specification operator*(const Specification& a, const Specification& b) {
        return combined(Operation::multiply, a, b);
    }
    friend Specification operator/(const Specification& a, const Specification& b) {
        return combined(Operation::divide, a, b);
    }
    friend Specification operator-(const Specification& a) { return 0.0 - a; }
    /// 1 where it holds, otherwise 0.
    friend Specification operator<(const Specification& a, const Specification& b) {
        return combined(Operation::less, a, b);
    }
    friend Specification operator>(const Specification& a, const Specification& b) { return b < a; }
    friend Specification operator<=(const Specification& a, const Specification& b) {
        return combined(Operation::less_equal, a, b);
    }
    friend Specification operator>=(const Specification& a, const Specification& b) {
        return b <= a;
    }
    friend Specification pow(const Specification& a, const Specification& b) {
        return combined(Operation::power, a, b);
    }
    friend Specification min(const Specification& a, const Specification& b) {
        return combined(Operation::minimum, a, b);
    }
    friend Specification max(const Specification& a, const Specification& b) {
        return combined(Operation::maximum, a, b);
    }
    /// `function` of each value, called when the value is resolved.
    Specification transformed(std::function<double(double)> function) const;

private:
    friend ConnectionSpecification;  // which takes what can be said of connections, too

    enum class Operation {
        add,
        subtract,
        multiply,
        divide,
        power,
        less,
        less_equal,
        minimum,
        maximum,
        function
    };
    struct Combination;  // of one or two operands
    struct Random {
        random::Distribution    distribution;
        std::optional<NumpyRNG> rng;
    };

    using Array = std::shared_ptr<const std::vector<double>>;
    using Tree  = std::shared_ptr<const Combination>;

    static Specification combined(Operation, const Specification& a, const Specification& b);
    static void          apply(
                 Operation                            operation,
                 const std::function<double(double)>& function,  // of a, for Operation::function
                 std::span<double>                    a,
                 std::span<const double>              b
             );

    bool reads_source() const;
    void resolve(const Request& request, std::uint64_t& draws, std::span<double> out) const;
    void resolve_blocks(const Request& request, std::uint64_t& draws, std::span<double> out) const;

    std::variant<double, Random, Array, StoredArray, Function, PositionFunction, Tree> value_;
};

/// Elementary functions of each value, with the library's own algorithms.
Specification exp(const Specification& a);
Specification log(const Specification& a);
Specification sqrt(const Specification& a);
Specification sin(const Specification& a);
Specification cos(const Specification& a);
Specification abs(const Specification& a);

}  // namespace ranvier::parameters

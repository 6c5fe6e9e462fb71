/// @file
/// Lists of times as parameter values: one shared by all cells, one per cell, or from a function.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/parameters/Param.hpp"

namespace ranvier {

/// A list of times, for instance a spike train. Values are held in ms; copies share them.
class Sequence {
public:
    Sequence() : Sequence(std::span<const Time>{}) {}
    Sequence(std::initializer_list<Time> times)
        : Sequence(std::span<const Time>{times.begin(), times.size()}) {}
    explicit Sequence(const std::vector<Time>& times) : Sequence(std::span<const Time>{times}) {}
    /// From plain numbers in ms.
    static Sequence in_ms(std::vector<double> times) { return Sequence{Raw{std::move(times)}}; }

    const std::vector<double>& values() const { return *values_; }

    Time operator[](std::size_t k) const { return Time::in_base_units(values()[k]); }
    /// The largest. @pre not empty
    Time max() const {
        return Time::in_base_units(*std::max_element(values().begin(), values().end()));
    }

    friend bool operator==(const Sequence& a, const Sequence& b) {
        return a.values() == b.values();
    }

    /// Every time by itself.
    friend Sequence operator+(const Sequence& s, Time t) {
        return s.map([t](double x) { return x + t.value(); });
    }
    friend Sequence operator-(const Sequence& s, Time t) {
        return s.map([t](double x) { return x - t.value(); });
    }
    friend Sequence operator*(const Sequence& s, double f) {
        return s.map([f](double x) { return x * f; });
    }
    friend Sequence operator*(double f, const Sequence& s) { return s * f; }
    friend Sequence operator/(const Sequence& s, double f) {
        return s.map([f](double x) { return x / f; });
    }
    /// One Sequence per number of the right side, as PyNN has it: spike trains that are shifted or
    /// stretched from cell to cell.
    friend std::vector<Sequence> operator+(const Sequence& s, const std::vector<Time>& shifts) {
        return for_each(shifts, [&s](Time t) { return s + t; });
    }
    friend std::vector<Sequence> operator-(const Sequence& s, const std::vector<Time>& shifts) {
        return for_each(shifts, [&s](Time t) { return s - t; });
    }
    friend std::vector<Sequence> operator*(const Sequence& s, const std::vector<double>& factors) {
        return for_each(factors, [&s](double f) { return s * f; });
    }
    friend std::vector<Sequence> operator/(const Sequence& s, const std::vector<double>& factors) {
        return for_each(factors, [&s](double f) { return s / f; });
    }

protected:
    struct Raw {
        std::vector<double> values;
    };
    explicit Sequence(Raw raw)
        : values_(std::make_shared<const std::vector<double>>(std::move(raw.values))) {}

private:
    explicit Sequence(std::span<const Time> times) {
        std::vector<double> values;
        values.reserve(times.size());
        for (const Time t : times)
            values.push_back(t.value());
        values_ = std::make_shared<const std::vector<double>>(std::move(values));
    }

    template <class F>
    Sequence map(F f) const {
        std::vector<double> values = this->values();
        for (double& x : values)
            x = f(x);
        return in_ms(std::move(values));
    }
    template <class T, class F>
    static std::vector<Sequence> for_each(const std::vector<T>& arguments, F f) {
        std::vector<Sequence> result;
        result.reserve(arguments.size());
        for (const T& argument : arguments)
            result.push_back(f(argument));
        return result;
    }

    std::shared_ptr<const std::vector<double>> values_;
};

/// As in Python: `Sequence([74, 75])`.
inline std::string to_text(const Sequence& sequence) {
    std::string text = "Sequence([";
    for (std::size_t k = 0; k < sequence.values().size(); ++k)
        text += (k > 0 ? ", " : "") + number(sequence.values()[k]);
    return text + "])";
}

/// A list of plain numbers, in the unit of the parameter it is given for; no list of times.
class ArrayParameter : public Sequence {
public:
    ArrayParameter() = default;
    ArrayParameter(std::initializer_list<double> numbers) : Sequence(Raw{numbers}) {}
    explicit ArrayParameter(std::vector<double> numbers) : Sequence(Raw{std::move(numbers)}) {}
};

namespace parameters {

/// Sequences that are kept elsewhere, such as in a file, and read where they are wanted.
class SequenceSource {
public:
    virtual ~SequenceSource() = default;

    /// How many there are. @local May fail.
    virtual std::size_t length() const = 0;
    /// Those of some members. @local May fail. @pre the range lies within the length
    virtual std::vector<Sequence> read(IndexRange members) const = 0;

    /// For messages.
    virtual std::string describe() const = 0;
};

/// A source as a parameter is given it; see `sequences_from_hdf5`.
struct StoredSequences {
    std::shared_ptr<const SequenceSource> source;
};

}  // namespace parameters

/// A parameter whose value for one cell is a Sequence.
///
/// Accepts a Sequence or a list of times (shared by all cells), a `std::vector<Sequence>` or a list
/// of lists (one per cell), a function of the index that returns a Sequence, or sequences of a file
/// (one per cell).
template <>
class Param<Sequence> {
public:
    using Function = std::function<Sequence(std::size_t)>;

    Param() = default;
    Param(std::initializer_list<Time> times) : Param(Sequence{times}) {}
    Param(Sequence shared) : value_(std::make_shared<const Sequence>(std::move(shared))) {}
    Param(std::vector<Sequence> one_per_cell)
        : value_(std::make_shared<const std::vector<Sequence>>(std::move(one_per_cell))) {}
    Param(const std::vector<Time>& shared) : Param(Sequence{shared}) {}
    Param(const std::vector<std::vector<Time>>& one_per_cell)
        : Param(std::vector<Sequence>(one_per_cell.begin(), one_per_cell.end())) {}
    Param(parameters::StoredSequences stored) : value_(std::move(stored)) {}
    template <std::invocable<std::size_t> F>
    requires std::convertible_to<std::invoke_result_t<F, std::size_t>, Sequence> Param(F function)
        : value_(Function{std::move(function)}) {}

    bool is_given() const { return !std::holds_alternative<std::monostate>(value_); }

    /// Number of sequences if one per cell was given. @local What a source throws.
    std::optional<std::size_t> length() const {
        if (const Stored* stored = std::get_if<Stored>(&value_)) return stored->source->length();
        const Many* many = std::get_if<Many>(&value_);
        return many ? std::optional{(*many)->size()} : std::nullopt;
    }

    /// The sequence if all members share one.
    const Sequence* shared() const {
        const One* one = std::get_if<One>(&value_);
        return one ? one->get() : nullptr;
    }

    /// Differs if lists or the name of a source differ; what a function does does not count. @local
    std::uint64_t fingerprint() const;

    /// The sequence of one member. @local Exceptions of a user's function pass through.
    Sequence resolve(std::size_t index) const {
        if (const One* one = std::get_if<One>(&value_)) return **one;
        if (const Many* many = std::get_if<Many>(&value_)) return (**many)[index];
        if (const Function* function = std::get_if<Function>(&value_)) return (*function)(index);
        if (const Stored* stored = std::get_if<Stored>(&value_))
            return stored->source->read({index, index + 1}).front();
        return {};
    }
    /// The sequences of some members, one after the other. @local
    std::vector<Sequence> resolve(IndexRange members) const;

private:
    using One    = std::shared_ptr<const Sequence>;
    using Many   = std::shared_ptr<const std::vector<Sequence>>;
    using Stored = parameters::StoredSequences;
    std::variant<std::monostate, One, Many, Function, Stored> value_;
};

inline std::uint64_t Param<Sequence>::fingerprint() const {
    const std::uint64_t kind = value_.index();
    if (shared()) return hash_of(kind, hash_of_numbers(shared()->values()));
    if (const Stored* stored = std::get_if<Stored>(&value_))
        return hash_of(kind, hash_of_text(stored->source->describe()));
    const Many* many = std::get_if<Many>(&value_);
    if (!many) return mix(kind);
    std::uint64_t hash = hash_of(kind, (*many)->size());
    for (const Sequence& sequence : **many)
        hash = hash_of(hash, hash_of_numbers(sequence.values()));
    return hash;
}

inline std::vector<Sequence> Param<Sequence>::resolve(IndexRange members) const {
    if (members.empty()) return {};
    if (const Stored* stored = std::get_if<Stored>(&value_)) return stored->source->read(members);
    std::vector<Sequence> result;
    for (std::size_t i = members.first; i < members.last; ++i) {
        tick();
        result.push_back(resolve(i));
    }
    return result;
}

/// The same for lists of plain numbers; a list of times is not accepted.
template <>
class Param<ArrayParameter> : public Param<Sequence> {
public:
    Param() = default;
    Param(ArrayParameter shared) : Param<Sequence>(std::move(shared)) {}
    Param(std::initializer_list<double> numbers) : Param(ArrayParameter{numbers}) {}
    Param(const std::vector<ArrayParameter>& one_per_cell)
        : Param<Sequence>(std::vector<Sequence>(one_per_cell.begin(), one_per_cell.end())) {}
    template <std::invocable<std::size_t> F>
    requires std::convertible_to<std::invoke_result_t<F, std::size_t>, ArrayParameter> Param(
        F function
    )
        : Param<Sequence>([function = std::move(function)](std::size_t index) -> Sequence {
              return ArrayParameter{function(index)};
          }) {}
};

}  // namespace ranvier

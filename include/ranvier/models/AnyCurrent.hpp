/// @file
/// What a current source is to the rest of the library: a current per time step, and parameters by
/// name.
///
/// A source is one struct under models/currents: parameters as the user writes them, the list
/// `parameters()`, `check` and `waveform`.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/parameters/Sequence.hpp"
#include "ranvier/random/Key.hpp"

namespace ranvier::models {

/// What a current source is told about its place in the network.
struct CurrentContext {
    TimeGrid    grid;
    random::Key key{};  ///< for its noise; the same on every rank
};

/// The current in nA from step s to step s + 1, as a function of s.
using Waveform = std::function<double(Step)>;

/// One line of a source's list of parameters.
template <class M, class Q>
struct CurrentEntry {
    std::string_view name;
    Q M::*member;
};
template <class M, class Q>
constexpr auto current_parameter(std::string_view name, Q M::*member) {
    return CurrentEntry<M, Q>{name, member};
}

/// @throws ParameterError that names the source and the parameter
void require_finite(std::string_view source, std::string_view name, double value);
void require_non_negative(std::string_view source, std::string_view name, double value);
/// That single precision holds a number, the current of one or of several times.
void require_single(
    std::string_view source, std::string_view name, std::span<const Current> values
);

template <class M>
concept CurrentModel = requires(const M& m, const CurrentContext& context) {
    { M::name } -> std::convertible_to<std::string_view>;
    M::parameters();
    m.check(context.grid);
    { m.waveform(context) } -> std::same_as<Waveform>;
};

/// A current source of any type. Numbers are in PyNN's units.
class AnyCurrent {
public:
    virtual ~AnyCurrent() = default;

    virtual std::string_view            model() const = 0;
    virtual std::vector<std::string>    names() const = 0;
    virtual std::unique_ptr<AnyCurrent> clone() const = 0;

    /// Whether a parameter is a time series, of any length. @throws ParameterError as `get`
    virtual bool is_series(std::string_view name) const = 0;
    /// One value, or those of a time series. @throws ParameterError if there is no such parameter
    virtual std::vector<double> get(std::string_view name) const = 0;
    /// @throws ParameterError also if a number is given for a series that needs several or the like
    virtual void set(std::string_view name, const std::vector<double>& values) = 0;

    virtual void check(const TimeGrid& grid) const = 0;
    /// That its currents can be held in single precision. @throws ParameterError
    virtual void     check_single() const                          = 0;
    virtual Waveform waveform(const CurrentContext& context) const = 0;

protected:
    [[noreturn]] void no_parameter(std::string_view name) const;
    [[noreturn]] void not_one(std::string_view name, std::size_t count) const;
};

namespace detail {
inline std::vector<double> numbers_of(const Sequence& times) {
    return times.values();
}
template <class Q>
std::vector<double> numbers_of(const std::vector<Q>& values) {
    std::vector<double> numbers;
    for (const Q value : values)
        numbers.push_back(pynn_value(value));
    return numbers;
}
template <class Q>
std::vector<double> numbers_of(const Q& value) {
    return {pynn_value(value)};
}

constexpr bool is_series(const Sequence&) {
    return true;
}
template <class Q>
constexpr bool is_series(const std::vector<Q>&) {
    return true;
}
template <class Q>
constexpr bool is_series(const Q&) {
    return false;
}

inline void check_single(std::string_view source, std::string_view name, const Current& value) {
    require_single(source, name, {&value, 1});
}
inline void check_single(
    std::string_view source, std::string_view name, const std::vector<Current>& values
) {
    require_single(source, name, values);
}
template <class Q>
void check_single(std::string_view, std::string_view, const Q&) {}

inline bool assign(Sequence& times, const std::vector<double>& numbers) {
    times = Sequence::in_ms(numbers);
    return true;
}
template <class Q>
bool assign(std::vector<Q>& values, const std::vector<double>& numbers) {
    values.clear();
    for (const double number : numbers)
        values.push_back(from_pynn_value<Q>(number));
    return true;
}
template <class Q>
bool assign(Q& value, const std::vector<double>& numbers) {
    if (numbers.size() != 1) return false;
    value = from_pynn_value<Q>(numbers[0]);
    return true;
}
}  // namespace detail

template <CurrentModel M>
class CurrentOf final : public AnyCurrent {
public:
    explicit CurrentOf(M parameters) : parameters_(std::move(parameters)) {}

    std::string_view            model() const override { return M::name; }
    std::unique_ptr<AnyCurrent> clone() const override {
        return std::make_unique<CurrentOf>(parameters_);
    }
    std::vector<std::string> names() const override {
        return std::apply(
            [](const auto&... entry) { return std::vector{std::string{entry.name}...}; },
            M::parameters()
        );
    }
    std::vector<double> get(std::string_view name) const override {
        std::vector<double> values;
        if (!at(name,
                [&](const auto& entry) { values = detail::numbers_of(parameters_.*entry.member); }))
            no_parameter(name);
        return values;
    }
    bool is_series(std::string_view name) const override {
        bool result = false;
        if (!at(name,
                [&](const auto& entry) { result = detail::is_series(parameters_.*entry.member); }))
            no_parameter(name);
        return result;
    }
    void set(std::string_view name, const std::vector<double>& values) override {
        bool fits = false;
        if (!at(name, [&](const auto& entry) {
                fits = detail::assign(parameters_.*entry.member, values);
            }))
            no_parameter(name);
        if (!fits) not_one(name, values.size());
    }
    void check(const TimeGrid& grid) const override { parameters_.check(grid); }
    void check_single() const override {
        std::apply(
            [&](const auto&... entry) {
                (detail::check_single(M::name, entry.name, parameters_.*entry.member), ...);
            },
            M::parameters()
        );
    }
    Waveform waveform(const CurrentContext& context) const override {
        return parameters_.waveform(context);
    }

private:
    template <class F>
    static bool at(std::string_view name, F f) {
        return std::apply(
            [&](const auto&... entry) {
                return ((entry.name == name ? (f(entry), true) : false) || ...);
            },
            M::parameters()
        );
    }

    M parameters_;
};

}  // namespace ranvier::models

/// @file
/// Formulas given as text, such as `0.2 + 3 * exp(-d / 100)`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ranvier::parameters {

/// All numbers from `low` to `high`.
struct Interval {
    double low  = 0;
    double high = 0;

    friend bool operator==(const Interval&, const Interval&) = default;
};

/// A formula in named variables, with the meaning that Python and NumPy give it.
///
///     numbers      2  .5  1e-3                constants    pi  e  inf  True  False
///     arithmetic   + - * / // % **            comparisons  < <= > >= == != (also chained): 1 or 0
///     logic        and or not                 choice       x if condition else y
///     functions    abs arccos arcsin arctan arctan2 ceil cos cosh exp fabs floor fmod hypot ldexp
///                  log log10 max maximum min minimum modf power sin sinh sqrt tan tanh where
///
/// Functions and constants may be written with a prefix: `np.exp(-d)`. `**` binds tighter than a
/// minus before it and groups to the right; `//` and `%` round down; `and` and `or` give one of
/// their operands; `min` and `max` take any number of values from two on; `modf` gives the
/// fractional part; a division by zero gives inf or nan. Elementary functions are the library's
/// own, so a formula gives the same bits on every machine; sin, cos and tan are defined up to 1e6
/// in magnitude.
class Expression {
public:
    /// Compiles a text. Copies share the result.
    /// @throws ParameterError with the place in the text, counted from 1, what was found there, and
    ///         what it could have been
    Expression(std::string text, std::initializer_list<std::string_view> variables);

    const std::string& text() const { return text_; }

    /// Whether the k-th variable occurs in the text.
    bool uses(std::size_t variable) const { return (used_ >> variable & 1) != 0; }

    /// The value where the variables have these values. @local
    double operator()(std::initializer_list<double> values) const;

    /// `out[k]` for the k-th value of every variable; a variable that the text does not use may be
    /// an empty span. @local
    void evaluate(std::initializer_list<std::span<const double>> values, std::span<double> out)
        const;

    /// An interval that holds all values that the formula takes while each variable stays within
    /// its interval; wider than necessary where a variable occurs several times. NaN is not counted
    /// as a value. @local
    Interval bounds(std::initializer_list<Interval> variables) const;

    /// What one step of a compiled formula does to the stack of operands.
    enum class Op : std::uint8_t {
        // clang-format off
        number, variable,
        negate, logical_not, abs, arccos, arcsin, arctan, ceil, cos, cosh, exp, floor, log, log10,
        modf, sin, sinh, sqrt, tan, tanh,
        add, subtract, multiply, divide, floor_divide, modulo, power, less, less_equal, greater,
        greater_equal, equal, not_equal, logical_and, logical_or, arctan2, fmod, hypot, ldexp,
        maximum, minimum,
        where
        // clang-format on
    };
    struct Step {
        Op          op;
        std::size_t variable = 0;
        double      number   = 0;
    };
    static constexpr std::size_t max_depth = 32;  ///< operands that wait for others

private:
    std::string                              text_;
    std::uint64_t                            used_ = 0;
    std::shared_ptr<const std::vector<Step>> steps_;
};

/// The distance beyond which a formula in one variable d is 0 everywhere, found from its bounds
/// over `[c, infinity)`; infinity if there is none or none can be shown. For `0.3 * (d < 100)` it
/// is 100. @local
double nonzero_up_to(const Expression& formula);

}  // namespace ranvier::parameters

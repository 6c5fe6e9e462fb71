/// @file
/// From the text of a formula to its steps, by recursive descent with Python's precedences.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/parameters/Expression.hpp"

namespace ranvier::parameters {

class ExpressionParser {
public:
    using Op   = Expression::Op;
    using Step = Expression::Step;

    ExpressionParser(const std::string& text, std::span<const std::string_view> variables)
        : text_(text),
          variables_(variables) {}

    /// @throws ParameterError with the place in the text
    std::vector<Step> parse();

private:
    void choice();        // disjunction [if disjunction else choice]
    void disjunction();   // conjunction {or conjunction}
    void conjunction();   // inversion {and inversion}
    void inversion();     // not inversion | comparison
    void comparison();    // sum {< sum}
    void sum();           // product {+ product}
    void product();       // signed_power {* signed_power}
    void signed_power();  // - signed_power | power
    void power();         // atom [** signed_power]
    void atom();
    void number();
    void name();
    void call(std::string_view function, std::size_t at);

    void              emit(Op op);
    void              emit_number(double value);
    void              repeat(std::size_t first, std::size_t last);
    void              skip_spaces();
    bool              accept(std::string_view symbol);
    bool              accept_word(std::string_view word);
    void              expect(std::string_view symbol);
    std::string_view  word_here() const;
    std::string       found_here() const;
    [[noreturn]] void fail(std::size_t at, const std::string& reason) const;

    class Level;

    const std::string&                text_;
    std::span<const std::string_view> variables_;
    std::size_t                       at_     = 0;
    std::size_t                       height_ = 0;
    std::size_t                       levels_ = 0;
    std::vector<Step>                 steps_;
};

}  // namespace ranvier::parameters

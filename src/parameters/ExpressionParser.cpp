#include "ExpressionParser.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier::parameters {

namespace {

struct Function {
    std::string_view name;
    std::size_t      operands;
    Expression::Op   op;
};
using enum Expression::Op;
constexpr std::array functions{
    Function{"abs", 1, Expression::Op::abs},
    Function{"arccos", 1, arccos},
    Function{"arcsin", 1, arcsin},
    Function{"arctan", 1, arctan},
    Function{"arctan2", 2, arctan2},
    Function{"ceil", 1, Expression::Op::ceil},
    Function{"cos", 1, Expression::Op::cos},
    Function{"cosh", 1, Expression::Op::cosh},
    Function{"exp", 1, Expression::Op::exp},
    Function{"fabs", 1, Expression::Op::abs},
    Function{"floor", 1, Expression::Op::floor},
    Function{"fmod", 2, Expression::Op::fmod},
    Function{"hypot", 2, Expression::Op::hypot},
    Function{"ldexp", 2, Expression::Op::ldexp},
    Function{"log", 1, Expression::Op::log},
    Function{"log10", 1, Expression::Op::log10},
    Function{"max", 2, maximum},
    Function{"maximum", 2, maximum},
    Function{"min", 2, minimum},
    Function{"minimum", 2, minimum},
    Function{"modf", 1, Expression::Op::modf},
    Function{"power", 2, power},
    Function{"sin", 1, Expression::Op::sin},
    Function{"sinh", 1, Expression::Op::sinh},
    Function{"sqrt", 1, Expression::Op::sqrt},
    Function{"tan", 1, Expression::Op::tan},
    Function{"tanh", 1, Expression::Op::tanh},
    Function{"where", 3, where}};

struct Constant {
    std::string_view name;
    double           value;
};
constexpr std::array constants{
    Constant{"e", 2.71828182845904523536},
    Constant{"pi", 3.14159265358979323846},
    Constant{"inf", std::numeric_limits<double>::infinity()},
    Constant{"True", 1},
    Constant{"False", 0}};

std::size_t operands_of(Expression::Op op) {
    if (op == number || op == variable) return 0;
    if (op < add) return 1;
    return op == where ? 3 : 2;
}

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

/// Counts how deep parentheses and operators are nested, so that no text exhausts the stack.
class ExpressionParser::Level {
public:
    explicit Level(ExpressionParser& parser) : parser_(parser) {
        if (++parser_.levels_ > 200) parser_.fail(parser_.at_, "it is nested too deeply");
    }
    ~Level() { --parser_.levels_; }
    Level(const Level&)            = delete;
    Level& operator=(const Level&) = delete;

private:
    ExpressionParser& parser_;
};

std::vector<Expression::Step> ExpressionParser::parse() {
    skip_spaces();
    if (at_ == text_.size()) fail(at_, "it is empty");
    choice();
    if (at_ < text_.size())
        fail(at_, fmt::format("expected an operator or the end, found {}", found_here()));
    return std::move(steps_);
}

void ExpressionParser::choice() {
    const Level       level{*this};
    const std::size_t first = steps_.size();
    disjunction();
    if (!accept_word("if")) return;
    const std::size_t last = steps_.size();
    disjunction();  // the condition comes first on the stack, so the value is moved behind it
    std::rotate(
        steps_.begin() + static_cast<std::ptrdiff_t>(first),
        steps_.begin() + static_cast<std::ptrdiff_t>(last),
        steps_.end()
    );
    if (!accept_word("else")) fail(at_, fmt::format("expected \"else\", found {}", found_here()));
    choice();
    emit(where);
}

void ExpressionParser::disjunction() {
    conjunction();
    while (accept_word("or")) {
        conjunction();
        emit(logical_or);
    }
}

void ExpressionParser::conjunction() {
    inversion();
    while (accept_word("and")) {
        inversion();
        emit(logical_and);
    }
}

void ExpressionParser::inversion() {
    const Level level{*this};
    if (!accept_word("not")) return comparison();
    inversion();
    emit(logical_not);
}

void ExpressionParser::comparison() {
    sum();
    std::size_t middle = 0;
    for (int count = 0;; ++count) {
        Op op;
        if (accept("<="))
            op = less_equal;
        else if (accept(">="))
            op = greater_equal;
        else if (accept("=="))
            op = equal;
        else if (accept("!="))
            op = not_equal;
        else if (accept("<"))
            op = less;
        else if (accept(">"))
            op = greater;
        else
            return;
        // a < b < c is (a < b) and (b < c).
        if (count > 0) repeat(middle, steps_.size() - static_cast<std::size_t>(count > 1 ? 2 : 1));
        const std::size_t first = steps_.size();
        sum();
        emit(op);
        middle = first;
        if (count > 0) emit(logical_and);
    }
}

void ExpressionParser::sum() {
    product();
    for (;;) {
        if (accept("+")) {
            product();
            emit(add);
        } else if (accept("-")) {
            product();
            emit(subtract);
        } else {
            return;
        }
    }
}

void ExpressionParser::product() {
    signed_power();
    for (;;) {
        Op op;
        if (text_.compare(at_, 2, "**") == 0) return;
        if (accept("*"))
            op = multiply;
        else if (accept("//"))
            op = floor_divide;
        else if (accept("/"))
            op = divide;
        else if (accept("%"))
            op = modulo;
        else
            return;
        signed_power();
        emit(op);
    }
}

void ExpressionParser::signed_power() {
    const Level level{*this};
    if (accept("-")) {
        signed_power();
        emit(negate);
    } else if (accept("+")) {
        signed_power();
    } else {
        power();
    }
}

void ExpressionParser::power() {
    atom();
    if (!accept("**")) return;
    signed_power();
    emit(Op::power);
}

void ExpressionParser::atom() {
    if (at_ == text_.size()) fail(at_, "it ends where a value is expected");
    const char c = text_[at_];
    if (accept("(")) {
        choice();
        expect(")");
    } else if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
        number();
    } else if (is_letter(c)) {
        name();
    } else {
        fail(at_, fmt::format("expected a value, found {}", found_here()));
    }
}

void ExpressionParser::number() {
    double            value  = 0;
    const char* const begin  = text_.data() + at_;
    const auto        result = std::from_chars(begin, text_.data() + text_.size(), value);
    const auto        end    = static_cast<std::size_t>(result.ptr - text_.data());
    const bool        ends   = end == text_.size() || !is_letter(text_[end]);
    if (result.ec == std::errc::result_out_of_range && ends)
        fail(
            at_,
            fmt::format(
                "{} lies outside the range of numbers, about 1e-308 to 1.8e308",
                text_.substr(at_, end - at_)
            )
        );
    if (result.ec != std::errc{} || !ends) {
        std::size_t last = at_;
        while (last < text_.size() &&
               (is_letter(text_[last]) || is_digit(text_[last]) || text_[last] == '.'))
            ++last;
        fail(
            at_,
            fmt::format(
                "\"{}\" is not a decimal number such as 2, .5 or 1e-3",
                text_.substr(at_, last - at_)
            )
        );
    }
    at_ = end;
    skip_spaces();
    emit_number(value);
}

void ExpressionParser::name() {
    std::size_t      at    = at_;
    std::string_view word  = word_here();
    const auto       found = std::find(variables_.begin(), variables_.end(), word);
    at_ += word.size();
    const bool is_prefix = word == "np" || word == "numpy" || word == "math";
    if (is_prefix && found == variables_.end() && at_ < text_.size() && text_[at_] == '.') {
        at   = ++at_;
        word = word_here();
        at_ += word.size();
    }
    skip_spaces();
    if (found != variables_.end()) {
        emit(variable);
        steps_.back().variable = static_cast<std::size_t>(found - variables_.begin());
        return;
    }
    if (at_ < text_.size() && text_[at_] == '(') return call(word, at);
    for (const Constant& constant : constants) {
        if (constant.name == word) return emit_number(constant.value);
    }
    std::vector<std::string> known{variables_.begin(), variables_.end()};
    for (const Constant& constant : constants)
        known.emplace_back(constant.name);
    for (const Function& function : functions) {
        if (function.name == word)
            fail(at, fmt::format("{} is a function. Write its arguments in parentheses", word));
        known.emplace_back(function.name);
    }
    fail(
        at,
        fmt::format(
            "there is no name \"{}\" here. There are {}",
            word,
            quoted_names(known, std::string{word})
        )
    );
}

void ExpressionParser::call(std::string_view word, std::size_t at) {
    const Level level{*this};
    const auto  function = std::find_if(functions.begin(), functions.end(), [&](const Function& f) {
        return f.name == word;
    });
    if (function == functions.end()) {
        std::vector<std::string> known;
        for (const Function& f : functions)
            known.emplace_back(f.name);
        fail(
            at,
            fmt::format(
                "there is no function \"{}\". There are {}",
                word,
                quoted_names(known, std::string{word})
            )
        );
    }
    expect("(");
    for (std::size_t k = 0; k < function->operands; ++k) {
        if (k > 0 && !accept(","))
            fail(
                at_,
                fmt::format(
                    "{} takes {} arguments, found {}", word, function->operands, found_here()
                )
            );
        choice();
    }
    // Python's min and max, unlike NumPy's minimum and maximum, take any number of values.
    const bool any_number = word == "min" || word == "max";
    while (any_number && accept(",")) {
        emit(function->op);
        choice();
    }
    if (at_ < text_.size() && text_[at_] == ',')
        fail(
            at_,
            fmt::format(
                "{} takes {} argument{}, found one more",
                word,
                function->operands,
                function->operands == 1 ? "" : "s"
            )
        );
    expect(")");
    emit(function->op);
}

void ExpressionParser::emit(Op op) {
    steps_.push_back({op});
    height_ += 1 - operands_of(op);
    if (height_ > Expression::max_depth) fail(at_, "it is nested too deeply");
}

void ExpressionParser::emit_number(double value) {
    emit(Op::number);
    steps_.back().number = value;
}

/// Emits the steps of a range once more: the value that they compute is needed twice.
void ExpressionParser::repeat(std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
        const Step step = steps_[k];
        emit(step.op);
        steps_.back() = step;
    }
}

void ExpressionParser::skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
        ++at_;
}

bool ExpressionParser::accept(std::string_view symbol) {
    if (text_.compare(at_, symbol.size(), symbol) != 0) return false;
    at_ += symbol.size();
    skip_spaces();
    return true;
}

bool ExpressionParser::accept_word(std::string_view word) {
    if (word_here() != word) return false;
    at_ += word.size();
    skip_spaces();
    return true;
}

void ExpressionParser::expect(std::string_view symbol) {
    if (!accept(symbol)) fail(at_, fmt::format("expected \"{}\", found {}", symbol, found_here()));
}

std::string_view ExpressionParser::word_here() const {
    std::size_t end = at_;
    while (end < text_.size() && (is_letter(text_[end]) || (end > at_ && is_digit(text_[end]))))
        ++end;
    return std::string_view{text_}.substr(at_, end - at_);
}

std::string ExpressionParser::found_here() const {
    if (at_ >= text_.size()) return "the end";
    std::string_view word = word_here();
    if (word.empty()) word = std::string_view{text_}.substr(at_, 1);
    return fmt::format("\"{}\"", word);
}

void ExpressionParser::fail(std::size_t at, const std::string& reason) const {
    throw ParameterError(
        fmt::format("Expression \"{}\", character {}: {}.", text_, at + 1, reason), {.index = at}
    );
}

}  // namespace ranvier::parameters

#include "ranvier/parameters/Expression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier::parameters {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double value(const std::string& text, double d = 0) {
    return Expression{text, {"d"}}({d});
}

/// The message with which a text is refused.
std::string refusal(const std::string& text) {
    try {
        Expression{text, {"d"}};
    } catch (const ParameterError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Expression, has_the_precedences_of_python) {
    EXPECT_EQ(value("2 + 3 * 4"), 14);
    EXPECT_EQ(value("(2 + 3) * 4"), 20);
    EXPECT_EQ(value("2 - 3 - 4"), -5);
    EXPECT_EQ(value("100 / 10 / 2"), 5);
    EXPECT_EQ(value("2 * 3 ** 2"), 18);
    EXPECT_EQ(value("-2 ** 2"), -4);
    EXPECT_EQ(value("2 ** -1"), 0.5);
    EXPECT_EQ(value("2 ** 3 ** 2"), 512);
    EXPECT_EQ(value("- -3"), 3);
    EXPECT_EQ(value("+3 - +2"), 1);
    EXPECT_EQ(value("1 + 1 < 3"), 1);
    EXPECT_EQ(value("not 1 > 2"), 1);
    EXPECT_EQ(value("not 0 and 0"), 0);
    EXPECT_EQ(value("1 or 0 and 0"), 1);
    EXPECT_EQ(value("1 if 0 else 2 if 0 else 3"), 3);
    EXPECT_EQ(value("2 * 3 if 1 else 4"), 6);
}

TEST(Expression, computes_as_python_does) {
    EXPECT_EQ(value("7 // 2"), 3);
    EXPECT_EQ(value("-7 // 2"), -4);
    EXPECT_EQ(value("7 % 3"), 1);
    EXPECT_EQ(value("-7 % 3"), 2);
    EXPECT_EQ(value("7 % -3"), -2);
    EXPECT_EQ(value("7.5 // 2"), 3);
    EXPECT_EQ(value("1 / 3"), 1.0 / 3);
    EXPECT_EQ(value("1 < 2 < 3"), 1);
    EXPECT_EQ(value("1 < 3 < 2"), 0);
    EXPECT_EQ(value("3 > 2 > 1 > 0"), 1);
    EXPECT_EQ(value("3 > 2 > 1 > 1"), 0);
    EXPECT_EQ(value("0 or 5"), 5);
    EXPECT_EQ(value("4 and 5"), 5);
    EXPECT_EQ(value("1 == 1.0"), 1);
    EXPECT_EQ(value("1 != 1"), 0);
    EXPECT_EQ(value("2 <= 2"), 1);
    EXPECT_EQ(value("2 >= 3"), 0);
    EXPECT_EQ(value("1 / 0"), infinity);
    EXPECT_TRUE(std::isnan(value("0 / 0")));
}

TEST(Expression, reads_numbers_and_constants) {
    EXPECT_EQ(value("1e-3"), 0.001);
    EXPECT_EQ(value(".5"), 0.5);
    EXPECT_EQ(value("5."), 5);
    EXPECT_EQ(value("1.25E2"), 125);
    EXPECT_EQ(value("pi"), 3.14159265358979323846);
    EXPECT_EQ(value("np.e"), 2.71828182845904523536);
    EXPECT_EQ(value("True + True"), 2);
    EXPECT_EQ(value("-inf"), -infinity);
    EXPECT_EQ(value("min(3, d, 2, 5)", 1), 1);
    EXPECT_EQ(value("max(3, d, 2, 5)", 9), 9);
    EXPECT_EQ(value(" d\t*\n2 ", 4), 8);
}

TEST(Expression, knows_the_functions_of_numpy) {
    for (const double x : {-0.9, -0.3, 0.0, 0.2, 0.5, 0.97}) {
        const auto near = [&](const std::string& text, double expected) {
            EXPECT_NEAR(value(text, x), expected, 4e-16 * (1 + std::abs(expected))) << text << x;
        };
        near("abs(d)", std::abs(x));
        near("fabs(d)", std::abs(x));
        near("arccos(d)", std::acos(x));
        near("arcsin(d)", std::asin(x));
        near("arctan(5*d)", std::atan(5 * x));
        near("ceil(3*d)", std::ceil(3 * x));
        near("floor(3*d)", std::floor(3 * x));
        near("cos(d)", std::cos(x));
        near("sin(d)", std::sin(x));
        near("tan(d)", std::tan(x));
        near("cosh(d)", std::cosh(x));
        near("sinh(d)", std::sinh(x));
        near("tanh(d)", std::tanh(x));
        near("exp(d)", std::exp(x));
        near("log(d+2)", std::log(x + 2));
        near("log10(d+2)", std::log10(x + 2));
        near("sqrt(d+2)", std::sqrt(x + 2));
        near("fmod(7*d, 2)", std::fmod(7 * x, 2));
        near("hypot(d, 2)", std::hypot(x, 2));
        near("ldexp(d, 3)", 8 * x);
        near("power(d+2, 2.5)", std::pow(x + 2, 2.5));
        near("maximum(d, 0.1)", std::max(x, 0.1));
        near("min(d, 0.1)", std::min(x, 0.1));
        near("modf(3*d)", 3 * x - std::trunc(3 * x));
        near("where(d > 0, 1, -1)", x > 0 ? 1 : -1);
        near("arctan2(d, -0.5)", std::atan2(x, -0.5));
        near("arctan2(0.5, d)", std::atan2(0.5, x));
    }
    EXPECT_EQ(value("log10(1000)"), 3);
    EXPECT_EQ(value("10 ** 3"), 1000);
    EXPECT_EQ(value("arcsin(1)"), std::asin(1.0));
    EXPECT_EQ(value("exp(-1000)"), 0);
    EXPECT_EQ(value("tanh(400)"), 1);
    EXPECT_NEAR(value("cosh(709)") / std::cosh(709), 1, 1e-12);
}

TEST(Expression, evaluates_many_values_as_it_does_one) {
    const Expression    formula{"0.3 * exp(-d / 100) * (i != j) + i % 3", {"d", "i", "j"}};
    std::vector<double> d(1000), i(1000), j(1000), out(1000);
    for (std::size_t k = 0; k < d.size(); ++k) {
        d[k] = std::sqrt(static_cast<double>(k));
        i[k] = static_cast<double>(k % 37);
        j[k] = static_cast<double>(k % 41);
    }

    formula.evaluate({d, i, j}, out);

    for (std::size_t k = 0; k < d.size(); ++k)
        ASSERT_EQ(out[k], formula({d[k], i[k], j[k]})) << k;
}

TEST(Expression, says_which_variables_it_uses) {
    const Expression formula{"d + j", {"d", "i", "j"}};
    EXPECT_TRUE(formula.uses(0));
    EXPECT_FALSE(formula.uses(1));
    EXPECT_TRUE(formula.uses(2));
    const std::vector<double> one{1}, two{2};
    double                    out = 0;
    formula.evaluate({one, {}, two}, {&out, 1});
    EXPECT_EQ(out, 3);
}

TEST(Expression, says_where_a_text_is_wrong) {
    EXPECT_EQ(
        refusal("d + "), "Expression \"d + \", character 5: it ends where a value is expected."
    );
    EXPECT_EQ(refusal(""), "Expression \"\", character 1: it is empty.");
    EXPECT_EQ(
        refusal("2 * (d + 1"),
        "Expression \"2 * (d + 1\", character 11: expected \")\", found the end."
    );
    EXPECT_EQ(
        refusal("d d"),
        "Expression \"d d\", character 3: expected an operator or the end, found \"d\"."
    );
    EXPECT_EQ(
        refusal("1 & 2"),
        "Expression \"1 & 2\", character 3: expected an operator or the end, found \"&\"."
    );
    EXPECT_NE(
        refusal("x + 1").find("character 1: there is no name \"x\" here. There are "),
        std::string::npos
    );
    EXPECT_EQ(
        refusal("1 + exp"),
        "Expression \"1 + exp\", character 5: exp is a function. Write its arguments in "
        "parentheses."
    );
    EXPECT_NE(
        refusal("1 + ex(d)").find("character 5: there is no function \"ex\". There are \"exp\""),
        std::string::npos
    );
    EXPECT_EQ(
        refusal("hypot(d)"),
        "Expression \"hypot(d)\", character 8: hypot takes 2 arguments, found \")\"."
    );
    EXPECT_EQ(
        refusal("exp(d, 2)"),
        "Expression \"exp(d, 2)\", character 6: exp takes 1 argument, found one more."
    );
    EXPECT_EQ(
        refusal("2 if d"), "Expression \"2 if d\", character 7: expected \"else\", found the end."
    );
    EXPECT_EQ(
        refusal("1e999"),
        "Expression \"1e999\", character 1: 1e999 lies outside the range of numbers, about 1e-308 "
        "to "
        "1.8e308."
    );
    EXPECT_EQ(
        refusal("0x10"),
        "Expression \"0x10\", character 1: \"0x10\" is not a decimal number such as 2, .5 or 1e-3."
    );
    EXPECT_NE(refusal("minimum(d, 1, 2)"), "accepted") << "NumPy's takes two";
    EXPECT_NE(refusal("2d"), "accepted");
    EXPECT_NE(refusal("__import__('os')"), "accepted");
}

TEST(Expression, refuses_what_is_nested_beyond_reason) {
    EXPECT_NE(refusal(std::string(100000, '(') + "d").find("nested too deeply"), std::string::npos);
    EXPECT_NE(refusal(std::string(100000, '-') + "d").find("nested too deeply"), std::string::npos);
    std::string right = "d";
    for (int k = 0; k < 60; ++k)
        right = "1+(" + right + ")";
    EXPECT_NE(refusal(right).find("nested too deeply"), std::string::npos);
    std::string many = "d";
    for (int k = 0; k < 5000; ++k)
        many += "+1";
    EXPECT_EQ(value(many, 1), 5001);
}

TEST(Expression, bounds_hold_all_values) {
    for (const char* text :
         {"d",
          "-d",
          "3 - d",
          "exp(-d / 3)",
          "d ** 2",
          "(d - 4) ** 3",
          "d * (2 - d)",
          "1 / (d + 1)",
          "sqrt(d)",
          "log(d + 0.1)",
          "abs(d - 2)",
          "maximum(0, 1 - d)",
          "d < 2",
          "2 <= d < 3",
          "not d > 1",
          "sin(d)",
          "d % 2",
          "hypot(d, 1)",
          "1 if d < 1 else d",
          "d > 1 and d",
          "d > 3 or 2 - d",
          "exp(-d**2 / 8) * (d != 0)",
          "tanh(d)",
          "cosh(d - 2)",
          "d ** -0.5",
          "floor(d)",
          "arctan2(d, 1)",
          "(d - 3) ** 2 * (d < 4)"}) {
        const Expression formula{text, {"d"}};
        for (double low = 0.001; low < 6; low += 0.5) {
            for (double high = low; high < 7; high += 0.7) {
                const Interval bounds = formula.bounds({{low, high}});
                for (int k = 0; k <= 20; ++k) {
                    const double v = formula({std::min(high, low + (high - low) * k / 20)});
                    ASSERT_LE(bounds.low, v) << text << " on " << low << ".." << high;
                    ASSERT_GE(bounds.high, v) << text << " on " << low << ".." << high;
                }
            }
        }
    }
}

TEST(Expression, tells_beyond_which_distance_it_vanishes) {
    const auto cut_off = [](const char* text) { return nonzero_up_to({text, {"d"}}); };

    EXPECT_DOUBLE_EQ(cut_off("d < 100"), 100);
    EXPECT_DOUBLE_EQ(cut_off("0.3 * exp(-d / 50) * (d <= 120)"), 120);
    EXPECT_DOUBLE_EQ(cut_off("0.3 if d < 7.5 else 0"), 7.5);
    EXPECT_DOUBLE_EQ(cut_off("maximum(0, 1 - d / 200)"), 200);
    EXPECT_DOUBLE_EQ(cut_off("d < 100 and 0.5"), 100);
    EXPECT_EQ(cut_off("1 - d / 200"), infinity) << "negative is not 0";
    EXPECT_DOUBLE_EQ(cut_off("where(d**2 < 100, 0.1, 0)"), 10);
    EXPECT_EQ(cut_off("0"), 0);
    EXPECT_EQ(cut_off("0.1"), infinity);
    EXPECT_EQ(cut_off("1 / (1 + d)"), infinity);
    EXPECT_NEAR(cut_off("exp(-d)"), 745, 1);  // where it is 0 in double precision
}

}  // namespace
}  // namespace ranvier::parameters

#include "ranvier/models/escape_rate.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

TEST(escape_rate, integrates_lines_exactly_however_steep) {
    for (const double start : {-700.0, -3.0, 0.0, 7.0}) {
        EXPECT_EQ(integral_of_exp(start, start), std::exp(start));
        for (const double rise : {-500.0, -3.0, -1e-9, 1e-300, 1e-5, 0.3, 20.0}) {
            const double expected = std::exp(start) * (std::expm1(rise) / rise);
            EXPECT_NEAR(integral_of_exp(start, start + rise), expected, 1e-13 * expected)
                << start << " " << rise;
        }
    }
}

TEST(escape_rate, of_a_line_is_exact) {
    for (const double rise : {-30.0, -0.5, 0.0, 1e-7, 2.0, 35.0}) {
        const double expected = rise == 0 ? std::exp(-2.0) : std::exp(-2) * std::expm1(rise) / rise;
        EXPECT_NEAR(expected_spikes(-2.0, -2 + rise, rise, rise), expected, 1e-12 * expected)
            << rise;
    }
}

/// x(t) = 3 sin(2 t) - 1 over [0.3, 0.3 + h], of which the ends are given.
double error_of(double h) {
    const auto   x      = [](double t) { return 3 * std::sin(2 * t) - 1; };
    const auto   change = [&](double t) { return 6 * std::cos(2 * t) * h; };
    const double from = 0.3, to = 0.3 + h;
    double       expected = 0;
    const int    n        = 10000;
    for (int k = 0; k < n; ++k)
        expected += std::exp(x(from + h * (k + 0.5) / n)) / n;
    return std::abs(expected_spikes(x(from), x(to), change(from), change(to)) - expected);
}

TEST(escape_rate, of_a_curve_has_an_error_of_fourth_order) {
    EXPECT_GT(error_of(0.2) / error_of(0.1), std::exp2(4 - 0.3));
    EXPECT_LT(error_of(0.1), 1e-4);
}

// What jumps far within a step is neither negative nor infinite.
TEST(escape_rate, is_bounded) {
    for (const double change : {-1e4, -50.0, 0.0, 50.0, 1e4}) {
        for (const double end : {-1e5, -300.0, 0.0, 300.0, 1e5}) {
            const double result = expected_spikes(0.0, end, change, -change);
            EXPECT_GE(result, 0);
            EXPECT_LE(result, 2 * std::exp(40.0));
        }
    }
    EXPECT_GT(expected_spikes(-1e5, 1e5, 2e5, 2e5), 1e6) << "a spike is certain";
    EXPECT_EQ(expected_spikes(-41.0, -41.0, 0.0, 0.0), 0);
    EXPECT_GT(expected_spikes(-39.0, -39.0, 0.0, 0.0), 0);
}

TEST(escape_rate, of_no_intensity_is_zero) {
    const double none = math::log(0.0);
    EXPECT_EQ(expected_spikes(none, none, 1.0, 1.0), 0);
}

}  // namespace
}  // namespace ranvier::models

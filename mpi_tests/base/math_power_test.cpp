#include "ranvier/base/math_power.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "ulp.hpp"

namespace ranvier {
namespace {

/// The worst of powers with uniform logarithm (base 2) of x and uniform y.
template <class T>
double worst(double low, double high, double largest_y) {
    std::mt19937_64 bits{3};
    const auto      uniform = [&] { return static_cast<double>(bits() >> 11) * 0x1p-53; };
    double          result  = 0;
    for (int k = 0; k < 100'000; ++k) {
        const T    x     = static_cast<T>(std::exp2(low + (high - low) * uniform()));
        const T    y     = static_cast<T>(largest_y * (2 * uniform() - 1));
        const auto exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
        result           = std::max(result, test::ulps(math::pow(x, y), exact));
    }
    return result;
}

// The oracle is the C library in extended precision; powers of up to 1000 leave it 10 bits or more.
TEST(math_power, pow_is_within_two_ulp) {
    EXPECT_LE(worst<double>(-2, 2, 5), 2);
    EXPECT_LE(worst<double>(-10, 10, 110), 2);
    EXPECT_LE(worst<double>(-1074, 1024, 1), 2);
    EXPECT_LE(worst<double>(-0.01, 0.01, 70'000), 2);
    EXPECT_LE(worst<float>(-2, 2, 5), 2);
    EXPECT_LE(worst<float>(-10, 10, 15), 2);
    EXPECT_LE(worst<float>(-149, 128, 1), 2);
}

TEST(math_power, pow_of_small_integers_is_exact) {
    for (int x = -20; x <= 20; ++x) {
        for (int y = 0; y <= 10; ++y) {
            double expected = 1;
            for (int k = 0; k < y; ++k)
                expected *= x;
            EXPECT_EQ(math::pow(double(x), double(y)), expected) << x << "^" << y;
        }
    }
}

TEST(math_power, pow_agrees_with_the_standard_on_special_values) {
    constexpr double inf      = std::numeric_limits<double>::infinity();
    constexpr double nan      = std::numeric_limits<double>::quiet_NaN();
    constexpr double values[] = {0,   -0.0, 1,   -1,  2,     -2,     0.5,    -0.5, 3,  -3,
                                 inf, -inf, nan, 2.5, 1e300, 1e-310, 0x1p60, -7,   -8, -1e-300};
    for (const double x : values) {
        for (const double y : values) {
            const double expected = std::pow(x, y);
            const double got      = math::pow(x, y);
            EXPECT_LE(test::ulps(got, static_cast<long double>(expected)), 2) << x << "^" << y;
            if (std::isnan(expected)) continue;
            EXPECT_EQ(std::signbit(got), std::signbit(expected)) << x << "^" << y;
        }
    }
}

}  // namespace
}  // namespace ranvier

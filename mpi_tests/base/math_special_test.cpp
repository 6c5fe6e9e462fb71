#include "ranvier/base/math_special.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "ulp.hpp"

namespace ranvier {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// The quantile, from an approximation by one Newton step in extended precision.
long double improved_quantile(double p, double x) {
    const long double z       = x;
    const long double cdf     = std::erfc(-z / std::sqrt(2.0L)) / 2;
    const long double density = std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L));
    return z - (cdf - p) / density;
}

TEST(math_special, inverse_normal_cdf_is_within_eight_ulp) {
    double worst = 0;
    for (int k = 1; k < 100'000; ++k) {
        const double p = k * 1e-5;
        const double x = math::inverse_normal_cdf(p);
        if (std::abs(p - 0.5) > 1e-3)
            worst = std::max(worst, test::ulps(x, improved_quantile(p, x)));
    }
    for (double p = 1e-300; p < 0.1; p *= 1.01) {
        const double x = math::inverse_normal_cdf(p);
        worst          = std::max(worst, test::ulps(x, improved_quantile(p, x)));
    }
    EXPECT_LE(worst, 8);
    EXPECT_GT(worst, 0);
}

TEST(math_special, inverse_normal_cdf_matches_the_values_published_with_it) {
    // doi:10.2307/2347330, check values: p = 0.25, 0.001, 1e-20.
    EXPECT_NEAR(math::inverse_normal_cdf(0.25), -0.6744897501960817, 2e-16);
    EXPECT_NEAR(math::inverse_normal_cdf(0.001), -3.090232306167814, 1e-15);
    EXPECT_NEAR(math::inverse_normal_cdf(1e-20), -9.262340089798408, 4e-15);
}

TEST(math_special, inverse_normal_cdf_is_odd_about_one_half_and_infinite_at_its_ends) {
    for (int k = 1; k < 1024; ++k)
        EXPECT_EQ(math::inverse_normal_cdf(k / 1024.0), -math::inverse_normal_cdf(1 - k / 1024.0));
    EXPECT_EQ(math::inverse_normal_cdf(0.0), -inf);
    EXPECT_EQ(math::inverse_normal_cdf(1.0), inf);
    EXPECT_TRUE(std::isnan(math::inverse_normal_cdf(-0.1)));
    EXPECT_TRUE(std::isnan(math::inverse_normal_cdf(1.1)));
    EXPECT_TRUE(std::isnan(math::inverse_normal_cdf(std::nan(""))));
    EXPECT_NEAR(math::inverse_normal_cdf(0.975f), 1.959964f, 4e-6f);
}

TEST(math_special, lgamma_is_within_its_stated_error) {
    for (double x = 1e-3; x < 1e6; x *= 1.0007) {
        const long double exact = std::lgamma(static_cast<long double>(x));
        const double      bound = std::max(1e-14, 1e-15 * static_cast<double>(std::fabs(exact)));
        EXPECT_LE(std::fabs(math::lgamma(x) - exact), bound) << x;
    }
    EXPECT_EQ(math::lgamma(0), inf);
    EXPECT_EQ(math::lgamma(inf), inf);
    EXPECT_TRUE(std::isnan(math::lgamma(-1.5)));
}

}  // namespace
}  // namespace ranvier

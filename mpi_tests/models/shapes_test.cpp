#include "ranvier/models/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

/// Integral of f over [0, 1] by Simpson's rule.
template <class F>
double integral(F f) {
    constexpr int n   = 2000;
    double        sum = f(0.0) + f(1.0);
    for (int i = 1; i < n; ++i)
        sum += (i % 2 ? 4 : 2) * f(static_cast<double>(i) / n);
    return sum / (3 * n);
}

TEST(shapes, moments_are_integrals) {
    for (const double z : {0.0, 1e-9, 0.02, 1.0, 1.999, 2.001, 10.0}) {
        const auto m = moments(z);
        for (int k = 0; k < 4; ++k) {
            const double expected =
                integral([&](double u) { return std::pow(u, k) * std::exp(-z * u); });
            EXPECT_NEAR(m[static_cast<std::size_t>(k)], expected, 1e-9) << z << " " << k;
        }
    }
}

TEST(shapes, moments_of_short_steps_are_those) {
    for (const double z : {1e-9, 1e-3, 0.5, 1.0, 2.0}) {
        for (std::size_t k = 0; k < 4; ++k) {
            EXPECT_NEAR(moments_of_short(z)[k], moments(z)[k], z > 1 ? 2e-6 : 1e-7)
                << z << " " << k;
            const auto single = moments_of_short(static_cast<float>(z));
            EXPECT_NEAR(static_cast<double>(single[k]), moments(z)[k], 3e-6) << z << " " << k;
        }
    }
    for (const double z : {3.0, 30.0, 1e4, 1e9}) {
        const auto m = moments_of_short(z);
        EXPECT_NEAR(m[0], moments(z)[0], 1e-12 * m[0]) << z;
        for (std::size_t k = 1; k < 4; ++k)
            EXPECT_TRUE(m[k] >= 0 && m[k] < m[k - 1]) << z << " " << k;
    }
}

/// Checks a course against the response x(t) to the state at its beginning.
template <class F>
void expect_course(const Course<double>& c, double h, F x) {
    const auto derivative = [&](double t) { return (x(t + 1e-5) - x(t - 1e-5)) / 2e-5; };
    EXPECT_NEAR(c.start, x(0), 1e-12);
    EXPECT_NEAR(c.end, x(h), 1e-12);
    EXPECT_NEAR(c.start_rate, derivative(0), 1e-6);
    EXPECT_NEAR(c.end_rate, derivative(h), 1e-6);
    EXPECT_NEAR(c.mean, integral([&](double u) { return x(u * h); }), 1e-8);
    const double moment = integral([&](double u) { return (u - 0.5) * x(u * h); });
    EXPECT_NEAR(c.slope, 12 * moment / h, 1e-6);
}

/// Expects `spread` to bound how far x(t) is from both ends of the step, and to be at most `most`.
template <class F>
void expect_spread(const Course<double>& c, double h, F x, double most) {
    double range = 0;
    for (int k = 0; k <= 1000; ++k) {
        const double value = x(h * k / 1000);
        range              = std::max({range, std::abs(value - c.start), std::abs(value - c.end)});
    }
    EXPECT_GE(c.spread, range * (1 - 1e-12));  // rounding
    EXPECT_LE(c.spread, most * (1 + 1e-12));
}

TEST(shapes, spread_bounds_what_happens_within_a_step) {
    for (const double h : {0.02, 0.5, 1.9, 2.1, 40.0}) {
        const double decay = std::exp(-h / 2);
        for (const double x : {0.0, 0.5, -2.0}) {
            expect_spread(
                exponential_shape(2_ms, h * 1_ms).course(x),
                h,
                [&](double t) { return x * std::exp(-t / 2); },
                std::abs(x) * (1 - decay)
            );
            const double of_y = h < 2 ? h / 2 * std::exp(1 - h / 2) : 1;
            expect_spread(
                alpha_shape(2_ms, h * 1_ms).course(x, 3),
                h,
                [&](double t) { return x * std::exp(-t / 2) + 3 * (t / 2) * std::exp(1 - t / 2); },
                std::abs(x) * (1 - decay) + 3 * of_y
            );
            const double peak  = 2 * 0.2 * std::log(10) / 1.8;
            const auto   beta  = [](double t) { return std::exp(-t / 2) - std::exp(-t / 0.2); };
            const double first = std::min(h, peak);
            expect_spread(
                beta_shape(0.2_ms, 2_ms, h * 1_ms).course(x, 3),
                h,
                [&](double t) { return x * std::exp(-t / 2) + 3 * beta(t) / beta(peak); },
                std::abs(x) * (1 - decay) + 3 * beta(first) / beta(peak)
            );
        }
    }
}

TEST(shapes, exponential_is_its_formula) {
    for (const double h : {0.1, 1.0})
        expect_course(exponential_shape(2_ms, h * 1_ms).course(3), h, [](double t) {
            return 3 * std::exp(-t / 2);
        });
}

TEST(shapes, alpha_is_its_formula) {
    for (const double h : {0.1, 1.0, 5.0})
        expect_course(alpha_shape(2_ms, h * 1_ms).course(0.5, 3), h, [](double t) {
            return 0.5 * std::exp(-t / 2) + 3 * (t / 2) * std::exp(1 - t / 2);
        });
}

TEST(shapes, beta_is_its_formula) {
    const double rise = 0.2, decay = 1.7;
    const double peak  = decay * rise * std::log(decay / rise) / (decay - rise);
    const double scale = 1 / (std::exp(-peak / decay) - std::exp(-peak / rise));
    for (const double h : {0.1, 1.0})
        expect_course(
            beta_shape(rise * 1_ms, decay * 1_ms, h * 1_ms).course(0.5, 3),
            h,
            [&](double t) {
                return 0.5 * std::exp(-t / decay) +
                       3 * scale * (std::exp(-t / decay) - std::exp(-t / rise));
            }
        );
}

TEST(shapes, beta_of_equal_times_is_alpha) {
    for (const double ratio : {1.0, 1 + 1e-9}) {
        const auto beta  = beta_shape(2_ms, 2_ms * ratio, 0.5_ms).course(0.5, 3);
        const auto alpha = alpha_shape(2_ms, 0.5_ms).course(0.5, 3);
        EXPECT_NEAR(beta.end, alpha.end, 1e-7);
        EXPECT_NEAR(beta.mean, alpha.mean, 1e-7);
    }
}

TEST(shapes, go_on_as_their_courses_say) {
    const auto shape = alpha_shape(2_ms, 0.5_ms);
    double     x = 0.5, y = 3;
    const auto course = shape.course(x, y);
    shape.advance(x, y);
    EXPECT_EQ(x, course.end);
    EXPECT_EQ(shape.course(x, y).start_rate, course.end_rate);
}

}  // namespace
}  // namespace ranvier::models

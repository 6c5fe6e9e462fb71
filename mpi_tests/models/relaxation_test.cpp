#include "ranvier/models/relaxation.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

/// The two functions in extended precision, by their series where they would lose digits.
struct Exact {
    long double whole = 0, bend = 0;
    explicit Exact(long double z) {
        if (z > 1) {
            whole = -std::expm1(-z) / z;
            bend  = ((1 + std::exp(-z)) / 2 - whole) / (z * z);
            return;
        }
        long double term = 1;  // (-z)^n / (n + 1)!
        for (int n = 0; n < 30; ++n) {
            whole += term;
            const long double next = term * -z / (n + 2);               // of n + 1
            const long double two  = term / ((n + 2.0L) * (n + 3.0L));  // of n + 2, without z^2
            bend += two * (n + 3.0L) / 2 - two;
            term = next;
        }
    }
};

/// The largest relative errors of both functions for z in (0, highest].
template <class T, class F>
Relaxation<double> worst(F f, double highest) {
    Relaxation<double> error{0, 0};
    for (int k = 1; k <= 20000; ++k) {
        const T     z = static_cast<T>(highest * k / 20000);
        const auto  r = f(z);
        const Exact exact(z);
        const auto  off = [](long double a, long double b) {
            return static_cast<double>(std::abs(a / b - 1));
        };
        error.whole = std::max(error.whole, off(r.whole, exact.whole));
        error.bend  = std::max(error.bend, off(r.bend, exact.bend));
    }
    return error;
}

constexpr auto of_membrane = [](auto z) { return relaxation(z); };
constexpr auto of_gate     = [](auto z) { return relaxation_of_gate(z); };

// Errors as the header states them, rounding included, within the polynomials' limits and beyond.
TEST(relaxation, of_membranes_is_as_accurate_as_it_says) {
    for (const double highest : {0.25, 30.0}) {
        const auto in_double = worst<double>(of_membrane, highest);
        EXPECT_LE(in_double.whole, 0x1p-49 + 0x1p-50);
        EXPECT_LE(in_double.bend, 0x1p-29);
        const auto in_single = worst<float>(of_membrane, highest);
        EXPECT_LE(in_single.whole, 0x1p-22 + 0x1p-22);
        EXPECT_LE(in_single.bend, 0x1p-14);
    }
}

TEST(relaxation, of_gates_is_as_accurate_as_it_says) {
    for (const double highest : {2.0, 30.0}) {
        const auto in_double = worst<double>(of_gate, highest);
        EXPECT_LE(in_double.whole, 0x1p-39);
        EXPECT_LE(in_double.bend, 0x1p-22);
        const auto in_single = worst<float>(of_gate, highest);
        EXPECT_LE(in_single.whole, 0x1p-21);
        EXPECT_LE(in_single.bend, 0x1p-10);
    }
}

// x' = 3 - 2 x + (5 - x) (t - h / 2) over one ms, in one step and in many.
TEST(relaxation, solves_equations_with_changing_rates_to_fourth_order) {
    const auto solved = [](int steps) {
        const double h = 1.0 / steps;
        double       x = 0.4;
        for (int k = 0; k < steps; ++k) {
            const double middle = (k + 0.5) * h - 0.5;
            const double rate = 2 + middle, current = 3 + 5 * middle;
            x += relaxation(h * rate).change(
                h * rate, h * (current - rate * x), h * h * (5 - x), h * h
            );
        }
        return x;
    };
    const double exact = solved(4096);

    const double order = std::log2(std::abs(solved(4) - exact) / std::abs(solved(8) - exact));

    EXPECT_GT(order, 3.8);
}

TEST(relaxation, ends_where_it_is_pulled_however_fast) {
    for (const double z : {1.0, 30.0, 1e3, 1e12, 1e100})
        EXPECT_NEAR(relaxation(z).change(z, 7 * z, 0, 0), 7 * -std::expm1(-z), 1e-13) << z;
}

}  // namespace
}  // namespace ranvier::models

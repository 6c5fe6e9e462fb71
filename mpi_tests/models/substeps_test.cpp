#include "ranvier/models/substeps.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

TEST(substeps, are_as_few_as_can_be) {
    EXPECT_EQ(parts_of_step(0.05_ms, 0.1_ms), 1);
    EXPECT_EQ(parts_of_step(0.1_ms, 0.1_ms), 1);
    EXPECT_EQ(parts_of_step(0.3_ms, 0.1_ms), 3);
    EXPECT_EQ(parts_of_step(0.31_ms, 0.1_ms), 4);
    EXPECT_EQ(parts_of_step(0.7_ms, 0.1_ms), 7);  // 0.7 / 0.1 is more or less than 7 by rounding
    EXPECT_EQ(parts_of_step(1_ms, 0.1_ms), 10);
}

TEST(substeps, cut_a_cubic_into_pieces) {
    const auto           p    = [](double t) { return 1 + t * (2 + t * (-3 + 0.5 * t)); };
    const auto           dot  = [](double t) { return 2 + t * (-6 + 1.5 * t); };
    const double         h    = 0.4;
    const double         area = 1 + h * (1 + h * (-1 + 0.125 * h));
    const double         tilt = 2 + h * (-3 + 0.45 * h);  // 12 / h^2 times the first moment
    const Course<double> whole{area, tilt, p(0), p(h), dot(0), dot(h)};
    double               mean = 0;
    for (int k = 0; k < 4; ++k) {
        const auto piece = piece_of(whole, h, 1 / h, k, 4);
        EXPECT_NEAR(piece.start, p(0.1 * k), 1e-14);
        EXPECT_NEAR(piece.end, p(0.1 * (k + 1)), 1e-14);
        EXPECT_NEAR(piece.start_rate, dot(0.1 * k), 1e-13);
        EXPECT_NEAR(piece.slope, (p(0.1 * (k + 1)) - p(0.1 * k)) / 0.1, 1e-12);
        mean += piece.mean / 4;
    }
    EXPECT_NEAR(mean, area, 1e-14);
}

// A fast synapse, of which the cubic has an error of 5e-4, and the polynomial one of 3e-7.
TEST(substeps, cut_an_exponential_into_pieces) {
    const double h = 0.1, tau = 0.14;
    const auto   whole = exponential_shape(tau * 1_ms, h * 1_ms).course(1);
    for (int k = 0; k < 16; ++k) {
        const double t = h / 16 * k, next = h / 16 * (k + 1);
        const auto   piece = piece_of(whole, h, 1 / h, k, 16);
        EXPECT_NEAR(piece.start, std::exp(-t / tau), 5e-7);
        EXPECT_NEAR(piece.start_rate, -std::exp(-t / tau) / tau, 5e-5);
        EXPECT_NEAR(piece.mean, (std::exp(-t / tau) - std::exp(-next / tau)) * 16 * tau / h, 5e-7);
    }
}

}  // namespace
}  // namespace ranvier::models

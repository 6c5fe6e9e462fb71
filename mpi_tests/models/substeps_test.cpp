#include "ranvier/models/substeps.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

TEST(substeps, cut_a_cubic_into_pieces) {
    const auto           p   = [](double t) { return 1 + t * (2 + t * (-3 + 0.5 * t)); };
    const auto           dot = [](double t) { return 2 + t * (-6 + 1.5 * t); };
    const double         h   = 0.4;
    const Course<double> whole{0, 0, p(0), p(h), dot(0), dot(h)};
    double               mean = 0;
    for (int k = 0; k < 4; ++k) {
        const auto piece = piece_of(whole, h, 1 / h, k, 4);
        EXPECT_NEAR(piece.start, p(0.1 * k), 1e-14);
        EXPECT_NEAR(piece.end, p(0.1 * (k + 1)), 1e-14);
        EXPECT_NEAR(piece.start_rate, dot(0.1 * k), 1e-13);
        EXPECT_NEAR(piece.slope, (p(0.1 * (k + 1)) - p(0.1 * k)) / 0.1, 1e-12);
        mean += piece.mean / 4;
    }
    // The integral of the cubic, divided by h.
    EXPECT_NEAR(mean, 1 + h * (1 + h * (-1 + 0.125 * h)), 1e-14);
}

}  // namespace
}  // namespace ranvier::models

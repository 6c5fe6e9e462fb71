#include "ranvier/base/math_trigonometric.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "ulp.hpp"

namespace ranvier {
namespace {

using test::worst_ulps;
using test::worst_ulps_of_powers;

// The oracle is the C library in extended precision.
const auto sin_l  = [](long double x) { return std::sin(x); };
const auto cos_l  = [](long double x) { return std::cos(x); };
const auto atan_l = [](long double x) { return std::atan(x); };
const auto acos_l = [](long double x) { return std::acos(x); };

template <class T>
class Trigonometric : public testing::Test {
public:
    static constexpr double largest = sizeof(T) == 8 ? 1e6 : 1e4;

    static T sin(T x) { return math::sin(x); }
    static T cos(T x) { return math::cos(x); }
    static T atan(T x) { return math::atan(x); }
    static T acos(T x) { return math::acos(x); }
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(Trigonometric, Precisions);

TYPED_TEST(Trigonometric, sin_and_cos_are_within_three_ulp) {
    using F = TestFixture;
    for (const double range : {7.0, F::largest}) {
        EXPECT_LE((worst_ulps<TypeParam>(-range, range, F::sin, sin_l)), 3);
        EXPECT_LE((worst_ulps<TypeParam>(-range, range, F::cos, cos_l)), 3);
    }
    EXPECT_LE((worst_ulps_of_powers<TypeParam>(-100, 0, F::sin, sin_l)), 3);
}

TYPED_TEST(Trigonometric, sin_keeps_its_bits_next_to_multiples_of_pi) {
    const int last = static_cast<int>(TestFixture::largest / 3.2);
    for (int n = 1; n < last; n += 1 + n / 1000) {
        const auto x = static_cast<TypeParam>(n * 3.14159265358979323846L);
        EXPECT_LE(test::ulps(math::sin(x), std::sin(static_cast<long double>(x))), 3) << n;
    }
}

TYPED_TEST(Trigonometric, atan_is_within_two_ulp_and_acos_within_three) {
    using F = TestFixture;
    EXPECT_LE((worst_ulps<TypeParam>(-3, 3, F::atan, atan_l)), 2);
    EXPECT_LE((worst_ulps_of_powers<TypeParam>(-60, 60, F::atan, atan_l)), 2);
    EXPECT_LE((worst_ulps<TypeParam>(-1, 1, F::acos, acos_l)), 3);
}

TEST(math_trigonometric, has_its_limits) {
    constexpr double inf = std::numeric_limits<double>::infinity();

    EXPECT_TRUE(std::signbit(math::sin(-0.0)));
    EXPECT_EQ(math::cos(0.0), 1);
    EXPECT_TRUE(std::isnan(math::sin(inf)));
    EXPECT_TRUE(std::isnan(math::cos(1.1e6)));
    EXPECT_EQ(math::atan(inf), std::acos(0.0));
    EXPECT_EQ(math::atan(-inf), -std::acos(0.0));
    EXPECT_EQ(math::acos(1.0), 0);
    EXPECT_EQ(math::acos(-1.0), 2 * std::acos(0.0));
    EXPECT_TRUE(std::isnan(math::acos(1.0000001)));
}

}  // namespace
}  // namespace ranvier

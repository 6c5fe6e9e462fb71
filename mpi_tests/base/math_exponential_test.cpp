#include "ranvier/base/math_exponential.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "ulp.hpp"

namespace ranvier {
namespace {

using test::worst_ulps;
using test::worst_ulps_of_powers;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The oracle is the C library in extended precision, 11 bits more than double. Arguments are exact
// in both precisions.
const auto exp_l   = [](long double x) { return std::exp(x); };
const auto expm1_l = [](long double x) { return std::expm1(x); };
const auto log_l   = [](long double x) { return std::log(x); };
const auto log1p_l = [](long double x) { return std::log1p(x); };

template <class T>
class Exponential : public testing::Test {
public:
    static constexpr bool   is_double = sizeof(T) == 8;
    static constexpr double lowest    = is_double ? -750 : -106;  // where exp is 0
    static constexpr double highest   = is_double ? 711 : 90;     // where it is infinite
    static constexpr double smallest  = is_double ? -1074 : -149;
    static constexpr double largest   = is_double ? 1024 : 128;

    static T exp(T x) { return math::exp(x); }
    static T expm1(T x) { return math::expm1(x); }
    static T log(T x) { return math::log(x); }
    static T log1p(T x) { return math::log1p(x); }
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(Exponential, Precisions);

TYPED_TEST(Exponential, exp_is_within_one_ulp_from_zero_to_infinity) {
    using F = TestFixture;
    EXPECT_LE((worst_ulps<TypeParam>(F::lowest, F::highest, F::exp, exp_l)), 1);
    EXPECT_LE((worst_ulps<TypeParam>(-1, 1, F::exp, exp_l)), 1);
}

TYPED_TEST(Exponential, expm1_is_within_two_ulp) {
    using F = TestFixture;
    EXPECT_LE((worst_ulps<TypeParam>(-60, F::highest, F::expm1, expm1_l)), 2);
    EXPECT_LE((worst_ulps<TypeParam>(-2, 2, F::expm1, expm1_l)), 2);
    EXPECT_LE((worst_ulps_of_powers<TypeParam>(F::smallest, 0, F::expm1, expm1_l)), 2);
}

TYPED_TEST(Exponential, log_is_within_one_ulp_for_all_positive_numbers) {
    using F = TestFixture;
    EXPECT_LE((worst_ulps_of_powers<TypeParam>(F::smallest, F::largest, F::log, log_l)), 1);
    EXPECT_LE((worst_ulps<TypeParam>(0.5, 2, F::log, log_l)), 1);
}

TYPED_TEST(Exponential, log1p_is_within_two_ulp) {
    using F = TestFixture;
    EXPECT_LE((worst_ulps<TypeParam>(-1, 3, F::log1p, log1p_l)), 2);
    EXPECT_LE((worst_ulps_of_powers<TypeParam>(F::smallest, 0, F::log1p, log1p_l)), 2);
    EXPECT_LE((worst_ulps_of_powers<TypeParam>(0, F::largest, F::log1p, log1p_l)), 2);
}

TEST(math_exponential, exp_and_expm1_have_their_limits) {
    EXPECT_EQ(math::exp(0.0), 1);
    EXPECT_EQ(math::exp(-inf), 0);
    EXPECT_EQ(math::exp(inf), inf);
    EXPECT_TRUE(std::isnan(math::exp(nan)));
    EXPECT_EQ(math::exp(-745.1), 5e-324);
    EXPECT_EQ(math::exp(709.79), inf);

    EXPECT_EQ(math::expm1(-inf), -1);
    EXPECT_EQ(math::expm1(inf), inf);
    EXPECT_TRUE(std::isnan(math::expm1(nan)));
    EXPECT_TRUE(std::signbit(math::expm1(-0.0)));
    EXPECT_EQ(math::expm1(5e-324), 5e-324);
}

TEST(math_exponential, log_and_log1p_have_their_limits) {
    EXPECT_EQ(math::log(1.0), 0);
    EXPECT_EQ(math::log(0.0), -inf);
    EXPECT_EQ(math::log(-0.0), -inf);
    EXPECT_EQ(math::log(inf), inf);
    EXPECT_TRUE(std::isnan(math::log(-1.0)));
    EXPECT_TRUE(std::isnan(math::log(nan)));

    EXPECT_EQ(math::log1p(-1.0), -inf);
    EXPECT_EQ(math::log1p(inf), inf);
    EXPECT_TRUE(std::isnan(math::log1p(-1.5)));
    EXPECT_TRUE(std::isnan(math::log1p(nan)));
    EXPECT_TRUE(std::signbit(math::log1p(-0.0)));
}

}  // namespace
}  // namespace ranvier

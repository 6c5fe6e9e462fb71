#include "ranvier/models/exponentials.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/ulp.hpp"

namespace ranvier::models {
namespace {

const auto exp_l = [](long double x) { return std::exp(x); };

template <class T>
class exponentials : public testing::Test {
public:
    static constexpr bool   is_double = sizeof(T) == 8;
    static constexpr double lowest    = is_double ? -690 : -80;
    static constexpr double highest   = is_double ? 709 : 88;

    static T small(T x) { return exp_of_small(x); }
    static T brief(T x) { return brief_exp_of_small(x); }
    static T tiny(T x) { return exp_of_tiny(x); }
    static T moderate(T x) { return exp_of_moderate(x); }
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(exponentials, Precisions);

TYPED_TEST(exponentials, of_small_arguments_are_within_two_ulp) {
    using F = TestFixture;
    EXPECT_LE((test::worst_ulps<TypeParam>(-0.35, 0.35, F::small, exp_l)), 2);
}

TYPED_TEST(exponentials, of_moderate_arguments_are_as_accurate_as_they_say) {
    using F                = TestFixture;
    const double tolerance = F::is_double ? 256 : 2;  // 2^-45 is 256 of double's last place
    EXPECT_LE((test::worst_ulps<TypeParam>(-0.35, 0.35, F::brief, exp_l)), tolerance);
    EXPECT_LE((test::worst_ulps<TypeParam>(F::lowest, F::highest, F::moderate, exp_l)), tolerance);
    EXPECT_LE((test::worst_ulps<TypeParam>(-1, 1, F::moderate, exp_l)), tolerance);
}

TYPED_TEST(exponentials, of_tiny_arguments_are_as_accurate_as_they_say) {
    using F                = TestFixture;
    const double tolerance = F::is_double ? 256 : 2;  // 2^-45 is 256 of double's last place
    EXPECT_LE((test::worst_ulps<TypeParam>(-0.02, 0.02, F::tiny, exp_l)), tolerance);
}

TYPED_TEST(exponentials, of_moderate_arguments_stay_at_the_limit_below_it) {
    using F                 = TestFixture;
    constexpr TypeParam far = 1e30F;
    EXPECT_EQ(F::moderate(-far), F::moderate(TypeParam(F::lowest)));
    EXPECT_GT(F::moderate(-far), 0);
    EXPECT_TRUE(std::isfinite(F::moderate(TypeParam(F::highest))));
}

}  // namespace
}  // namespace ranvier::models

#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "ranvier/base/PackPair.hpp"

namespace ranvier {
namespace {

/// Applies a function to eight numbers, `lanes<V>` at a time.
template <class V, class F>
std::array<simd::Scalar<V>, 8> by_lanes(const std::array<simd::Scalar<V>, 8>& x, F f) {
    std::array<simd::Scalar<V>, 8> result{};
    for (std::size_t k = 0; k < x.size(); k += static_cast<std::size_t>(simd::lanes<V>))
        simd::store<V>(result.data() + k, f(simd::load<V>(x.data() + k)));
    return result;
}

template <class T>
class Pack : public testing::Test {
public:
    static constexpr std::array<T, 8> x = {-2, T(-0.5), 0, T(0.25), 1, 3, T(1e-30), 7};
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(Pack, Precisions);

TYPED_TEST(Pack, calculates_in_each_lane_what_a_scalar_does) {
    using P = simd::Pack<TypeParam>;

    const auto formula = [](auto v) {
        using V = decltype(v);
        v += 2;
        v *= v - TypeParam(0.1);
        v -= TypeParam(0.3) / (v + 10);
        v /= 3;
        return simd::sqrt(simd::abs(-v)) + simd::copysign(V{2}, v) + simd::min(v, V{1}) -
               simd::max(v, V{0});
    };

    EXPECT_EQ((by_lanes<P>(this->x, formula)), (by_lanes<TypeParam>(this->x, formula)));
    using Pair = simd::PackPair<TypeParam>;
    EXPECT_EQ((by_lanes<Pair>(this->x, formula)), (by_lanes<TypeParam>(this->x, formula)));
}

TYPED_TEST(Pack, selects_by_lane) {
    using P = simd::Pack<TypeParam>;

    const auto formula = [](auto v) {
        using V           = decltype(v);
        const auto inside = (v > V{0}) & (v <= V{1});
        const auto other  = !inside ^ (v < V{-1});
        const V    first  = simd::select(inside, v * 10, V{-1});
        const V    second = simd::select(other | (v == V{3}), first, V{5});
        return simd::select(v != V{7}, second, simd::select(v >= V{7}, V{8}, V{9}));
    };
    const std::array<TypeParam, 8> expected = {5, -1, -1, 5, 5, -1, 5, 8};

    EXPECT_EQ((by_lanes<TypeParam>(this->x, formula)), expected);
    EXPECT_EQ((by_lanes<P>(this->x, formula)), expected);
    EXPECT_EQ((by_lanes<simd::PackPair<TypeParam>>(this->x, formula)), expected);
}

/// Which lanes of a P are set.
template <class P, class T>
void expect_to_say_which_lanes_are_set() {
    for (int lane = 0; lane < P::width; ++lane) {
        std::array<T, 8> numbers{};
        numbers[static_cast<std::size_t>(lane)] = 1;
        const auto mask                         = P::load(numbers.data()) > P{0};

        EXPECT_EQ(simd::bits(mask), 1u << lane);
        EXPECT_TRUE(simd::any(mask));
        EXPECT_FALSE(simd::all(mask));
    }
    EXPECT_TRUE(simd::all(P{1} == P{1}));
    EXPECT_FALSE(simd::any(P{1} != P{1}));
}

TYPED_TEST(Pack, says_which_lanes_are_set) {
    using P = simd::Pack<TypeParam>;

    expect_to_say_which_lanes_are_set<P, TypeParam>();
    expect_to_say_which_lanes_are_set<simd::PackPair<TypeParam>, TypeParam>();
    EXPECT_EQ(P::load(this->x.data())[1], TypeParam(-0.5));
    EXPECT_EQ(simd::bits(true), 1u);
    EXPECT_TRUE(simd::any(true) && simd::all(true) && !simd::any(false));
}

TYPED_TEST(Pack, treats_nan_like_a_scalar) {
    using P             = simd::Pack<TypeParam>;
    const TypeParam nan = std::numeric_limits<TypeParam>::quiet_NaN();

    EXPECT_TRUE(simd::all(simd::isnan(P{nan})));
    EXPECT_FALSE(simd::any(simd::isnan(P{1})));
    EXPECT_EQ(simd::min(P{nan}, P{1})[0], simd::min(nan, TypeParam(1)));
    EXPECT_TRUE(std::isnan(simd::max(P{1}, P{nan})[0]));
    EXPECT_TRUE(std::isnan(simd::max(TypeParam(1), nan)));
}

TYPED_TEST(Pack, is_as_wide_as_a_register) {
    using P = simd::Pack<TypeParam>;

    EXPECT_EQ(sizeof(P), static_cast<std::size_t>(simd::pack_bytes));
    EXPECT_EQ(simd::lanes<P> * static_cast<int>(sizeof(TypeParam)), simd::pack_bytes);
    EXPECT_EQ(simd::lanes<TypeParam>, 1);
}

TYPED_TEST(Pack, keeps_the_sign_of_zero_when_spread_over_lanes) {
    EXPECT_TRUE(std::signbit(simd::Pack<TypeParam>{TypeParam(-0.0)}[0]));
}

}  // namespace
}  // namespace ranvier

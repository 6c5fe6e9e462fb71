#include "ranvier/base/PackPair.hpp"

#include <array>
#include <cstddef>

#include <gtest/gtest.h>

#include "ranvier/base/math.hpp"

namespace ranvier {
namespace {

/// Applies a function to sixteen numbers, `lanes<V>` at a time.
template <class V, class F>
std::array<simd::Scalar<V>, 16> by_lanes(const std::array<simd::Scalar<V>, 16>& x, F f) {
    std::array<simd::Scalar<V>, 16> result{};
    for (std::size_t k = 0; k < x.size(); k += static_cast<std::size_t>(simd::lanes<V>))
        simd::store<V>(result.data() + k, f(simd::load<V>(x.data() + k)));
    return result;
}

template <class T>
class PackPair : public testing::Test {
public:
    template <class F>
    void expect_bits_of_scalars(F f) {
        EXPECT_EQ(by_lanes<simd::PackPair<T>>(x, f), by_lanes<T>(x, f));
    }

    static constexpr std::array<T, 16> x = {
        -2, T(-0.5), 0, T(0.25), 1, 3, T(1e-30), 7, -7, 20, T(-0.3), T(0.3), -30, 2, 5, -1};
};
using Precisions = testing::Types<double, float>;
TYPED_TEST_SUITE(PackPair, Precisions);

TYPED_TEST(PackPair, calculates_in_each_lane_what_a_scalar_does) {
    this->expect_bits_of_scalars([](auto v) {
        using V = decltype(v);
        v += 2;
        v *= v - TypeParam(0.1);
        v -= TypeParam(0.3) / (v + 10);
        v /= 3;
        return simd::sqrt(simd::abs(-v)) + simd::copysign(V{2}, v) + simd::min(v, V{1}) -
               simd::max(v, V{0});
    });
}

TYPED_TEST(PackPair, has_the_elementary_functions) {
    this->expect_bits_of_scalars([](auto v) { return math::exp(v); });
    this->expect_bits_of_scalars([](auto v) { return math::expm1(v); });
    this->expect_bits_of_scalars([](auto v) { return math::log(simd::abs(v) + 1); });
    this->expect_bits_of_scalars([](auto v) { return math::sin(v); });
}

TYPED_TEST(PackPair, selects_by_lane) {
    this->expect_bits_of_scalars([](auto v) {
        using V           = decltype(v);
        const auto inside = (v > V{0}) & (v <= V{1});
        const auto other  = !inside ^ (v < V{-1});
        const V    first  = simd::select(inside, v * 10, V{-1});
        const V    second = simd::select(other | (v == V{3}), first, V{5});
        return simd::select(v != V{7}, second, simd::select(v >= V{7}, V{8}, V{9}));
    });
}

TYPED_TEST(PackPair, says_which_lanes_are_set) {
    using V = simd::PackPair<TypeParam>;

    for (int lane = 0; lane < V::width; ++lane) {
        std::array<TypeParam, 16> numbers{};
        numbers[static_cast<std::size_t>(lane)] = 1;
        const auto mask                         = V::load(numbers.data()) > V{0};

        EXPECT_EQ(simd::bits(mask), 1u << lane);
        EXPECT_TRUE(simd::any(mask));
        EXPECT_FALSE(simd::all(mask));
    }
    EXPECT_TRUE(simd::all(V{1} == V{1}));
    EXPECT_FALSE(simd::any(V{1} != V{1}));
}

}  // namespace
}  // namespace ranvier

#include "ranvier/parameters/Lazy.hpp"

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/parameters/Param.hpp"

namespace ranvier {

struct Position {  // as in space, which this layer does not know
    double x, y, z;
};

namespace {

using testing::ElementsAre;

template <class Q>
std::vector<double> resolved(const Param<Q>& from, std::size_t size = 3) {
    std::vector<double> values(size);
    from.specification().resolve(
        {size,
         {0, size},
         random::Key{1},
         [](std::size_t i) {
             return std::array<double, 3>{static_cast<double>(i), 2, 0};
         }},
        values
    );
    return values;
}

const auto rising = by_index([](std::size_t i) { return static_cast<double>(i) * 1_ms; });

TEST(Lazy, keeps_units_through_arithmetic) {
    const Param<Time> sum = 2 * rising + 1_ms - rising / 2.0;
    EXPECT_THAT(resolved(sum), ElementsAre(1, 2.5, 4));

    const Param<Voltage> product = rising * 2_nA / 0.5_nF;
    EXPECT_THAT(resolved(product), ElementsAre(0, 4, 8));

    const Param<double> ratio = rising / 2_ms;
    EXPECT_THAT(resolved(ratio), ElementsAre(0, 0.5, 1));

    static_assert(std::same_as<decltype(rising * rising / rising), Lazy<Time>>);
    static_assert(std::same_as<decltype(1 / rising), Lazy<Frequency>>);
}

TEST(Lazy, takes_distributions_arrays_and_functions_of_the_position) {
    const auto        drawn = resolved<Time>(uniform(10_ms, 15_ms));
    const Param<Time> mixed = 2 * uniform(10_ms, 15_ms) + array(std::vector{0_ms, 100_ms, 200_ms});
    EXPECT_THAT(resolved(mixed), ElementsAre(2 * drawn[0], 2 * drawn[1] + 100, 2 * drawn[2] + 200));

    const Param<Voltage> placed = by_position([](Position p) { return p.x * 1_mV; }) - 1_mV;
    EXPECT_THAT(resolved(placed), ElementsAre(-1, 0, 1));
    const Param<Voltage> plain = [](Position p) { return p.x * p.y * 1_mV; };
    EXPECT_THAT(resolved(plain), ElementsAre(0, 2, 4));
}

TEST(Lazy, gives_frequencies_in_hertz) {
    const Param<Frequency> rate = 1 / (rising + 1_ms);
    EXPECT_THAT(resolved(rate), ElementsAre(1000, 500, testing::DoubleEq(1000.0 / 3)));
    const Param<Frequency> sum = by_index([](std::size_t) { return 5_Hz; }) * 2 + 1_Hz;
    EXPECT_THAT(resolved(sum), ElementsAre(11, 11, 11));
    const Param<double> expected_spikes = by_index([](std::size_t) { return 50_Hz; }) * 100_ms;
    EXPECT_THAT(resolved(expected_spikes), ElementsAre(5, 5, 5));
}

TEST(Lazy, has_elementary_functions_comparisons_and_ones_own) {
    const auto x = rising / 1_ms;
    EXPECT_THAT(resolved(Param<double>{sqrt(x * x)}), ElementsAre(0, 1, 2));
    EXPECT_THAT(resolved(Param<double>{pow(x, 3)}), ElementsAre(0, 1, 8));
    EXPECT_THAT(resolved(Param<double>{exp(log(x + 1))}, 1), ElementsAre(1));
    EXPECT_THAT(resolved(Param<double>{abs(-x) + sin(0 * x) + cos(0 * x)}), ElementsAre(1, 2, 3));
    EXPECT_THAT(resolved(Param<Time>{(rising < 2_ms) * 5_ms}), ElementsAre(5, 5, 0));
    EXPECT_THAT(resolved(Param<double>{(rising >= 1_ms) + (1_ms >= rising)}), ElementsAre(1, 2, 1));
    EXPECT_THAT(resolved(Param<double>{(rising > 1_ms) - (rising <= 0_ms)}), ElementsAre(-1, 0, 1));
    EXPECT_THAT(resolved(Param<Time>{max(min(rising, 1.5_ms), 0.5_ms)}), ElementsAre(0.5, 1, 1.5));
    const Param<Voltage> own = apply([](Time t) { return t / 1_ms * 3_mV; }, rising);
    EXPECT_THAT(resolved(own), ElementsAre(0, 3, 6));
}

template <class A, class B>
concept Addable = requires(A a, B b) {
    a + b;
};

TEST(Lazy, does_not_mix_units) {
    static_assert(Addable<Lazy<Time>, RandomDistribution<Time>>);
    static_assert(!Addable<Lazy<Time>, Voltage>);
    static_assert(!Addable<Lazy<Time>, double>);
    static_assert(!Addable<Lazy<Time>, RandomDistribution<Voltage>>);
    static_assert(!std::convertible_to<Lazy<Time>, Param<Voltage>>);
    static_assert(std::convertible_to<Lazy<Time>, Param<Time>>);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/base/Quantity.hpp"

#include <concepts>
#include <random>
#include <type_traits>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
    a + b;
};

TEST(Quantity, literals_are_the_exact_numbers_in_units_of_pynn) {
    EXPECT_EQ((-65_mV).value(), -65);
    EXPECT_EQ((0.07_V).value(), 70);
    EXPECT_EQ((0.1_ms).value(), 0.1);
    EXPECT_EQ((1.5_s).value(), 1500);
    EXPECT_EQ((100_us).value(), 0.1);
    EXPECT_EQ((0.3_nA).value(), 0.3);
    EXPECT_EQ((300_pA).value(), 0.3);
    EXPECT_EQ((0.25_nF).value(), 0.25);
    EXPECT_EQ((250_pF).value(), 0.25);
    EXPECT_EQ((0.006_uS).value(), 0.006);
    EXPECT_EQ((6_nS).value(), 0.006);
    EXPECT_EQ((40_Mohm).value(), 40);
    EXPECT_EQ((8_Hz).value(), 0.008);
    EXPECT_EQ((8_kHz).value(), 8);
    EXPECT_EQ((3_um).value(), 3);
    EXPECT_EQ((3_mm).value(), 3000);
}

TEST(Quantity, dimensions_follow_arithmetic) {
    static_assert(std::same_as<decltype(1_nA * 1_ms / 1_mV), Capacitance>);
    static_assert(std::same_as<decltype(1_nA / 1_mV), Conductance>);
    static_assert(std::same_as<decltype(1_mV / 1_nA), Resistance>);
    static_assert(std::same_as<decltype(1 / 1_Mohm), Conductance>);
    static_assert(std::same_as<decltype(1 / 1_ms), Frequency>);
    static_assert(std::same_as<decltype(1_Hz * 1_s), double>);
    static_assert(std::same_as<decltype(1_uS * 1_Mohm), double>);
    static_assert(std::same_as<decltype(1_mV / 1_mV), double>);
    static_assert(std::same_as<decltype(1_mV / 1_ms), Acceleration>);

    EXPECT_EQ((10_nF / 2_ms * 3_mV).value(), 15);
    EXPECT_EQ(8_Hz * 1_s, 8);
    EXPECT_EQ((1 / 4_ms).value(), 0.25);
}

TEST(Quantity, does_not_mix_with_numbers_or_other_dimensions) {
    static_assert(!std::convertible_to<double, Time>);
    static_assert(!std::convertible_to<Time, double>);
    static_assert(!std::convertible_to<Voltage, Time>);
    static_assert(!std::is_constructible_v<Time, double>);
    static_assert(!std::equality_comparable_with<Time, Voltage>);
    static_assert(Addable<Time, Time>);
    static_assert(!Addable<Time, Voltage>);
    static_assert(!Addable<Time, double>);
    static_assert(sizeof(Time) == sizeof(double));
}

TEST(Quantity, adds_scales_and_compares) {
    constexpr Time t = 3_ms + 2 * 1_ms - 1_ms / 2;
    static_assert(t == 4.5_ms);
    Time u = t;
    u += 1_ms;
    u -= 0.5_ms;

    EXPECT_EQ(u, 5_ms);
    EXPECT_EQ(-u, -5_ms);
    EXPECT_EQ(abs(-70_mV), 70_mV);
    EXPECT_LT(t, u);
    EXPECT_EQ(Time{}, 0_ms);
}

TEST(Quantity, names_the_units_of_pynn) {
    EXPECT_EQ(unit_name<Voltage>(), "mV");
    EXPECT_EQ(unit_name<Time>(), "ms");
    EXPECT_EQ(unit_name<Current>(), "nA");
    EXPECT_EQ(unit_name<Length>(), "um");
    EXPECT_EQ(unit_name<Capacitance>(), "nF");
    EXPECT_EQ(unit_name<Conductance>(), "uS");
    EXPECT_EQ(unit_name<Resistance>(), "Mohm");
    EXPECT_EQ(unit_name<Frequency>(), "Hz");
    EXPECT_EQ(unit_name<double>(), "");
}

TEST(Quantity, shows_and_takes_frequencies_in_hertz) {
    EXPECT_EQ(pynn_value(8_Hz), 8);
    EXPECT_EQ(from_pynn_value<Frequency>(8), 8_Hz);
    EXPECT_EQ(pynn_value(8_ms), 8);
    EXPECT_EQ(from_pynn_value<Time>(8), 8_ms);
    EXPECT_EQ(pynn_value(0.25), 0.25);
    EXPECT_EQ(from_pynn_value<double>(0.25), 0.25);
}

// A stored value is exactly the number that the user gave: 1001 / 1000 * 1000 is not.
TEST(Quantity, returns_decimal_frequencies_exactly) {
    for (int i = 0; i <= 100'000; ++i) {
        ASSERT_EQ(pynn_value(from_pynn_value<Frequency>(i)), i);
        ASSERT_EQ(pynn_value(from_pynn_value<Frequency>(i / 10.0)), i / 10.0);
        ASSERT_EQ(pynn_value(from_pynn_value<Frequency>(-i / 1000.0)), -i / 1000.0);
    }
    for (const double hz : {1e-7, 1.23456789012345e-5, 63.7, 1e14, 123456789012345.0})
        EXPECT_EQ(pynn_value(from_pynn_value<Frequency>(hz)), hz);
}

TEST(Quantity, returns_every_frequency_as_hertz_that_mean_it) {
    std::mt19937_64                        bits{1};
    std::uniform_real_distribution<double> per_ms{0, 10};
    for (int i = 0; i < 100'000; ++i) {
        const Frequency f = Frequency::in_base_units(per_ms(bits));
        ASSERT_NEAR(pynn_value(f), f.value() * 1000, f.value() * 1000 * 0x1p-52);
    }
}

}  // namespace
}  // namespace ranvier

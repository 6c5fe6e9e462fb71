#include "ranvier/parameters/Param.hpp"

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

std::vector<double> resolved(const parameters::Specification& from, std::size_t size) {
    std::vector<double> values(size);
    from.resolve({size, {0, size}, random::Key{1}}, values);
    return values;
}

bool is(const parameters::Specification& from, const random::Distribution& expected) {
    return from.distribution() != nullptr && *from.distribution() == expected;
}

TEST(Param, takes_a_value) {
    const Param<Time> tau_m = 10_ms;

    ASSERT_TRUE(tau_m.is_given());
    EXPECT_EQ(tau_m.specification().constant(), 10.0);
}

TEST(Param, takes_a_distribution) {
    const Param<Time> tau_m = uniform(10_ms, 15_ms);

    EXPECT_TRUE(is(tau_m.specification(), random::Distribution::uniform(10, 15)));
}

TEST(Param, takes_one_value_per_member) {
    const Param<Voltage> v_reset = linspace(-75_mV, -65_mV, 3);

    EXPECT_EQ(v_reset.specification().length(), 3u);
    EXPECT_EQ(resolved(v_reset.specification(), 3), (std::vector{-75.0, -70.0, -65.0}));
}

TEST(Param, takes_a_list_in_brackets) {
    struct Cell {
        Param<Time>   tau_m = 20_ms;
        Param<double> share = 0.5;
    };
    const Cell listed{.tau_m = {10_ms, 12_ms}, .share = {1, 2, 3}};
    EXPECT_EQ(resolved(listed.tau_m.specification(), 2), (std::vector{10.0, 12.0}));
    EXPECT_EQ(listed.share.specification().length(), 3u);

    const Cell same{.tau_m = {10_ms}, .share = {}};
    EXPECT_EQ(same.tau_m.specification().constant(), 10.0);
    EXPECT_FALSE(same.share.is_given());
}

TEST(Param, takes_a_function_of_the_index) {
    const Param<Voltage> v_rest = [](std::size_t i) { return static_cast<double>(i) * 1_mV; };

    EXPECT_EQ(resolved(v_rest.specification(), 3), (std::vector{0.0, 1.0, 2.0}));
}

TEST(Param, takes_every_form_of_a_number_without_unit) {
    const Param<double> number   = 0.5;
    const Param<double> drawn    = lognormal(0, 1);
    const Param<double> listed   = std::vector{1.0, 2.0};
    const Param<double> function = [](std::size_t i) { return 2.0 * static_cast<double>(i); };

    EXPECT_EQ(number.specification().constant(), 0.5);
    EXPECT_TRUE(is(drawn.specification(), random::Distribution::lognormal(0, 1)));
    EXPECT_EQ(resolved(listed.specification(), 2), (std::vector{1.0, 2.0}));
    EXPECT_EQ(resolved(function.specification(), 2), (std::vector{0.0, 2.0}));
}

TEST(Param, holds_frequencies_in_hertz) {
    const Param<Frequency> one      = 1001_Hz;
    const Param<Frequency> many     = std::vector{8_Hz, 1.5_kHz};
    const Param<Frequency> drawn    = uniform(5_Hz, 10_Hz);
    const Param<Frequency> function = [](std::size_t i) { return static_cast<double>(i) * 10_Hz; };

    EXPECT_EQ(one.specification().constant(), 1001.0);
    EXPECT_EQ(resolved(many.specification(), 2), (std::vector{8.0, 1500.0}));
    EXPECT_TRUE(is(drawn.specification(), random::Distribution::uniform(5, 10)));
    EXPECT_EQ(resolved(function.specification(), 3), (std::vector{0.0, 10.0, 20.0}));
}

TEST(Param, may_be_left_out) {
    EXPECT_FALSE(Param<Time>{}.is_given());
}

TEST(Param, takes_nothing_in_another_unit) {
    static_assert(!std::convertible_to<Voltage, Param<Time>>);
    static_assert(!std::convertible_to<double, Param<Time>>);
    static_assert(!std::convertible_to<RandomDistribution<Voltage>, Param<Time>>);
    static_assert(!std::convertible_to<RandomDistribution<double>, Param<Time>>);
    static_assert(!std::convertible_to<std::vector<Voltage>, Param<Time>>);
    static_assert(!std::convertible_to<std::vector<double>, Param<Time>>);
    static_assert(!std::convertible_to<Voltage (*)(std::size_t), Param<Time>>);
    static_assert(!std::convertible_to<double (*)(std::size_t), Param<Time>>);
    static_assert(std::convertible_to<Time (*)(std::size_t), Param<Time>>);
}

TEST(Required, has_a_value_and_no_default) {
    static_assert(!std::default_initializable<Required<double>>);
    const Required<double>        p = 0.1;
    const Required<std::uint64_t> n = 12;

    EXPECT_EQ(p, 0.1);
    EXPECT_EQ(n, 12u);
}

TEST(linspace, includes_both_ends) {
    EXPECT_EQ(linspace(10.0, 20.0, 6), (std::vector{10.0, 12.0, 14.0, 16.0, 18.0, 20.0}));
    EXPECT_EQ(linspace(10_ms, 20_ms, 1), (std::vector{10_ms}));
    EXPECT_TRUE(linspace(10_ms, 20_ms, 0).empty());
    for (std::size_t count = 2; count < 200; ++count) {
        const auto values = linspace(0.1_ms, 0.7_ms, count);
        ASSERT_EQ(values.size(), count);
        EXPECT_EQ(values.front(), 0.1_ms);
        EXPECT_EQ(values.back(), 0.7_ms);
    }
}

}  // namespace
}  // namespace ranvier

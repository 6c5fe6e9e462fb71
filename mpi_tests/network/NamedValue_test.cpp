#include "ranvier/network/NamedValue.hpp"

#include <concepts>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

const parameters::Specification& numbers(const NamedValue& value) {
    return std::get<parameters::Specification>(value.value);
}

TEST(NamedValue, takes_every_form_of_a_number_in_pynns_unit) {
    EXPECT_EQ(numbers({"tau_m", 10.0}).constant(), 10.0);
    EXPECT_EQ(numbers({"tau_m", 10}).constant(), 10.0);
    EXPECT_EQ(numbers({"tau_m", std::vector{1.0, 2.0}}).length(), 2u);
    EXPECT_NE(numbers({"tau_m", uniform(10, 15)}).distribution(), nullptr);
    EXPECT_NE(numbers({"tau_m", random::Distribution::uniform(1, 2)}).distribution(), nullptr);
    EXPECT_EQ(
        numbers({"v", [](std::size_t i) { return static_cast<double>(i); }}).describe(),
        "a function of the index"
    );
    EXPECT_EQ(numbers({"v", 2 * uniform(0, 1) + 1.0}).describe(), "a combination of values");
}

TEST(NamedValue, takes_sequences) {
    const NamedValue times{"spike_times", Sequence{1_ms}};
    EXPECT_TRUE(std::holds_alternative<Param<Sequence>>(times.value));
    const NamedValue lists{"spike_times", std::vector<Sequence>{{1_ms}, {}}};
    EXPECT_EQ(std::get<Param<Sequence>>(lists.value).length(), 2u);
    const NamedValue function{"spike_times", [](std::size_t) { return Sequence{}; }};
    EXPECT_EQ(std::get<Param<Sequence>>(function.value).shared(), nullptr);
}

TEST(NamedValue, takes_array_parameters_in_the_forms_of_a_construction) {
    const std::vector<ArrayParameter> one_per_cell{{0.5, 0.25}, {}};
    const NamedValue                  lists{"a_eta", one_per_cell};
    const auto&                       value = std::get<Param<Sequence>>(lists.value);
    ASSERT_EQ(value.length(), 2u);
    EXPECT_EQ(value.resolve(0), (ArrayParameter{0.5, 0.25}));
    const NamedValue shared{"a_eta", ArrayParameter{1.0}};
    EXPECT_EQ(*std::get<Param<Sequence>>(shared.value).shared(), ArrayParameter{1.0});
    const NamedValue function{"a_eta", [](std::size_t) { return ArrayParameter{}; }};
    EXPECT_EQ(std::get<Param<Sequence>>(function.value).length(), std::nullopt);
}

TEST(NamedValue, has_no_unit) {
    static_assert(!std::constructible_from<NamedValue, std::string, Time>);
    static_assert(!std::constructible_from<NamedValue, std::string, RandomDistribution<Time>>);
    static_assert(!std::constructible_from<NamedValue, std::string, std::string>);
}

}  // namespace
}  // namespace ranvier

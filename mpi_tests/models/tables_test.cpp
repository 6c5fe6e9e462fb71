#include "ranvier/models/tables.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "ranvier/models/cells/SpikeSourceArray.hpp"
#include "ranvier/models/cells/SpikeSourcePoisson.hpp"

#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

TEST(tables, rules_accept_and_reject) {
    for (const double value : {-1.0, 0.0, -0.0, 1e-300, 1.0, 1e300}) {
        EXPECT_TRUE(satisfies(Rule::any, value));
        EXPECT_TRUE(satisfies(Rule::non_decreasing, value));
        EXPECT_EQ(satisfies(Rule::positive, value), value > 0) << value;
        EXPECT_EQ(satisfies(Rule::non_negative, value), value >= 0) << value;
    }
    for (const Rule rule : {Rule::any, Rule::positive, Rule::non_negative, Rule::non_decreasing}) {
        EXPECT_FALSE(satisfies(rule, NAN));
        EXPECT_FALSE(satisfies(rule, INFINITY));
        EXPECT_FALSE(satisfies(rule, -INFINITY));
    }
}

TEST(tables, rules_have_words) {
    EXPECT_EQ(required_by(Rule::positive, 0, "ms"), "> 0 ms");
    EXPECT_EQ(required_by(Rule::positive, -1, ""), "> 0");
    EXPECT_EQ(required_by(Rule::non_negative, -1, "Hz"), ">= 0 Hz");
    for (const Rule rule : {Rule::any, Rule::positive, Rule::non_negative})
        EXPECT_EQ(required_by(rule, INFINITY, "mV"), "finite");
}

TEST(tables, input_decides_the_unit_of_a_weight) {
    EXPECT_EQ(weight_unit(Input::current), "nA");
    EXPECT_EQ(weight_unit(Input::conductance), "uS");
    EXPECT_EQ(weight_unit(Input::voltage), "mV");
}

TEST(tables, list_parameters_with_units_and_rules) {
    const auto counter = parameter_infos<test::Counter>();
    const auto poisson = parameter_infos<SpikeSourcePoisson>();
    const auto array   = parameter_infos<SpikeSourceArray>();

    ASSERT_EQ(counter.size(), 4u);
    EXPECT_EQ(counter[1].name, "tau_refrac");
    EXPECT_EQ(counter[1].unit, "ms");
    EXPECT_EQ(counter[1].rule, Rule::non_negative);
    EXPECT_FALSE(counter[1].is_sequence);
    EXPECT_EQ(poisson[0].unit, "Hz");
    EXPECT_EQ(array[0].unit, "ms");
    EXPECT_TRUE(array[0].is_sequence);
}

TEST(tables, list_state_variables_with_their_initial_values) {
    const auto states = state_infos<test::Counter>();

    ASSERT_EQ(states.size(), 2u);
    EXPECT_EQ(states[0].name, "v");
    EXPECT_EQ(states[0].unit, "mV");
    EXPECT_EQ(states[0].initial, 5);
    EXPECT_EQ(states[1].name, "input");
}

TEST(tables, list_receptors_with_the_state_they_drive) {
    const auto receptors = receptor_infos<test::Counter>();

    ASSERT_EQ(receptors.size(), 1u);
    EXPECT_EQ(receptors[0].name, "any");
    EXPECT_EQ(receptors[0].state, 1u);
}

}  // namespace
}  // namespace ranvier::models

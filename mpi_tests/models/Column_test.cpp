#include "ranvier/models/Column.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/IF_curr_exp.hpp"
#include "ranvier/models/cells/SpikeSourceArray.hpp"

#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

TEST(Column, gives_all_cells_a_shared_value) {
    const Column column{.numbers = {20}, .sequences = {}, .is_uniform = true};

    EXPECT_EQ(column.number(0), 20);
    EXPECT_EQ(column.number(1'000'000), 20);
}

TEST(Column, gives_each_cell_its_own_value) {
    const Column numbers{.numbers = {10, 12, 14}, .sequences = {}, .is_uniform = false};
    const Column trains{
        .numbers = {}, .sequences = {Sequence{1_ms}, Sequence{2_ms}}, .is_uniform = false};

    EXPECT_EQ(numbers.number(2), 14);
    EXPECT_EQ(trains.sequence(1), Sequence{2_ms});
}

TEST(Column, of_a_model_object_has_all_its_parameters_in_order) {
    const auto given = given_parameters(IF_curr_exp{.cm = 0.25_nF, .v_thresh = -40_mV});

    ASSERT_EQ(given.size(), 9u);
    for (std::size_t k = 0; k < given.size(); ++k)
        EXPECT_EQ(given[k].place, k);
    EXPECT_EQ(std::get<parameters::Specification>(given[1].value).constant(), 0.25);
    EXPECT_EQ(std::get<parameters::Specification>(given[8].value).constant(), -40);
}

TEST(Column, leaves_out_what_is_not_given) {
    test::Counter model;
    model.v_thresh = Param<Voltage>{};

    const auto parameters = given_parameters(model);
    const auto states     = given_states<test::Counter>({.v = {}, .input = 3_mV});

    ASSERT_EQ(parameters.size(), 3u);
    EXPECT_EQ(parameters[2].place, 3u);
    ASSERT_EQ(states.size(), 1u);
    EXPECT_EQ(states[0].place, 1u);
}

TEST(Column, takes_sequences) {
    const auto given = given_parameters(SpikeSourceArray{.spike_times = Sequence{7_ms}});

    ASSERT_EQ(given.size(), 1u);
    EXPECT_EQ(std::get<Param<Sequence>>(given[0].value).resolve(0), Sequence{7_ms});
}

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/make_neurons.hpp"

#include <gtest/gtest.h>

#include "ranvier/models/cells/GIF_cond_exp.hpp"
#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/PointNeuron.hpp"
#include "ranvier/models/cells/SpikeSourcePoisson.hpp"

#include "Counter.hpp"

namespace ranvier::models {
namespace {

using test::Counter;

TEST(make_neurons, knows_what_has_a_membrane) {
    static_assert(IsNeuron<IF_cond_exp> && IsNeuron<GIF_cond_exp> && IsNeuron<PointNeuron>);
    static_assert(!IsNeuron<SpikeSourcePoisson>);
}

TEST(make_neurons, makes_cells_of_any_model) {
    const TimeGrid    grid{0.1_ms};
    const PointNeuron composed{AdExp{}, {{"AMPA", ExpPSR{}}, {"GABAA", AlphaPSR{}}}};

    EXPECT_EQ(make_neurons<double>(IF_cond_exp{}, 3, grid, {})->model(), "IF_cond_exp");
    EXPECT_EQ(make_neurons<float>(GIF_cond_exp{}, 3, grid, {})->num_cells(), 3u);
    const auto group = make_neurons<double>(composed, 3, grid, {});
    EXPECT_EQ(group->model(), "PointNeuron");
    EXPECT_EQ(group->receptors().size(), 2u);
    EXPECT_EQ(group->input(), Input::conductance);
}

TEST(make_neurons, a_users_model_is_compiled_where_it_is_used) {
    const auto group = make_neurons<double>(Counter{}, 2, TimeGrid{0.1_ms}, {});

    EXPECT_EQ(group->model(), Counter::name);
    EXPECT_EQ(group->num_cells(), 2u);
}

TEST(make_neurons, says_which_members_belong_to_the_cells) {
    const auto group = make_neurons<double>(PointNeuron{AdExp{}}, 1, TimeGrid{0.1_ms}, {});

    EXPECT_TRUE(group->is_a("PointNeuron"));
    EXPECT_TRUE(group->is_a("AdExp"));
    EXPECT_FALSE(group->is_a("LIF"));
    EXPECT_FALSE(make_neurons<double>(IF_cond_exp{}, 1, TimeGrid{0.1_ms}, {})->is_a("LIF"));
}

}  // namespace
}  // namespace ranvier::models

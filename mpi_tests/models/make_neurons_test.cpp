#include "ranvier/models/make_neurons.hpp"

#include <gtest/gtest.h>

#include "ranvier/models/cells/IF_curr_exp.hpp"

#include "Counter.hpp"

namespace ranvier::models {
namespace {

using test::Counter;

TEST(make_neurons, the_library_has_its_own_models_in_both_precisions) {
    const TimeGrid grid{0.1_ms};

    const auto in_double = make_neurons<IF_curr_exp, double>(3, grid, {});
    const auto in_single = make_neurons<IF_curr_exp, float>(3, grid, {});

    EXPECT_EQ(in_double->model(), "IF_curr_exp");
    EXPECT_EQ(in_double->num_cells(), 3u);
    EXPECT_EQ(in_single->parameters().size(), in_double->parameters().size());
}

TEST(make_neurons, a_users_model_is_compiled_where_it_is_used) {
    const auto group = make_neurons<Counter, double>(2, TimeGrid{0.1_ms}, {});

    EXPECT_EQ(group->model(), Counter::name);
    EXPECT_EQ(group->num_cells(), 2u);
}

}  // namespace
}  // namespace ranvier::models

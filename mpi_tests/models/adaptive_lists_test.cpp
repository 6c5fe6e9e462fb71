#include "ranvier/models/adaptive_lists.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/EIF_cond_exp_isfa_ista.hpp"

#include "models/Cells.hpp"

namespace ranvier::models {
namespace {

using M = EIF_cond_exp_isfa_ista;

// The order is PyNN's: values are evaluated in it.
TEST(adaptive_lists, keep_the_order_of_parameters) {
    std::string names;
    for (const ParameterInfo& info : parameter_infos<M>())
        names += info.name + " ";
    EXPECT_EQ(
        names,
        "cm tau_refrac v_spike v_reset v_rest tau_m i_offset a b delta_T tau_w v_thresh e_rev_E "
        "tau_syn_E e_rev_I tau_syn_I "
    );
}

TEST(adaptive_lists, make_the_membrane_of_a_cell) {
    std::vector<Column> columns(std::tuple_size_v<decltype(M::parameters())>);
    for (auto& [place, column] :
         test::columns_of(given_parameters(M{.v_spike = -30_mV, .a = 6_nS}), 1, {0, 1}))
        columns[place] = column;

    const auto membrane = adaptive_exponential_of(CellValues<M>{columns, 0}, 0.1_ms);

    EXPECT_EQ(membrane.v_spike, -30);
    EXPECT_EQ(membrane.a, 0.006);
    EXPECT_EQ(membrane.membrane.v_rest, -70.6);
}

}  // namespace
}  // namespace ranvier::models

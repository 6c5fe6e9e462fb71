#include "ranvier/models/lists.hpp"

#include <string>

#include <gtest/gtest.h>

#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"

namespace ranvier::models {
namespace {

template <class M>
std::string names_of() {
    std::string names;
    for (const ParameterInfo& info : parameter_infos<M>())
        names += info.name + " ";
    return names;
}

// The order is PyNN's: values are evaluated in it.
TEST(lists, keep_the_order_of_parameters) {
    EXPECT_EQ(
        names_of<IF_cond_exp>(),
        "v_rest cm tau_m tau_refrac tau_syn_E tau_syn_I e_rev_E e_rev_I v_thresh v_reset i_offset "
    );
    EXPECT_EQ(
        names_of<IF_curr_exp>(),
        "v_rest cm tau_m tau_refrac tau_syn_E tau_syn_I i_offset v_reset v_thresh "
    );
}

TEST(lists, name_two_receptors) {
    EXPECT_EQ(conductance_receptors()[1].name, "inhibitory");
    EXPECT_EQ(conductance_receptors()[1].state, "gsyn_inh");
    EXPECT_EQ(current_receptors()[0].state, "isyn_exc");
    EXPECT_EQ(rising_receptors()[1].state, "rise_inh");
}

}  // namespace
}  // namespace ranvier::models

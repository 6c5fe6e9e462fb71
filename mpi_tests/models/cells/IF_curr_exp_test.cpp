#include "ranvier/models/cells/IF_curr_exp.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "models/reference.hpp"
#include <Eigen/Dense>
#include <unsupported/Eigen/MatrixFunctions>

namespace ranvier {
namespace {

using test::Cells;

constexpr double ulp_of_v = 0x1p-46;  ///< of a potential between 64 and 128 mV

/// The solution of the subthreshold equations: state (v - v_rest, isyn_exc, isyn_inh) after `ms`.
class Solution {
public:
    Solution(double tau_m, double tau_exc, double tau_inh, double cm, double i_offset) {
        rates_ << -1 / tau_m, 1 / cm, 1 / cm, i_offset / cm,  //
            0, -1 / tau_exc, 0, 0,                            //
            0, 0, -1 / tau_inh, 0,                            //
            0, 0, 0, 0;
    }
    Eigen::Vector4d after(double ms, const Eigen::Vector4d& state) const {
        const Eigen::Matrix4d part = rates_ * ms;
        return part.exp() * state;
    }

private:
    Eigen::Matrix4d rates_;
};

struct TimeConstants {
    double m, exc, inh;
};

const TimeConstants time_constants[] = {
    {20, 5, 5}, {10, 10, 3}, {5, 2, 5}, {4, 4, 4}, {10, 10 * (1 + 1e-9), 10.01}, {2, 20, 0.5}};

// Per step, v = v_rest + decay (v - v_rest) + from_E iE + from_I iI + drive rounds 8 numbers of at
// most 128 mV to half an ulp, and its constants are off by 2 ulp: less than 8 ulp of v. Currents,
// below 1 nA, are off by 2 ulp of the decay and one rounding: less than 3 units of 2^-52 per step.
TEST(IF_curr_exp, follows_the_closed_solution) {
    for (const TimeConstants& tau : time_constants) {
        const double       v_rest = -61, cm = 0.7, i_offset = 0.13;
        const Solution     solution{tau.m, tau.exc, tau.inh, cm, i_offset};
        Cells<IF_curr_exp> cell{IF_curr_exp{
            .v_rest    = v_rest * 1_mV,
            .cm        = cm * 1_nF,
            .tau_m     = tau.m * 1_ms,
            .tau_syn_E = tau.exc * 1_ms,
            .tau_syn_I = tau.inh * 1_ms,
            .i_offset  = i_offset * 1_nA,
            .v_thresh  = 1000_mV}};
        cell.initialize("v", -70.0);
        cell.receive(0, 0, 0.9);
        cell.receive(1, 0, -0.4);
        const Eigen::Vector4d start{-70 - v_rest, 0.9, -0.4, 1};
        for (int step = 1; step <= 1000; ++step) {
            ASSERT_TRUE(cell.advance().empty());
            const Eigen::Vector4d expected = solution.after(step / 10.0, start);
            ASSERT_NEAR(cell.get("v", 0), v_rest + expected[0], step * 8 * ulp_of_v) << tau.m;
            ASSERT_NEAR(cell.get("isyn_exc", 0), expected[1], step * 3 * 0x1p-52);
            ASSERT_NEAR(cell.get("isyn_inh", 0), expected[2], step * 3 * 0x1p-52);
        }
    }
}

// In single precision the same bounds hold with its own ulp.
TEST(IF_curr_exp, follows_the_closed_solution_in_single_precision) {
    const Solution            solution{20, 5, 3, 1, 0.13};
    Cells<IF_curr_exp, float> cell{
        IF_curr_exp{.tau_syn_I = 3_ms, .i_offset = 0.13_nA, .v_thresh = 1000_mV}};
    cell.receive(0, 0, 0.9);
    cell.receive(1, 0, -0.4);
    for (int step = 1; step <= 1000; ++step) {
        cell.advance();
        const double expected = solution.after(step / 10.0, {0, 0.9, -0.4, 1})[0];
        ASSERT_NEAR(cell.get("v", 0), -65 + expected, step * 8 * 0x1p-17);
    }
}

TEST(IF_curr_exp, does_not_depend_on_the_time_step_below_threshold) {
    Cells<IF_curr_exp> coarse{IF_curr_exp{.v_thresh = 1000_mV}, 1, 1_ms};
    Cells<IF_curr_exp> fine{IF_curr_exp{.v_thresh = 1000_mV}, 1, 0.01_ms};
    for (int ms = 0; ms < 50; ++ms) {
        if (ms % 7 == 0) coarse.receive(0, 0, 2);
        if (ms % 7 == 0) fine.receive(0, 0, 2);
        coarse.advance();
        for (int k = 0; k < 100; ++k)
            fine.advance();
        ASSERT_NEAR(coarse.get("v", 0), fine.get("v", 0), (ms + 1) * 101 * 8 * ulp_of_v);
    }
}

TEST(IF_curr_exp, receives_excitation_and_inhibition_apart) {
    Cells<IF_curr_exp> cell{IF_curr_exp{.tau_syn_E = 2_ms, .tau_syn_I = 8_ms}, 3};
    cell.receive(0, 0, 1);
    cell.receive(1, 1, -1);
    cell.receive(0, 2, 1);
    cell.receive(1, 2, -1);

    for (int step = 0; step < 20; ++step)
        cell.advance();

    // After 2 ms: exp(-1) and exp(-1/4), 20 steps of 3 units of 2^-52.
    EXPECT_NEAR(cell.get("isyn_exc", 0), std::exp(-1), 60 * 0x1p-52);
    EXPECT_EQ(cell.get("isyn_inh", 0), 0);
    EXPECT_EQ(cell.get("isyn_exc", 1), 0);
    EXPECT_NEAR(cell.get("isyn_inh", 1), -std::exp(-0.25), 60 * 0x1p-52);
    EXPECT_EQ(cell.get("isyn_exc", 2), cell.get("isyn_exc", 0));
    EXPECT_EQ(cell.get("isyn_inh", 2), cell.get("isyn_inh", 1));
    EXPECT_GT(cell.get("v", 0), -65);
    EXPECT_LT(cell.get("v", 1), -65);
}

TEST(IF_curr_exp, names_its_receptors) {
    const auto receptors = models::receptor_infos<IF_curr_exp>();

    ASSERT_EQ(receptors.size(), 2u);
    EXPECT_EQ(receptors[0].name, "excitatory");
    EXPECT_EQ(receptors[1].name, "inhibitory");
    EXPECT_EQ(IF_curr_exp::input, models::Input::current);
}

TEST(IF_curr_exp, spikes_at_the_first_step_at_or_above_threshold) {
    for (const double i_offset : {0.76, 0.8, 1.0, 2.0, 5.0}) {
        Cells<IF_curr_exp> cell{IF_curr_exp{.i_offset = i_offset * 1_nA}};
        while (cell.advance().empty())
            ASSERT_LT(cell.get("v", 0), -50);

        const double crossing = 20 * std::log(20 * i_offset / (20 * i_offset - 15));  // ms
        EXPECT_EQ(cell.step(), static_cast<Step>(std::ceil(crossing * 10))) << i_offset;
    }
}

TEST(IF_curr_exp, spikes_where_the_potential_equals_the_threshold) {
    Cells<IF_curr_exp> at{IF_curr_exp{.v_rest = -50_mV}};
    Cells<IF_curr_exp> below{IF_curr_exp{.v_rest = -50_mV - 1e-12_mV}};
    at.initialize("v", -50.0);
    below.initialize("v", -50 - 1e-12);

    EXPECT_EQ(at.advance().size(), 1u);
    EXPECT_TRUE(below.advance().empty());
}

TEST(IF_curr_exp, is_held_at_v_reset_for_the_refractory_period) {
    const struct {
        Time tau_refrac;
        Step held;
    } cases[] = {{0_ms, 0}, {0.1_ms, 1}, {0.25_ms, 3}, {2_ms, 20}, {12.85_ms, 129}};
    for (const auto& [tau_refrac, held] : cases) {
        Cells<IF_curr_exp> cell{
            IF_curr_exp{.tau_refrac = tau_refrac, .i_offset = 1000_nA, .v_reset = -70_mV}};
        ASSERT_EQ(cell.advance().size(), 1u);
        for (int spike = 0; spike < 3; ++spike) {
            for (Step step = 0; step < held; ++step) {
                ASSERT_EQ(cell.get("v", 0), -70) << step;
                ASSERT_TRUE(cell.advance().empty()) << step;
            }
            ASSERT_EQ(cell.get("v", 0), -70);
            ASSERT_EQ(cell.advance().size(), 1u) << "held for " << held << " steps";
        }
    }
}

TEST(IF_curr_exp, integrates_from_v_reset_after_the_refractory_period) {
    Cells<IF_curr_exp> cell{IF_curr_exp{.tau_refrac = 1_ms, .v_reset = -70_mV}};
    cell.initialize("v", -40.0);
    ASSERT_EQ(cell.advance().size(), 1u);
    for (int step = 0; step < 10 + 30; ++step)
        cell.advance();

    EXPECT_NEAR(cell.get("v", 0), -65 - 5 * std::exp(-3.0 / 20), 30 * 8 * ulp_of_v);
}

TEST(IF_curr_exp, lets_currents_decay_while_it_is_refractory) {
    Cells<IF_curr_exp> cell{IF_curr_exp{.tau_refrac = 5_ms}};
    cell.initialize("v", -40.0);
    ASSERT_EQ(cell.advance().size(), 1u);
    cell.receive(0, 0, 1);
    for (int step = 0; step < 20; ++step)
        cell.advance();
    cell.receive(0, 0, 1);
    for (int step = 0; step < 20; ++step)
        cell.advance();

    EXPECT_EQ(cell.get("v", 0), -65);
    EXPECT_NEAR(cell.get("isyn_exc", 0), std::exp(-0.8) + std::exp(-0.4), 40 * 3 * 0x1p-52);
}

// Both peers spike within a step of 0.001 ms of the exact times; a spike on the grid is up to one
// step late, and so is the reset from which the next one starts.
TEST(IF_curr_exp, spikes_when_other_simulators_do) {
    const auto recorded = test::reference_case("IF_curr_exp");
    const auto fine     = test::replayed<IF_curr_exp>(recorded, 0.001_ms);
    const auto coarse   = test::replayed<IF_curr_exp>(recorded, 0.1_ms);

    for (const auto& [peer, spikes] : recorded.at("spikes_ms").items()) {
        test::expect_spikes(fine.spikes_ms, spikes, 0.001, 0.0021);
        test::expect_spikes(coarse.spikes_ms, spikes, 0.001, 0.21);
    }
}

// Traces have 5 decimals; spikes that are off by 2 us shift v by up to 2 us of 1 mV / ms.
TEST(IF_curr_exp, has_the_potential_that_other_simulators_recorded) {
    const auto recorded = test::reference_case("IF_curr_exp");
    const auto fine     = test::replayed<IF_curr_exp>(recorded, 0.001_ms);

    for (const auto& [peer, v] : recorded.at("v_mV_every_ms_from_0").items())
        test::expect_potential(fine, v, 0.3, 0.003);
}

}  // namespace
}  // namespace ranvier

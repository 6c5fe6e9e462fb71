#include "ranvier/models/cells/IF_cond_exp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "models/reference.hpp"

namespace ranvier {
namespace {

using test::Cells;

/// Conductances that jump at given times; the subthreshold equations in numbers.
struct Equations {
    double v_rest = -66, cm = 0.5, tau_m = 12, tau_E = 4, tau_I = 7, e_E = -2, e_I = -81, i = 0.11;

    IF_cond_exp model() const {
        return {
            .v_rest    = v_rest * 1_mV,
            .cm        = cm * 1_nF,
            .tau_m     = tau_m * 1_ms,
            .tau_syn_E = tau_E * 1_ms,
            .tau_syn_I = tau_I * 1_ms,
            .e_rev_E   = e_E * 1_mV,
            .e_rev_I   = e_I * 1_mV,
            .v_thresh  = 1000_mV,
            .i_offset  = i * 1_nA};
    }
    std::array<double, 3> slope(const std::array<double, 3>& s) const {
        const auto [v, g_E, g_I] = s;
        return {
            (v_rest - v) / tau_m + (g_E * (e_E - v) + g_I * (e_I - v) + i) / cm,
            -g_E / tau_E,
            -g_I / tau_I};
    }
};

constexpr double weight_E = 0.03, weight_I = 0.05;
bool             excites(int ms) {
                return ms % 10 == 3;
}
bool inhibits(int ms) {
    return ms % 15 == 9;
}

/// v at 1, 2, ... 60 ms: Runge and Kutta's fourth order with steps of 1 us, errors below 1e-12 mV.
std::vector<double> integrated(const Equations& equations) {
    std::array<double, 3> s{-70, 0, 0};
    const auto            moved = [&](const std::array<double, 3>& by, double dt) {
        return std::array{s[0] + dt * by[0], s[1] + dt * by[1], s[2] + dt * by[2]};
    };
    std::vector<double> v;
    const double        dt = 0.001;
    for (int ms = 0; ms < 60; ++ms) {
        if (excites(ms)) s[1] += weight_E;
        if (inhibits(ms)) s[2] += weight_I;
        for (int k = 0; k < 1000; ++k) {
            const auto a = equations.slope(s);
            const auto b = equations.slope(moved(a, dt / 2));
            const auto c = equations.slope(moved(b, dt / 2));
            const auto d = equations.slope(moved(c, dt));
            for (std::size_t j = 0; j < 3; ++j)
                s[j] += dt / 6 * (a[j] + 2 * b[j] + 2 * c[j] + d[j]);
        }
        v.push_back(s[0]);
    }
    return v;
}

/// The same by our cell.
std::vector<double> advanced(const Equations& equations, double dt) {
    Cells<IF_cond_exp> cell{equations.model(), 1, dt * 1_ms};
    cell.initialize("v", -70.0);
    std::vector<double> v;
    for (int ms = 0; ms < 60; ++ms) {
        if (excites(ms)) cell.receive(0, 0, weight_E);
        if (inhibits(ms)) cell.receive(1, 0, weight_I);
        for (int k = 0; k < std::lround(1 / dt); ++k)
            EXPECT_TRUE(cell.advance().empty());
        v.push_back(cell.get("v", 0));
    }
    return v;
}

double largest_error(const std::vector<double>& actual, const std::vector<double>& expected) {
    double largest = 0;
    for (std::size_t k = 0; k < expected.size(); ++k)
        largest = std::max(largest, std::abs(actual[k] - expected[k]));
    return largest;
}

TEST(IF_cond_exp, converges_with_the_fourth_power_of_the_time_step) {
    const Equations equations;
    const auto      expected  = integrated(equations);
    const double    half      = largest_error(advanced(equations, 0.5), expected);
    const double    quarter   = largest_error(advanced(equations, 0.25), expected);
    const double    tenth     = largest_error(advanced(equations, 0.1), expected);
    const double    twentieth = largest_error(advanced(equations, 0.05), expected);

    EXPECT_NEAR(half / quarter, 16, 0.2);
    EXPECT_NEAR(tenth / twentieth, 16, 0.2);
    EXPECT_LT(tenth, 1e-3);  // mV, in a trace that spans 40 mV
}

TEST(IF_cond_exp, tends_to_the_solution_of_its_equations) {
    const Equations equations;

    // What is left are the rounding errors of both.
    EXPECT_LT(largest_error(advanced(equations, 0.01), integrated(equations)), 1e-9);
}

// Each in turn; a parameter that is not used, or used for another, changes nothing or the wrong
// thing.
TEST(IF_cond_exp, uses_each_parameter) {
    double Equations::*const members[] = {
        &Equations::v_rest,
        &Equations::cm,
        &Equations::tau_m,
        &Equations::tau_E,
        &Equations::tau_I,
        &Equations::e_E,
        &Equations::e_I,
        &Equations::i};
    const auto before = integrated(Equations{});
    for (std::size_t k = 0; k < std::size(members); ++k) {
        Equations equations;
        equations.*members[k] *= 1.1;
        const auto expected = integrated(equations);
        EXPECT_LT(largest_error(advanced(equations, 0.02), expected), 1e-4) << k;
        EXPECT_GT(largest_error(before, expected), 1e-2) << k;
    }
}

// One rounding per step and constants that are off by 2 ulp: 3 units of 2^-52 relative per step.
TEST(IF_cond_exp, lets_conductances_decay_exactly) {
    Cells<IF_cond_exp> cell{IF_cond_exp{.tau_syn_E = 2_ms, .tau_syn_I = 8_ms}, 2};
    cell.receive(0, 0, 0.01);
    cell.receive(1, 1, 0.01);
    for (int step = 1; step <= 200; ++step) {
        cell.advance();
        const double excitation = 0.01 * std::exp(-step / 20.0);
        const double inhibition = 0.01 * std::exp(-step / 80.0);
        ASSERT_NEAR(cell.get("gsyn_exc", 0), excitation, excitation * step * 3 * 0x1p-52);
        ASSERT_NEAR(cell.get("gsyn_inh", 1), inhibition, inhibition * step * 3 * 0x1p-52);
        ASSERT_EQ(cell.get("gsyn_inh", 0), 0);
        ASSERT_EQ(cell.get("gsyn_exc", 1), 0);
    }
    EXPECT_GT(cell.get("v", 0), -65);
    EXPECT_LT(cell.get("v", 1), -65);
}

TEST(IF_cond_exp, stays_between_its_reversal_potentials_however_strong_the_input) {
    Cells<IF_cond_exp> cell{IF_cond_exp{.v_thresh = 1000_mV}, 2, 1_ms};
    for (int step = 0; step < 100; ++step) {
        cell.receive(0, 0, 1e4);
        cell.receive(1, 1, 1e4);
        cell.advance();
        for (std::size_t i = 0; i < 2; ++i) {
            ASSERT_GE(cell.get("v", i), -70);
            ASSERT_LE(cell.get("v", i), 0);
        }
    }
    EXPECT_NEAR(cell.get("v", 0), 0, 1e-4);  // a leak of 0.05 uS pulls against 5e4 uS by 65 mV
    EXPECT_NEAR(cell.get("v", 1), -70, 1e-4);
}

TEST(IF_cond_exp, stays_exactly_at_rest_whatever_its_parameters) {
    for (const Time slowest : {0.1_ms, 1_ms, 30_ms}) {
        Cells<IF_cond_exp> cells{
            IF_cond_exp{
                .v_rest = uniform(-80_mV, -55_mV),
                .cm     = uniform(0.1_nF, 2_nF),
                .tau_m  = uniform(slowest / 10, slowest)},
            1000};
        std::vector<double> v_rest(1000);
        for (std::size_t i = 0; i < 1000; ++i)
            v_rest[i] = cells.group().column(0).number(i);
        cells.initialize("v", v_rest);

        for (int step = 0; step < 10; ++step)
            EXPECT_TRUE(cells.advance().empty());

        EXPECT_EQ(cells.get("v"), v_rest) << slowest.value();
    }
}

TEST(IF_cond_exp, names_its_receptors) {
    const auto receptors = models::receptor_infos<IF_cond_exp>();

    ASSERT_EQ(receptors.size(), 2u);
    EXPECT_EQ(receptors[0].name, "excitatory");
    EXPECT_EQ(receptors[1].name, "inhibitory");
    EXPECT_EQ(IF_cond_exp::input, models::Input::conductance);
}

TEST(IF_cond_exp, is_held_at_v_reset_for_the_refractory_period) {
    for (const Step held : {0, 1, 20, 129}) {
        Cells<IF_cond_exp> cell{IF_cond_exp{
            .tau_refrac = static_cast<double>(held) * 0.1_ms,
            .v_reset    = -70_mV,
            .i_offset   = 1000_nA}};
        ASSERT_EQ(cell.advance().size(), 1u);
        for (Step step = 0; step < held; ++step) {
            ASSERT_EQ(cell.get("v", 0), -70);
            ASSERT_TRUE(cell.advance().empty());
        }
        ASSERT_EQ(cell.get("v", 0), -70);
        ASSERT_EQ(cell.advance().size(), 1u);
    }
}

// A spike on the grid is late by up to one step, and so are all that follow, more so where the
// potential is near its maximum: the peers agree within 0.002 ms.
TEST(IF_cond_exp, spikes_when_other_simulators_do) {
    for (const char* name : {"IF_cond_exp", "IF_cond_exp_refractory"}) {
        SCOPED_TRACE(name);
        const auto recorded = test::reference_case(name);
        const auto fine     = test::replayed<IF_cond_exp>(recorded, 0.001_ms);
        for (const auto& [peer, spikes] : recorded.at("spikes_ms").items())
            test::expect_spikes(fine.spikes_ms, spikes, 0.003, 0.02);
    }
}

TEST(IF_cond_exp, spikes_first_within_a_step_of_other_simulators) {
    for (const char* name : {"IF_cond_exp", "IF_cond_exp_refractory"}) {
        const auto recorded = test::reference_case(name);
        const auto coarse   = test::replayed<IF_cond_exp>(recorded, 0.1_ms);
        ASSERT_FALSE(coarse.spikes_ms.empty());
        for (const auto& [peer, spikes] : recorded.at("spikes_ms").items()) {
            EXPECT_GE(coarse.spikes_ms[0], double{spikes[0]} - 0.001) << name;
            EXPECT_LE(coarse.spikes_ms[0], double{spikes[0]} + 0.101) << name;
        }
    }
}

TEST(IF_cond_exp, has_the_potential_that_other_simulators_recorded) {
    for (const char* name : {"IF_cond_exp", "IF_cond_exp_refractory"}) {
        SCOPED_TRACE(name);
        const auto recorded = test::reference_case(name);
        const auto fine     = test::replayed<IF_cond_exp>(recorded, 0.001_ms);
        for (const auto& [peer, v] : recorded.at("v_mV_every_ms_from_0").items())
            test::expect_potential(fine, v, 0.3, 0.02);
    }
}

}  // namespace
}  // namespace ranvier

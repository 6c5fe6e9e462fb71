#include "ranvier/models/NeuronStepper.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/EIF_cond_exp_isfa_ista.hpp"
#include "ranvier/models/cells/HH_cond_exp.hpp"
#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"

#include "models/Cells.hpp"

namespace ranvier::models {
namespace {

using test::Cells;
using EIF = EIF_cond_exp_isfa_ista;

/// Times of spikes of one cell, and its first state variables in the end.
struct Happened {
    std::vector<double> times;
    double              v = 0;
};
template <class M, class T = double>
Happened run(const M& model, Time dt, SpikeTiming timing, double until_ms, double weight = 0) {
    Cells<M, T> cell{model, 1, dt, {}, timing};
    cell.advance();
    cell.receive(0, 0, weight);
    Happened happened;
    while (TimeGrid{dt}.ms(cell.step()) < until_ms - 1e-9) {
        cell.advance();
        happened.times.insert(happened.times.end(), cell.times_ms().begin(), cell.times_ms().end());
    }
    happened.v = cell.get("v", 0);
    return happened;
}

/// Expects every spike off the grid to be one at the end of its step on the grid.
void expect_rounded(const Happened& on_grid, const Happened& off_grid, Time dt) {
    ASSERT_EQ(on_grid.times.size(), off_grid.times.size());
    for (std::size_t k = 0; k < on_grid.times.size(); ++k) {
        const double steps = std::ceil(off_grid.times[k] / dt.value() - 1e-9);
        EXPECT_NEAR(on_grid.times[k], steps * dt.value(), 1e-9) << k;
    }
}

// As in NEST: up to four spikes in a step, and none of what follows waits for its end.
TEST(NeuronStepper, goes_on_in_the_step_of_a_spike_where_a_potential_runs_away) {
    const EIF model{.tau_refrac = 0_ms, .i_offset = 30_nA, .b = 0_nA};
    for (const Time dt : {0.1_ms, 0.5_ms, 1_ms}) {
        const auto on_grid = run(model, dt, SpikeTiming::on_grid, 20);
        EXPECT_GT(on_grid.times.size(), 60u);
        expect_rounded(on_grid, run(model, dt, SpikeTiming::off_grid, 20), dt);
    }
}

// However little of the step is left at the crossing: some of these 2000 are 1e-3 ms before its
// end.
TEST(NeuronStepper, finds_crossings_on_the_grid_in_the_step_in_which_they_are) {
    constexpr std::size_t size = 2000;
    const auto current = [](std::size_t i) { return (1 + 0.001 * static_cast<double>(i)) * 1_nA; };
    EIF        model{.cm = 0.17_nF, .tau_refrac = 1000_ms, .v_spike = -30_mV, .tau_m = 5.4_ms};
    model.i_offset   = current;
    model.delta_T    = 1_mV;
    const auto first = [&](SpikeTiming timing) {
        Cells<EIF>          cells{model, size, 0.5_ms, {}, timing};
        std::vector<double> times(size);
        for (int step = 0; step < 100; ++step) {
            const auto spikes = cells.advance();
            for (std::size_t k = 0; k < spikes.size(); ++k)
                times[spikes[k]] = cells.times_ms()[k];
        }
        return times;
    };
    const auto on_grid = first(SpikeTiming::on_grid), off_grid = first(SpikeTiming::off_grid);
    for (std::size_t i = 0; i < size; ++i) {
        ASSERT_GT(off_grid[i], 0) << i;
        EXPECT_EQ(on_grid[i], std::ceil(off_grid[i] / 0.5) * 0.5) << off_grid[i];
    }
}

// b is added where v crosses, and has decayed by the end of the step: with tau_w = 1 ms and a step
// of 1 ms, one would miss by a factor of up to e what is left of it.
TEST(NeuronStepper, adapts_where_a_potential_runs_away_in_long_steps) {
    const EIF  model{.tau_refrac = 2_ms, .i_offset = 1_nA, .a = 0_nS, .b = 1_nA, .tau_w = 1_ms};
    const auto first = run(model, 0.01_ms, SpikeTiming::off_grid, 100).times.at(0);
    Cells<EIF> cell{model, 1, 1_ms};
    while (cell.advance().empty()) {
    }
    const double end = static_cast<double>(cell.step());
    EXPECT_NEAR(cell.get("w", 0), std::exp(first - end), 2e-3);  // the crossing's error
}

// The membrane relaxes 18 times in a step; the spike begins and ends within it.
TEST(NeuronStepper, resolves_large_conductances_on_the_grid) {
    const IF_cond_exp quiet{.cm = 0.05_nF, .tau_syn_E = 0.1_ms, .v_thresh = 10_mV};
    const IF_cond_exp spiking{.cm = 0.05_nF, .tau_refrac = 5_ms, .tau_syn_E = 0.02_ms};
    for (const Time dt : {0.1_ms, 0.5_ms, 1_ms}) {
        const double v = run(quiet, dt, SpikeTiming::on_grid, dt.value() + 1, 9).v;
        // Parts in which the conductance changes by 0.02 cm / h, and 70 mV.
        EXPECT_NEAR(v, run(quiet, 0.001_ms, SpikeTiming::on_grid, 1.001, 9).v, 5e-4);
        const auto on_grid = run(spiking, dt, SpikeTiming::on_grid, 4, 9);
        EXPECT_EQ(on_grid.times.size(), 1u);
        expect_rounded(on_grid, run(spiking, dt, SpikeTiming::off_grid, 4, 9), dt);
    }
}

// In single precision as well: cells are taken through such steps in double.
TEST(NeuronStepper, finds_action_potentials_between_points_of_the_grid) {
    const HH_cond_exp model{.i_offset = 1_nA};
    for (const Time dt : {0.1_ms, 0.5_ms, 1_ms}) {
        const auto on_grid = run(model, dt, SpikeTiming::on_grid, 100);
        EXPECT_GT(on_grid.times.size(), 5u);
        expect_rounded(on_grid, run(model, dt, SpikeTiming::off_grid, 100), dt);
    }
}

TEST(NeuronStepper, lets_cells_above_the_threshold_spike_at_once_off_the_grid) {
    for (const auto timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
        // Falls below the threshold within the first step.
        Cells<IF_curr_exp> cell{
            IF_curr_exp{.cm = 1_nF, .tau_m = 1_ms, .tau_refrac = 5_ms}, 1, 0.1_ms, {}, timing};
        cell.initialize("v", -49.5);
        const bool spikes = !cell.advance().empty();
        EXPECT_EQ(spikes, timing == SpikeTiming::off_grid);
        if (spikes) {
            EXPECT_LT(cell.times_ms()[0], 1e-8);
        }
    }
}

TEST(NeuronStepper, notices_cells_that_spike_without_end) {
    const IF_curr_exp model{.tau_refrac = 0_ms, .v_reset = -49_mV};
    for (const auto timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
        Cells<IF_curr_exp> cells{model, 3, 0.1_ms, {}, timing};
        cells.advance();
        EXPECT_FALSE(cells.group().endless(0));
        cells.initialize("v", -50);
        cells.advance();
        EXPECT_EQ(cells.group().endless(0).has_value(), timing == SpikeTiming::off_grid);
    }
}

}  // namespace
}  // namespace ranvier::models

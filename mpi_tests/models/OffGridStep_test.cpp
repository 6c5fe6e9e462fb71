#include "ranvier/models/OffGridStep.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/EIF_cond_exp_isfa_ista.hpp"
#include "ranvier/models/cells/IF_cond_alpha.hpp"
#include "ranvier/models/cells/IF_cond_exp_gsfa_grr.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"

#include "models/Cells.hpp"

namespace ranvier::models {
namespace {

using State = IF_curr_exp::State<double>;

/// A cell that a constant current drives to -65 + 20 * i mV.
struct Driven {
    explicit Driven(const IF_curr_exp& model, Time dt = 1_ms, double injected = 0)
        : columns(std::tuple_size_v<decltype(IF_curr_exp::parameters())>),
          step(values, dt, injected) {
        for (auto& [place, column] : test::columns_of(given_parameters(model), 1, {0, 1}))
            columns[place] = column;
    }
    double run(double held) {
        return step.run(state, held, spikes, [](State& s, const auto& k) {
            IF_curr_exp::on_spike(s, k);
        });
    }

    std::vector<Column>      columns;
    CellValues<IF_curr_exp>  values{columns, 0};
    OffGridStep<IF_curr_exp> step;
    State                    state{-65, 0, 0};
    std::vector<double>      spikes;
};

// v = -65 + 20 i (1 - exp(-t / tau_m)) reaches -50 after tau_m log(20 i / (20 i - 15)).
double interval(double i) {
    return 20 * std::log(20 * i / (20 * i - 15));
}

TEST(OffGridStep, releases_at_the_end_of_a_step) {
    Driven cell{IF_curr_exp{.tau_refrac = 0.3_ms, .v_reset = -60_mV}, 0.1_ms};

    EXPECT_LE(cell.run(0.1 + 1e-15), 0.1 + 1e-15);

    EXPECT_EQ(cell.state.v, -60) << "free, so that what arrives there finds it";
}

TEST(OffGridStep, finds_the_time_of_a_spike) {
    Driven cell{IF_curr_exp{.tau_refrac = 100_ms, .i_offset = 100_nA}};

    const double held = cell.run(0);

    ASSERT_EQ(cell.spikes.size(), 1u);
    EXPECT_NEAR(cell.spikes[0], interval(100), 2e-9);  // the bracket at which the search ends
    EXPECT_EQ(held, cell.spikes[0] + 100);
    EXPECT_TRUE(std::isnan(cell.state.v));
}

TEST(OffGridStep, spikes_several_times_in_a_step) {
    Driven cell{IF_curr_exp{.tau_refrac = 0.1_ms, .i_offset = 100_nA}};

    cell.run(0);

    ASSERT_EQ(cell.spikes.size(), 4u);
    for (std::size_t k = 0; k < 4; ++k) {
        const double before = static_cast<double>(k) * (interval(100) + 0.1);
        EXPECT_NEAR(cell.spikes[k], before + interval(100), 1e-8);
    }
}

TEST(OffGridStep, integrates_the_rest_of_a_step_after_a_refractory_period) {
    Driven cell{IF_curr_exp{.i_offset = 0.5_nA}};

    const double held = cell.run(0.75);

    EXPECT_LT(held, 1);  // it is free in the end
    EXPECT_NEAR(cell.state.v, -65 + 10 * (1 - std::exp(-0.25 / 20)), 1e-13);
}

TEST(OffGridStep, uses_the_injected_current) {
    Driven cell{IF_curr_exp{.tau_refrac = 100_ms}, 1_ms, 100};

    cell.run(0);

    ASSERT_EQ(cell.spikes.size(), 1u);
    EXPECT_NEAR(cell.spikes[0], interval(100), 2e-9);
}

// v = -65 + w R(t) with R(t) = tau_m tau_s / (tau_m - tau_s) (exp(-t / tau_m) - exp(-t / tau_s)) is
// largest after 0.31 ms, and back at -51.8 mV at the end of the step.
TEST(OffGridStep, finds_a_spike_in_a_step_that_ends_below_the_threshold) {
    const auto   response = [](double t) { return (std::exp(-t / 0.5) - std::exp(-t / 0.2)) / 3; };
    const double at       = std::log(2.5) / 3;
    for (const double ratio : {1.000001, 1.001, 1.1}) {
        Driven cell{
            IF_curr_exp{.tau_m = 0.5_ms, .tau_refrac = 100_ms, .tau_syn_E = 0.2_ms}, 0.5_ms};
        cell.state.isyn_exc = ratio * 15 / response(at);

        cell.run(0);

        ASSERT_EQ(cell.spikes.size(), 1u) << ratio;
        EXPECT_LT(cell.spikes[0], at);
        EXPECT_NEAR(ratio * response(cell.spikes[0]) / response(at), 1, 1e-7);
    }
    Driven below{IF_curr_exp{.tau_m = 0.5_ms, .tau_refrac = 100_ms, .tau_syn_E = 0.2_ms}, 0.5_ms};
    below.state.isyn_exc = 0.999999 * 15 / response(at);
    below.run(0);
    EXPECT_TRUE(below.spikes.empty());
}

TEST(OffGridStep, ends_however_often_a_cell_wants_to_spike) {
    Driven cell{IF_curr_exp{.tau_refrac = 0_ms, .v_reset = -40_mV}};
    cell.state.v = -40;

    const double held = cell.run(0);

    EXPECT_EQ(cell.spikes.size(), OffGridStep<IF_curr_exp>::max_spikes);
    EXPECT_LE(held, 1);
    for (const double time : cell.spikes) {
        EXPECT_GT(time, 0);
        EXPECT_LE(time, 1);
    }
}

/// Times of the spikes of one cell in `steps` steps of dt; `state` is the one at the end.
template <class M>
std::vector<double> spikes_of(
    const M& model, typename M::template State<double>& state, Time dt, int steps
) {
    std::vector<Column> columns(std::tuple_size_v<decltype(M::parameters())>);
    for (auto& [place, column] : test::columns_of(given_parameters(model), 1, {0, 1}))
        columns[place] = column;
    const CellValues<M>  values{columns, 0};
    const OffGridStep<M> step{values, dt, 0};
    std::vector<double>  all;
    double               held = 0;
    for (int n = 0; n < steps; ++n) {
        std::vector<double> spikes;
        held = step.run(state, held, spikes, [](auto& s, const auto& k) { M::on_spike(s, k); });
        held = std::max(held - dt.value(), 0.0);
        for (const double time : spikes)
            all.push_back(n * dt.value() + time);
    }
    return all;
}

TEST(OffGridStep, lets_a_cell_that_begins_above_the_threshold_spike_at_once) {
    Driven cell{IF_curr_exp{.tau_refrac = 100_ms}};
    cell.state.v = -49;

    cell.run(0);

    ASSERT_EQ(cell.spikes.size(), 1u);
    EXPECT_LT(cell.spikes[0], 1e-8);
}

TEST(OffGridStep, holds_a_cell_to_the_end_after_one_spike_if_wanted) {
    Driven              cell{IF_curr_exp{.tau_refrac = 0.1_ms, .i_offset = 100_nA}};
    std::vector<double> spikes;

    cell.step.run(
        cell.state, 0, spikes, [](State& s, const auto& k) { IF_curr_exp::on_spike(s, k); }, true
    );

    EXPECT_EQ(spikes.size(), 1u);
    EXPECT_TRUE(std::isnan(cell.state.v));
}

// 100 uS at 1 nF: in one step v relaxes ten times, to a potential that moves by 40 mV.
TEST(OffGridStep, resolves_conductances_that_change_much_in_a_step) {
    const IF_cond_alpha model{.tau_syn_E = 1_ms, .tau_syn_I = 0.1_ms, .v_thresh = 10_mV};
    const auto          begin = [] {
        IF_cond_alpha::State<double> s{};
        s.v        = -65;
        s.gsyn_exc = 5;
        s.rise_inh = 100;
        return s;
    };
    auto coarse = begin(), fine = begin();
    spikes_of(model, coarse, 0.1_ms, 1);
    spikes_of(model, fine, 0.0001_ms, 1000);
    EXPECT_NEAR(coarse.v, fine.v, 2e-3);  // the method's error in parts of a hundredth of the step
}

TEST(OffGridStep, advances_finely_without_looking_at_the_threshold_before_the_end) {
    const IF_cond_alpha model{.tau_syn_E = 1_ms, .tau_syn_I = 0.1_ms, .v_thresh = -64_mV};
    std::vector<Column> columns(std::tuple_size_v<decltype(IF_cond_alpha::parameters())>);
    for (auto& [place, column] : test::columns_of(given_parameters(model), 1, {0, 1}))
        columns[place] = column;
    const CellValues<IF_cond_alpha>  values{columns, 0};
    const OffGridStep<IF_cond_alpha> step{values, 0.1_ms, 0}, fine{values, 0.0001_ms, 0};
    IF_cond_alpha::State<double>     s{};
    s.v        = -65;
    s.gsyn_exc = 5;
    s.rise_inh = 100;
    auto exact = s;
    EXPECT_TRUE(step.advance_finely(s));
    bool above = false;
    for (int k = 0; k < 1000; ++k)
        above = fine.advance_finely(exact) || above;
    EXPECT_TRUE(above);
    EXPECT_NEAR(s.v, exact.v, 2e-3);  // as below
    EXPECT_EQ(std::isnan(s.v), false) << "not reset";
}

// Where it is released above its threshold, a cell does not stay there to the end of the step.
TEST(OffGridStep, spikes_after_each_refractory_period_if_v_reset_is_above_the_threshold) {
    const IF_cond_exp_gsfa_grr model{
        .tau_refrac = 0.25_ms, .v_thresh = -50_mV, .v_reset = -49_mV, .i_offset = 20_nA};
    IF_cond_exp_gsfa_grr::State<double> state{};
    state.v           = -50.001;
    const auto spikes = spikes_of(model, state, 0.1_ms, 100);
    ASSERT_EQ(spikes.size(), 40u);
    for (std::size_t k = 1; k < spikes.size(); ++k)
        EXPECT_NEAR(spikes[k] - spikes[k - 1], 0.25, 2e-9);  // `shortest`
}

// Up to 250 spikes in 30 ms, each of which follows from the one before; v moves by many delta_T in
// a step, and the exponential from nothing to an explosion.
TEST(OffGridStep, follows_explosions_much_shorter_than_a_step) {
    for (const double g : {0.3, 1.0, 3.0}) {
        const EIF_cond_exp_isfa_ista          model{.tau_refrac = 0_ms, .tau_syn_E = 20_ms};
        EIF_cond_exp_isfa_ista::State<double> coarse{-70.6, 0, g, 0}, fine = coarse;
        const auto                            ours  = spikes_of(model, coarse, 0.1_ms, 300);
        const auto                            exact = spikes_of(model, fine, 0.002_ms, 15000);
        ASSERT_EQ(ours.size(), exact.size()) << g;
        EXPECT_GT(ours.size(), 20u);
        // Three times what errors add up to.
        for (std::size_t k = 0; k < ours.size(); ++k)
            EXPECT_NEAR(ours[k], exact[k], 5e-5) << g << " " << k;
    }
}

}  // namespace
}  // namespace ranvier::models

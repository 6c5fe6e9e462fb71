#include "ranvier/models/cells/PointNeuron.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/cells/EIF_cond_alpha_isfa_ista.hpp"
#include "ranvier/models/cells/EIF_cond_exp_isfa_ista.hpp"
#include "ranvier/models/cells/IF_cond_alpha.hpp"
#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"
#include "ranvier/random/Stream.hpp"

#include "models/Cells.hpp"
#include "models/periodic.hpp"

namespace ranvier {
namespace {

using test::Cells;
using CurrExp = CurrExpPostSynapticResponse;

template <class Infos>
std::vector<std::string> names_of(const Infos& infos) {
    std::vector<std::string> names;
    for (const auto& info : infos)
        names.push_back(info.name);
    return names;
}

TEST(PointNeuron, names_what_its_components_have) {
    using Names = std::vector<std::string>;
    const auto info =
        PointNeuron{AdExp{}, {{"NMDA", BetaPSR{}}, {"AMPA", ExpPSR{}}, {"GABAA", AlphaPSR{}}}}.info(
        );

    EXPECT_EQ(names_of(info.receptors), (Names{"AMPA", "GABAA", "NMDA"})) << "alphabetical";
    EXPECT_EQ(
        names_of(info.states),
        (Names{"v", "w", "AMPA.gsyn", "GABAA.gsyn", "GABAA.rise", "NMDA.gsyn", "NMDA.rise"})
    );
    const Names parameters = names_of(info.parameters);
    EXPECT_EQ(Names(parameters.begin(), parameters.begin() + 2), (Names{"cm", "tau_refrac"}));
    EXPECT_EQ(
        Names(parameters.begin() + 12, parameters.end()),
        (Names{
            "AMPA.e_syn",
            "AMPA.tau_syn",
            "GABAA.e_syn",
            "GABAA.tau_syn",
            "NMDA.e_syn",
            "NMDA.tau_rise",
            "NMDA.tau_decay"})
    );
    EXPECT_EQ(info.input, models::Input::conductance);
    EXPECT_EQ(info.receptors[1].state, 4u) << "weights raise what rises";
    EXPECT_TRUE(info.states[4].is_internal);
    const auto currents = PointNeuron{LIF{}, {{"a", CurrExp{}}}}.info();
    EXPECT_EQ(names_of(currents.states), (Names{"v", "a.isyn"}));
    EXPECT_EQ(currents.input, models::Input::current);
}

void expect_refused(std::vector<PointNeuron::Receptor> receptors, const std::string& text) {
    try {
        const PointNeuron made{LIF{}, std::move(receptors)};
        FAIL() << "nothing was thrown";
    } catch (const ModelError& error) {
        EXPECT_EQ(error.what(), "PointNeuron: " + text);
    }
}

TEST(PointNeuron, refuses_receptors_that_cannot_be_told_apart_or_together) {
    expect_refused(
        {{"AMPA", ExpPSR{}}, {"GABAA", CurrExp{}}},
        "receptor \"GABAA\" is a current and receptor \"AMPA\" a conductance; either all receptors "
        "are currents or all are conductances."
    );
    expect_refused(
        {{"AMPA", ExpPSR{}}, {"B", ExpPSR{}}, {"AMPA", AlphaPSR{}}},
        "two receptors are called \"AMPA\". Give each one a name of its own."
    );
    expect_refused(
        {{"", ExpPSR{}}}, "a receptor has no name. Give each one a name, for instance \"AMPA\"."
    );
    expect_refused(
        {{"A.B", ExpPSR{}}},
        "receptor \"A.B\": a name must not contain \".\", which separates it from the names of its "
        "parameters, nor \"/\". Use another character."
    );
}

TEST(PointNeuron, gives_parameters_at_their_places) {
    const PointNeuron model{
        LIF{.cm = {}, .v_thresh = {}},
        {{"b", BetaPSR{.e_syn = {}, .tau_decay = 3_ms}}, {"a", ExpPSR{.tau_syn = {}}}}};
    std::vector<std::size_t> places;
    for (const models::Given& given : model.given_parameters())
        places.push_back(given.place);

    EXPECT_EQ(places, (std::vector<std::size_t>{1, 2, 3, 4, 5, 7, 10, 11}));
}

/// The same seven cells twice, as a model and as a composition with receptors "excitatory" and
/// "inhibitory": spikes, their times and v have the same bits.
template <class T, class M>
void expect_same(
    const M& model, const PointNeuron& composed, double weight, double current, SpikeTiming timing
) {
    Cells<M, T>           ours{model, 7, 0.1_ms, {}, timing};
    Cells<PointNeuron, T> theirs{composed, 7, 0.1_ms, {}, timing};
    for (const char* name : {"tau_m", "tau_refrac", "v_reset"}) {
        const double low  = std::string{name} == "v_reset" ? -70 : 1;
        const double high = std::string{name} == "v_reset" ? -60 : 9;
        ours.set(name, random::Distribution::uniform(low, high));
        theirs.set(name, random::Distribution::uniform(low, high));
    }
    for (auto* group : {&ours.group(), &theirs.group()})
        for (std::size_t i = 0; i < 7; ++i)
            group->injected(0)[i] = static_cast<T>(current * static_cast<double>(i));
    std::size_t num_spikes = 0;
    for (std::uint64_t step = 0; step < 2000; ++step) {
        random::Stream stream{{11}, step};
        for (int k = 0; k < 2; ++k) {
            const auto   cell = static_cast<std::size_t>(stream.below(7));
            const auto   to   = static_cast<std::size_t>(stream.below(2));
            const double w    = weight * stream.uniform();
            ours.receive(to, cell, w);
            theirs.receive(to, cell, w);
        }
        const auto spikes = ours.advance();
        ASSERT_EQ(theirs.advance(), spikes) << step;
        ASSERT_EQ(theirs.times_ms(), ours.times_ms()) << step;
        for (std::size_t i = 0; i < 7; ++i)
            ASSERT_EQ(theirs.group().state_bits(0, i), ours.group().state_bits(0, i)) << step;
        num_spikes += spikes.size();
    }
    EXPECT_GT(num_spikes, 10u);
}

template <class M>
void expect_same_in_all_ways(
    const M& model, const PointNeuron& composed, double weight, double current
) {
    for (const SpikeTiming timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
        expect_same<double>(model, composed, weight, current, timing);
        expect_same<float>(model, composed, weight, current, timing);
    }
}

TEST(PointNeuron, has_the_bits_of_IF_cond_exp) {
    expect_same_in_all_ways(
        IF_cond_exp{.tau_syn_E = 2_ms, .tau_syn_I = 7_ms, .e_rev_I = -75_mV},
        PointNeuron{
            LIF{},
            {{"excitatory", ExpPSR{.e_syn = 0_mV, .tau_syn = 2_ms}},
             {"inhibitory", ExpPSR{.e_syn = -75_mV, .tau_syn = 7_ms}}}},
        0.03,
        1.5
    );
}

TEST(PointNeuron, has_the_bits_of_IF_cond_alpha) {
    expect_same_in_all_ways(
        IF_cond_alpha{.tau_syn_E = 0.7_ms, .tau_syn_I = 1.3_ms, .e_rev_I = -75_mV},
        PointNeuron{
            LIF{},
            {{"excitatory", AlphaPSR{.e_syn = 0_mV, .tau_syn = 0.7_ms}},
             {"inhibitory", AlphaPSR{.e_syn = -75_mV, .tau_syn = 1.3_ms}}}},
        0.03,
        0.5
    );
}

TEST(PointNeuron, has_the_bits_of_EIF_cond_exp_isfa_ista) {
    expect_same_in_all_ways(
        EIF_cond_exp_isfa_ista{.tau_syn_E = 2_ms},
        PointNeuron{
            AdExp{},
            {{"excitatory", ExpPSR{.e_syn = 0_mV, .tau_syn = 2_ms}},
             {"inhibitory", ExpPSR{.e_syn = -80_mV}}}},
        0.01,
        0.3
    );
}

TEST(PointNeuron, has_the_bits_of_EIF_cond_alpha_isfa_ista) {
    expect_same_in_all_ways(
        EIF_cond_alpha_isfa_ista{.tau_syn_E = 2_ms},
        PointNeuron{
            AdExp{},
            {{"excitatory", AlphaPSR{.e_syn = 0_mV, .tau_syn = 2_ms}},
             {"inhibitory", AlphaPSR{.e_syn = -80_mV}}}},
        0.01,
        0.3
    );
}

TEST(PointNeuron, has_the_bits_of_IF_curr_exp) {
    expect_same_in_all_ways(
        IF_curr_exp{.tau_syn_E = 2_ms, .i_offset = 0.1_nA},
        PointNeuron{
            LIF{.i_offset = 0.1_nA},
            {{"excitatory", CurrExp{.tau_syn = 2_ms}}, {"inhibitory", CurrExp{}}}},
        0.4,
        0.5
    );
}

/// Equations with an alpha, a beta and an exponential receptor, or with two currents.
struct Equations {
    bool   adaptive = false, currents = false;
    double v_spike = 1000;

    static constexpr std::array tau{1.5, 0.3, 4.0}, decay{1.5, 2.5, 4.0}, e{-2.0, -85.0, -10.0};

    PointNeuron model() const {
        std::vector<PointNeuron::Receptor> receptors = {
            {"a", AlphaPSR{.e_syn = e[0] * 1_mV, .tau_syn = tau[0] * 1_ms}},
            {"b",
             BetaPSR{
                 .e_syn = e[1] * 1_mV, .tau_rise = tau[1] * 1_ms, .tau_decay = decay[1] * 1_ms}},
            {"c", ExpPSR{.e_syn = e[2] * 1_mV, .tau_syn = tau[2] * 1_ms}}};
        if (currents)
            receptors = {
                {"a", CurrExp{.tau_syn = tau[0] * 1_ms}}, {"b", CurrExp{.tau_syn = tau[1] * 1_ms}}};
        const LIF   lif{.v_reset = -70_mV, .v_rest = -70_mV, .v_thresh = v_spike * 1_mV};
        const AdExp adex{
            .v_spike  = v_spike * 1_mV,
            .v_reset  = -70_mV,
            .v_rest   = -70_mV,
            .delta_T  = 2_mV,
            .v_thresh = -50_mV};
        return adaptive ? PointNeuron{adex, receptors} : PointNeuron{lif, receptors};
    }

    // v, w, then what each receptor does and how it rises
    using State = std::array<double, 8>;

    double response(const State& s, std::size_t r, double v) const {
        return currents ? s[2 + 2 * r] : s[2 + 2 * r] * (e[r] - v);
    }
    State slope(const State& s) const {
        const double v  = s[0];
        const double cm = adaptive ? 0.281 : 1, g_leak = cm / (adaptive ? 9.3667 : 20);
        double       current = g_leak * (-70 - v) - s[1];
        if (adaptive) current += g_leak * 2 * std::exp((std::min(v, v_spike) + 50) / 2);
        State d{};
        for (std::size_t r = 0; r < (currents ? 2u : 3u); ++r) {
            current += response(s, r, v);
            const bool single = currents || r == 2;
            d[2 + 2 * r] = (single ? 0 : s[3 + 2 * r]) - s[2 + 2 * r] / (single ? tau : decay)[r];
            d[3 + 2 * r] = -s[3 + 2 * r] / tau[r];
        }
        d[0] = current / cm;
        d[1] = adaptive ? (0.004 * (v + 70) - s[1]) / 144 : 0;
        return d;
    }
    /// A spike of weight w at receptor r.
    void receive(State& s, std::size_t r, double w) const {
        if (currents || r == 2) {
            s[2 + 2 * r] += w;
        } else if (r == 0) {
            s[3] += w * std::exp(1.0) / tau[0];
        } else {
            const double peak =
                decay[1] * tau[1] * std::log(decay[1] / tau[1]) / (decay[1] - tau[1]);
            s[5] += w * (1 / tau[1] - 1 / decay[1]) /
                    (std::exp(-peak / decay[1]) - std::exp(-peak / tau[1]));
        }
    }
};

/// What arrives at a whole ms, at which receptor: enough to move v by some mV.
std::pair<std::size_t, double> arrival(const Equations& equations, int ms) {
    const auto   receptor = static_cast<std::size_t>(ms) % (equations.currents ? 2 : 3);
    const double weight   = equations.currents ? 3 : 0.03;
    return {receptor, ms % 4 == 1 ? weight * (equations.adaptive ? 0.15 : 1) : 0};
}

/// v at 1, 2, ... 60 ms: Runge and Kutta's fourth order with steps of 1 us; spikes are ignored.
std::vector<double> integrated(const Equations& equations) {
    Equations::State s{-70};
    const auto       moved = [&](const Equations::State& by, double dt) {
        Equations::State to = s;
        for (std::size_t j = 0; j < to.size(); ++j)
            to[j] += dt * by[j];
        return to;
    };
    std::vector<double> v;
    const double        dt = 0.001;
    for (int ms = 0; ms < 60; ++ms) {
        const auto [receptor, weight] = arrival(equations, ms);
        equations.receive(s, receptor, weight);
        for (int k = 0; k < 1000; ++k) {
            const auto a = equations.slope(s);
            const auto b = equations.slope(moved(a, dt / 2));
            const auto c = equations.slope(moved(b, dt / 2));
            const auto d = equations.slope(moved(c, dt));
            for (std::size_t j = 0; j < s.size(); ++j)
                s[j] += dt / 6 * (a[j] + 2 * b[j] + 2 * c[j] + d[j]);
        }
        v.push_back(s[0]);
    }
    return v;
}

/// Largest error of v by our cell.
double error_of(const Equations& equations, double dt) {
    const auto         expected = integrated(equations);
    Cells<PointNeuron> cell{equations.model(), 1, dt * 1_ms};
    cell.initialize("v", -70.0);
    double largest = 0;
    for (int ms = 0; ms < 60; ++ms) {
        const auto [receptor, weight] = arrival(equations, ms);
        cell.receive(receptor, 0, weight);
        for (int k = 0; k < std::lround(1 / dt); ++k)
            EXPECT_TRUE(cell.advance().empty());
        const double error = std::abs(cell.get("v", 0) - expected[static_cast<std::size_t>(ms)]);
        largest            = std::max(largest, error);
    }
    EXPECT_GT(*std::max_element(expected.begin(), expected.end()), -69) << "it is moved";
    return largest;
}

TEST(PointNeuron, with_conductances_of_all_shapes_converges_at_order_4) {
    const Equations equations;
    EXPECT_NEAR(error_of(equations, 0.2) / error_of(equations, 0.1), 16, 1.6);
    EXPECT_LT(error_of(equations, 0.1), 1e-4);
}

TEST(PointNeuron, of_an_adaptive_exponential_membrane_converges_at_order_3) {
    for (const bool currents : {false, true}) {
        const Equations equations{.adaptive = true, .currents = currents};
        EXPECT_GT(error_of(equations, 0.2) / error_of(equations, 0.1), std::exp2(3 - 0.3));
        EXPECT_LT(error_of(equations, 0.1), 1e-3);
    }
}

// 600 steps with a few roundings of 2^-53 * 70 mV each, and the error of the reference.
TEST(PointNeuron, with_currents_only_is_exact) {
    const Equations equations{.currents = true};
    EXPECT_LT(error_of(equations, 0.1), 1e-10);
    EXPECT_LT(error_of(equations, 1), 1e-10);
}

// A spike every 1 ms at a time; w exp(-s / tau) and the like at s = 0.1, 0.2, ... ms.
TEST(PointNeuron, has_responses_of_the_stated_shapes) {
    const Equations    equations;
    Cells<PointNeuron> cells{equations.model(), 1};
    for (std::size_t r = 0; r < 3; ++r)
        cells.receive(r, 0, 0.01);
    const double rise = Equations::tau[1], decay = Equations::decay[1];
    const double peak = decay * rise * std::log(decay / rise) / (decay - rise);
    const auto   beta = [&](double s) { return std::exp(-s / decay) - std::exp(-s / rise); };
    for (int step = 1; step <= 200; ++step) {
        cells.advance();
        const double s = step / 10.0, alpha = s / 1.5 * std::exp(1 - s / 1.5);
        EXPECT_NEAR(cells.get("a.gsyn", 0), 0.01 * alpha, 1e-15);
        EXPECT_NEAR(cells.get("b.gsyn", 0), 0.01 * beta(s) / beta(peak), 1e-15);
        EXPECT_NEAR(cells.get("c.gsyn", 0), 0.01 * std::exp(-s / 4), 1e-15);
    }
}

/// Times of spikes off the grid over 200 ms.
std::vector<double> spike_times(const PointNeuron& model, Time dt) {
    Cells<PointNeuron>  cell{model, 1, dt, {}, SpikeTiming::off_grid};
    std::vector<double> times;
    const auto          per_ms = static_cast<int>(std::lround(1 / dt.value()));
    for (int step = 0; step < 200 * per_ms; ++step) {
        if (step % (5 * per_ms) == 0)
            cell.receive(static_cast<std::size_t>(step / per_ms) % 3, 0, 0.05);
        cell.advance();
        times.insert(times.end(), cell.times_ms().begin(), cell.times_ms().end());
    }
    return times;
}

TEST(PointNeuron, spikes_off_the_grid_at_times_that_do_not_depend_on_the_time_step) {
    for (const bool adaptive : {false, true}) {
        PointNeuron model =
            Equations{.adaptive = adaptive, .v_spike = adaptive ? -40.0 : -52.0}.model();
        const auto exact = spike_times(model, 0.005_ms);
        const auto times = spike_times(model, 0.1_ms);
        EXPECT_GT(exact.size(), 2u);
        ASSERT_EQ(times.size(), exact.size());
        for (std::size_t k = 0; k < times.size(); ++k)
            EXPECT_NEAR(times[k], exact[k], 0.02) << "spike " << k;
    }
}

TEST(PointNeuron, of_an_adaptive_exponential_membrane_spikes_at_exact_times) {
    test::expect_exact_spikes(PointNeuron{AdExp{}, {{"AMPA", ExpPSR{}}}});
}

// A cell with its own values behaves as it would alone.
TEST(PointNeuron, may_have_other_receptor_parameters_in_each_cell) {
    const auto model = [](const Param<Time>& tau, const Param<Voltage>& e) {
        return PointNeuron{
            LIF{}, {{"a", AlphaPSR{.e_syn = e, .tau_syn = tau}}, {"b", BetaPSR{.tau_decay = tau}}}};
    };
    Cells<PointNeuron> cells{
        model(std::vector{1_ms, 2_ms, 3_ms}, std::vector{0_mV, -10_mV, -80_mV}), 3};
    std::vector<Cells<PointNeuron>> alone;
    alone.reserve(3);
    for (std::size_t i = 0; i < 3; ++i)
        alone.emplace_back(
            model(static_cast<double>(i + 1) * 1_ms, std::vector{0_mV, -10_mV, -80_mV}[i])
        );
    for (int step = 0; step < 100; ++step) {
        if (step == 50) {
            cells.set("b.tau_rise", std::vector{0.5, 0.6, 0.7});
            for (std::size_t i = 0; i < 3; ++i)
                alone[i].set("b.tau_rise", 0.5 + 0.1 * static_cast<double>(i));
        }
        for (std::size_t i = 0; i < 3; ++i) {
            if (step % 20 == 0) cells.receive(0, i, 0.01);
            if (step % 20 == 0) alone[i].receive(0, 0, 0.01);
            if (step % 20 == 7) cells.receive(1, i, 0.01);
            if (step % 20 == 7) alone[i].receive(1, 0, 0.01);
            alone[i].advance();
        }
        cells.advance();
        for (std::size_t i = 0; i < 3; ++i)
            ASSERT_EQ(cells.get("v", i), alone[i].get("v", 0)) << step;
    }
    EXPECT_NE(cells.get("v", 0), cells.get("v", 1));
}

// From reset to threshold in 20 log 1.6 = 9.4001 ms: a spike every 95 steps.
TEST(PointNeuron, needs_no_receptors) {
    Cells<PointNeuron> cell{PointNeuron{LIF{.tau_refrac = 0_ms, .i_offset = 2_nA}}};
    std::size_t        num_spikes = 0;
    for (int step = 0; step < 1000; ++step)
        num_spikes += cell.advance().size();
    EXPECT_EQ(num_spikes, 10u);
}

}  // namespace
}  // namespace ranvier

// Currents in whole simulations. The membrane under a current that is constant within a step is
// known in closed form; the rest is which step that is.
#include "ranvier/network/CurrentSource.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// A membrane that never spikes: tau_m 20 ms, cm 1 nF, so 20 Mohm.
const IF_curr_exp passive{.v_thresh = 1_V};

/// v of one cell at every step, its current from each step to the next being `i`.
std::vector<double> closed_solution(const std::vector<double>& i, double v = -65) {
    const double        decay = std::exp(-0.1 / 20);
    std::vector<double> result{v};
    for (const double current : i) {
        v = -65 + (v + 65) * decay + 20 * current * (1 - decay);
        result.push_back(v);
    }
    return result;
}

/// v of cell `index` at every step up to `last`.
std::vector<double> observed(Simulation& sim, Population& p, std::size_t index, Step last) {
    std::vector<double> v{p.get("v")[index]};
    while (static_cast<Step>(v.size()) <= last) {
        sim.run(0.1_ms);
        v.push_back(p.get("v")[index]);
    }
    return v;
}

/// Rounding of 100 steps at 65 mV.
void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k)
        EXPECT_NEAR(a[k], b[k], 1e-11) << "step " << k;
}

TEST(CurrentSource, dc_acts_from_the_step_after_start) {
    Simulation    sim{world()};
    Population    p{sim, 3, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 0.5_nA, .start = 2_ms, .stop = 5_ms}};
    dc.inject_into(p);

    std::vector<double> i(80);
    for (std::size_t k = 20; k < 50; ++k)
        i[k] = 0.5;
    const auto v = observed(sim, p, 2, 80);
    expect_same(v, closed_solution(i));
    EXPECT_EQ(v[20], -65);
    EXPECT_NE(v[21], -65);
}

TEST(CurrentSource, acts_from_the_first_step_on) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive};  // most ranks own nothing
    CurrentSource dc{sim, DCSource{.amplitude = 0.5_nA}};
    dc.inject_into(p);
    expect_same(observed(sim, p, 0, 20), closed_solution(std::vector(20, 0.5)));
}

TEST(CurrentSource, ac_and_steps_follow_their_waveforms) {
    Simulation    sim{world()};
    Population    p{sim, 2, passive};
    Population    q{sim, 2, passive};
    CurrentSource ac{
        sim, ACSource{.amplitude = 0.3_nA, .start = 1_ms, .stop = 6_ms, .frequency = 200_Hz}};
    CurrentSource steps{
        sim, StepCurrentSource{.times = {0_ms, 3_ms, 4_ms}, .amplitudes = {1_nA, -1_nA, 0_nA}}};
    ac.inject_into(p);
    steps.inject_into(q);

    std::vector<double> sine(80), stairs(80);
    for (std::size_t k = 0; k < 80; ++k) {
        const double t = 0.1 * static_cast<double>(k);
        if (k >= 10 && k < 60) sine[k] = 0.3 * std::sin(2 * pi * 0.2 * (t - 1));
        stairs[k] = k < 30 ? 1 : (k < 40 ? -1 : 0);
    }
    std::vector<double> v{-65}, u{-65};
    for (int k = 0; k < 80; ++k) {
        sim.run(0.1_ms);
        v.push_back(p.get("v")[1]);
        u.push_back(q.get("v")[0]);
    }
    expect_same(v, closed_solution(sine));
    expect_same(u, closed_solution(stairs));
}

TEST(CurrentSource, several_add_to_each_other_and_to_i_offset) {
    Simulation    sim{world()};
    Population    p{sim, 5, IF_curr_exp{.i_offset = 0.1_nA, .v_thresh = 1_V}};
    CurrentSource one{sim, DCSource{.amplitude = 0.25_nA}};
    CurrentSource two{sim, DCSource{.amplitude = 0.5_nA, .start = 1_ms}};
    one.inject_into(p);
    two.inject_into(p);

    std::vector<double> i(40, 0.35);
    for (std::size_t k = 10; k < 40; ++k)
        i[k] = 0.85;
    expect_same(observed(sim, p, 4, 40), closed_solution(i));
}

TEST(CurrentSource, reaches_the_chosen_cells_only) {
    Simulation    sim{world()};
    Population    p{sim, 7, passive};
    CurrentSource dc{sim, DCSource{}};
    dc.inject_into(network::Selection{
        *sim.network().populations()[0], network::Indices{slice(1, 7, 2), 7, "p"}});
    sim.run(1_ms);
    const auto v = p.get("v");
    for (std::size_t i = 0; i < 7; ++i)
        EXPECT_EQ(v[i] > -65, i % 2 == 1) << i;
}

TEST(CurrentSource, is_injected_by_populations_views_assemblies_and_cells) {
    Simulation    sim{world()};
    Population    p{sim, 7, passive}, q{sim, 4, passive}, r{sim, 2, passive};
    CurrentSource dc{sim, DCSource{}};
    p[slice(1, 7, 2)].inject(dc);
    (p[{4}] + q[{1, 3}]).inject(dc);
    q[0].inject(dc);
    r.inject(dc);
    sim.run(1_ms);
    const double reached = closed_solution(std::vector(10, 1.0)).back();
    const auto   v = p.get("v"), u = q.get("v");
    for (std::size_t i = 0; i < 7; ++i)
        EXPECT_NEAR(v[i], i % 2 == 1 || i == 4 ? reached : -65, 1e-11) << i;
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(u[i], i == 2 ? -65 : reached, 1e-11) << i;
    EXPECT_NEAR(r.get("v").number(), reached, 1e-11);
}

TEST(CurrentSource, may_change_between_runs) {
    Simulation    sim{world()};
    Population    p{sim, 4, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 1_nA}};
    dc.inject_into(p);
    auto v = observed(sim, p, 3, 10);
    dc.set("amplitude", -0.5);
    EXPECT_EQ(dc.get("amplitude"), -0.5);
    auto more = observed(sim, p, 3, 10);
    v.insert(v.end(), more.begin() + 1, more.end());
    dc.set(DCSource{.amplitude = 2_nA, .stop = 2_ms});  // which is now
    more = observed(sim, p, 3, 10);
    v.insert(v.end(), more.begin() + 1, more.end());

    std::vector<double> i(30);
    for (std::size_t k = 0; k < 20; ++k)
        i[k] = k < 10 ? 1 : -0.5;
    expect_same(v, closed_solution(i));
}

TEST(CurrentSource, may_be_injected_between_runs) {
    Simulation sim{world()};
    Population p{sim, 4, passive};
    auto       v = observed(sim, p, 0, 10);
    {
        CurrentSource dc{sim, DCSource{}};
        dc.inject_into(p);
    }  // the network owns it
    const auto more = observed(sim, p, 0, 10);
    v.insert(v.end(), more.begin() + 1, more.end());
    std::vector<double> i(20);
    for (std::size_t k = 10; k < 20; ++k)
        i[k] = 1;
    expect_same(v, closed_solution(i));
}

TEST(CurrentSource, records_its_current) {
    Simulation    sim{world()};
    Population    p{sim, 4, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 0.5_nA, .start = 0.2_ms, .stop = 0.5_ms}};
    CurrentSource noise{sim, NoisyCurrentSource{.dt = 0.2_ms}};
    EXPECT_COLLECTIVE_THROW(world(), noise.get_data(), RecordingError, "record()");
    dc.record();
    noise.record();
    sim.run(0.3_ms);
    dc.inject_into(p);
    noise.inject_into(p);
    sim.run(0.3_ms);

    const auto data = dc.get_data();
    EXPECT_EQ(data.times, (std::vector<double>{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6}));
    EXPECT_EQ(data.amplitudes, (std::vector<double>{0, 0, 0.5, 0.5, 0.5, 0, 0}));
    const auto i = noise.get_data().amplitudes;
    EXPECT_EQ(i[0], i[1]);
    EXPECT_NE(i[1], i[2]);
    EXPECT_EQ(i[2], i[3]);
    expect_same({p.get("v")[1]}, {closed_solution({0, 0, 0, 0.5 + i[3], 0.5 + i[4], i[5]}).back()});
}

TEST(CurrentSource, noise_is_one_current_for_all_and_depends_neither_on_ranks_nor_on_runs) {
    const auto run = [](const Communicator& comm, bool split) {
        Simulation    sim{comm, {.seed = 3}};
        Population    p{sim, 9, passive};
        CurrentSource noise{
            sim,
            NoisyCurrentSource{.mean = 0.2_nA, .stdev = 0.5_nA, .start = 1_ms, .dt = 0.3_ms},
            {.label = "electrode"}};
        noise.inject_into(p);
        for (int k = 0; k < (split ? 10 : 1); ++k)
            sim.run(split ? 1_ms : 10_ms);
        return p.get("v");
    };
    const Communicator alone    = world().split(world().rank(), 0);
    const auto         expected = run(alone, false);
    EXPECT_NE(expected[0], -65);
    EXPECT_EQ(expected, std::vector(9, expected[0]));
    EXPECT_EQ(run(world(), false), expected);
    EXPECT_EQ(run(world(), true), expected);
}

TEST(CurrentSource, is_a_current_in_single_precision_too) {
    Simulation    sim{world(), {.precision = Precision::float32}};
    Population    p{sim, 3, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 0.5_nA}};
    dc.inject_into(p);
    sim.run(2_ms);
    EXPECT_NEAR(p.get("v")[1], closed_solution(std::vector(20, 0.5)).back(), 20 * 0x1p-17);
}

TEST(CurrentSource, refuses_cells_without_a_membrane_and_values_out_of_range) {
    Simulation    sim{world()};
    Population    sources{sim, 3, SpikeSourcePoisson{}, {.label = "sources"}};
    CurrentSource dc{sim, DCSource{}, {.label = "dc"}};
    EXPECT_COLLECTIVE_THROW(
        world(), dc.inject_into(sources), ModelError, "\"sources\" are of type SpikeSourcePoisson"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), dc.set("amplitude", std::nan("")), ParameterError, "amplitude must be finite"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), dc.set("amplitud", 1.0), ParameterError, "It has \"amplitude\""
    );
    EXPECT_COLLECTIVE_THROW(world(), dc.set(ACSource{}), ModelError, "it is a DCSource");
    EXPECT_COLLECTIVE_THROW(
        world(),
        (CurrentSource{sim, DCSource{}, {.label = "dc"}}),
        ParameterError,
        "this label is taken"
    );
    EXPECT_EQ(dc.get("amplitude"), 1);
}

}  // namespace
}  // namespace ranvier

// Cells with parts in whole simulations: composed neurons by the names of their receptors, and
// stochastic ones; the same at every number of ranks and for every split of the run.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using CurrExp = CurrExpPostSynapticResponse;

Communicator world() {
    return {};
}

PointNeuron adex_with_three_receptors() {
    return {
        AdExp{.tau_m = 10_ms},
        {{"AMPA", AlphaPSR{.e_syn = 0_mV, .tau_syn = 1_ms}},
         {"NMDA", AlphaPSR{.e_syn = 0_mV, .tau_syn = 20_ms}},
         {"GABAA", AlphaPSR{.e_syn = -70_mV, .tau_syn = 1.5_ms}}}};
}
PointNeuron lif_with_three_currents() {
    return {
        LIF{.tau_m = 10_ms},
        {{"AMPA", CurrExp{.tau_syn = 1_ms}},
         {"NMDA", CurrExp{.tau_syn = 20_ms}},
         {"GABAA", CurrExp{.tau_syn = 1.5_ms}}}};
}

TEST(composed_cells, are_read_by_the_names_of_their_receptors) {
    network::Network network{world(), {}};
    Population       p{network, 5, adex_with_three_receptors()};
    Population       q{network, 3, lif_with_three_currents()};

    EXPECT_EQ(p.celltype(), "PointNeuron");
    EXPECT_EQ((p + q).get("tau_m").number(), 10);
    EXPECT_EQ(p.get("GABAA.e_syn").number(), -70);
    EXPECT_EQ(p.get("GABAA.tau_syn").number(), 1.5);
    EXPECT_EQ(p.get("AMPA.gsyn").number(), 0);
    EXPECT_EQ(q.get("NMDA.isyn").number(), 0);
    EXPECT_EQ(p.get("v").number(), -70.6);
    EXPECT_EQ((p + q).receptor_types(), (std::vector<std::string>{"AMPA", "GABAA", "NMDA"}));
}

TEST(composed_cells, are_given_values_like_any_other_cell) {
    network::Network network{world(), {}};
    Population       p{network, 4, adex_with_three_receptors()};

    p.set("GABAA.tau_syn", std::vector{1.0, 2.0, 3.0, 4.0});
    p[{1, 3}].set({{"AMPA.e_syn", -5.0}, {"cm", 0.3}});
    p.set(&AdExp::delta_T, 3_mV);
    p.initialize("NMDA.gsyn", 0.25);
    p.initialize(AdExp::Initial{.w = 0.5_nA});

    EXPECT_EQ(p.get("GABAA.tau_syn"), (std::vector{1.0, 2.0, 3.0, 4.0}));
    EXPECT_EQ(p.get("AMPA.e_syn"), (std::vector{0.0, -5.0, 0.0, -5.0}));
    EXPECT_EQ(p.get("cm"), (std::vector{0.281, 0.3, 0.281, 0.3}));
    EXPECT_EQ(p.get("delta_T").number(), 3);
    EXPECT_EQ(p.get("NMDA.gsyn").number(), 0.25);
    EXPECT_EQ(p.get("w").number(), 0.5);
    EXPECT_EQ(p.get_initial("NMDA.gsyn").number(), 0.25);
}

TEST(composed_cells, refuse_wrong_names_and_values_on_all_ranks) {
    const Communicator comm;
    network::Network   network{comm, {}};
    Population         p{network, 4, adex_with_three_receptors(), {.label = "p"}};

    EXPECT_COLLECTIVE_THROW(
        comm,
        p.set("GABAA.tau_rise", 1.0),
        ParameterError,
        "Population \"p\": PointNeuron has no parameter \"GABAA.tau_rise\". It has "
        "\"GABAA.tau_syn\", "
    );
    EXPECT_COLLECTIVE_THROW(
        comm,
        p.set("GABAA.tau_syn", std::vector{1.0, 2.0, -3.0, 4.0}),
        ParameterError,
        "Population \"p\": GABAA.tau_syn must be > 0 ms, got -3 ms at cell 2."
    );
    EXPECT_COLLECTIVE_THROW(
        comm,
        p.set("GABAA.tau_syn", std::vector{1.0, 2.0}),
        ParameterError,
        "Population \"p\": GABAA.tau_syn was given 2 values for 4 cells."
    );
    EXPECT_COLLECTIVE_THROW(
        comm, p.initialize("GABAA.isyn", 1.0), ParameterError, "\"GABAA.gsyn\""
    );
    EXPECT_COLLECTIVE_THROW(
        comm,
        p.set(&LIF::tau_m, 3_ms),
        ModelError,
        "Population \"p\": its cells are of type PointNeuron, and a member of LIF was given."
    );
    const auto connect = [&](const std::string& receptor, Conductance weight) {
        Projection{
            p,
            p,
            AllToAllConnector{},
            StaticSynapse{.weight = weight, .delay = 1_ms},
            {.receptor_type = receptor}};
    };
    EXPECT_COLLECTIVE_THROW(
        comm,
        connect("GABAB", 0.1_uS),
        ConnectionError,
        "PointNeuron has no receptor \"GABAB\". Its receptors are \"GABAA\""
    );
    EXPECT_COLLECTIVE_THROW(comm, connect("GABAA", -0.1_uS), ConnectionError, "must be >= 0");
    EXPECT_EQ(p.get("GABAA.tau_syn").number(), 1.5);
}

TEST(composed_cells, receive_at_the_receptor_that_a_projection_names) {
    Simulation          sim{world(), {}};
    Population          source{sim, 1, SpikeSourceArray{.spike_times = {1_ms}}};
    Population          p{sim, 3, adex_with_three_receptors()};
    Population          q{sim, 3, lif_with_three_currents()};
    const StaticSynapse in_uS{.weight = 0.01_uS, .delay = 1_ms};
    Projection{source, p, AllToAllConnector{}, in_uS, {.receptor_type = "NMDA"}};
    Projection{source, p, AllToAllConnector{}, in_uS};  // the first one, AMPA
    Projection{
        source,
        q,
        AllToAllConnector{},
        StaticSynapse{.weight = -0.5_nA, .delay = 1_ms},
        {.receptor_type = "GABAA"}};
    sim.run(22_ms);

    EXPECT_NEAR(p.get("NMDA.gsyn").number(), 0.01, 1e-16) << "its peak, 20 ms after the arrival";
    EXPECT_EQ(p.get("GABAA.gsyn").number(), 0);
    EXPECT_GT(p.get("AMPA.gsyn").number(), 0);
    EXPECT_NEAR(q.get("GABAA.isyn").number(), -0.5 * std::exp(-20 / 1.5), 1e-18);
    EXPECT_LT(q.get("v").number(), -65);
}

struct Result {
    std::vector<std::uint64_t> counts;
    std::vector<double>        v;
    std::uint64_t              digest;

    friend bool operator==(const Result&, const Result&) = default;
};

/// 40 ms of 23 cells that excite each other through their first receptor, driven by noise;
/// `change` is called after 20 ms.
template <class M, class Change>
Result run(
    const Communicator&      comm,
    const M&                 model,
    Weight                   weight,
    const SimulationOptions& options,
    const std::vector<Time>& parts,
    Change                   change
) {
    Simulation sim{comm, options};
    Population noise{sim, 23, SpikeSourcePoisson{.rate = 800_Hz}, {.label = "noise"}};
    Population cells{sim, 23, model, {.label = "cells"}};
    cells.initialize("v", random::Distribution::uniform(-70, -50));
    const StaticSynapse synapse{.weight = weight, .delay = 1_ms};
    Projection{noise, cells, OneToOneConnector{}, synapse};
    Projection{cells, cells, FixedProbabilityConnector{0.3}, synapse};
    cells.record({"spikes"});
    bool changed = false;
    for (const Time part : parts) {
        sim.run(part);
        if (changed || sim.current_time() < 20_ms) continue;
        change(cells);
        changed = true;
    }
    return {cells.get_spike_counts(), cells.get("v"), sim.digest()};
}

template <class M, class Change>
void expect_one_result(const M& model, Weight weight, Change change) {
    const Communicator alone = world().split(world().rank(), 0);
    for (const bool single : {false, true}) {
        const SimulationOptions options{
            .seed         = 5,
            .precision    = single ? Precision::float32 : Precision::float64,
            .spike_timing = single ? SpikeTiming::on_grid : SpikeTiming::off_grid,
            .tuning       = {.block_cells = 16}};
        const auto    expected = run(alone, model, weight, options, {20_ms, 20_ms}, change);
        std::uint64_t total    = 0;
        for (const std::uint64_t count : expected.counts)
            total += count;
        EXPECT_GT(total, 20u);
        const std::vector<Time> many{0.1_ms, 19.9_ms, 3.3_ms, 16.7_ms};
        EXPECT_EQ(run(world(), model, weight, options, many, change), expected);
        const auto without = run(alone, model, weight, options, {40_ms}, [](Population&) {});
        EXPECT_FALSE(without == expected) << "the change changes something";
    }
}

TEST(composed_cells, depend_neither_on_ranks_nor_on_runs) {
    expect_one_result(adex_with_three_receptors(), 0.03_uS, [](Population& p) {
        p.set("AMPA.tau_syn", random::Distribution::uniform(0.5, 2));
    });
    expect_one_result(lif_with_three_currents(), 3_nA, [](Population& p) {
        p.set("AMPA.tau_syn", random::Distribution::uniform(0.5, 2));
    });
}

// Lists of other lengths in each cell, so that ranks hold different numbers of elements.
TEST(composed_cells, that_spike_at_random_depend_neither_on_ranks_nor_on_runs) {
    const GIF_cond_exp model{
        .tau_refrac = 1_ms,
        .v_t_star   = uniform(-60_mV, -50_mV),
        .lambda0    = 20_Hz,
        .tau_eta    = [](std::size_t i) { return Sequence{std::vector<Time>(i % 5, 7_ms)}; },
        .tau_gamma  = {3_ms, 30_ms},
        .a_eta   = [](std::size_t i) { return ArrayParameter{std::vector<double>(i % 5, 0.05)}; },
        .a_gamma = {0.5, 0.25}};
    expect_one_result(model, 0.02_uS, [](Population& p) {
        p[slice(3, 20)].set(
            {{"tau_eta", Param<Sequence>{Sequence{5_ms, 50_ms}}},
             {"a_eta", Param<Sequence>{ArrayParameter{0.1, 0.1}}}}
        );
    });
}

TEST(composed_cells, refuse_lists_of_elements_that_do_not_belong_together) {
    const Communicator comm;
    network::Network   network{comm, {}};
    Population         p{network, 4, GIF_cond_exp{}, {.label = "p"}};

    EXPECT_COLLECTIVE_THROW(
        comm,
        p[2].set("a_eta", Param<Sequence>{ArrayParameter{1.0, 2.0}}),
        ParameterError,
        "Population \"p\": a_eta must be a list as long as tau_eta (3), got 2 values at cell 2."
    );
    EXPECT_COLLECTIVE_THROW(
        comm,
        (Population{network, 4, GIF_cond_exp{.tau_gamma = {1_ms}}, {.label = "q"}}),
        ParameterError,
        "Population \"q\": a_gamma must be a list as long as tau_gamma (1), got 3 values at cell 0 "
        "(and 3 more)."
    );
    p.set(
        {{"tau_eta", std::vector<ArrayParameter>{{1}, {2, 3}, {}, {4}}},
         {"a_eta", std::vector<ArrayParameter>{{0.1}, {0.2, 0.3}, {}, {0.4}}}}
    );
    EXPECT_EQ(p.get_sequences("tau_eta")[1], (Sequence{2_ms, 3_ms}));
    p.set(&GIF_cond_exp::tau_eta, {2_ms}, &GIF_cond_exp::a_eta, ArrayParameter{0.5});
    EXPECT_EQ(p.get_sequences("a_eta"), std::vector<Sequence>{ArrayParameter{0.5}});
}

TEST(composed_cells, that_spike_at_random_spike_otherwise_after_a_reset) {
    Simulation sim{world(), {.seed = 7}};
    Population p{
        sim, 30, GIF_cond_exp{.i_offset = 1_nA, .lambda0 = 50_Hz, .a_eta = {0.05, 0.05, 0.05}}};
    p.record({"spikes"});
    const auto run = [&] {
        sim.run(100_ms);
        const auto counts = p.get_spike_counts();
        sim.reset();
        EXPECT_EQ(p.get("i_eta").number(), 0);
        return counts;
    };
    const auto first = run();
    EXPECT_NE(run(), first);
}

}  // namespace
}  // namespace ranvier

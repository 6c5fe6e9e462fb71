#include "ranvier/network/Population.hpp"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::Each;
using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

TEST(Population, deals_its_cells_to_the_ranks_in_balanced_blocks) {
    Simulation sim{world()};
    for (const std::size_t size : {0u, 1u, 2u, 7u, 100u}) {
        const Population  p{sim, size, IF_curr_exp{}};
        const std::size_t ranks = static_cast<std::size_t>(world().size());
        EXPECT_EQ(p.size(), size);
        EXPECT_GE(p.local_size(), size / ranks);
        EXPECT_LE(p.local_size(), (size + ranks - 1) / ranks);
        EXPECT_EQ(world().sum(p.local_size()), size);
        const auto first = world().exclusive_sum(p.local_size());
        EXPECT_EQ(p.local_indices(), (IndexRange{first, first + p.local_size()}));
    }
}

TEST(Population, gives_the_same_values_on_every_rank_in_the_order_of_the_cells) {
    Simulation sim{world()};
    Population p{
        sim,
        5,
        IF_curr_exp{
            .v_rest  = [](std::size_t i) { return -60_mV - static_cast<double>(i) * 1_mV; },
            .cm      = 0.25_nF,
            .v_reset = linspace(-70_mV, -66_mV, 5)}};

    EXPECT_THAT(p.get("v_rest"), ElementsAre(-60, -61, -62, -63, -64));
    EXPECT_THAT(p.get("cm"), ElementsAre(0.25, 0.25, 0.25, 0.25, 0.25));
    EXPECT_THAT(p.get("v_reset"), ElementsAre(-70, -69, -68, -67, -66));
    EXPECT_THAT(p.get("tau_m"), Each(20));
    EXPECT_THAT(p.get("v"), Each(-65));
    EXPECT_EQ(p.get_local("v_rest").size(), p.local_size());
}

TEST(Population, of_no_or_one_cell_is_like_any_other) {
    for (const std::size_t size : {0u, 1u}) {
        Simulation sim{world()};
        Population p{
            sim,
            size,
            IF_cond_exp{
                .v_rest  = [](std::size_t) { return -60_mV; },
                .tau_m   = uniform(10_ms, 20_ms),
                .v_reset = std::vector<Voltage>(size, -70_mV)}};
        Population poisson{
            sim,
            size,
            SpikeSourcePoisson{
                .rate     = uniform(100_Hz, 200_Hz),
                .start    = [](std::size_t) { return 1_ms; },
                .duration = std::vector<Time>(size, 5_ms)}};
        Population array{sim, size, SpikeSourceArray{.spike_times = Sequence{1_ms}}};
        Projection{p, p, AllToAllConnector{}, {0.01_uS, 1_ms}};
        Projection{poisson, p, OneToOneConnector{}, {0.01_uS, 1_ms}};
        Projection{array, p, FixedProbabilityConnector{.p_connect = 1}, {0.01_uS, 1_ms}};
        for (Population& each : std::vector{p, poisson, array})
            each.record({"spikes"});
        p.set("cm", 0.5);
        poisson.set("rate", 500.0);
        p.initialize(IF_cond_exp::Initial{.v = uniform(-60_mV, -55_mV)});

        sim.run(10_ms);

        EXPECT_EQ(p.get("v").size(), size);
        EXPECT_EQ(p.get("v_reset").size(), size);
        EXPECT_EQ(array.get_spike_counts(), std::vector<std::uint64_t>(size, 1));
        EXPECT_EQ(array.mean_spike_count(), static_cast<double>(size));
        EXPECT_LT(poisson.mean_spike_count(), 20);
    }
}

TEST(Population, calls_a_function_once_for_each_cell_of_the_network) {
    Simulation                 sim{world()};
    std::map<std::size_t, int> calls;
    const Population           p{sim, 50, IF_curr_exp{.v_rest = [&](std::size_t i) {
                           ++calls[i];
                           return -60_mV;
                       }}};

    for (const auto& [index, count] : calls) {
        EXPECT_TRUE(p.local_indices().contains(index));
        EXPECT_EQ(count, 1);
    }
    EXPECT_COMPARED_ALL(world(), calls.size(), 50u);
}

TEST(Population, has_random_values_that_its_label_and_index_decide) {
    const auto tau_m = [](std::size_t before, const std::string& label, std::uint64_t seed) {
        Simulation other{world(), {.seed = seed}};
        if (before > 0) Population{other, before, IF_curr_exp{.tau_m = uniform(10_ms, 20_ms)}};
        const Population p{
            other,
            20,
            IF_curr_exp{.tau_m = uniform(10_ms, 20_ms), .tau_syn_E = uniform(10_ms, 20_ms)},
            {.label = label}};
        EXPECT_NE(p.get("tau_m"), p.get("tau_syn_E"));
        return p.get("tau_m");
    };

    const auto plain = tau_m(0, "cells", 1);
    EXPECT_THAT(plain, Each(testing::AllOf(testing::Ge(10), testing::Lt(20))));
    EXPECT_EQ(tau_m(13, "cells", 1), plain);
    EXPECT_NE(tau_m(0, "others", 1), plain);
    EXPECT_NE(tau_m(0, "cells", 2), plain);
}

TEST(Population, draws_anew_each_time_a_distribution_is_set) {
    Simulation sim{world()};
    Population p{sim, 20, IF_curr_exp{.tau_m = uniform(10_ms, 20_ms)}};
    const auto first = p.get("tau_m");
    p.set(&IF_curr_exp::tau_m, uniform(10_ms, 20_ms));
    const auto second = p.get("tau_m");
    p.set("tau_m", random::Distribution::uniform(10, 20));
    const auto third = p.get("tau_m");

    EXPECT_NE(first, second);
    EXPECT_NE(second, third);
    EXPECT_NE(first, third);
}

TEST(Population, is_set_by_member_by_name_and_several_at_once) {
    Simulation sim{world()};
    Population p{sim, 3, IF_curr_exp{}};

    p.set(&IF_curr_exp::tau_m, 12_ms);
    p.set("cm", std::vector<double>{0.1, 0.2, 0.3});
    p.set({{"v_rest", -61.0}, {"i_offset", parameters::Specification::Function{[](std::size_t i) {
                                   return 0.5 * static_cast<double>(i);
                               }}}});

    EXPECT_THAT(p.get("tau_m"), Each(12));
    EXPECT_THAT(p.get("cm"), ElementsAre(0.1, 0.2, 0.3));
    EXPECT_THAT(p.get("v_rest"), Each(-61));
    EXPECT_THAT(p.get("i_offset"), ElementsAre(0, 0.5, 1));
    EXPECT_THAT(p.get("tau_refrac"), Each(0.1));
}

TEST(Population, takes_hertz_by_name_and_any_unit_by_member) {
    Simulation sim{world()};
    Population p{sim, 2, SpikeSourcePoisson{.rate = 8_kHz}};
    EXPECT_THAT(p.get("rate"), Each(8000));
    p.set("rate", 12.5);
    EXPECT_THAT(p.get("rate"), Each(12.5));
    p.set(&SpikeSourcePoisson::rate, 0.5_kHz);
    EXPECT_THAT(p.get("rate"), Each(500));
}

TEST(Population, is_initialised_when_made_or_later_and_keeps_what_is_not_given) {
    Simulation sim{world()};
    Population p{
        sim,
        4,
        IF_cond_exp{},
        {.initial_values = {{"v", std::vector<double>{-60, -61, -62, -63}}, {"gsyn_inh", 0.25}}}};
    EXPECT_THAT(p.get("v"), ElementsAre(-60, -61, -62, -63));
    EXPECT_THAT(p.get("gsyn_inh"), Each(0.25));

    p.initialize(IF_cond_exp::Initial{.gsyn_exc = 0.5_uS});
    EXPECT_THAT(p.get("v"), ElementsAre(-60, -61, -62, -63));
    EXPECT_THAT(p.get("gsyn_exc"), Each(0.5));

    p.initialize("v", -58.5);
    EXPECT_THAT(p.get("v"), Each(-58.5));
    EXPECT_THAT(p.get("gsyn_exc"), Each(0.5));
}

TEST(Population, holds_state_in_the_precision_of_the_simulation_and_parameters_as_given) {
    Simulation sim{world(), {.precision = Precision::float32}};
    Population p{sim, 3, IF_curr_exp{.cm = 0.1_nF}};
    p.initialize("v", -60.1);

    EXPECT_THAT(p.get("cm"), Each(0.1));
    EXPECT_THAT(p.get("v"), Each(static_cast<double>(-60.1f)));
}

TEST(Population, has_spike_times_per_cell) {
    Simulation sim{world()};
    Population p{sim, 3, SpikeSourceArray{.spike_times = [](std::size_t i) {
                     return Sequence::in_ms({1.0, 2.0 + static_cast<double>(i)});
                 }}};
    const auto expect = [&](const std::vector<Sequence>& expected) {
        const auto  local    = p.get_local_sequences("spike_times");
        std::size_t compared = 0;
        for (std::size_t i = p.local_indices().first; i < p.local_indices().last; ++i)
            EXPECT_EQ(local[compared++], expected[i]);
        EXPECT_COMPARED_ALL(world(), compared, 3u);
    };

    expect({Sequence{1_ms, 2_ms}, Sequence{1_ms, 3_ms}, Sequence{1_ms, 4_ms}});
    p.set("spike_times", std::vector<Sequence>{{5_ms}, {}, {6_ms, 7_ms}});
    expect({Sequence{5_ms}, Sequence{}, Sequence{6_ms, 7_ms}});
    p.set(&SpikeSourceArray::spike_times, Sequence{9_ms});
    expect({Sequence{9_ms}, Sequence{9_ms}, Sequence{9_ms}});
}

TEST(Population, counts_spikes_since_recording_began) {
    Simulation sim{world()};
    Population p{
        sim,
        3,
        SpikeSourceArray{
            .spike_times = std::vector<Sequence>{{1_ms, 2_ms, 2_ms}, {}, {0_ms, 3_ms, 30_ms}}}};
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.get_spike_counts(),
        RecordingError,
        "Population \"population0\": its spikes are not recorded. Call record({\"spikes\"}) before "
        "the run."
    );
    p.record({"spikes"});

    sim.run(10_ms);

    EXPECT_THAT(p.get_spike_counts(), ElementsAre(3, 0, 2));
    EXPECT_EQ(p.mean_spike_count(), 5.0 / 3);
    std::vector<SpikeRecord> spikes(p.local_spikes().begin(), p.local_spikes().end());
    EXPECT_TRUE(std::is_sorted(spikes.begin(), spikes.end()));
    EXPECT_COMPARED_ALL(world(), spikes.size(), 5u);
    sim.run(30_ms);
    EXPECT_THAT(p.get_spike_counts(), ElementsAre(3, 0, 3));
}

TEST(Population, is_one_population_however_many_handles_there_are) {
    Simulation sim{world()};
    Population p{sim, 3, IF_curr_exp{}};
    Population copy = p;

    copy.set("tau_m", 11.0);
    copy.record({"spikes"});

    EXPECT_THAT(p.get("tau_m"), Each(11));
    EXPECT_THAT(p.get_spike_counts(), Each(0));
    EXPECT_EQ(sim.num_cells(), 3u);
}

TEST(Population, refuses_members_of_another_cell_type) {
    Simulation sim{world()};
    Population p{sim, 3, IF_curr_exp{}, {.label = "cells"}};

    EXPECT_COLLECTIVE_THROW(
        world(),
        p.set(&IF_cond_exp::tau_m, 5_ms),
        ModelError,
        "Population \"cells\": its cells are of type IF_curr_exp, and a member of IF_cond_exp was "
        "given."
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p.initialize(IF_cond_exp::Initial{.v = -60_mV}), ModelError, "IF_cond_exp"
    );
    EXPECT_THAT(p.get("tau_m"), Each(20));
}

TEST(Population, fails_on_all_ranks_if_a_function_fails_on_one) {
    Simulation sim{world()};
    const auto fails_at = [](std::size_t bad) {
        return [bad](std::size_t i) {
            if (i == bad) throw std::runtime_error{"nothing is known of this cell"};
            return -60_mV;
        };
    };
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{sim, 10, IF_curr_exp{.v_rest = fails_at(9)}}),
        RunError,
        "nothing is known of this cell"
    );
    EXPECT_EQ(sim.num_cells(), 0u);

    // The label is free again, and the simulation goes on.
    Population p{sim, 10, IF_curr_exp{}};
    EXPECT_COLLECTIVE_THROW(
        world(), p.set(&IF_curr_exp::v_rest, fails_at(0)), RunError, "nothing is known"
    );
    EXPECT_THAT(p.get("v_rest"), Each(-65));
    sim.run(1_ms);
}

}  // namespace
}  // namespace ranvier

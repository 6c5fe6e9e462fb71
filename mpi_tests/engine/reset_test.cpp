// Simulation::reset: what comes back, what stays.
#include <cmath>
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

std::vector<SpikeRecord> spikes_of(const Population& p) {
    const std::vector<SpikeRecord> own(p.local_spikes().begin(), p.local_spikes().end());
    return own;
}

TEST(reset, repeats_a_deterministic_simulation_bit_for_bit) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Simulation sim{world(), {.precision = precision}};
        Population source{
            sim, 3, SpikeSourceArray{.spike_times = Sequence{0_ms, 2_ms, 7_ms, 19.5_ms}}};
        Population p{sim, 7, IF_curr_exp{.tau_refrac = 5_ms, .i_offset = uniform(0.5_nA, 1.5_nA)}};
        p.initialize(IF_curr_exp::Initial{.v = uniform(-65_mV, -55_mV)});
        Projection{source, p, AllToAllConnector{}, {0.1_nA, 3_ms}};
        Projection{p, p, FixedProbabilityConnector{.p_connect = 0.5}, {0.2_nA, 8_ms}};
        p.record({"spikes"});
        const auto start = sim.digest();

        sim.run(20_ms);  // ends with spikes on their way and cells held at v_reset
        const auto end    = sim.digest();
        const auto spikes = spikes_of(p);
        EXPECT_GT(p.num_spikes(), 3u);
        EXPECT_NE(end, start);
        for (int repetition = 0; repetition < 2; ++repetition) {
            sim.reset();
            EXPECT_EQ(sim.current_time(), 0_ms);
            EXPECT_EQ(sim.digest(), start);
            EXPECT_EQ(p.num_spikes(), 0u);
            sim.run(20_ms);
            EXPECT_EQ(sim.digest(), end);
            EXPECT_EQ(spikes_of(p), spikes);
        }
    }
}

TEST(reset, keeps_parameters_and_restores_the_initial_values_given_last) {
    Simulation sim{world()};
    Population p{sim, 4, IF_cond_exp{.i_offset = 1_nA}};
    sim.run(5_ms);
    p.set("tau_m", 10.0);
    p.set("v_rest", -60.0);
    p[{1, 2}].initialize("v", std::vector{-58.0, -57.0});
    p[0].initialize("gsyn_exc", 0.5);
    sim.run(5_ms);

    sim.reset();

    EXPECT_THAT(p.get("v"), ElementsAre(-65, -58, -57, -65));
    EXPECT_THAT(p.get("gsyn_exc"), ElementsAre(0.5, 0, 0, 0));
    EXPECT_THAT(p.get("tau_m"), Each(10));
    EXPECT_EQ(sim.current_time(), 0_ms);
    sim.reset();
    EXPECT_THAT(p.get("v"), ElementsAre(-65, -58, -57, -65));
}

TEST(reset, lets_random_sources_continue_with_other_numbers) {
    Simulation sim{world()};
    Population p{sim, 20, SpikeSourcePoisson{.rate = 100_Hz}};
    p.record({"spikes"});
    sim.run(200_ms);
    const auto first = p.get_spike_counts();
    sim.reset();
    sim.run(200_ms);
    const auto second = p.get_spike_counts();
    EXPECT_NE(first, second);
    EXPECT_GT(p.mean_spike_count(), 10);
    EXPECT_LT(p.mean_spike_count(), 30);
}

TEST(reset, lets_connections_made_during_a_simulation_carry_all_spikes_afterwards) {
    Simulation sim{world()};
    Population source{sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms, 12_ms}}};
    Population poisson{sim, 2, SpikeSourcePoisson{.rate = 2_kHz}};
    Population p{sim, 2, IF_curr_exp{.tau_syn_E = 1000_ms}};
    sim.run(10_ms);
    Projection{source, p, AllToAllConnector{}, {0.001_nA, 1_ms}};
    Projection{poisson, p, OneToOneConnector{}, {-0.001_nA, 1_ms}};
    sim.reset();
    sim.run(5_ms);
    EXPECT_THAT(p.get("isyn_exc"), Each(testing::Gt(0)));
    EXPECT_THAT(p.get("isyn_inh"), Each(testing::Lt(0)));
}

TEST(reset, may_be_followed_by_another_rate) {
    Simulation sim{world()};
    Population p{sim, 20, SpikeSourcePoisson{.rate = 10_Hz}};
    p.record({"spikes"});
    sim.run(200_ms);
    EXPECT_LT(p.mean_spike_count(), 10);
    sim.reset();
    p.set(&SpikeSourcePoisson::rate, 1000_Hz);
    sim.run(200_ms);
    // 200 in the mean over 20 cells: five standard deviations.
    EXPECT_NEAR(p.mean_spike_count(), 200, 5 * std::sqrt(200.0 / 20));
}

}  // namespace
}  // namespace ranvier

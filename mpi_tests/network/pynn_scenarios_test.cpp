// Scenarios of PyNN's system tests that no other test here has; the names tell which.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::Each;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

TEST(pynn_scenarios, cell_types_eif_cond_alpha_isfa_ista_spikes_at_the_known_times) {
    Simulation sim{world(), {.timestep = 0.01_ms}};
    Population p{
        sim, 1, EIF_cond_alpha_isfa_ista{.tau_refrac = 2_ms, .v_spike = -40_mV, .i_offset = 1_nA}};
    p.initialize({{"v", -65.0}, {"w", 0.0}});
    p.record({"spikes"});
    sim.run(200_ms);
    const std::vector<double> times = p.get_data().segments.at(0).spiketrains.at(0).times;
    const std::vector<double> known{
        10.015, 25.515, 43.168, 63.41, 86.649, 113.112, 142.663, 174.76};
    ASSERT_EQ(times.size(), known.size());
    for (std::size_t k = 0; k < known.size(); ++k)
        EXPECT_NEAR(times[k], known[k], 0.01 * known[k]);
}

TEST(pynn_scenarios, cell_types_hh_cond_exp_spikes_at_the_known_time) {
    Simulation sim{world(), {.timestep = 0.001_ms}};
    Population p{sim, 1, HH_cond_exp{.i_offset = 1_nA}};
    p.initialize({{"v", -64.0}, {"h", 0.0}, {"m", 0.0}, {"n", 0.0}});
    p.record({"v"});
    sim.run(5_ms);
    const std::vector<double> v = p.get_data().segments.at(0).signal("v").column(0);
    const auto first = std::find_if(v.begin(), v.end(), [](double x) { return x > 0; }) - v.begin();
    EXPECT_NEAR(0.001 * static_cast<double>(first), 2.95, 0.01);
}

TEST(pynn_scenarios, scenario2_cells_spike_when_their_currents_say) {
    constexpr std::size_t num_cells = 83;
    Simulation            sim{world(), {.timestep = 0.01_ms}};
    Population            p{sim, num_cells, IF_curr_exp{}};
    p.set({{"v_rest", 0.0}, {"v_reset", 0.0}, {"v_thresh", 10.0}, {"tau_refrac", 100.0}});
    p.initialize("v", 0.0);
    std::vector<double> amplitudes;
    for (std::size_t i = 0; i < num_cells; ++i) {
        amplitudes.push_back(0.5 + static_cast<double>(i) / num_cells);
        CurrentSource dc{
            sim, DCSource{.amplitude = amplitudes[i] * 1_nA, .start = 25_ms, .stop = 125_ms}};
        p[i].inject(dc);
    }
    p.record({"spikes"});
    sim.run(150_ms);

    const auto trains = p.get_data().segments.at(0).spiketrains;
    ASSERT_EQ(trains.size(), num_cells);
    EXPECT_TRUE(trains[0].times.empty()) << "it comes up to the threshold and never reaches it";
    for (std::size_t i = 1; i < num_cells; ++i) {
        ASSERT_EQ(trains[i].times.size(), 1u) << i;
        const double reached  = 20 * amplitudes[i];  // mV above rest, with 1 nF and 20 ms
        const double crossing = 25 + 20 * std::log(reached / (reached - 10));
        EXPECT_GE(trains[i].times[0], crossing - 1e-6) << i;
        EXPECT_LE(trains[i].times[0], crossing + 0.01 + 1e-6) << i;  // the next step
    }
}

TEST(pynn_scenarios, scenario4_connects_in_periodic_space) {
    Simulation sim{world()};
    Population exc{sim, 100, IF_curr_exp{}, {.label = "exc", .structure = Grid2D{}}};
    Population inh{
        sim, 25, IF_curr_exp{}, {.label = "inh", .structure = Grid2D{.dx = 2_um, .dy = 2_um}}};
    Population  noise{sim, 100, SpikeSourcePoisson{.rate = 1000_Hz}, {.label = "noise"}};
    const Space torus{
        .periodic_boundaries = {Period{0_um, 10_um}, Period{0_um, 10_um}, std::nullopt}};
    const DistanceDependentProbabilityConnector close{"exp(-d / 2)"};
    const auto                                  delay = by_distance("0.2 + 0.1 * d");
    Projection drive{noise, exc, OneToOneConnector{}, {0.5_nA, 1_ms}};
    Projection within{exc, exc, close, {0.02_nA, delay}, {.space = torus}};
    Projection onto{exc, inh, close, {0.3_nA, delay}, {.space = torus}};
    Projection back{inh, exc, close, {-0.1_nA, delay}, {.space = torus}};

    const auto expect_delays = [&](const Projection& made, Population& pre, Population& post) {
        std::size_t around = 0;
        for (const Connection& c : made.connections()) {
            const Position a = pre.positions()[c.pre], b = post.positions()[c.post];
            const double   x = std::abs(a.x - b.x), y = std::abs(a.y - b.y);
            const double   d = std::hypot(std::min(x, 10 - x), std::min(y, 10 - y));
            // Rounded to 1 us and then to steps of 0.1 ms.
            EXPECT_NEAR(c.delay, 0.2 + 0.1 * d, 0.0506);
            around += x > 5 || y > 5 ? 1u : 0u;
        }
        EXPECT_GT(around, 0u) << "none across the boundary";
    };
    expect_delays(within, exc, exc);
    expect_delays(onto, exc, inh);
    expect_delays(back, inh, exc);
    EXPECT_EQ(back.receptor_type(), "inhibitory");

    exc.record({"spikes"});
    exc[{0, 55}].record({"v"});
    inh.record({"spikes"});
    sim.run(50_ms);
    EXPECT_GT(exc.mean_spike_count(), 1);
    EXPECT_GT(inh.mean_spike_count(), 0);
    const AnalogSignal v = exc.get_data().segments.at(0).signal("v");
    EXPECT_EQ(v.num_samples, 501u);
    EXPECT_EQ(v.num_cells(), 2u);
}

TEST(pynn_scenarios, ticket195_connects_one_cell_with_one_cell) {
    Simulation sim{world(), {.timestep = 0.01_ms}};
    Population pre{
        sim,
        5,
        SpikeSourceArray{.spike_times = {1_ms, 2_ms, 3_ms, 4_ms, 5_ms, 6_ms, 7_ms, 8_ms, 9_ms}}};
    Population post{sim, 5, IF_cond_exp{}};
    Projection made{pre[slice(0, 1)], post[slice(0, 1)], AllToAllConnector{}, {0.01_uS, 0.1_ms}};
    EXPECT_EQ(made.size(), 1u);
    post.record({"spikes"});
    sim.run(50_ms);
    const auto trains = post.get_data().segments.at(0).spiketrains;
    ASSERT_EQ(trains.size(), 5u);
    ASSERT_FALSE(trains[0].times.empty());
    EXPECT_NEAR(trains[0].times[0], 13.4, 0.1);
    for (std::size_t i = 1; i < 5; ++i)
        EXPECT_TRUE(trains[i].times.empty()) << i;
}

TEST(pynn_scenarios, ticket235_weights_set_between_runs_reach_their_cells_only) {
    Simulation sim{world()};
    Population p1{sim, 9, IF_curr_exp{.i_offset = 1_nA}};
    Population p2{sim, 9, IF_curr_exp{}};
    Projection made{p1, p2, OneToOneConnector{}, {10_nA, 1_ms}};
    p1.record({"spikes"});
    p2.record({"spikes"});
    sim.run(100_ms);
    const std::vector<std::uint64_t> first = p1.get_spike_counts(), second = p2.get_spike_counts();
    EXPECT_GT(first[0], 0u);
    EXPECT_GT(second[0], 0u);
    EXPECT_THAT(first, Each(first[0]));
    EXPECT_THAT(second, Each(second[0]));

    // By now the last input of p2, 15 ms ago, is too weak to make a cell spike.
    Matrix<double> weights(9, 9);
    weights(1, 1) = 20;
    made.set("weight", weights);
    sim.run(100_ms);
    const std::vector<std::uint64_t> later = p2.get_spike_counts();
    for (std::size_t i = 0; i < 9; ++i)
        EXPECT_TRUE(i == 1 ? later[i] > second[i] : later[i] == second[i]) << i;
    EXPECT_THAT(p1.get_spike_counts(), Each(p1.get_spike_counts()[0]));
}

}  // namespace
}  // namespace ranvier

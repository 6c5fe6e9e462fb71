#include "ranvier/engine/PeerSpikes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier::engine {
namespace {

/// Rank 1 of 4: of the 1000 cells it owns 250 to 499.
struct OneOfFour {
    Simulation sim{Communicator::standing_for(1, 4)};
    Population silent{sim, 1000, IF_curr_exp{}};  // without targets: spikes nobody needs
    Population cells{sim, 1000, IF_curr_exp{}};
    Projection all{cells, cells, AllToAllConnector{}, {0_nA, 0.1_ms}};
};

/// (step, index in `cells`) of the spikes of steps first to last, sorted.
std::vector<std::pair<Step, std::uint64_t>> drawn(PeerSpikes& peers, Step first, Step last) {
    std::vector<std::pair<Step, std::uint64_t>> spikes;
    for (const std::uint64_t packed : peers.draw(first, last)) {
        EXPECT_EQ(PackedSpike::count(packed), 1u);
        spikes.emplace_back(
            first + static_cast<Step>(PackedSpike::lag(packed)), PackedSpike::gid(packed) - 1000
        );
    }
    std::sort(spikes.begin(), spikes.end());
    return spikes;
}

TEST(PeerSpikes, come_from_all_cells_of_other_ranks_at_the_mean_rate) {
    OneOfFour  network;
    PeerSpikes peers{network.sim.network()};
    peers.set_rate(100_Hz);
    peers.refresh();

    std::array<double, 4> of_quarter{};
    for (const auto& [step, index] : drawn(peers, 1, 1000)) {
        ASSERT_TRUE(step >= 1 && step <= 1000);
        ASSERT_LT(index, 1000u);
        ++of_quarter[index / 250];
    }

    // Independent Poisson numbers with a mean of 2500; five standard deviations.
    EXPECT_EQ(of_quarter[1], 0);
    for (const std::size_t quarter : {0u, 2u, 3u})
        EXPECT_NEAR(of_quarter[quarter], 2500, 5 * std::sqrt(2500.0)) << quarter;
}

TEST(PeerSpikes, do_not_depend_on_where_intervals_end) {
    OneOfFour  network;
    PeerSpikes peers{network.sim.network()};
    peers.set_rate(1000_Hz);
    peers.refresh();

    auto       parts = drawn(peers, 1, 7);
    const auto rest  = drawn(peers, 8, 10);
    parts.insert(parts.end(), rest.begin(), rest.end());

    EXPECT_EQ(parts, drawn(peers, 1, 10));
    EXPECT_GT(parts.size(), 100u);
}

TEST(PeerSpikes, are_none_without_a_rate_or_with_all_ranks_there) {
    OneOfFour  network;
    PeerSpikes silent{network.sim.network()};
    silent.refresh();
    Simulation       whole{Communicator{}};
    const Population p{whole, 1000, IF_curr_exp{}};
    const Projection all{p, p, FixedProbabilityConnector{.p_connect = 0.01}, {0_nA, 1_ms}};
    PeerSpikes       none{whole.network()};
    none.set_rate(1000_Hz);
    none.refresh();

    EXPECT_TRUE(silent.draw(1, 1000).empty());
    EXPECT_TRUE(none.draw(1, 1000).empty());
}

TEST(PeerSpikes, are_delivered_like_spikes_of_ranks_that_exist) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Simulation sim{
            Communicator::standing_for(1, 4), {.min_delay = 0.5_ms, .precision = precision}};
        Population cells{sim, 1000, IF_curr_exp{}};
        Projection all{cells, cells, AllToAllConnector{}, {0_nA, 0.5_ms}};
        sim.simulate_peers(100_Hz);

        sim.run(30_ms);

        // Those of the last 5 steps are still on their way.
        PeerSpikes peers{sim.network()};
        peers.set_rate(100_Hz);
        peers.refresh();
        const std::size_t arrived = peers.draw(1, 295).size();
        EXPECT_GT(arrived, 1000u);
        EXPECT_EQ(sim.statistics().events, arrived * cells.local_size());
        EXPECT_EQ(sim.statistics().updates, 300 * cells.local_size());
        EXPECT_GT(sim.statistics().peers_s, 0);
    }
}

TEST(PeerSpikes, are_refused_where_nobody_is_missing_and_at_impossible_rates) {
    Simulation whole{Communicator{}};
    OneOfFour  network;

    EXPECT_COLLECTIVE_THROW(
        Communicator{}, whole.simulate_peers(5_Hz), RunError, "all ranks are there"
    );
    EXPECT_COLLECTIVE_THROW(
        Communicator{}, network.sim.simulate_peers(-1_Hz), ParameterError, "got -1 Hz"
    );
    // More than one spike per step of 0.1 ms.
    EXPECT_COLLECTIVE_THROW(
        Communicator{}, network.sim.simulate_peers(10001_Hz), ParameterError, "at most 10000 Hz"
    );
}

}  // namespace
}  // namespace ranvier::engine

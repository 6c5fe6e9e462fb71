// Delivery is driven by hand here: spikes are added and steps delivered without a time loop, so
// that the inputs of the cells (which are their state variables) can be read at every step.
#include "ranvier/engine/Delivery.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/RandomNetwork.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier::engine {
namespace {

using testing::Each;
using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

class DeliveryTest : public testing::Test {
protected:
    /// Delivers everything that arrives at a step to all blocks.
    template <class T>
    void deliver(Delivery<T>& delivery, Step step) {
        for (std::size_t b = 0; b < sim.network().store<T>().blocks().size(); ++b)
            delivery.deliver(b, step);
    }

    static std::vector<double> input(const Population& p) { return p.get("isyn_exc"); }

    Simulation sim{world(), {.timestep = 1_ms, .tuning = {.block_cells = 16}}};
};

TEST_F(DeliveryTest, adds_a_weight_when_the_delay_is_over_and_never_again) {
    Population       pre{sim, 2, IF_curr_exp{}};
    Population       post{sim, 3, IF_curr_exp{}};
    const Projection p{pre, post, AllToAllConnector{}, {0.5_nA, 3_ms}};
    Delivery<double> delivery{sim.network()};
    delivery.refresh(0);

    delivery.add(std::vector<PendingSpike>{{.step = 10, .gid = 1}});

    deliver(delivery, 11);
    deliver(delivery, 12);
    EXPECT_THAT(input(post), Each(0));
    deliver(delivery, 13);
    EXPECT_THAT(input(post), Each(0.5));
    deliver(delivery, 14);
    EXPECT_THAT(input(post), Each(0.5));
    EXPECT_EQ(sim.comm().sum(delivery.num_events()), 3u);
}

TEST_F(DeliveryTest, multiplies_weights_with_the_number_of_spikes) {
    Population       pre{sim, 1, IF_curr_exp{}};
    Population       post{sim, 3, IF_curr_exp{}};
    const Projection constant{pre, post, AllToAllConnector{}, {0.5_nA, 1_ms}};
    const Projection stored{pre, post, AllToAllConnector{}, {uniform(0.25_nA, 0.25_nA), 2_ms}};
    Delivery<double> delivery{sim.network()};
    delivery.refresh(0);

    delivery.add(std::vector<PendingSpike>{{.step = 1, .gid = 0, .count = 16383}});

    deliver(delivery, 2);
    EXPECT_THAT(input(post), Each(16383 * 0.5));
    deliver(delivery, 3);
    EXPECT_THAT(input(post), Each(16383 * 0.75));
}

TEST_F(DeliveryTest, adds_up_in_the_order_of_emission_step_gid_and_connection) {
    // 1e16 + 1 is 1e16: any other order gives another sum.
    Population pre{sim, 3, IF_curr_exp{}};
    Population post{sim, 1, IF_curr_exp{}};
    const auto connect = [&](double weight, double delay) {
        Projection{
            pre,
            post,
            AllToAllConnector{},
            {weight * 1_nA, delay * 1_ms},
            {.receptor_type = "excitatory"}};
    };
    connect(1e16, 4);
    connect(1, 3);
    connect(0x1p60, 2);
    connect(3, 2);
    Delivery<double> delivery{sim.network()};
    delivery.refresh(0);
    delivery.add(std::vector<PendingSpike>{{1, 0}, {1, 2}, {2, 1}, {3, 0}});

    deliver(delivery, 5);  // of step 1: 1e16 twice; of step 2: 1; of step 3: 2^60, then 3

    const double expected = (((0 + 1e16) + 1e16) + 1) + 0x1p60 + 3;
    EXPECT_THAT(input(post), ElementsAre(expected));
}

TEST_F(DeliveryTest, reaches_every_block) {
    const auto       cells = 50 * static_cast<std::size_t>(world().size());
    Population       pre{sim, 4, IF_curr_exp{}};
    Population       post{sim, cells, IF_curr_exp{}};
    const Projection p{pre, post, FixedProbabilityConnector{.p_connect = 0.5}, {1_nA, 1_ms}};
    Delivery<double> delivery{sim.network()};
    delivery.refresh(0);

    delivery.add(std::vector<PendingSpike>{{1, 0}, {1, 1}, {1, 2}, {1, 3}});
    deliver(delivery, 2);

    std::vector<double> expected(cells);
    for (const Connection& c : p.connections())
        ++expected[c.post];
    EXPECT_EQ(input(post), expected);
    EXPECT_EQ(sim.comm().sum(delivery.num_events()), p.size());
}

TEST_F(DeliveryTest, agrees_with_the_definition_for_random_spikes) {
    Population       pre{sim, 30, IF_curr_exp{}};
    Population       post{sim, 40, IF_curr_exp{}};
    const Projection p{
        pre,
        post,
        FixedTotalNumberConnector{.n = 3000},
        {uniform(0.5_nA, 2_nA), uniform(1_ms, 70_ms)}};
    Delivery<double>          delivery{sim.network()};
    test::Dice                dice{3};
    std::vector<PendingSpike> all;
    std::vector<double>       expected(40);
    const auto                connections = p.connections();
    delivery.refresh(0);
    for (Step step = 1; step <= 120; ++step) {
        std::vector<PendingSpike> now;
        for (Gid gid = 0; gid < 30; ++gid) {
            if (dice.chance(0.1))
                now.push_back({step, gid, static_cast<std::uint32_t>(1 + dice.below(3))});
        }
        delivery.add(now);  // those of this step arrive later
        all.insert(all.end(), now.begin(), now.end());
        if (dice.chance(0.1)) delivery.refresh(step - 1);  // as between two runs

        deliver(delivery, step);

        for (const PendingSpike& spike : all) {
            for (const Connection& c : connections) {
                if (c.pre == spike.gid && spike.step + static_cast<Step>(c.delay) == step)
                    expected[c.post] += spike.count * c.weight;
            }
        }
        const auto found = input(post);
        for (std::size_t i = 0; i < expected.size(); ++i)
            ASSERT_NEAR(found[i], expected[i], 1e-12 * expected[i]) << "cell " << i;
    }
}

TEST_F(DeliveryTest, keeps_spikes_on_their_way_when_connections_are_added) {
    Population       pre{sim, 2, IF_curr_exp{}};
    Population       post{sim, 20, IF_curr_exp{}};
    const Projection fast{pre, post, AllToAllConnector{}, {1_nA, 2_ms}};
    const Projection slow{pre, post, AllToAllConnector{}, {10_nA, 9_ms}};
    Delivery<double> delivery{sim.network()};
    delivery.refresh(0);
    delivery.add(std::vector<PendingSpike>{{1, 0}, {4, 1}});
    for (Step step = 2; step <= 5; ++step)
        deliver(delivery, step);
    EXPECT_THAT(input(post), Each(1));

    // What is added at step 5 carries later spikes only.
    sim.network().set_now(5);
    const Projection late{pre, post, AllToAllConnector{}, {100_nA, 7_ms}};
    delivery.refresh(5);
    delivery.add(std::vector<PendingSpike>{{6, 0}});

    const auto at = [&](Step step) {
        deliver(delivery, step);
        return input(post).front();
    };
    EXPECT_EQ(at(6), 2);  // fast of step 4
    EXPECT_EQ(at(7), 2);
    EXPECT_EQ(at(8), 3);  // fast of step 6; nothing of late
    EXPECT_EQ(at(9), 3);
    EXPECT_EQ(at(10), 13);  // slow of step 1
    EXPECT_EQ(at(11), 13);
    EXPECT_EQ(at(12), 13);
    EXPECT_EQ(at(13), 123);  // slow of step 4, late of step 6
}

TEST_F(DeliveryTest, finds_segments_beyond_long_gaps) {
    Population        pre{sim, 1, IF_curr_exp{}};
    Population        post{sim, 1, IF_curr_exp{}};
    std::vector<Step> delays{1, 65535, 65536, 131071, 200000};
    for (const Step delay : delays)
        Projection{
            pre,
            post,
            AllToAllConnector{},
            {uniform(1_nA, 1_nA), Time::in_base_units(static_cast<double>(delay))}};
    // The same on one channel, as one projection would have it.
    const Projection one{
        pre, post, FixedTotalNumberConnector{.n = 20}, {1_nA, uniform(1_ms, 400000_ms)}};
    for (const Connection& c : one.connections())
        delays.push_back(static_cast<Step>(c.delay));
    Delivery<double> delivery{sim.network()};
    delivery.refresh(0);
    delivery.add(std::vector<PendingSpike>{{.step = 7, .gid = 0}});

    double expected = 0;
    for (Step step = 8; step <= 7 + 400001; ++step) {
        deliver(delivery, step);
        const auto arrived = std::count(delays.begin(), delays.end(), step - 7);
        if (arrived == 0) continue;
        expected += static_cast<double>(arrived);
        ASSERT_THAT(input(post), ElementsAre(expected)) << "step " << step;
    }
    EXPECT_EQ(expected, 25);
}

/// The excitatory input of one cell after some steps with several drives, in bits.
std::vector<std::uint64_t> driven(bool fuse, Precision precision, int order) {
    Simulation sim{
        world(),
        {.timestep  = 1_ms,
         .precision = precision,
         .tuning    = {.block_cells = 16, .fuse_poisson = fuse}}};
    Population              cells{sim, 40, IF_curr_exp{}, {.label = "cells"}};
    std::vector<Population> sources;
    for (const char* label : {"a", "b", "c", "d"}) {
        sources.emplace_back(
            sim,
            40,
            SpikeSourcePoisson{.rate = uniform(500_Hz, 6000_Hz)},
            PopulationOptions{.label = label}
        );
    }
    Population more{sim, 43, SpikeSourcePoisson{.rate = 3000_Hz}, {.label = "more"}};
    const auto connect = [&](const Population& from, const Weight& weight, const Delay& delay) {
        Projection{from, cells, OneToOneConnector{}, {weight, delay}};
    };
    const std::vector<std::function<void()>> all{
        [&] { connect(sources[0], 0.1_nA, 3_ms); },
        [&] { connect(sources[1], uniform(0.1_nA, 0.3_nA), 1_ms); },
        [&] { connect(sources[2], 0.7_nA, 3_ms); },
        [&] { connect(sources[3], uniform(0.1_nA, 0.3_nA), uniform(1_ms, 9_ms)); },
        [&] { connect(more, 0.3_nA, 2_ms); }};
    for (std::size_t k = 0; k < all.size(); ++k)
        all[(k * (order == 0 ? 1 : 3) + static_cast<std::size_t>(order)) % all.size()]();
    sim.run(30_ms);
    std::vector<std::uint64_t> bits{sim.digest()};
    for (const double x : cells.get("isyn_exc"))
        bits.push_back(std::bit_cast<std::uint64_t>(x));
    return bits;
}

TEST(Drives, give_the_same_bits_fused_or_not_in_any_order_of_creation) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        const auto expected = driven(true, precision, 0);
        for (const int order : {0, 1, 2, 3}) {
            EXPECT_EQ(driven(true, precision, order), expected) << "fused, order " << order;
            EXPECT_EQ(driven(false, precision, order), expected) << "events " << order;
        }
    }
}

}  // namespace
}  // namespace ranvier::engine

#include "ranvier/network/Store.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier::network {
namespace {

SimulationOptions in_blocks_of(std::size_t cells, bool fuse = true) {
    SimulationOptions options;
    options.tuning = {.block_cells = cells, .fuse_poisson = fuse};
    return options;
}

TEST(Store, fills_a_block_before_it_begins_the_next) {
    Simulation       sim{Communicator{}, in_blocks_of(32)};
    const Population a{sim, 20 * static_cast<std::size_t>(sim.num_processes()), IF_curr_exp{}};
    const Population source{sim, 100, SpikeSourcePoisson{}};
    const Population b{sim, 40 * static_cast<std::size_t>(sim.num_processes()), IF_cond_exp{}};

    // Twenty cells take 32 slots, a multiple of the padding, which is all of the first block.
    const auto& blocks = sim.network().store<double>().blocks();
    EXPECT_EQ(blocks.size(), 3u);
    ASSERT_EQ(a.record().placements.size(), 1u);
    ASSERT_EQ(b.record().placements.size(), 2u);
    EXPECT_TRUE(source.record().placements.empty());
    EXPECT_EQ(b.record().placements[0].block, 1u);
    EXPECT_EQ(b.record().placements[0].cells, (IndexRange{0, 32}));
    EXPECT_EQ(b.record().placements[1].cells, (IndexRange{32, 40}));
}

TEST(Store, lets_populations_share_a_block) {
    Simulation       sim{Communicator{}, in_blocks_of(64)};
    const auto       ranks = static_cast<std::size_t>(sim.num_processes());
    const Population a{sim, 3 * ranks, IF_curr_exp{}};
    const Population b{sim, 60 * ranks, IF_cond_exp{}};

    ASSERT_EQ(b.record().placements.size(), 2u);
    EXPECT_EQ(b.record().placements[0].block, a.record().placements[0].block);
    EXPECT_EQ(b.record().placements[0].slot, 16u);
    EXPECT_EQ(b.record().placements[0].cells.size(), 48u);
    EXPECT_EQ(b.record().placements[1].slot, 0u);
}

TEST(Store, makes_a_channel_once) {
    Store<double> store{TimeGrid{0.1_ms}, 16, 16};

    const ChannelId stored   = store.channel_for({});
    const ChannelId constant = store.channel_for({.constant = true, .weight = 2});

    EXPECT_NE(stored, constant);
    EXPECT_EQ(store.channel_for({}), stored);
    EXPECT_EQ(store.channel_for({.constant = true, .weight = 2}), constant);
    EXPECT_EQ(store.channels().size(), 2u);
}

TEST(Store, stores_weights_when_there_are_too_many_constant_ones) {
    Store<double> store{TimeGrid{0.1_ms}, 16, 16};
    for (int k = 0; k < 64; ++k)
        store.channel_for({.constant = true, .weight = static_cast<double>(k)});

    const ChannelId next = store.channel_for({.constant = true, .weight = 1000});

    EXPECT_FALSE(store.channels()[next].constant);
    EXPECT_EQ(store.channel_for({.constant = true, .weight = 2000}), next);
    EXPECT_TRUE(store.channels()[store.channel_for({.constant = true, .weight = 5})].constant);
}

TEST(Store, keeps_the_weights_of_many_projections_with_different_constants) {
    Simulation              sim{Communicator{}, in_blocks_of(16)};
    Population              p{sim, 7, IF_curr_exp{}};
    std::vector<Projection> projections;
    for (int k = 1; k <= 80; ++k)
        projections.emplace_back(p, p, OneToOneConnector{}, StaticSynapse{k * 1_nA, 1_ms});

    double expected = 0;
    for (const Projection& projection : projections) {
        ++expected;
        for (const Connection& c : projection.connections())
            EXPECT_EQ(c.weight, expected);
        EXPECT_EQ(projection.size(), 7u);
    }
}

TEST(Store, fuses_what_is_one_to_one_from_as_many_poisson_sources_with_one_delay) {
    const auto is_fused = [](std::size_t sources, const Delay& delay, bool fuse, bool array) {
        Simulation sim{Communicator{}, in_blocks_of(16, fuse)};
        Population cells{sim, 20, IF_curr_exp{}};
        Population from = array ? Population{sim, sources, SpikeSourceArray{}}
                                : Population{sim, sources, SpikeSourcePoisson{}};
        Projection p{from, cells, OneToOneConnector{}, {normal(1_nA, 0.1_nA), delay}};
        EXPECT_EQ(p.connections().size(), std::min<std::size_t>(sources, 20));
        return p.record().fused;
    };

    EXPECT_TRUE(is_fused(20, 1_ms, true, false));
    EXPECT_FALSE(is_fused(20, 1_ms, false, false));
    EXPECT_FALSE(is_fused(20, uniform(1_ms, 2_ms), true, false));
    EXPECT_FALSE(is_fused(21, 1_ms, true, false));
    EXPECT_FALSE(is_fused(19, 1_ms, true, false));
    EXPECT_FALSE(is_fused(20, 1_ms, true, true));
}

TEST(Store, lists_fused_and_stored_connections_alike) {
    std::vector<std::vector<Connection>> lists;
    std::vector<std::uint64_t>           digests;
    for (const bool fuse : {true, false}) {
        Simulation sim{Communicator{}, in_blocks_of(16, fuse)};
        Population cells{sim, 50, IF_curr_exp{}};
        Population sources{sim, 50, SpikeSourcePoisson{}};
        Projection p{
            sources, cells, OneToOneConnector{}, {normal_clipped(1_nA, 1_nA, {.low = 0_nA}), 2_ms}};
        lists.push_back(p.connections());
        digests.push_back(sim.digest());
    }
    EXPECT_EQ(lists[0].size(), 50u);
    EXPECT_EQ(lists[0], lists[1]);
    EXPECT_EQ(digests[0], digests[1]);
}

TEST(Store, spends_about_ten_bytes_on_a_connection) {
    const auto bytes_per_connection = [](Precision precision) {
        Simulation sim{Communicator{}, {.precision = precision}};
        Population p{sim, 2000, IF_curr_exp{}};
        Projection dense{
            p, p, FixedProbabilityConnector{.p_connect = 0.2}, {normal(100_nA, 1_nA), 1_ms}};
        static_cast<void>(sim.digest());  // builds the tables
        const auto bytes = sim.comm().sum(std::uint64_t{sim.network().connection_bytes()});
        return static_cast<double>(bytes) / static_cast<double>(dense.size());
    };
    EXPECT_LT(bytes_per_connection(Precision::float64), 12.5);
    EXPECT_LT(bytes_per_connection(Precision::float32), 8.5);
}

}  // namespace
}  // namespace ranvier::network

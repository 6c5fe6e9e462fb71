#include "ranvier/network/Footprint.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

namespace ranvier::network {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

/// A network of two populations of which only a part of the cells is made.
struct Part {
    Simulation sim;
    Population exc, inh;

    Part(int rank, int ranks, Precision precision, double p_connect = 0.1)
        : sim{Communicator::standing_for(rank, ranks), {.precision = precision}},
          exc{sim, 2400, IF_curr_exp{}, {.label = "exc"}},
          inh{sim, 600, IF_curr_exp{}, {.label = "inh"}} {
        const FixedProbabilityConnector connector{.p_connect = p_connect};
        for (const Population& target : {exc, inh}) {
            Projection{
                exc,
                target,
                connector,
                StaticSynapse{
                    .weight = normal_clipped(1_pA, 0.1_pA, {.low = 0_pA}),
                    .delay  = normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms})}};
            Projection{inh, target, connector, {-1_pA, 0.8_ms}, {.receptor_type = "inhibitory"}};
        }
        sim.run(0_ms);  // sorts the connections
    }
    double bytes() { return static_cast<double>(sim.network().connection_bytes()); }
};

TEST(Footprint, finds_all_connections_and_their_delays) {
    Part       part{0, 1, Precision::float32};
    const auto facts = table_facts(part.sim.network());

    ASSERT_EQ(facts.size(), 2u);
    double found = 0;
    for (const TableFacts& table : facts) {
        ASSERT_EQ(table.channels.size(), 1u);
        double by_delay = 0;
        for (const auto& [delay, count] : table.channels[0].delays)
            by_delay += count;
        EXPECT_EQ(by_delay, table.channels[0].connections);
        EXPECT_LE(table.reach, table.num_sources);
        found += by_delay;
    }
    EXPECT_EQ(found, static_cast<double>(part.sim.num_connections()));
    EXPECT_EQ(facts[0].num_sources, 2400u);
    EXPECT_EQ(facts[0].channels[0].weight_bytes, sizeof(float));
    EXPECT_GT(facts[0].channels[0].delays.size(), 20u);
    EXPECT_EQ(facts[1].channels[0].weight_bytes, 0u);
    EXPECT_EQ(facts[1].channels[0].delays.size(), 1u);
    EXPECT_EQ(facts[1].channels[0].delays.begin()->first, 8u);
}

TEST(Footprint, is_exact_where_nothing_is_left_to_chance) {
    // 256 sources with very many targets each: one row, two segments with an even or odd number of
    // targets (1 byte more on average), an offset, and the group.
    TableFacts facts{.num_sources = 256, .reach = 256, .channels = {{}}};
    facts.channels[0] = {
        .connections = 256 * 1000, .weight_bytes = 4, .delays = {{3, 256 * 400}, {7, 256 * 600}}};
    const double expected = 256 * (4 + 4 + 2 * (4 + 1) + 1000 * (2 + 4)) + 40;

    EXPECT_THAT(expected_bytes(facts, 1), DoubleNear(expected, 1e-6));
}

TEST(Footprint, counts_segments_of_sparse_rows) {
    // One connection per source on average: 1 - 1/e of the rows exist, each delay has a half of it.
    TableFacts facts{.num_sources = 2560, .reach = 2560, .channels = {{}}};
    facts.channels[0] = {.connections = 2560, .weight_bytes = 8, .delays = {{3, 1280}, {7, 1280}}};
    const double rows = 4 * (1 - std::exp(-1.0));
    const double segments = 2 * (4 * (1 - std::exp(-0.5)) + 1 - std::exp(-1.0));
    const double expected = 2560 * (4 + rows + segments + 2 + 8) + 10 * 40;

    EXPECT_THAT(expected_bytes(facts, 1), DoubleNear(expected, 1e-6));
}

TEST(Footprint, counts_segments_per_page) {
    // Half of the targets of each row on either page.
    TableFacts facts{.num_sources = 256, .reach = 256, .channels = {{}}};
    facts.channels[0] = {.connections = 256 * 1000, .weight_bytes = 4, .delays = {{3, 256 * 1000}}};
    const double expected = 256 * (4 + 4 + 2 * (4 + 1) + 1000 * (2 + 4)) + 40;

    EXPECT_THAT(expected_bytes(facts, 1, {0.5, 0.5}), DoubleNear(expected, 1e-6));
    EXPECT_THAT(expected_bytes(facts, 4, {0.125, 0.125}), DoubleNear(expected, 1e-6));
}

TEST(Footprint, reaches_more_sources_with_more_targets) {
    // One to one: ten times the targets have ten times the sources, each with one connection.
    TableFacts facts{.num_sources = 100000, .reach = 1000, .channels = {{}}};
    facts.channels[0] = {.connections = 1000, .weight_bytes = 8, .delays = {{1, 1000}}};

    EXPECT_NEAR(expected_bytes(facts, 10) / expected_bytes(facts, 1), 10, 0.3);
}

TEST(Footprint, of_a_rank_is_told_from_a_64th_of_it) {
    // 47 cells stand for 3000. Their connections are few (1.4e4 and less in sparse networks), so
    // that the estimate has a standard error of about 1 %.
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        for (const double p_connect : {0.002, 0.02, 0.2}) {
            Part       share{32, 64, precision, p_connect};
            Part       whole{0, 1, precision, p_connect};
            const auto cells = static_cast<double>(share.exc.local_size() + share.inh.local_size());
            const auto shares = block_shares(whole.sim.network(), 1);
            const double found =
                expected_bytes(share.sim.network(), {3000 / cells, 3000 / cells}, shares);
            // Sparse: 3000 * 6 connections in all, 280 of them in the share: 6 % standard error.
            const double tolerance = p_connect < 0.01 ? 0.2 : 0.05;
            EXPECT_NEAR(found / whole.bytes(), 1, tolerance) << "p_connect " << p_connect;
        }
    }
}

TEST(Footprint, counts_populations_of_which_there_are_more_or_fewer_cells) {
    // 2400 + 600 cells here, for 4800 + 60 on a rank: as if the connections onto them were as many.
    Part whole{0, 1, Precision::float32};

    double onto_exc = 0, onto_inh = 0;
    for (const auto& projection : whole.sim.network().projections()) {
        const bool exc = projection->post_label == "exc";
        (exc ? onto_exc : onto_inh) += static_cast<double>(projection->local_size);
    }
    double found = 0;
    for (const TableFacts& facts : table_facts(whole.sim.network(), {2, 0.1})) {
        for (const auto& channel : facts.channels)
            found += channel.connections;
    }
    // Sums of some 1e6 numbers, each rounded to 1e-16 of the sum.
    EXPECT_NEAR(found / (2 * onto_exc + 0.1 * onto_inh), 1, 1e-9);
}

TEST(Footprint, of_connections_that_wait_is_that_of_their_chunks) {
    // 2 groups; 100,000 records of 8 bytes each: chunks of 1, 4, 16, 64 and 3 times 256 KiB, the
    // last one filled up to 800,000 bytes, the others in full; of each of the first four a page or
    // less stays. The numbers of records scatter by 0.3 %, chunks and groups have vectors.
    TableFacts facts{.num_sources = 512, .reach = 512, .channels = {{}}};
    facts.channels[0]        = {.connections = 200000, .weight_bytes = 4, .delays = {{3, 200000}}};
    const PendingBytes found = expected_pending_bytes(facts, 8);

    EXPECT_NEAR(found.waiting / (2 * 800000), 1, 0.01);
    EXPECT_NEAR(found.kept, 2 * (1024 + 3 * 4096), 1e-6);
    EXPECT_NEAR(found.sorting, 100000 * (8 + 6), 1e-6);
    EXPECT_NEAR(found.slabs, 1.125 * 200000 * 6, 1e-6);
    // Half on either page: twice as many chunks, which are smaller.
    EXPECT_GT(expected_pending_bytes(facts, 8, {0.5, 0.5}).kept, 1.9 * found.kept);
}

TEST(Footprint, of_waiting_connections_is_found_in_the_tables) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Part              whole{0, 1, precision};
        const std::size_t record  = precision == Precision::float64 ? 12 : 8;
        double            waiting = 0, most = 0;
        for (const TableFacts& facts : table_facts(whole.sim.network())) {
            const auto bytes = expected_pending_bytes(facts, record);
            waiting += bytes.waiting;
            most = std::max(most, bytes.sorting);
        }
        const auto   blocks = block_shares(whole.sim.network(), 1);
        const double peak   = expected_peak_bytes(whole.sim.network(), {1, 1}, blocks);
        const auto   number = static_cast<double>(whole.sim.num_connections());
        // Records, and the unused rest of pages: less than one per chunk, 6 of 10^5 records.
        EXPECT_GT(waiting, static_cast<double>(record) * number);
        EXPECT_LT(waiting, 1.1 * static_cast<double>(record) * number);
        EXPECT_GE(peak, std::max(waiting, whole.bytes() * 0.98));
        EXPECT_LE(peak, waiting + whole.bytes() + most);
    }
}

TEST(Footprint, of_this_rank_is_that_of_its_tables) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Part         whole{0, 1, precision};
        const auto   shares = block_shares(whole.sim.network(), 1);
        const double found  = expected_bytes(whole.sim.network(), {1, 1}, shares);

        EXPECT_NEAR(found / whole.bytes(), 1, 0.02);
    }
}

TEST(Footprint, divides_cells_among_blocks_as_they_are_placed) {
    Simulation sim{
        Communicator::standing_for(0, 4), {.tuning = {.block_cells = 64, .page_cells = 32}}};
    Population first{sim, 4 * 40, IF_curr_exp{}};
    Population source{sim, 4 * 1000, SpikeSourcePoisson{}};
    Population second{sim, 4 * 60, IF_curr_exp{}};

    // Per rank 40 cells in 48 slots, 16 more in the same block, 44 in the next.
    EXPECT_THAT(
        block_shares(sim.network(), 4),
        ElementsAre(
            ElementsAre(DoubleNear(0.32, 1e-12), DoubleNear(0.24, 1e-12)),
            ElementsAre(DoubleNear(0.32, 1e-12), DoubleNear(0.12, 1e-12))
        )
    );
    EXPECT_THAT(block_shares(sim.network(), 80), ElementsAre(ElementsAre(1.0)));
}

TEST(Footprint, of_drives_follows_their_weights) {
    Simulation sim{Communicator::standing_for(0, 4)};
    Population cells{sim, 400, IF_curr_exp{}};
    Population source{sim, 400, SpikeSourcePoisson{.rate = 10_Hz}};
    Projection one{source, cells, OneToOneConnector{}, {1_pA, 1_ms}};
    Projection each{
        source, cells, OneToOneConnector{}, {uniform(0_pA, 1_pA), 1_ms}, {.label = "each"}};
    sim.run(0_ms);

    EXPECT_EQ(sim.network().connection_bytes(), 101 * sizeof(double));
    EXPECT_EQ(
        expected_bytes(sim.network(), {4, 4}, std::vector<BlockShares>{BlockShares{1}}),
        401 * sizeof(double)
    );
}

}  // namespace
}  // namespace ranvier::network

#include "ranvier/engine/SpikeExchange.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/RandomNetwork.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier::engine {
namespace {

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

TEST(PackedSpike, keeps_its_parts_up_to_their_limits) {
    for (const std::uint64_t lag : {std::uint64_t{0}, std::uint64_t{5}, PackedSpike::max_lag}) {
        for (const Gid gid : {Gid{0}, Gid{123456789}, PackedSpike::max_gid}) {
            for (const std::uint64_t count : {std::uint64_t{1}, PackedSpike::max_count}) {
                const std::uint64_t packed = PackedSpike::pack(lag, gid, count);
                EXPECT_EQ(PackedSpike::lag(packed), lag);
                EXPECT_EQ(PackedSpike::gid(packed), gid);
                EXPECT_EQ(PackedSpike::count(packed), count);
            }
        }
    }
}

TEST(PackedSpike, is_ordered_by_step_then_gid) {
    EXPECT_LT(
        PackedSpike::pack(2, PackedSpike::max_gid, PackedSpike::max_count),
        PackedSpike::pack(3, 0, 1)
    );
    EXPECT_LT(PackedSpike::pack(2, 7, PackedSpike::max_count), PackedSpike::pack(2, 8, 1));
}

/// `count` spikes of a rank, ascending, in round `round`.
std::vector<std::uint64_t> spikes_of(int rank, std::size_t count, std::uint64_t round) {
    test::Dice                 dice{hash_of(round, static_cast<std::uint64_t>(rank))};
    std::vector<std::uint64_t> spikes;
    for (std::size_t k = 0; k < count; ++k)
        spikes.push_back(PackedSpike::pack(dice.below(20), dice.below(1000000), 1));
    std::sort(spikes.begin(), spikes.end());
    return spikes;
}

/// Exchanges given numbers of spikes per rank, several times with the same object.
void expect_exchanged(const std::vector<std::vector<std::size_t>>& counts_of_rounds) {
    SpikeExchange exchange{world()};
    std::uint64_t round = 0;
    for (const std::vector<std::size_t>& counts : counts_of_rounds) {
        std::vector<std::uint64_t> expected;
        for (int r = 0; r < world().size(); ++r) {
            const auto theirs =
                spikes_of(r, counts[static_cast<std::size_t>(r) % counts.size()], round);
            expected.insert(expected.end(), theirs.begin(), theirs.end());
        }
        std::sort(expected.begin(), expected.end());
        const auto rank = static_cast<std::size_t>(world().rank());
        const auto mine = spikes_of(world().rank(), counts[rank % counts.size()], round);

        const auto result = exchange.exchange(mine, 0);

        EXPECT_TRUE(
            std::equal(result.spikes.begin(), result.spikes.end(), expected.begin(), expected.end())
        ) << "round "
          << round;
        EXPECT_EQ(result.status, 0u);
        ++round;
    }
}

TEST(SpikeExchange, gives_every_rank_all_spikes_in_ascending_order) {
    expect_exchanged({{3, 1, 2, 5}});
}

TEST(SpikeExchange, works_where_some_ranks_or_all_have_no_spikes) {
    expect_exchanged({{0}, {0, 4}, {4, 0}, {0, 0, 9}, {0}});
}

TEST(SpikeExchange, carries_more_spikes_than_its_first_block_holds) {
    // The block holds 16 at first, grows with what has been seen and shrinks slowly.
    expect_exchanged(
        {{15}, {16}, {17}, {33, 0}, {0, 33}, {1000, 3}, {1, 1000}, {0}, {5000, 4096}, {4097}, {2}}
    );
}

TEST(SpikeExchange, stays_right_while_the_block_shrinks) {
    std::vector<std::vector<std::size_t>> rounds{{3000}};
    for (int k = 0; k < 400; ++k)
        rounds.push_back({1, 0, 2});
    rounds.push_back({100, 7});
    expect_exchanged(rounds);
}

TEST(SpikeExchange, combines_the_status_of_all_ranks) {
    SpikeExchange exchange{world()};
    const int     last = world().size() - 1;

    const bool is_last = world().rank() == last;
    EXPECT_EQ(exchange.exchange({}, is_last ? SpikeExchange::failed : 0u).status, 1u);
    EXPECT_EQ(exchange.exchange({}, world().is_root() ? SpikeExchange::stop : 0u).status, 2u);
    EXPECT_EQ(
        exchange.exchange({}, (is_last ? 1u : 0u) | (world().is_root() ? 2u : 0u)).status, 3u
    );
    EXPECT_EQ(exchange.exchange({}, 0).status, 0u);
}

TEST(SpikeExchange, carries_the_status_beside_many_spikes) {
    SpikeExchange exchange{world()};
    const auto    mine = spikes_of(world().rank(), 100, 0);

    const auto result = exchange.exchange(mine, world().is_root() ? SpikeExchange::stop : 0u);

    EXPECT_EQ(result.status, SpikeExchange::stop);
    EXPECT_EQ(result.spikes.size(), 100u * static_cast<std::size_t>(world().size()));
}

TEST(SpikeExchange, counts_the_time_of_waiting_for_slower_ranks) {
    SpikeExchange exchange{world()};
    EXPECT_EQ(exchange.wait_s(), 0);

    world().barrier();
    const bool slow  = world().size() > 1 && world().rank() == world().size() - 1;
    const auto begin = std::chrono::steady_clock::now();
    if (slow) std::this_thread::sleep_for(std::chrono::milliseconds{100});
    exchange.exchange({}, 0);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;

    // The others begin to wait some microseconds after the barrier, or late on a busy machine.
    if (world().size() == 1) {
        EXPECT_EQ(exchange.wait_s(), 0);
    } else if (!slow) {
        EXPECT_GT(exchange.wait_s(), 0.01);
    }
    EXPECT_LE(exchange.wait_s(), 1.001 * elapsed.count() - (slow ? 0.0999 : 0));
}

TEST(SpikeExchange, gives_a_stand_in_what_it_is_to_find_of_others) {
    SpikeExchange                    exchange{Communicator::standing_for(1, 4)};
    const std::vector<std::uint64_t> mine{2, 5}, others{9, 3, 4};

    const auto result = exchange.exchange(mine, SpikeExchange::stop, others);

    EXPECT_THAT(result.spikes, testing::ElementsAre(2, 3, 4, 5, 9));
    EXPECT_EQ(result.status, SpikeExchange::stop);
}

}  // namespace
}  // namespace ranvier::engine

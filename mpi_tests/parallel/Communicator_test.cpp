#include "ranvier/parallel/Communicator.hpp"

#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/native.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using Bytes = std::vector<std::size_t>;

struct Record {
    std::uint32_t a;
    double        b;

    friend bool operator==(const Record&, const Record&) = default;
};

/// Block of a rank: as long as its number, so that rank 0 has nothing.
std::vector<Record> block_of(int rank) {
    std::vector<Record> block;
    for (int i = 0; i < rank; ++i)
        block.push_back({static_cast<std::uint32_t>(10 * rank + i), 0.5 * i});
    return block;
}

TEST(Communicator, world_is_all_ranks) {
    const Communicator comm;
    int                size = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &size);

    EXPECT_EQ(comm.size(), size);
    EXPECT_GE(comm.rank(), 0);
    EXPECT_LT(comm.rank(), size);
    EXPECT_EQ(comm.is_root(), comm.rank() == 0);
}

TEST(Communicator, reductions_are_the_same_on_every_rank) {
    const Communicator comm;
    const int          n = comm.size();

    EXPECT_EQ(comm.sum(comm.rank() + 1), n * (n + 1) / 2);
    EXPECT_EQ(comm.min(comm.rank() - 5), -5);
    EXPECT_EQ(comm.max(static_cast<std::uint8_t>(comm.rank())), n - 1);
    EXPECT_EQ(comm.min(0.5 - comm.rank()), 1.5 - n);
    EXPECT_EQ(comm.max(-0.25 * comm.rank()), 0.0);
    EXPECT_TRUE(comm.any(comm.rank() == n - 1));
    EXPECT_EQ(comm.all(comm.rank() == n - 1), n == 1);
}

TEST(Communicator, unsigned_sums_wrap) {
    const Communicator comm;
    const auto         largest = ~std::uint64_t{0};

    EXPECT_EQ(comm.sum(largest), std::uint64_t{0} - static_cast<std::uint64_t>(comm.size()));
}

TEST(Communicator, arrays_are_reduced_element_by_element) {
    const Communicator         comm;
    const auto                 rank = static_cast<std::uint64_t>(comm.rank());
    const auto                 n    = static_cast<std::uint64_t>(comm.size());
    std::vector<std::uint64_t> sums{rank, 1, 0};
    std::vector<double>        largest{-1.0 * comm.rank(), 2.0 * comm.rank()};
    std::vector<std::uint64_t> nothing;

    comm.sum(std::span{sums});
    comm.max(std::span{largest});
    comm.sum(std::span{nothing});

    EXPECT_EQ(sums, (std::vector<std::uint64_t>{n * (n - 1) / 2, n, 0}));
    EXPECT_EQ(largest, (std::vector<double>{0.0, 2.0 * (comm.size() - 1)}));
}

TEST(Communicator, exclusive_sum_is_that_of_lower_ranks) {
    const Communicator         comm;
    const auto                 rank = static_cast<std::uint64_t>(comm.rank());
    std::vector<std::uint64_t> two{1, rank};

    EXPECT_EQ(comm.exclusive_sum(rank + 1), rank * (rank + 1) / 2);
    comm.exclusive_sum(std::span{two});
    EXPECT_EQ(two[0], rank);
    EXPECT_EQ(two[1], rank == 0 ? 0 : rank * (rank - 1) / 2);
}

TEST(Communicator, broadcasts_values_arrays_and_texts_from_any_rank) {
    const Communicator  comm;
    const int           last = comm.size() - 1;
    std::vector<double> values(3, comm.rank());
    std::vector<int>    nothing;

    comm.broadcast_values(std::span{values}, last);
    comm.broadcast_values(std::span{nothing}, last);

    EXPECT_EQ(values, std::vector<double>(3, last));
    EXPECT_EQ(comm.broadcast(Record{7, 0.1 * comm.rank()}, last), (Record{7, 0.1 * last}));
    EXPECT_EQ(comm.broadcast("rank " + std::to_string(comm.rank())), "rank 0");
    EXPECT_EQ(comm.broadcast(std::string{}), "");
    EXPECT_EQ(
        comm.broadcast(comm.rank() == last ? std::string(100'000, 'x') : "", last).size(), 100'000u
    );
}

TEST(Communicator, gathers_one_value_per_rank) {
    const Communicator comm;
    const auto         all = comm.all_gather(2 * comm.rank());

    ASSERT_EQ(all.size(), static_cast<std::size_t>(comm.size()));
    for (int r = 0; r < comm.size(); ++r)
        EXPECT_EQ(all[static_cast<std::size_t>(r)], 2 * r);
}

TEST(Communicator, gathers_blocks_of_any_length_in_rank_order) {
    const Communicator comm;
    const auto         all = comm.all_gather(block_of(comm.rank()));

    std::vector<Record> expected;
    for (int r = 0; r < comm.size(); ++r) {
        const auto block = block_of(r);
        expected.insert(expected.end(), block.begin(), block.end());
        EXPECT_EQ(all.count(r), block.size());
        EXPECT_EQ(std::vector<Record>(all.of(r).begin(), all.of(r).end()), block);
    }
    EXPECT_EQ(all.values, expected);
}

TEST(Communicator, gathers_nothing_from_everybody) {
    const Communicator comm;
    const auto         all = comm.all_gather(std::vector<int>{});

    EXPECT_TRUE(all.values.empty());
    EXPECT_EQ(all.offsets, Bytes(static_cast<std::size_t>(comm.size()) + 1, 0));
}

TEST(Communicator, gathers_texts_and_tables) {
    const Communicator comm;
    const auto texts = comm.all_gather(std::string(static_cast<std::size_t>(comm.rank()), 'a'));
    const auto tables =
        comm.all_gather(comm.is_root() ? Table{} : Table{{"build", 0.5 * comm.rank()}, {"run", 3}});

    ASSERT_EQ(texts.size(), static_cast<std::size_t>(comm.size()));
    ASSERT_EQ(tables.size(), static_cast<std::size_t>(comm.size()));
    EXPECT_TRUE(tables[0].empty());
    for (std::size_t r = 0; r < texts.size(); ++r)
        EXPECT_EQ(texts[r].size(), r);
    for (std::size_t r = 1; r < tables.size(); ++r)
        EXPECT_EQ(tables[r], (Table{{"build", 0.5 * static_cast<double>(r)}, {"run", 3}}));
}

TEST(Communicator, moves_blocks_to_their_ranks) {
    const Communicator comm;
    const auto         ranks = static_cast<std::size_t>(comm.size());
    const auto         me    = static_cast<std::size_t>(comm.rank());
    Bytes              counts(ranks);
    Bytes              values;  // rank r sends (r + to) % 3 values to `to`, all equal to 100 r + to
    for (std::size_t to = 0; to < ranks; ++to) {
        counts[to] = (me + to) % 3;
        values.insert(values.end(), counts[to], 100 * me + to);
    }

    const auto received = comm.all_to_all(values, counts);

    std::size_t compared = 0;
    for (std::size_t from = 0; from < ranks; ++from) {
        EXPECT_EQ(received.count(static_cast<int>(from)), (me + from) % 3);
        for (const std::size_t value : received.of(static_cast<int>(from))) {
            EXPECT_EQ(value, 100 * from + me);
            ++compared;
        }
    }
    EXPECT_EQ(comm.sum(compared), comm.sum(std::reduce(counts.begin(), counts.end())));

    Bytes into(received.values.size(), 0);  // the lengths are symmetric
    comm.all_to_all(values, counts, into, counts);
    EXPECT_EQ(into, received.values);
}

TEST(Communicator, moves_nothing_when_nobody_has_anything) {
    const Communicator comm;
    const Bytes        counts(static_cast<std::size_t>(comm.size()), 0);

    EXPECT_TRUE(comm.all_to_all(std::vector<double>{}, counts).values.empty());
}

TEST(Communicator, splits_into_groups_that_communicate_alone) {
    const Communicator comm;
    const int          color = comm.rank() % 2;
    const Communicator part  = comm.split(color);

    ASSERT_TRUE(part);
    EXPECT_EQ(part.size(), (comm.size() + 1 - color) / 2);
    EXPECT_EQ(part.rank(), comm.rank() / 2);
    for (int i = 0; i <= color; ++i)  // different numbers of calls in the two groups
        EXPECT_EQ(part.sum(color), color * part.size());
    EXPECT_EQ(part.broadcast(color == 0 ? "even" : "odd"), color == 0 ? "even" : "odd");
}

TEST(Communicator, split_orders_by_key_and_leaves_ranks_out) {
    const Communicator comm;
    const bool         out  = comm.size() > 1 && comm.is_root();
    const Communicator part = comm.split(out ? -1 : 0, -comm.rank());

    EXPECT_EQ(static_cast<bool>(part), !out);
    EXPECT_EQ(native(part) == MPI_COMM_NULL, out);
    if (part) {
        EXPECT_EQ(part.rank(), comm.size() - 1 - comm.rank());
    }
    const int members = comm.size() == 1 ? 1 : comm.size() - 1;
    EXPECT_EQ(comm.sum(part ? part.size() : 0), members * members);
}

TEST(Communicator, copies_are_the_same_group_and_keep_it_alive) {
    Communicator copy;
    {
        const Communicator part = Communicator{}.split(0);
        copy                    = part;
        EXPECT_EQ(native(copy), native(part));
    }
    EXPECT_EQ(copy.sum(1), copy.size());
}

// ---------------------------------------------------------------- one rank of many, alone

TEST(CommunicatorStandingForARank, says_which) {
    const Communicator comm = Communicator::standing_for(3, 1000);

    EXPECT_EQ(comm.rank(), 3);
    EXPECT_EQ(comm.size(), 1000);
    EXPECT_FALSE(comm.is_root());
    EXPECT_TRUE(comm.is_stand_in());
    EXPECT_FALSE(Communicator{}.is_stand_in());
}

TEST(CommunicatorStandingForARank, reduces_as_if_all_had_passed_the_same) {
    const Communicator         comm = Communicator::standing_for(3, 10);
    std::vector<std::uint64_t> sums{7, 0}, before{7, 0};
    std::vector<std::int64_t>  negative{-2};

    comm.sum(std::span{sums});
    comm.sum(std::span{negative});
    comm.exclusive_sum(std::span{before});
    comm.barrier();

    EXPECT_EQ(comm.sum(5), 50);
    EXPECT_EQ(comm.min(-5), -5);
    EXPECT_EQ(comm.max(0.25), 0.25);
    EXPECT_TRUE(comm.all(true));
    EXPECT_FALSE(comm.any(false));
    EXPECT_EQ(sums, (std::vector<std::uint64_t>{70, 0}));
    EXPECT_EQ(negative, (std::vector<std::int64_t>{-20}));
    EXPECT_EQ(before, (std::vector<std::uint64_t>{21, 0}));
    EXPECT_EQ(comm.exclusive_sum(4), 12u);
}

TEST(CommunicatorStandingForARank, receives_what_it_gives) {
    const Communicator  comm = Communicator::standing_for(1, 3);
    std::vector<double> values{1, 2};

    comm.broadcast_values(std::span{values}, 2);
    const auto all = comm.all_gather(std::vector<int>{4, 5});

    EXPECT_EQ(values, (std::vector<double>{1, 2}));
    EXPECT_EQ(comm.broadcast(Record{7, 0.5}, 2), (Record{7, 0.5}));
    EXPECT_EQ(comm.broadcast("text", 2), "text");
    EXPECT_EQ(comm.all_gather(8), (std::vector<int>{8, 8, 8}));
    EXPECT_EQ(all.values, (std::vector<int>{4, 5, 4, 5, 4, 5}));
    EXPECT_EQ(all.offsets, (Bytes{0, 2, 4, 6}));
    EXPECT_EQ(comm.all_gather(std::string{"a"}), (std::vector<std::string>{"a", "a", "a"}));
    EXPECT_EQ(comm.all_gather(Table{{"x", 1}}), (std::vector<Table>(3, Table{{"x", 1}})));
}

TEST(CommunicatorStandingForARank, receives_its_own_share_from_everybody) {
    const Communicator comm = Communicator::standing_for(1, 3);

    const auto received = comm.all_to_all(std::vector<int>{1, 2, 3, 4}, Bytes{1, 2, 1});

    EXPECT_EQ(received.values, (std::vector<int>{2, 3, 2, 3, 2, 3}));
    EXPECT_EQ(received.offsets, (Bytes{0, 2, 4, 6}));
}

TEST(CommunicatorStandingForARank, stays_one_when_it_is_split) {
    const Communicator comm = Communicator::standing_for(1, 3);

    EXPECT_EQ(comm.split(5).rank(), 1);
    EXPECT_TRUE(comm.split(5).is_stand_in());
    EXPECT_FALSE(comm.split(-1));
}

TEST(CommunicatorStandingForARank, has_no_handle_and_throws_as_one) {
    const Communicator comm = Communicator::standing_for(3, 1000);

    EXPECT_COLLECTIVE_THROW(
        Communicator{}, native(comm), CommunicationError, "stands for rank 3 of 1000; results"
    );
    EXPECT_COLLECTIVE_THROW(
        Communicator{},
        collectively(comm, [] { throw ParameterError{"wrong"}; }),
        ParameterError,
        "wrong"
    );
    EXPECT_EQ(collectively(comm, [] { return 7; }), 7);
}

TEST(CommunicatorStandingForARank, must_be_one_of_them) {
    for (const auto& [rank, size] : {std::pair{-1, 4}, {4, 4}, {0, 0}}) {
        EXPECT_COLLECTIVE_THROW(
            Communicator{},
            Communicator::standing_for(rank, size),
            ParameterError,
            "a rank to stand for must be one of 0 to"
        );
    }
}

}  // namespace
}  // namespace ranvier

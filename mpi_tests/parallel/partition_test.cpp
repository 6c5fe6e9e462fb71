#include "ranvier/parallel/partition.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(partition, blocks_cover_all_indices_in_rank_order) {
    std::size_t compared = 0;
    for (const std::size_t size : {0u, 1u, 2u, 3u, 7u, 12u, 100u, 1001u}) {
        for (int ranks = 1; ranks <= 13; ++ranks) {
            std::size_t next = 0;
            for (int rank = 0; rank < ranks; ++rank) {
                const IndexRange slice = slice_of(size, rank, ranks);
                EXPECT_EQ(slice.first, next);
                next = slice.last;
                ++compared;
            }
            EXPECT_EQ(next, size);
        }
    }
    EXPECT_EQ(compared, 8u * 13 * 14 / 2);
}

TEST(partition, blocks_differ_by_at_most_one) {
    for (const std::size_t size : {1u, 5u, 16u, 1000u}) {
        for (int ranks = 1; ranks <= 17; ++ranks) {
            const std::size_t least = size / static_cast<std::size_t>(ranks);
            for (int rank = 0; rank < ranks; ++rank) {
                const std::size_t block = slice_of(size, rank, ranks).size();
                EXPECT_TRUE(block == least || block == least + 1) << size << " on " << ranks;
            }
        }
    }
}

TEST(partition, owner_is_the_rank_whose_block_contains_the_index) {
    std::size_t compared = 0;
    for (const std::size_t size : {1u, 2u, 3u, 10u, 997u}) {
        for (int ranks = 1; ranks <= 40; ++ranks) {
            for (std::size_t i = 0; i < size; ++i) {
                const int owner = owner_of(size, i, ranks);
                ASSERT_TRUE(slice_of(size, owner, ranks).contains(i))
                    << i << " of " << size << " on " << ranks;
                ++compared;
            }
        }
    }
    EXPECT_EQ(compared, (1u + 2 + 3 + 10 + 997) * 40);
}

TEST(partition, a_widened_block_holds_the_block_and_enough_around_it) {
    std::size_t compared = 0;
    for (const std::size_t size : {0u, 1u, 5u, 100u}) {
        for (const std::size_t least : {0u, 1u, 4u, 32u, 200u}) {
            for (int rank = 0; rank < 20; ++rank) {
                const IndexRange block = slice_of(size, rank, 20);
                const IndexRange wide  = widened(block, size, least);
                EXPECT_LE(wide.first, block.first);
                EXPECT_GE(wide.last, block.last);
                EXPECT_LE(wide.last, size);
                EXPECT_EQ(wide.size(), std::max(block.size(), std::min(least, size)));
                ++compared;
            }
        }
    }
    EXPECT_EQ(compared, 4u * 5 * 20);
}

TEST(partition, fewer_cells_than_ranks_are_spread_out) {
    EXPECT_TRUE(slice_of(2, 0, 4).empty());
    EXPECT_EQ(slice_of(2, 1, 4), (IndexRange{0, 1}));
    EXPECT_TRUE(slice_of(2, 2, 4).empty());
    EXPECT_EQ(slice_of(2, 3, 4), (IndexRange{1, 2}));
}

TEST(partition, nothing_is_owned_of_nothing) {
    for (int rank = 0; rank < 3; ++rank)
        EXPECT_EQ(slice_of(0, rank, 3), (IndexRange{0, 0}));
}

TEST(partition, products_do_not_overflow) {
    constexpr std::size_t huge = std::numeric_limits<std::size_t>::max();

    static_assert(first_index(huge, 100'000, 100'000) == huge);
    static_assert(slice_of(huge, 1, 2).last == huge);
    static_assert(owner_of(huge, huge - 1, 100'000) == 99'999);
    static_assert(owner_of(huge, 0, 100'000) == 0);
}

}  // namespace
}  // namespace ranvier

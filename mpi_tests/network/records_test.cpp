#include "ranvier/network/records.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::network {
namespace {

TEST(Connection, is_compared_by_source_target_weight_and_delay) {
    const std::vector<Connection> ascending{
        {0, 5, 9, 9}, {1, 0, 0, 0}, {1, 0, 0, 0.1}, {1, 0, 0.5, 0}, {1, 2, -1, 0}};

    EXPECT_TRUE(std::is_sorted(ascending.begin(), ascending.end()));
    EXPECT_EQ(ascending[1], (Connection{.pre = 1}));
}

TEST(PopulationRecord, neither_emits_nor_records_before_it_is_told_to) {
    const PopulationRecord population;

    EXPECT_FALSE(population.emits);
    EXPECT_FALSE(population.records_spikes);
    EXPECT_TRUE(population.spikes.empty());
}

}  // namespace
}  // namespace ranvier::network

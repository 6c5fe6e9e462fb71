#include "ranvier/network/records.hpp"

#include <gtest/gtest.h>

namespace ranvier::network {
namespace {

TEST(PopulationRecord, neither_emits_nor_records_before_it_is_told_to) {
    const PopulationRecord population;

    EXPECT_FALSE(population.emits);
    EXPECT_FALSE(population.recording.records_spikes);
    EXPECT_TRUE(population.recording.spikes.empty());
}

}  // namespace
}  // namespace ranvier::network

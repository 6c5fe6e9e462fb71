#include "ranvier/network/Recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ranvier::network {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CellSet, holds_each_cell_once_in_ascending_order) {
    CellSet set;
    EXPECT_FALSE(set.contains(3));
    set.add({5, 3}, 8);
    set.add({}, 8);
    set.add({3, 7, 0}, 8);

    EXPECT_THAT(set.cells(), ElementsAre(0, 3, 5, 7));
    EXPECT_EQ(set.size(), 4u);
    EXPECT_TRUE(set.contains(7));
    EXPECT_FALSE(set.contains(4));
    EXPECT_FALSE(set.contains(100));
}

/// Two cells whose v was sampled at steps 0, 2 and 4.
Recording after_step_5() {
    Recording recording;
    recording.spike_cells.add({1}, 4);
    recording.current.spiking = recording.spike_cells;
    recording.records_spikes = recording.has_spikes = true;
    recording.spikes                                = {{2, 1, 0}, {5, 1, 0}};
    recording.spike_counts                          = {0, 2, 0, 0};
    SignalRecorder v{.variable = "v", .unit = "mV", .interval = 2, .next = 6, .is_on = true};
    v.cells.add({0, 2}, 4);
    v.num_columns = 2;
    v.chunk       = {0, 2, {0, 2}, {1, 2, 3, 4, 5, 6}, 3};
    recording.signals.push_back(v);
    return recording;
}

TEST(Recording, a_reset_makes_a_finished_segment_and_goes_on_from_0) {
    Recording recording = after_step_5();

    recording.start_segment(5, true, 1);

    ASSERT_EQ(recording.finished.size(), 1u);
    EXPECT_EQ(recording.finished[0].last, 5);
    EXPECT_EQ(recording.finished[0].spikes.size(), 2u);
    ASSERT_EQ(recording.finished[0].chunks.size(), 1u);
    EXPECT_THAT(recording.finished[0].chunks[0].chunk.values, ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(recording.spikes, IsEmpty());
    EXPECT_THAT(recording.spike_counts, ElementsAre(0, 0, 0, 0));
    EXPECT_EQ(recording.signals[0].next, 0);
    EXPECT_EQ(recording.signals[0].chunk.num_samples, 0u);
    EXPECT_THAT(recording.signals[0].chunk.cells, ElementsAre(0, 2));
    EXPECT_EQ(recording.current.reset, 1u);
    EXPECT_TRUE(recording.current.spiking.contains(1));
    recording.start_segment(0, true, 2);
    EXPECT_EQ(recording.finished.size(), 1u) << "a segment in which no time passed";
}

TEST(Recording, keeps_nothing_at_a_reset_if_files_have_it) {
    Recording recording = after_step_5();
    recording.start_segment(5, false, 1);
    EXPECT_THAT(recording.finished, IsEmpty());
    EXPECT_THAT(recording.spikes, IsEmpty());
}

TEST(Recording, clear_goes_on_with_the_last_sample) {
    Recording recording = after_step_5();

    recording.clear(5);

    EXPECT_THAT(recording.spikes, IsEmpty());
    EXPECT_EQ(recording.current.first, 5);
    const SignalChunk& chunk = recording.signals[0].chunk;
    EXPECT_EQ(chunk.first, 4);
    EXPECT_EQ(chunk.num_samples, 1u);
    EXPECT_THAT(chunk.values, ElementsAre(5, 6));
    EXPECT_EQ(recording.signals[0].next, 6);
}

TEST(Recording, stop_keeps_what_was_recorded) {
    Recording           recording = after_step_5();
    const std::uint64_t version   = recording.signals[0].version;

    recording.stop(5);

    EXPECT_FALSE(recording.records_spikes);
    EXPECT_FALSE(recording.signals[0].is_on);
    EXPECT_NE(recording.signals[0].version, version);
    ASSERT_EQ(recording.current.chunks.size(), 1u);
    EXPECT_EQ(recording.current.chunks[0].recorder, 0u);
    EXPECT_EQ(recording.spikes.size(), 2u);
    EXPECT_TRUE(recording.current.spiking.contains(1));
    EXPECT_EQ(recording.find("v"), &recording.signals[0]);
    EXPECT_EQ(recording.find("w"), nullptr);
}

}  // namespace
}  // namespace ranvier::network

#include "ranvier/network/RecordedData.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

using testing::ElementsAre;

TEST(AnalogSignal, has_a_row_per_sample_and_a_column_per_cell) {
    const AnalogSignal signal{
        .name              = "v",
        .units             = "mV",
        .t_start           = 2,
        .sampling_interval = 0.5,
        .num_samples       = 3,
        .cells             = {{"p", 1}, {"p", 4}},
        .values            = {1, 2, 3, 4, 5, 6}};
    EXPECT_EQ(signal.num_cells(), 2u);
    EXPECT_EQ(signal.at(2, 1), 6);
    EXPECT_THAT(signal.column(1), ElementsAre(2, 4, 6));
    EXPECT_EQ(signal.time(2), 3);
}

TEST(Segment, finds_a_signal_by_name_or_tells_which_there_are) {
    Segment segment;
    segment.name = "segment000";
    try {
        segment.signal("v");
        ADD_FAILURE();
    } catch (const RecordingError& error) {
        EXPECT_STREQ(
            error.what(), "segment000: there is no signal \"v\"; no variable was recorded."
        );
    }
    segment.analogsignals.resize(2);
    segment.analogsignals[0].name = "gsyn_exc";
    segment.analogsignals[1].name = "v";
    EXPECT_EQ(&segment.signal("v"), &segment.analogsignals[1]);
    try {
        segment.signal("w");
        ADD_FAILURE();
    } catch (const RecordingError& error) {
        EXPECT_STREQ(
            error.what(), "segment000: there is no signal \"w\"; there is \"v\", \"gsyn_exc\"."
        );
    }
}

}  // namespace
}  // namespace ranvier

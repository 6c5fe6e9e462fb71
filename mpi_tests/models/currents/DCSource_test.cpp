#include "ranvier/models/currents/DCSource.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

const TimeGrid grid{0.1_ms};

TEST(DCSource, flows_from_start_to_stop) {
    const auto i = DCSource{.amplitude = 0.5_nA, .start = 2_ms, .stop = 3_ms}.waveform({grid});
    EXPECT_EQ(i(19), 0);
    EXPECT_EQ(i(20), 0.5);
    EXPECT_EQ(i(29), 0.5);
    EXPECT_EQ(i(30), 0);
}

TEST(DCSource, has_the_defaults_of_pynn) {
    const auto i = DCSource{}.waveform({grid});
    EXPECT_EQ(i(0), 1);
    EXPECT_EQ(i(1'000'000'000), 1);
}

TEST(DCSource, rounds_its_times_to_the_grid) {
    const auto i = DCSource{.start = 0.25_ms, .stop = 0.34_ms}.waveform({grid});
    EXPECT_EQ(i(2), 0);
    EXPECT_EQ(i(3), 0);  // start and stop are both step 3
}

TEST(DCSource, refuses_what_is_not_a_number) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_NO_THROW(DCSource{}.check(grid));
    EXPECT_THROW((DCSource{.amplitude = nan * 1_nA}.check(grid)), ParameterError);
    EXPECT_THROW((DCSource{.stop = nan * 1_ms}.check(grid)), ParameterError);
}

}  // namespace
}  // namespace ranvier

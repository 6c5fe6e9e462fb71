#include "ranvier/models/currents/ACSource.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

const TimeGrid grid{0.1_ms};

TEST(ACSource, is_a_sine_with_its_phase_at_start) {
    const auto i =
        ACSource{
            .amplitude = 0.5_nA,
            .start     = 5_ms,
            .stop      = 25_ms,
            .frequency = 100_Hz,
            .offset    = 0.1_nA,
            .phase     = 45}
            .waveform({grid});

    EXPECT_EQ(i(49), 0);
    EXPECT_EQ(i(250), 0);
    for (Step step = 50; step < 250; ++step) {
        const double t = 0.1 * static_cast<double>(step);
        // The argument is up to 13 and both sides round it.
        EXPECT_NEAR(i(step), 0.1 + 0.5 * std::sin(2 * pi * 0.1 * (t - 5) + pi / 4), 1e-14);
    }
}

TEST(ACSource, keeps_its_digits_at_late_times) {
    const auto i      = ACSource{.frequency = 10_Hz}.waveform({grid});
    const Step period = 1000;
    for (Step step = 0; step < period; step += 37)
        EXPECT_NEAR(i(step + 36'000'000 * period), i(step), 1e-5);  // 1000 hours
}

TEST(ACSource, refuses_what_is_not_a_number) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_NO_THROW(ACSource{}.check(grid));
    EXPECT_THROW((ACSource{.phase = nan}.check(grid)), ParameterError);
    EXPECT_THROW((ACSource{.frequency = nan * 1_Hz}.check(grid)), ParameterError);
}

}  // namespace
}  // namespace ranvier

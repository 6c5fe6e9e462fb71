#include "ranvier/models/currents/StepCurrentSource.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

const TimeGrid grid{0.1_ms};

std::string refusal(const StepCurrentSource& source) {
    try {
        source.check(grid);
    } catch (const ParameterError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(StepCurrentSource, steps_from_value_to_value) {
    const StepCurrentSource source{
        .times = {5_ms, 8_ms, 9_ms}, .amplitudes = {0.5_nA, -0.5_nA, 0.25_nA}};
    const auto i = source.waveform({grid});

    EXPECT_EQ(i(0), 0);
    EXPECT_EQ(i(49), 0);
    EXPECT_EQ(i(50), 0.5);
    EXPECT_EQ(i(79), 0.5);
    EXPECT_EQ(i(80), -0.5);
    EXPECT_EQ(i(90), 0.25);
    EXPECT_EQ(i(1'000'000), 0.25);
}

// PyNN: 0.41, 0.42, 0.86 are 0.4, 0.4, 0.9, and of the first two the second counts.
TEST(StepCurrentSource, lets_the_last_of_equal_steps_count) {
    const StepCurrentSource source{
        .times = {0.41_ms, 0.42_ms, 0.86_ms}, .amplitudes = {0.5_nA, -0.5_nA, 0.5_nA}};
    const auto i = source.waveform({grid});

    EXPECT_EQ(i(3), 0);
    EXPECT_EQ(i(4), -0.5);
    EXPECT_EQ(i(8), -0.5);
    EXPECT_EQ(i(9), 0.5);
}

// PyNN: on this grid 0.451, 0.452, 0.86 are 0.45, 0.45, 0.86.
TEST(StepCurrentSource, has_its_steps_on_a_finer_grid) {
    const StepCurrentSource source{
        .times = {0.451_ms, 0.452_ms, 0.86_ms}, .amplitudes = {0.5_nA, -0.5_nA, 0.5_nA}};
    const TimeGrid fine{0.01_ms};
    const auto     i = source.waveform({fine});

    EXPECT_EQ(i(44), 0);
    EXPECT_EQ(i(45), -0.5);
    EXPECT_EQ(i(85), -0.5);
    EXPECT_EQ(i(86), 0.5);
}

TEST(StepCurrentSource, without_times_is_no_current) {
    EXPECT_EQ(StepCurrentSource{}.waveform({grid})(100), 0);
}

TEST(StepCurrentSource, refuses_times_out_of_order_and_lists_of_two_lengths) {
    EXPECT_EQ(
        refusal({.times = {2_ms, 1_ms}, .amplitudes = {1_nA, 2_nA}}),
        "StepCurrentSource: times must be non-decreasing, got 1 ms after 2 ms."
    );
    EXPECT_EQ(
        refusal({.times = {-1_ms}, .amplitudes = {1_nA}}),
        "StepCurrentSource: times must be >= 0, got -1."
    );
    EXPECT_EQ(
        refusal({.times = {1_ms, 2_ms}, .amplitudes = {1_nA}}),
        "StepCurrentSource: amplitudes must be as many as times (2), got 1 values."
    );
    EXPECT_EQ(refusal({.times = {1_ms, 1_ms}, .amplitudes = {1_nA, 2_nA}}), "accepted");
}

}  // namespace
}  // namespace ranvier

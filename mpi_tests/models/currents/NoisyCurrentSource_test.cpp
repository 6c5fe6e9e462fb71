#include "ranvier/models/currents/NoisyCurrentSource.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "random/statistics.hpp"

namespace ranvier {
namespace {

const models::CurrentContext context{TimeGrid{0.1_ms}, random::Key{17}};

TEST(NoisyCurrentSource, is_white_and_normal) {
    const auto i = NoisyCurrentSource{.mean = 0.5_nA, .stdev = 0.2_nA}.waveform(context);

    std::vector<double> values;
    double              successive = 0;
    for (Step step = 0; step < 50'000; ++step) {
        values.push_back(i(step));
        if (step > 0) successive += (i(step) - 0.5) * (i(step - 1) - 0.5) / 0.04;
    }
    EXPECT_TRUE(test::follows(values, [](double x) {
        return std::erfc(-(x - 0.5) / 0.2 / std::sqrt(2)) / 2;
    }));
    EXPECT_LT(std::abs(successive / std::sqrt(50'000)), test::two_sided_at_significance);
}

TEST(NoisyCurrentSource, keeps_a_value_for_its_own_time_step) {
    const auto i = NoisyCurrentSource{.start = 0.5_ms, .stop = 5_ms, .dt = 1_ms}.waveform(context);
    EXPECT_EQ(i(4), 0);
    EXPECT_EQ(i(50), 0);
    for (Step step = 5; step < 50; ++step) {
        if ((step - 5) % 10 == 0)
            EXPECT_NE(i(step), i(step - 1));
        else
            EXPECT_EQ(i(step), i(step - 1));
    }
}

TEST(NoisyCurrentSource, depends_on_its_key) {
    const NoisyCurrentSource source{};
    EXPECT_NE(source.waveform(context)(3), source.waveform({context.grid, random::Key{18}})(3));
}

TEST(NoisyCurrentSource, refuses_a_time_step_below_that_of_the_simulation) {
    EXPECT_THROW((NoisyCurrentSource{.dt = 0.01_ms}.check(context.grid)), ParameterError);
    EXPECT_THROW((NoisyCurrentSource{.stdev = -1_nA}.check(context.grid)), ParameterError);
    EXPECT_NO_THROW(NoisyCurrentSource{}.check(context.grid));
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/cells/SpikeSourceInhGamma.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/cells/RenewalSources.hpp"
#include "random/statistics.hpp"

namespace ranvier {
namespace {

using test::count_in;
using Sources = test::RenewalSources<SpikeSourceInhGamma>;

bool fits(double count, double mean, double cv) {
    return std::abs(count - mean) <= test::two_sided_at_significance * cv * std::sqrt(mean);
}

TEST(SpikeSourceInhGamma, has_gamma_intervals_within_a_bin) {
    Sources    sources{{.a = {4.0}, .b = {0.005}, .tbins = {0_ms}}, 200, 0.01_ms};
    const auto gaps = test::intervals(sources.until(200'000), 200, 0.01);
    EXPECT_GT(gaps.size(), 19'000u);
    EXPECT_TRUE(test::follows(gaps, [](double ms) { return test::gamma_cdf(4, ms / 5); }));
}

TEST(SpikeSourceInhGamma, has_the_rate_of_each_bin) {
    Sources sources{
        {.a = {2.0, 2.0, 3.0}, .b = {0.01, 0.002, 0.01}, .tbins = {0_ms, 100_ms, 200_ms}}, 2000};
    const auto spikes = sources.until(3000);
    EXPECT_TRUE(fits(count_in(spikes, 0, 1000), 2000 * 100 / 20.0, 1));
    EXPECT_TRUE(fits(count_in(spikes, 1500, 2000), 2000 * 50 / 4.0, 1));
    EXPECT_TRUE(fits(count_in(spikes, 2500, 3000), 2000 * 50 / 30.0, 1));
}

// Shape 1 has no memory: whatever the bins, spikes are a Poisson process of rate 1 / b(t).
TEST(SpikeSourceInhGamma, of_shape_1_is_an_inhomogeneous_poisson_process) {
    Sources    sources{{.a = {1.0, 1.0}, .b = {0.1, 0.002}, .tbins = {0_ms, 10.05_ms}}, 20'000};
    const auto spikes = sources.until(120);
    EXPECT_TRUE(fits(count_in(spikes, 0, 100), 20'000 * 10 / 100.0, 1));
    EXPECT_TRUE(fits(count_in(spikes, 101, 102), 20'000 * 0.1 / 2, 1));
    EXPECT_TRUE(fits(count_in(spikes, 110, 120), 20'000 * 1 / 2.0, 1));
}

TEST(SpikeSourceInhGamma, is_the_same_process_however_it_is_cut_into_bins) {
    const SpikeSourceInhGamma whole{.a = {3.0}, .b = {0.01}, .tbins = {0_ms}};
    std::vector<double>       a, b, tbins;
    for (int k = 0; k < 200; ++k) {
        a.push_back(3);
        b.push_back(0.01);
        tbins.push_back(2.5 * k);
    }
    Sources sources{
        {.a = ArrayParameter{a}, .b = ArrayParameter{b}, .tbins = Sequence::in_ms(tbins)},
        2000,
        0.1_ms};
    const auto gaps = test::intervals(sources.until(5000), 2000);
    EXPECT_GT(gaps.size(), 20'000u);
    // Of a window of 500 ms intervals above 150 ms are seen less often; there are none.
    double sum = 0;
    for (const double gap : gaps)
        sum += gap;
    const double mean = sum / static_cast<double>(gaps.size());
    EXPECT_NEAR(mean, 30 - 30 * 30.0 * (1 + 1 / 3.0) / 2 / 500, 0.8);  // short windows favour short
}

TEST(SpikeSourceInhGamma, is_silent_before_its_first_bin) {
    Sources    sources{{.a = {2.0}, .b = {0.001}, .tbins = {20_ms}}, 1000};
    const auto spikes = sources.until(400);
    EXPECT_EQ(count_in(spikes, 0, 200), 0);
    EXPECT_TRUE(fits(count_in(spikes, 200, 400), 1000 * 20 / 2.0, 1));
}

TEST(SpikeSourceInhGamma, takes_lists_per_cell_and_gives_a_slice_what_it_gives_the_whole) {
    const SpikeSourceInhGamma model{
        .a =
            [](std::size_t i) {
                return ArrayParameter{1.0 + double(i % 3), 2.0};
            },
        .b =
            [](std::size_t i) {
                return ArrayParameter{0.01, 0.001 * double(1 + i % 5)};
            },
        .tbins =
            [](std::size_t i) {
                return Sequence{0_ms, double(i) * 1_ms};
            }};
    Sources       whole{model, 60};
    Sources       parts[] = {{model, 60, {0, 7}}, {model, 60, {7, 60}}};
    test::Emitted joined;
    for (Sources& part : parts) {
        const auto spikes = part.until(2000);
        joined.insert(joined.end(), spikes.begin(), spikes.end());
    }
    std::sort(joined.begin(), joined.end());
    EXPECT_EQ(joined, whole.until(2000));
    EXPECT_GT(joined.size(), 1000u);
}

TEST(SpikeSourceInhGamma, wants_lists_of_one_length) {
    Sources                            sources{{}, 1};
    models::Column                     a, b, tbins;
    std::vector<const models::Column*> proposed{&a, &b, &tbins, nullptr, nullptr};
    a.sequences         = {ArrayParameter{1.0, 2.0}};
    b.sequences         = {ArrayParameter{1.0}};
    tbins.sequences     = {Sequence{0_ms, 1_ms}};
    const auto conflict = sources.group().conflict(proposed, 0);
    ASSERT_TRUE(conflict);
    EXPECT_EQ(conflict->parameter, 1u);
    EXPECT_EQ(conflict->required, "a list as long as tbins (2)");
    EXPECT_EQ(conflict->found, "1 values");
    b.sequences = {ArrayParameter{1.0, 1e-12}};
    EXPECT_TRUE(sources.group().conflict(proposed, 0));  // too fast
    b.sequences = {ArrayParameter{1.0, 0.1}};
    EXPECT_FALSE(sources.group().conflict(proposed, 0));
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/cells/SpikeSourcePoissonRefractory.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/cells/RenewalSources.hpp"
#include "random/statistics.hpp"

namespace ranvier {
namespace {

using test::count_in;
using Sources = test::RenewalSources<SpikeSourcePoissonRefractory>;

// Times on a grid of 0.01 ms differ from the real ones by less than 1 part in 500 of an interval.
constexpr Time fine = 0.01_ms;

/// The distribution function of intervals: dead time, then an exponential number.
auto law(double hz, double tau_refrac) {
    return [=](double ms) {
        return ms < tau_refrac ? 0 : -std::expm1(-(ms - tau_refrac) / (1000 / hz - tau_refrac));
    };
}

/// Whether the number of spikes of a renewal process fits: mean n, variance n cv^2.
bool fits(double count, double mean, double cv) {
    return std::abs(count - mean) <= test::two_sided_at_significance * cv * std::sqrt(mean);
}

TEST(SpikeSourcePoissonRefractory, has_exponential_intervals_behind_the_dead_time) {
    for (const double tau : {0.0, 5.0, 19.0}) {
        Sources    sources{{.rate = 50_Hz, .tau_refrac = tau * 1_ms}, 200, fine};
        const auto spikes = sources.until(200'000);
        const auto gaps   = test::intervals(spikes, 200, 0.01);
        EXPECT_GT(gaps.size(), 19'000u);
        EXPECT_TRUE(test::follows(gaps, law(50, tau))) << tau;
    }
}

TEST(SpikeSourcePoissonRefractory, has_its_rate_from_the_start_on) {
    // 20,000 cells, so that a first interval of the wrong length would be seen
    Sources    sources{{.rate = 100_Hz, .tau_refrac = 5_ms, .start = 3_ms}, 20'000};
    const auto spikes = sources.until(80);
    EXPECT_EQ(count_in(spikes, 0, 30), 0);
    for (Step first = 30; first < 80; first += 10)
        EXPECT_TRUE(fits(count_in(spikes, first, first + 10), 2000, 1)) << first;
}

TEST(SpikeSourcePoissonRefractory, fires_in_its_window_only) {
    Sources    sources{{.rate = 1000_Hz, .start = 5_ms, .duration = 10_ms}, 100};
    const auto spikes = sources.until(300);
    EXPECT_EQ(count_in(spikes, 0, 50) + count_in(spikes, 150, 300), 0);
    EXPECT_TRUE(fits(count_in(spikes, 50, 150), 1000, 1));
}

TEST(SpikeSourcePoissonRefractory, follows_a_change_of_rate_at_once) {
    Sources sources{{.rate = 10_Hz, .tau_refrac = 2_ms}, 5000};
    auto    spikes = sources.until(1000);
    sources.set({.rate = 200_Hz, .tau_refrac = 2_ms});
    const auto later = sources.until(2000);
    spikes.insert(spikes.end(), later.begin(), later.end());

    EXPECT_TRUE(fits(count_in(spikes, 0, 1000), 5000, 1));
    EXPECT_TRUE(fits(count_in(spikes, 1100, 2000), 90'000, 1));
    // Cells are out of their dead time: the hazard is 1 / 3 ms at once for all but 2 % of them.
    const double first_step = 5000 * (1 - 10 * 0.002) * -std::expm1(-0.1 / 3);
    EXPECT_TRUE(fits(count_in(spikes, 1000, 1001), first_step, 1));
    for (const double gap : test::intervals(spikes, 5000))
        EXPECT_GT(gap, 1.85);  // the dead time, on the grid
}

TEST(SpikeSourcePoissonRefractory, keeps_its_train_when_nothing_changes) {
    const SpikeSourcePoissonRefractory model{.rate = 100_Hz, .tau_refrac = 1_ms};
    Sources                            once{model, 50};
    const auto                         expected = once.until(2000);

    Sources split{model, 50};
    auto    spikes = split.until(777);
    split.set(model);
    split.set({.rate = 100_Hz, .tau_refrac = 1_ms, .start = -5_ms});
    const auto rest = split.until(2000);
    spikes.insert(spikes.end(), rest.begin(), rest.end());
    EXPECT_EQ(spikes, expected);
}

TEST(SpikeSourcePoissonRefractory, goes_on_unheard) {
    Sources heard{{.rate = 300_Hz}, 50};
    Sources unheard{{.rate = 300_Hz}, 50};
    heard.until(500);
    unheard.skip(500);
    for (Sources* sources : {&heard, &unheard})
        sources->set({.rate = 200_Hz, .tau_refrac = 1_ms});
    heard.until(800);
    unheard.skip(800);
    EXPECT_EQ(heard.until(1500), unheard.until(1500));
}

TEST(SpikeSourcePoissonRefractory, may_be_silent_and_awake) {
    Sources sources{{.rate = 0_Hz}, 1000};
    EXPECT_TRUE(sources.until(500).empty());
    sources.set({.rate = 100_Hz, .tau_refrac = 5_ms});
    EXPECT_TRUE(fits(count_in(sources.until(1500), 500, 1500), 10'000, 1));
    sources.set({.rate = 0_Hz});
    EXPECT_TRUE(sources.until(2500).empty());
}

TEST(SpikeSourcePoissonRefractory, gives_a_slice_what_it_gives_the_whole) {
    const SpikeSourcePoissonRefractory model{
        .rate       = [](std::size_t i) { return static_cast<double>(i) * 3_Hz; },
        .tau_refrac = uniform(0_ms, 2_ms)};
    Sources whole{model, 101};
    Sources parts[] = {{model, 101, {0, 40}}, {model, 101, {40, 40}}, {model, 101, {40, 101}}};
    test::Emitted joined;
    for (Sources& part : parts) {
        const auto spikes = part.until(3000);
        joined.insert(joined.end(), spikes.begin(), spikes.end());
    }
    std::sort(joined.begin(), joined.end());
    EXPECT_EQ(joined, whole.until(3000));
}

// Counts of 100 ms: correlation of n = 39,900 pairs, standard error 1 / sqrt(n).
TEST(SpikeSourcePoissonRefractory, has_independent_cells) {
    constexpr std::size_t            size = 400;
    Sources                          sources{{.rate = 50_Hz, .tau_refrac = 5_ms}, size};
    std::vector<std::vector<double>> counts(100, std::vector<double>(size));
    for (const auto& [step, cell, count] : sources.until(100'000))
        counts[static_cast<std::size_t>(step - 1) / 1000][cell] += count;
    double sum = 0, squares = 0;
    for (const auto& row : counts) {
        for (std::size_t i = 0; i + 1 < size; ++i) {
            sum += (row[i] - 5) * (row[i + 1] - 5);
            squares += (row[i] - 5) * (row[i] - 5);
        }
    }
    const double n = 100.0 * (size - 1);
    EXPECT_LT(std::abs(sum / squares * std::sqrt(n)), test::two_sided_at_significance);
}

TEST(SpikeSourcePoissonRefractory, says_what_dead_times_fit_its_rate) {
    Sources                            sources{{}, 2};
    const auto                         group = &sources.group();
    models::Column                     rate, tau;
    std::vector<const models::Column*> proposed{&rate, &tau, nullptr, nullptr};
    rate.numbers = {100};
    tau.numbers  = {9.9};
    EXPECT_FALSE(group->conflict(proposed, 0));
    tau.numbers         = {10};
    const auto conflict = group->conflict(proposed, 0);
    ASSERT_TRUE(conflict);
    EXPECT_EQ(conflict->parameter, 1u);
    EXPECT_EQ(conflict->required, "< 1000 / rate, 10 ms at 100 Hz");
    EXPECT_EQ(conflict->found, "10 ms");
    rate.numbers = {1e9};
    tau.numbers  = {0};
    EXPECT_EQ(group->conflict(proposed, 0)->parameter, 0u);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/cells/SpikeSourceGamma.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/cells/RenewalGroup.hpp"
#include "models/cells/RenewalSources.hpp"
#include "random/statistics.hpp"

namespace ranvier {
namespace {

using test::count_in;
using Sources = test::RenewalSources<SpikeSourceGamma>;

constexpr Time fine = 0.01_ms;  // far below all intervals

bool fits(double count, double mean, double cv) {
    return std::abs(count - mean) <= test::two_sided_at_significance * cv * std::sqrt(mean);
}

TEST(SpikeSourceGamma, has_gamma_intervals) {
    for (const int alpha : {1, 2, 4, 6}) {
        Sources    sources{{.alpha = double(alpha), .beta = alpha * 50_Hz}, 200, fine};
        const auto gaps = test::intervals(sources.until(200'000), 200, 0.01);
        EXPECT_GT(gaps.size(), 19'000u);
        EXPECT_TRUE(test::follows(gaps, [&](double ms) {
            return test::gamma_cdf(alpha, ms * alpha / 20);
        })) << alpha;
    }
}

TEST(SpikeSourceGamma, takes_shapes_that_are_no_integers) {
    // Shape 1/2: the interval is half the square of a normal number, times the scale.
    Sources    sources{{.alpha = 0.5, .beta = 25_Hz}, 200, fine};
    const auto gaps = test::intervals(sources.until(200'000), 200, 0.01);
    EXPECT_TRUE(test::follows(gaps, [](double ms) { return std::erf(std::sqrt(ms / 40)); }));
}

TEST(SpikeSourceGamma, has_its_rate_from_the_start_on) {
    Sources    sources{{.alpha = 4, .beta = 400_Hz, .start = 3_ms}, 20'000};
    const auto spikes = sources.until(230);
    EXPECT_EQ(count_in(spikes, 0, 30), 0);
    for (Step first = 30; first < 230; first += 20)
        EXPECT_TRUE(fits(count_in(spikes, first, first + 20), 4000, 1)) << first;
}

TEST(SpikeSourceGamma, keeps_its_intervals_when_parameters_change_to_what_they_are) {
    // Set to something else and back at one time: the rest of each interval is drawn twice more,
    // given its age, which must not change its distribution.
    const SpikeSourceGamma model{.alpha = 4, .beta = 200_Hz};
    Sources                sources{model, 2000, fine};
    auto                   spikes = sources.until(3000);
    sources.set({.alpha = 2, .beta = 100_Hz});
    sources.set(model);
    const auto rest = sources.until(20'000);
    spikes.insert(spikes.end(), rest.begin(), rest.end());

    // The interval that contains the change is chosen in proportion to its length: gamma of 5.
    std::vector<double> across;
    std::vector<Step>   before(2000, -1);
    for (const auto& [step, cell, count] : spikes) {
        if (step <= 3000) {
            before[cell] = step;
        } else {
            if (before[cell] >= 0)
                across.push_back(static_cast<double>(step - before[cell]) * 0.01);
            before[cell] = -1;
        }
    }
    // Known only where a spike fell into the 30 ms before: the age is below 30 ms.
    EXPECT_GT(across.size(), 1000u);
    double expected = 0;  // mean of age + wait, given age < 30 ms, by integration
    double weight   = 0;
    for (double age = 0.05; age < 30; age += 0.1) {
        for (double wait = 0.05; wait < 170; wait += 0.1) {
            const double x = (age + wait) / 5;
            const double p = x * x * x * std::exp(-x);
            expected += p * (age + wait);
            weight += p;
        }
    }
    double sum = 0, squares = 0;
    for (const double x : across) {
        sum += x;
        squares += x * x;
    }
    const auto   n    = static_cast<double>(across.size());
    const double mean = sum / n;
    const double sd   = std::sqrt(squares / n - mean * mean);
    EXPECT_LT(
        std::abs(mean - expected / weight), test::two_sided_at_significance * sd / std::sqrt(n)
    );
}

TEST(SpikeSourceGamma, follows_a_change_of_rate) {
    Sources sources{{.alpha = 3, .beta = 30_Hz}, 2000};
    sources.until(1000);
    sources.set({.alpha = 3, .beta = 600_Hz});
    sources.until(1500);
    const auto spikes = sources.until(2500);
    EXPECT_TRUE(fits(count_in(spikes, 1500, 2500), 40'000, 1));
}

TEST(SpikeSourceGamma, may_be_silent_and_awake) {
    Sources sources{{.beta = 0_Hz}, 1000};
    EXPECT_TRUE(sources.until(500).empty());
    sources.set({.alpha = 4, .beta = 400_Hz});
    EXPECT_TRUE(fits(count_in(sources.until(1500), 500, 1500), 10'000, 0.5));
}

TEST(SpikeSourceGamma, gives_a_slice_what_it_gives_the_whole) {
    const SpikeSourceGamma model{.alpha = uniform(0.5, 5), .beta = uniform(10_Hz, 500_Hz)};
    Sources                whole{model, 101};
    Sources parts[] = {{model, 101, {0, 40}}, {model, 101, {40, 40}}, {model, 101, {40, 101}}};
    test::Emitted joined;
    for (Sources& part : parts) {
        const auto spikes = part.until(3000);
        joined.insert(joined.end(), spikes.begin(), spikes.end());
    }
    std::sort(joined.begin(), joined.end());
    EXPECT_EQ(joined, whole.until(3000));
}

TEST(SpikeSourceGamma, refuses_rates_beyond_the_time_step) {
    Sources                            sources{{}, 2};
    models::Column                     alpha, beta;
    std::vector<const models::Column*> proposed{&alpha, &beta, nullptr, nullptr};
    alpha.numbers = {1e-12};
    beta.numbers  = {100};
    ASSERT_TRUE(sources.group().conflict(proposed, 0));
    alpha.numbers = {1};
    EXPECT_FALSE(sources.group().conflict(proposed, 0));
}

// The excess over any age, near the beginning and in the tail, of shapes below and above 1.
TEST(gamma_excess, is_the_rest_of_a_gamma_number) {
    for (const int shape : {1, 2, 5, 40}) {
        for (const double part : {0.0, 0.5, 1.0, 1.5, 3.0}) {
            const double        age = part * shape;
            std::vector<double> sample;
            for (std::uint64_t k = 0; k < 10'000; ++k) {
                random::Stream stream{{99}, k};
                sample.push_back(gamma_excess(stream, shape, age));
            }
            const double left = 1 - test::gamma_cdf(shape, age);
            EXPECT_TRUE(test::follows(
                sample, [&](double y) { return 1 - (1 - test::gamma_cdf(shape, age + y)) / left; }
            )) << shape
               << " " << age;
        }
    }
    for (const double age : {0.0, 0.1, 0.3, 2.0}) {
        std::vector<double> sample;
        for (std::uint64_t k = 0; k < 10'000; ++k) {
            random::Stream stream{{98}, k};
            sample.push_back(gamma_excess(stream, 0.5, age));
        }
        EXPECT_TRUE(test::follows(sample, [&](double y) {
            return 1 - std::erfc(std::sqrt(age + y)) / std::erfc(std::sqrt(age));
        })) << age;
    }
}

}  // namespace
}  // namespace ranvier

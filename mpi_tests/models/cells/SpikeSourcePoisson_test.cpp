#include "ranvier/models/cells/SpikeSourcePoisson.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "random/statistics.hpp"

namespace ranvier {
namespace {

constexpr random::Key key{0xabcdef};

/// Sources on their own: the slice of a population of `size`.
class Sources {
public:
    Sources(const SpikeSourcePoisson& model, std::size_t size, IndexRange slice, Time dt = 0.1_ms)
        : size_(size),
          slice_(slice),
          group_(SpikeSourcePoisson::make_group({slice, TimeGrid{dt}, key})) {
        set(model, 0);
    }
    Sources(const SpikeSourcePoisson& model, std::size_t size, Time dt = 0.1_ms)
        : Sources(model, size, {0, size}, dt) {}

    models::SourceGroup& group() { return *group_; }

    void set(const SpikeSourcePoisson& model, Step now) {
        group_->set_columns(test::columns_of(models::given_parameters(model), size_, slice_), now);
    }

    /// Number of spikes of each cell in one step, as `emit` gives them.
    std::vector<std::uint16_t> emitted(Step step) {
        std::vector<models::Emission> emissions;
        group_->emit(step, emissions);
        std::vector<std::uint16_t> counts(slice_.size());
        for (std::size_t k = 0; k < emissions.size(); ++k) {
            EXPECT_GT(emissions[k].count, 0u);
            EXPECT_TRUE(k == 0 || emissions[k - 1].cell < emissions[k].cell);
            counts[emissions[k].cell] = static_cast<std::uint16_t>(emissions[k].count);
        }
        return counts;
    }
    std::vector<std::uint16_t> counts(Step step) const {
        std::vector<std::uint16_t> counts(slice_.size(), 9999);
        group_->counts(step, counts);
        return counts;
    }
    /// Spikes of all cells in steps first + 1 ... last.
    double total(Step first, Step last) const {
        double sum = 0;
        for (Step step = first + 1; step <= last; ++step)
            for (const std::uint16_t count : counts(step))
                sum += count;
        return sum;
    }

private:
    std::size_t                          size_;
    IndexRange                           slice_;
    std::unique_ptr<models::SourceGroup> group_;
};

/// Whether a Poisson number of this mean fits, at the significance of random/statistics.hpp.
bool fits(double count, double mean) {
    return std::abs(count - mean) <= test::two_sided_at_significance * std::sqrt(mean);
}

TEST(SpikeSourcePoisson, fires_at_its_rate) {
    for (const double hz : {1.0, 8.0, 100.0, 10'000.0, 100'000.0}) {
        const Sources sources{SpikeSourcePoisson{.rate = hz * 1_Hz}, 500};
        EXPECT_TRUE(fits(sources.total(0, 2000), 500 * 0.2 * hz)) << hz;
    }
}

TEST(SpikeSourcePoisson, fires_at_its_rate_whatever_the_time_step) {
    for (const double dt : {0.01, 0.125, 1.0}) {
        const Sources sources{SpikeSourcePoisson{.rate = 2000_Hz}, 100, dt * 1_ms};
        EXPECT_TRUE(fits(sources.total(0, std::lround(100 / dt)), 100 * 200)) << dt;
    }
}

TEST(SpikeSourcePoisson, has_poisson_counts_per_step) {
    const Sources       sources{SpikeSourcePoisson{.rate = 12'000_Hz}, 1000};
    std::vector<double> counts;
    for (Step step = 1; step <= 100; ++step)
        for (const std::uint16_t count : sources.counts(step))
            counts.push_back(count);

    EXPECT_TRUE(test::occur_with(counts, test::poisson_probabilities(1.2)));
}

// On the grid the exponential law of intervals is geometric: a step has a spike with probability
// 1 - exp(-rate dt).
TEST(SpikeSourcePoisson, has_exponential_intervals) {
    const Sources       sources{SpikeSourcePoisson{.rate = 200_Hz}, 100};
    std::vector<double> gaps;
    std::vector<Step>   last(100, 0);
    for (Step step = 1; step <= 20'000; ++step) {
        const auto counts = sources.counts(step);
        for (std::size_t i = 0; i < 100; ++i) {
            if (counts[i] == 0) continue;
            if (last[i] > 0) gaps.push_back(static_cast<double>(step - last[i] - 1));
            last[i] = step;
        }
    }
    std::vector<double> probabilities(500);
    for (std::size_t k = 0; k < 500; ++k)
        probabilities[k] = std::exp(-0.02 * static_cast<double>(k)) * -std::expm1(-0.02);

    EXPECT_GT(gaps.size(), 30'000u);
    EXPECT_TRUE(test::occur_with(gaps, probabilities));
}

// Correlation of n = 200,000 pairs of unit variance: standard error 1 / sqrt(n).
TEST(SpikeSourcePoisson, has_independent_cells_and_steps) {
    const Sources sources{SpikeSourcePoisson{.rate = 10'000_Hz}, 1001};
    double        neighbours = 0, successive = 0;
    auto          before = sources.counts(1);
    for (Step step = 2; step <= 201; ++step) {
        const auto now = sources.counts(step);
        for (std::size_t i = 0; i < 1000; ++i) {
            neighbours += (now[i] - 1.0) * (now[i + 1] - 1.0);
            successive += (now[i] - 1.0) * (before[i] - 1.0);
        }
        before = now;
    }
    EXPECT_LT(std::abs(neighbours / std::sqrt(200'000)), test::two_sided_at_significance);
    EXPECT_LT(std::abs(successive / std::sqrt(200'000)), test::two_sided_at_significance);
}

TEST(SpikeSourcePoisson, gives_a_slice_what_it_gives_the_whole) {
    const SpikeSourcePoisson models[] = {
        {.rate = 5000_Hz},
        {.rate  = [](std::size_t i) { return static_cast<double>(100 * i) * 1_Hz; },
         .start = [](std::size_t i) { return static_cast<double>(i % 3) * 0.5_ms; }}};
    for (const SpikeSourcePoisson& model : models) {
        const Sources whole{model, 200};
        for (const IndexRange slice : {IndexRange{0, 1}, {1, 2}, {3, 90}, {64, 128}, {150, 200}}) {
            const Sources part{model, 200, slice};
            for (Step step = 1; step <= 50; ++step) {
                const auto counts   = part.counts(step);
                const auto expected = whole.counts(step);
                for (std::size_t i = slice.first; i < slice.last; ++i)
                    ASSERT_EQ(counts[i - slice.first], expected[i]) << step << " " << i;
            }
        }
    }
}

TEST(SpikeSourcePoisson, emits_what_it_counts) {
    Sources sources{SpikeSourcePoisson{.rate = 3000_Hz}, 300};
    ASSERT_TRUE(sources.group().is_addressable());
    for (Step step = 1; step <= 100; ++step)
        EXPECT_EQ(sources.emitted(step), sources.counts(step));
}

TEST(SpikeSourcePoisson, has_the_same_bits_on_every_instruction_set) {
    const Sources sources{SpikeSourcePoisson{.rate = uniform(10_Hz, 20'000_Hz)}, 300};
    std::vector<std::vector<std::uint16_t>> expected;
    test::for_each_isa([&] {
        std::vector<std::vector<std::uint16_t>> counts;
        for (Step step = 1; step <= 20; ++step)
            counts.push_back(sources.counts(step));
        if (expected.empty()) expected = counts;
        EXPECT_EQ(counts, expected);
    });
}

TEST(SpikeSourcePoisson, gives_each_cell_its_own_rate) {
    const Sources sources{
        SpikeSourcePoisson{
            .rate = [](std::size_t i) { return static_cast<double>(i * i) * 10_Hz; }},
        40};
    std::vector<double> totals(40);
    for (Step step = 1; step <= 10'000; ++step) {
        const auto counts = sources.counts(step);
        for (std::size_t i = 0; i < 40; ++i)
            totals[i] += counts[i];
    }
    EXPECT_EQ(totals[0], 0);
    for (std::size_t i = 1; i < 40; ++i)
        EXPECT_TRUE(fits(totals[i], static_cast<double>(10 * i * i))) << i << " " << totals[i];
}

TEST(SpikeSourcePoisson, has_the_same_trains_for_equal_and_for_listed_rates) {
    const Sources equal{SpikeSourcePoisson{.rate = 3000_Hz}, 100};
    const Sources listed{SpikeSourcePoisson{.rate = std::vector(100, 3000_Hz)}, 100};
    for (Step step = 1; step <= 100; ++step)
        EXPECT_EQ(listed.counts(step), equal.counts(step));
}

TEST(SpikeSourcePoisson, fires_from_its_start_for_its_duration) {
    const SpikeSourcePoisson model{.rate = 1e6_Hz, .start = 10_ms, .duration = 5.04_ms};
    const Sources            sources{model, 10};
    for (Step step = 0; step <= 300; ++step) {
        // About 100 spikes per cell and step; a step ends at its time.
        for (const std::uint16_t count : sources.counts(step))
            ASSERT_EQ(count > 0, step > 100 && step <= 150) << step;
    }
}

TEST(SpikeSourcePoisson, has_a_window_for_each_cell) {
    const Sources sources{
        SpikeSourcePoisson{
            .rate     = 1e6_Hz,
            .start    = [](std::size_t i) { return static_cast<double>(i) * 1_ms; },
            .duration = std::vector{3_ms, 2_ms, 1_ms, 0_ms}},
        4};
    for (Step step = 1; step <= 60; ++step) {
        const auto counts = sources.counts(step);
        EXPECT_EQ(counts[0] > 0, step <= 30);
        EXPECT_EQ(counts[1] > 0, step > 10 && step <= 30);
        EXPECT_EQ(counts[2] > 0, step > 20 && step <= 30);
        EXPECT_EQ(counts[3], 0);
    }
}

TEST(SpikeSourcePoisson, keeps_its_train_inside_the_window) {
    const Sources always{SpikeSourcePoisson{.rate = 5000_Hz}, 100};
    const Sources window{SpikeSourcePoisson{.rate = 5000_Hz, .start = 2_ms, .duration = 3_ms}, 100};
    for (Step step = 21; step <= 50; ++step)
        EXPECT_EQ(window.counts(step), always.counts(step));
}

TEST(SpikeSourcePoisson, fires_nothing_before_the_first_step) {
    Sources sources{SpikeSourcePoisson{.rate = 1e6_Hz, .start = -5_ms}, 10};

    EXPECT_EQ(sources.counts(0), std::vector<std::uint16_t>(10));
    EXPECT_EQ(sources.emitted(0), std::vector<std::uint16_t>(10));
}

TEST(SpikeSourcePoisson, changes_its_rate_from_the_present_on) {
    Sources       sources{SpikeSourcePoisson{.rate = 1000_Hz}, 200};
    const Sources slow{SpikeSourcePoisson{.rate = 1000_Hz}, 200};
    const Sources fast{SpikeSourcePoisson{.rate = 20'000_Hz}, 200};
    sources.group().keep(100);

    sources.set(SpikeSourcePoisson{.rate = 20'000_Hz}, 500);

    for (Step step = 401; step <= 500; ++step)
        EXPECT_EQ(sources.counts(step), slow.counts(step)) << step;
    for (Step step = 501; step <= 600; ++step)
        EXPECT_EQ(sources.counts(step), fast.counts(step)) << step;
    EXPECT_TRUE(fits(sources.total(500, 1000), 200 * 0.05 * 20'000));
}

TEST(SpikeSourcePoisson, keeps_past_trains_over_many_changes) {
    Sources sources{SpikeSourcePoisson{.rate = 0_Hz}, 200};
    sources.group().keep(30);
    const auto rate = [](Step step) {
        const Step tens = (step - 1) / 10;
        return static_cast<double>(tens) * 1000_Hz;
    };
    for (Step now = 10; now <= 300; now += 10) {
        sources.set(SpikeSourcePoisson{.rate = rate(now + 1)}, now);
        for (Step step = std::max<Step>(1, now - 29); step <= now + 10; ++step) {
            const Sources expected{SpikeSourcePoisson{.rate = rate(step)}, 200};
            ASSERT_EQ(sources.counts(step), expected.counts(step)) << now << " " << step;
        }
    }
}

TEST(SpikeSourcePoisson, forgets_what_was_replaced_before_it_was_in_force) {
    Sources       sources{SpikeSourcePoisson{.rate = 1000_Hz}, 200};
    const Sources expected{SpikeSourcePoisson{.rate = 3000_Hz}, 200};

    sources.set(SpikeSourcePoisson{.rate = 2000_Hz}, 0);
    sources.set(SpikeSourcePoisson{.rate = 3000_Hz}, 0);

    EXPECT_EQ(sources.counts(1), expected.counts(1));
}

TEST(SpikeSourcePoisson, continues_its_train_when_nothing_changes) {
    Sources       sources{SpikeSourcePoisson{.rate = 5000_Hz}, 200};
    const Sources expected{SpikeSourcePoisson{.rate = 5000_Hz}, 200};

    sources.set(SpikeSourcePoisson{.rate = 5000_Hz}, 70);

    for (Step step = 71; step <= 100; ++step)
        EXPECT_EQ(sources.counts(step), expected.counts(step));
}

TEST(SpikeSourcePoisson, may_have_no_cells_on_this_rank) {
    const SpikeSourcePoisson model{
        .rate     = std::vector{1_Hz, 2_Hz},
        .start    = std::vector{0_ms, 1_ms},
        .duration = std::vector{5_ms, 6_ms}};
    Sources none{model, 2, {1, 1}};

    EXPECT_TRUE(none.emitted(1).empty());
    none.set(model, 10);
    EXPECT_TRUE(none.emitted(11).empty());
}

TEST(SpikeSourcePoisson, knows_the_largest_rate_of_a_time_step) {
    Sources sources{SpikeSourcePoisson{.rate = 5e6_Hz}, 100};

    EXPECT_EQ(sources.group().largest(0), 5e6);
    EXPECT_GT(sources.group().largest(1), 1e300);
    EXPECT_TRUE(fits(sources.total(0, 10), 100 * 10 * 500));
}

}  // namespace
}  // namespace ranvier

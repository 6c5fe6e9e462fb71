#include "ranvier/models/cells/SpikeSourceArray.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier {
namespace {

/// (step, cell, number of spikes)
using Spikes = std::vector<std::tuple<Step, std::uint32_t, std::uint32_t>>;

/// Sources on their own.
class Sources {
public:
    explicit Sources(const Param<Sequence>& times, std::size_t size = 1, Time dt = 0.1_ms)
        : size_(size),
          group_(SpikeSourceArray::make_group({{0, size}, TimeGrid{dt}})) {
        set(times);
    }

    void set(const Param<Sequence>& times) {
        group_->set_columns(test::columns_of({{0, times}}, size_, {0, size_}), now_);
    }

    /// Spikes up to step `last`; the first call begins with step 0.
    Spikes until(Step last) {
        Spikes spikes;
        for (; next_ <= last; ++next_) {
            std::vector<models::Emission> emissions;
            group_->emit(next_, emissions);
            for (const auto& [cell, count] : emissions)
                spikes.emplace_back(next_, cell, count);
        }
        now_ = last;
        return spikes;
    }

private:
    std::size_t                          size_;
    std::unique_ptr<models::SourceGroup> group_;
    Step                                 now_  = 0;
    Step                                 next_ = 0;
};

TEST(SpikeSourceArray, fires_at_its_times) {
    Sources sources{Sequence{1_ms, 2_ms, 2.5_ms}};

    EXPECT_EQ(sources.until(100), (Spikes{{10, 0, 1}, {20, 0, 1}, {25, 0, 1}}));
}

TEST(SpikeSourceArray, rounds_half_steps_up_after_rounding_to_microseconds) {
    Sources sources{Sequence{0.149_ms, 0.25_ms, 0.3496_ms, 0.44_ms, 0.55_ms}};

    EXPECT_EQ(sources.until(10), (Spikes{{1, 0, 1}, {3, 0, 1}, {4, 0, 2}, {6, 0, 1}}));
}

TEST(SpikeSourceArray, fires_at_time_0) {
    Sources sources{Sequence{0_ms, 0.04_ms, 0.05_ms}};

    EXPECT_EQ(sources.until(5), (Spikes{{0, 0, 2}, {1, 0, 1}}));
}

TEST(SpikeSourceArray, fires_several_times_at_equal_times) {
    Sources sources{Sequence{1_ms, 1_ms, 1_ms, 1.04_ms, 2_ms}};

    EXPECT_EQ(sources.until(30), (Spikes{{10, 0, 4}, {20, 0, 1}}));
}

TEST(SpikeSourceArray, ignores_times_before_0) {
    Sources sources{Sequence{-1_ms, -0.01_ms, 1_ms}};

    EXPECT_EQ(sources.until(30), (Spikes{{10, 0, 1}}));
}

TEST(SpikeSourceArray, gives_spikes_of_a_step_ascending_by_cell) {
    Sources sources{
        std::vector{Sequence{2_ms, 3_ms}, Sequence{}, Sequence{1_ms, 2_ms}, Sequence{2_ms, 2_ms}},
        4};

    EXPECT_EQ(
        sources.until(30), (Spikes{{10, 2, 1}, {20, 0, 1}, {20, 2, 1}, {20, 3, 2}, {30, 0, 1}})
    );
}

TEST(SpikeSourceArray, shares_one_train_among_all_cells) {
    Sources sources{Sequence{1_ms}, 3};

    EXPECT_EQ(sources.until(30), (Spikes{{10, 0, 1}, {10, 1, 1}, {10, 2, 1}}));
}

TEST(SpikeSourceArray, adds_to_the_emissions_of_others) {
    const auto group = SpikeSourceArray::make_group({{0, 1}, TimeGrid{0.1_ms}});
    group->set_columns(
        test::columns_of({{0, Param<Sequence>{Sequence{1_ms, 1_ms}}}}, 1, {0, 1}), 0
    );
    std::vector<models::Emission> emissions = {{0, 7}};

    group->emit(10, emissions);

    ASSERT_EQ(emissions.size(), 2u);
    EXPECT_EQ(emissions[0].count, 7u);
    EXPECT_EQ(emissions[1].count, 2u);
}

// The example of PyNN's own tests (system/cell_types: update_SpikeSourceArray).
TEST(SpikeSourceArray, takes_new_times_between_runs) {
    Sources sources{std::vector{Sequence{}, Sequence{}}, 2, 1_ms};
    EXPECT_TRUE(sources.until(10).empty());

    sources.set(std::vector{Sequence{12_ms, 15_ms, 18_ms}, Sequence{17_ms, 19_ms}});
    EXPECT_EQ(
        sources.until(20), (Spikes{{12, 0, 1}, {15, 0, 1}, {17, 1, 1}, {18, 0, 1}, {19, 1, 1}})
    );

    sources.set(std::vector{Sequence{22_ms, 25_ms}, Sequence{23_ms, 27_ms, 29_ms}});
    EXPECT_EQ(
        sources.until(30), (Spikes{{22, 0, 1}, {23, 1, 1}, {25, 0, 1}, {27, 1, 1}, {29, 1, 1}})
    );
}

TEST(SpikeSourceArray, replaces_the_future_and_ignores_the_past) {
    Sources sources{Sequence{1_ms, 5_ms, 6_ms}};
    EXPECT_EQ(sources.until(50), (Spikes{{10, 0, 1}, {50, 0, 1}}));

    sources.set(Sequence{2_ms, 5_ms, 5.1_ms, 8_ms});

    EXPECT_EQ(sources.until(100), (Spikes{{51, 0, 1}, {80, 0, 1}}));
}

TEST(SpikeSourceArray, ignores_time_0_once_it_has_passed) {
    Sources sources{Sequence{}};
    sources.until(1);

    sources.set(Sequence{0_ms, 0.3_ms});

    EXPECT_EQ(sources.until(10), (Spikes{{3, 0, 1}}));
}

TEST(SpikeSourceArray, may_be_silent_or_without_cells) {
    EXPECT_TRUE(Sources{Sequence{}}.until(10).empty());
    EXPECT_TRUE(Sources(Sequence{1_ms}, 0).until(10).empty());
}

TEST(SpikeSourceArray, cannot_be_asked_for_other_steps) {
    EXPECT_FALSE(SpikeSourceArray::make_group({{0, 1}, TimeGrid{0.1_ms}})->is_addressable());
}

TEST(SpikeSourceArray, holds_millions_of_spikes) {
    constexpr int size = 3;
    Sources       sources{
        [](std::size_t cell) {
            std::vector<double> times(1'000'000);
            for (std::size_t k = 0; k < times.size(); ++k)
                times[k] = 0.04 + 0.001 * double(cell) + 0.01 * double(k);
            return Sequence::in_ms(std::move(times));
        },
        size};
    std::size_t   total = 0;
    std::uint32_t most  = 0;
    for (const auto& [step, cell, count] : sources.until(100'001)) {
        total += count;
        most = std::max(most, count);
    }
    EXPECT_EQ(total, 3'000'000u);
    EXPECT_EQ(most, 10u);
}

}  // namespace
}  // namespace ranvier

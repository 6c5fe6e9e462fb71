#include "ranvier/models/NeuronGroupOf.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"

#include "models/Cells.hpp"
#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

using test::Cells;
using test::Counter;

TEST(NeuronGroupOf, adds_an_injected_current_in_the_very_step) {
    Cells<Counter> cells{Counter{}, 40, 0.1_ms, {16, 7, 17}};
    cells.advance();
    for (std::size_t piece = 0; piece < 3; ++piece) {
        const auto current = cells.group().injected(piece);
        ASSERT_EQ(current.size(), cells.group().cells_of(piece).size());
        for (std::size_t i = 0; i < current.size(); ++i)
            current[i] = 100 * static_cast<double>(cells.group().cells_of(piece).first + i);
    }

    cells.advance();
    for (std::size_t i = 0; i < 40; ++i)
        EXPECT_EQ(cells.get("v", i), 7 + 100 * static_cast<double>(i));

    cells.advance();  // it stays until it is changed
    for (std::size_t i = 0; i < 40; ++i)
        EXPECT_EQ(cells.get("v", i), 8 + 200 * static_cast<double>(i));
}

TEST(NeuronGroupOf, has_the_same_bits_whether_a_current_is_a_parameter_or_injected) {
    Cells<IF_curr_exp> parameter{IF_curr_exp{.i_offset = 1_nA}, 5};
    Cells<IF_curr_exp> injected{IF_curr_exp{.i_offset = 0_nA}, 5};
    for (auto& current : injected.group().injected(0))
        current = 1;
    std::size_t num_spikes = 0;
    for (int step = 0; step < 1000; ++step) {
        const auto spikes = parameter.advance();
        ASSERT_EQ(injected.advance(), spikes);
        ASSERT_EQ(injected.bits(), parameter.bits());
        num_spikes += spikes.size();
    }
    EXPECT_GT(num_spikes, 5u);
}

/// Times of spikes of a cell under constant current.
std::vector<double> spike_times(Time dt, SpikeTiming timing, double until_ms) {
    Cells<IF_curr_exp> cell{
        IF_curr_exp{.tau_refrac = 0.33_ms, .i_offset = 2_nA}, 1, dt, {}, timing};
    std::vector<double> times;
    for (int step = 0; step * dt.value() < until_ms; ++step) {
        cell.advance();
        times.insert(times.end(), cell.times_ms().begin(), cell.times_ms().end());
    }
    return times;
}

// tau_m log(40 / 25) from reset to threshold; each crossing is found to 1e-9 ms.
TEST(NeuronGroupOf, spikes_off_the_grid_at_the_times_of_the_equations) {
    for (const Time dt : {0.05_ms, 0.1_ms, 1_ms}) {
        const auto times = spike_times(dt, SpikeTiming::off_grid, 100);
        ASSERT_GE(times.size(), 9u);
        for (std::size_t k = 0; k < times.size(); ++k) {
            const double expected =
                static_cast<double>(k + 1) * 20 * std::log(1.6) + static_cast<double>(k) * 0.33;
            EXPECT_NEAR(times[k], expected, 1e-9 * static_cast<double>(k + 2)) << k;
        }
    }
}

TEST(NeuronGroupOf, spikes_on_the_grid_at_the_end_of_the_step) {
    const auto times = spike_times(0.1_ms, SpikeTiming::on_grid, 20);

    ASSERT_EQ(times.size(), 2u);
    EXPECT_DOUBLE_EQ(times[0], 9.5);
    EXPECT_DOUBLE_EQ(times[1], 9.5 + 0.4 + 9.5) << "held for whole steps";
}

template <class M, class T>
void expect_one_history() {
    const auto history = [](const std::vector<std::size_t>& pieces) {
        Cells<M, T> cells{M{.tau_refrac = 0.25_ms}, 60, 0.1_ms, pieces, SpikeTiming::off_grid};
        cells.set("i_offset", random::Distribution::uniform(0, 50));
        cells.set("v_thresh", random::Distribution::uniform(-60, -50));
        std::vector<double> result;
        for (int step = 0; step < 200; ++step) {
            for (const std::uint32_t cell : cells.advance())
                result.push_back(cell);
            result.insert(result.end(), cells.times_ms().begin(), cells.times_ms().end());
            const auto v = cells.get("v");
            result.insert(result.end(), v.begin(), v.end());
        }
        return result;
    };
    const auto expected = history({60});
    EXPECT_GT(expected.size(), 60u * 200 + 1000);
    EXPECT_TRUE((history({1, 32, 27}) == expected));
}

TEST(NeuronGroupOf, has_the_same_bits_off_the_grid_whatever_the_pieces) {
    expect_one_history<IF_curr_exp, double>();
    expect_one_history<IF_curr_exp, float>();
    expect_one_history<IF_cond_exp, double>();
}

}  // namespace
}  // namespace ranvier::models

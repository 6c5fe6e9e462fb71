#include "ranvier/models/NeuronGroup.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

using test::Cells;
using test::Counter;

TEST(NeuronGroup, starts_with_the_initial_values) {
    const Cells<Counter> cells{Counter{}, 20};

    EXPECT_EQ(cells.get("v"), std::vector(20, 5.0));
    EXPECT_EQ(cells.get("input"), std::vector(20, 0.0));
}

TEST(NeuronGroup, advances_each_cell_with_its_own_constants) {
    Cells<Counter> cells{
        Counter{.rise = [](std::size_t i) { return static_cast<double>(i) * 1_mV; }}, 50};

    for (int step = 0; step < 3; ++step)
        EXPECT_TRUE(cells.advance().empty());

    for (std::size_t i = 0; i < 50; ++i)
        EXPECT_EQ(cells.get("v", i), 5 + 3 * static_cast<double>(i));
}

TEST(NeuronGroup, adds_input_to_the_cell_it_is_for) {
    Cells<Counter> cells{Counter{}, 40, 0.1_ms, {16, 7, 17}};
    for (std::size_t i = 0; i < 40; ++i)
        cells.receive(0, i, static_cast<double>(100 * i));

    cells.advance();
    cells.advance();

    for (std::size_t i = 0; i < 40; ++i)
        EXPECT_EQ(cells.get("v", i), 7 + 100 * static_cast<double>(i));
}

TEST(NeuronGroup, gives_spiking_cells_ascending_within_the_slice) {
    Cells<Counter> cells{Counter{.v_thresh = 10_mV}, 100, 0.1_ms, {1, 16, 50, 33}};
    cells.initialize("v", std::vector<double>(100, -1000.0));
    std::vector<double>              v(100, -1000.0);
    const std::vector<std::uint32_t> expected = {0, 1, 16, 17, 18, 66, 67, 99};
    for (const std::uint32_t i : expected)
        v[i] = 9;
    cells.initialize("v", v);

    EXPECT_EQ(cells.advance(), expected);
    EXPECT_TRUE(cells.advance().empty());
    for (const std::uint32_t i : expected)
        EXPECT_EQ(cells.get("v", i), -9) << "one step after v_reset";
}

TEST(NeuronGroup, has_the_same_bits_whatever_the_pieces_and_the_place_in_them) {
    const Counter model{
        .rise = uniform(0_mV, 1_mV), .tau_refrac = uniform(0_ms, 1_ms), .v_thresh = 10_mV};
    Cells<Counter> whole{model, 100};
    Cells<Counter> parts{model, 100, 0.1_ms, {3, 16, 30, 1, 50}};
    std::size_t    num_spikes = 0;
    for (int step = 0; step < 200; ++step) {
        const auto spikes = whole.advance();
        num_spikes += spikes.size();
        ASSERT_EQ(parts.advance(), spikes);
        ASSERT_EQ(parts.bits(), whole.bits());
    }
    EXPECT_GT(num_spikes, 100u);
}

/// Steps between the spikes of a cell that spikes whenever it is free.
Step interval(Time tau_refrac, Time dt = 0.1_ms) {
    Cells<Counter>    cells{Counter{.tau_refrac = tau_refrac, .v_thresh = -10_mV}, 1, dt};
    std::vector<Step> spikes;
    while (spikes.size() < 3) {
        if (!cells.advance().empty()) spikes.push_back(cells.step());
    }
    EXPECT_EQ(spikes[2] - spikes[1], spikes[1] - spikes[0]);
    return spikes[1] - spikes[0];
}

TEST(NeuronGroup, holds_cells_for_their_refractory_period_rounded_up_to_steps) {
    EXPECT_EQ(interval(0_ms), 1);
    EXPECT_EQ(interval(0.1_ms), 2);
    EXPECT_EQ(interval(0.11_ms), 3);
    EXPECT_EQ(interval(0.25_ms), 4);
    EXPECT_EQ(interval(2_ms), 21);
    EXPECT_EQ(interval(12.7_ms), 128);
    EXPECT_EQ(interval(12.8_ms), 129);
    EXPECT_EQ(interval(12.85_ms), 130);
    EXPECT_EQ(interval(100_ms), 1001);
    EXPECT_EQ(interval(2_ms, 0.3_ms), 8);
    EXPECT_EQ(interval(2_ms, 0.001_ms), 2001);
}

TEST(NeuronGroup, shows_v_reset_while_a_cell_is_refractory) {
    Cells<Counter> cells{Counter{.tau_refrac = 0.3_ms, .v_thresh = 6_mV}, 3};

    ASSERT_EQ(cells.advance().size(), 3u);
    for (int step = 0; step < 3; ++step) {
        EXPECT_EQ(cells.get("v"), std::vector(3, -10.0));
        EXPECT_EQ(cells.group().state_bits(0, 1), bits_of(-10.0));
        EXPECT_TRUE(cells.advance().empty());
    }
    EXPECT_EQ(cells.get("v"), std::vector(3, -10.0)) << "held until the end of the period";
    cells.advance();
    EXPECT_EQ(cells.get("v"), std::vector(3, -9.0));
}

TEST(NeuronGroup, ignores_input_to_the_potential_of_refractory_cells) {
    Cells<Counter> cells{Counter{.tau_refrac = 0.5_ms, .v_thresh = 6_mV}};
    cells.advance();
    cells.receive(0, 0, 1e6);

    EXPECT_TRUE(cells.advance().empty());

    EXPECT_EQ(cells.get("v", 0), -10);
    EXPECT_EQ(cells.get("input", 0), 0);
}

TEST(NeuronGroup, holds_each_cell_for_its_own_period) {
    Cells<Counter> cells{
        Counter{
            .tau_refrac = [](std::size_t i) { return static_cast<double>(i) * 0.1_ms; },
            .v_thresh   = -10_mV},
        150};
    std::vector<Step> last(150, 1);
    ASSERT_EQ(cells.advance().size(), 150u);
    for (int step = 0; step < 1000; ++step) {
        for (const std::uint32_t i : cells.advance()) {
            EXPECT_EQ(cells.step() - last[i], static_cast<Step>(i) + 1);
            last[i] = cells.step();
        }
    }
    for (std::size_t i = 0; i < 150; ++i)
        EXPECT_GT(last[i], 1);
}

TEST(NeuronGroup, frees_refractory_cells_that_are_given_a_potential) {
    Cells<Counter> cells{Counter{.tau_refrac = 1_ms, .v_thresh = 6_mV}, 2};
    cells.advance();

    cells.initialize("v", 0.0);
    cells.set("v_thresh", 1000.0);
    for (int step = 1; step <= 20; ++step) {  // beyond the end of the period that was cut short
        EXPECT_TRUE(cells.advance().empty());
        ASSERT_EQ(cells.get("v"), std::vector(2, double{1} * step));
    }
}

TEST(NeuronGroup, keeps_cells_refractory_when_another_variable_is_given) {
    Cells<Counter> cells{Counter{.tau_refrac = 1_ms, .v_thresh = 6_mV}};
    cells.advance();

    cells.initialize("input", 3.0);
    cells.advance();

    EXPECT_EQ(cells.get("v", 0), -10);
}

TEST(NeuronGroup, shows_the_new_v_reset_of_refractory_cells) {
    Cells<Counter> cells{Counter{.tau_refrac = 0.5_ms, .v_thresh = 6_mV}};
    cells.advance();

    cells.set("v_reset", 2.0);
    EXPECT_EQ(cells.get("v", 0), 2);
    for (int step = 0; step < 6; ++step)
        cells.advance();

    EXPECT_EQ(cells.get("v", 0), 3);
}

TEST(NeuronGroup, uses_new_parameters_from_the_next_step_on) {
    Cells<Counter> cells{Counter{}, 20};
    cells.advance();

    cells.set("rise", 100.0);
    cells.advance();
    std::vector<double> rise(20);
    std::iota(rise.begin(), rise.end(), 0.0);
    cells.set("rise", rise);
    cells.advance();
    cells.set("rise", 1000.0);
    cells.advance();

    for (std::size_t i = 0; i < 20; ++i)
        EXPECT_EQ(cells.get("v", i), 1106 + static_cast<double>(i));
}

TEST(NeuronGroup, holds_state_in_its_precision) {
    Cells<Counter, float>  single{Counter{.rise = 0.1_mV}, 17};
    Cells<Counter, double> full{Counter{.rise = 0.1_mV}, 17};
    single.advance();
    full.advance();

    EXPECT_EQ(single.get("v", 16), static_cast<double>(5.0f + 0.1f));
    EXPECT_EQ(single.group().state_bits(0, 16), bits_of(5.0f + 0.1f));
    EXPECT_EQ(full.group().state_bits(0, 16), bits_of(5.0 + 0.1));
}

TEST(NeuronGroup, of_no_cells_does_nothing) {
    NeuronGroupOf<Counter, double> group{0, TimeGrid{0.1_ms}};
    group.bind({});
    group.set_columns(
        test::columns_of(given_parameters(Counter{.rise = std::vector<Voltage>{}}), 0, {}), 0
    );
    group.write_state(0, {});
    group.read_state(0, {});

    EXPECT_EQ(group.num_cells(), 0u);
}

TEST(NeuronGroup, says_what_it_is) {
    Cells<Counter> cells{Counter{}, 7};

    EXPECT_EQ(cells.group().model(), "Counter");
    EXPECT_EQ(cells.group().num_cells(), 7u);
    EXPECT_EQ(cells.group().input(), Input::voltage);
    EXPECT_FALSE(cells.group().is_source());
    EXPECT_EQ(cells.group().receptors().size(), 1u);
}

}  // namespace
}  // namespace ranvier::models

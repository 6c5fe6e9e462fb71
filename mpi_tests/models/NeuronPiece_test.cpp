#include "ranvier/models/NeuronPiece.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

using test::Counter;

struct Bound {
    explicit Bound(const Counter& model, std::size_t size) : input(16) {
        columns.resize(4);
        for (auto& [place, column] : test::columns_of(given_parameters(model), size, {0, size}))
            columns[place] = column;
        piece.bind({{0, size}, {input.data()}}, receptor_infos<Counter>());
    }
    AlignedArray<double>         input;
    std::vector<Column>          columns;
    NeuronPiece<Counter, double> piece;
};

TEST(NeuronPiece, uses_the_memory_of_receptors_and_marks_lanes_without_a_cell) {
    Bound bound{Counter{}, 3};

    EXPECT_EQ(bound.piece.padded, 16u);
    EXPECT_EQ(bound.piece.state[1], bound.input.data());
    EXPECT_EQ(bound.piece.state[0][2], 0);
    EXPECT_TRUE(std::isnan(bound.piece.state[0][3]));
}

TEST(NeuronPiece, holds_equal_constants_once) {
    Bound bound{Counter{.rise = [](std::size_t i) { return static_cast<double>(i) * 1_mV; }}, 3};
    bound.piece.derive(bound.columns, false, TimeGrid{0.1_ms});

    EXPECT_FALSE(bound.piece.uniform);
    EXPECT_EQ(bound.piece.stride[0], 1);
    EXPECT_EQ(bound.piece.stride[1], 0);
    EXPECT_EQ(bound.piece.constants_of(2).rise, 2);
    EXPECT_EQ(bound.piece.constants_of(2).v_reset, -10);
}

TEST(NeuronPiece, shows_a_held_cell_at_its_reset_potential) {
    Bound bound{Counter{}, 1};
    bound.piece.derive(bound.columns, true, TimeGrid{0.1_ms});
    bound.piece.store(0, {std::nan(""), 3});

    EXPECT_EQ(bound.piece.canonical(0, 0), -10);
    EXPECT_EQ(bound.piece.canonical(1, 0), 3);
}

TEST(NeuronPiece, rounds_refractory_periods_up) {
    Bound bound{Counter{.tau_refrac = 0.25_ms}, 1};
    bound.piece.derive(bound.columns, true, TimeGrid{0.1_ms});

    EXPECT_EQ(bound.piece.refractory_steps_of(0), 3);
    EXPECT_EQ(bound.piece.refractory_ms_of(0), 0.25);
}

}  // namespace
}  // namespace ranvier::models

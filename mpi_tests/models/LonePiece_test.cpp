#include "ranvier/models/LonePiece.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

using test::Counter;

/// Three cells that rise by 1 mV in any step, however short, and spike at once; what the kernel
/// does is up to the test.
struct Bound {
    Bound() : input(16), columns(4) {
        const Counter model{.tau_refrac = 0.25_ms, .v_thresh = 10_mV};
        for (auto& [place, column] : test::columns_of(given_parameters(model), 3, {0, 3}))
            columns[place] = column;
        piece.bind({{0, 3}, {input.data()}}, receptor_infos<Counter>());
        piece.derive(columns, true, grid);
        off_grid.bind(piece);
    }
    template <class Run>
    std::vector<std::uint32_t> advance(Step step, Run run) {
        const CellSpikes spikes = off_grid.advance(
            piece,
            columns,
            grid,
            step,
            run,
            [](auto, auto, auto& state, const auto& constants) {
                Counter::on_spike(state, constants);
            }
        );
        offsets.assign(spikes.offsets.begin(), spikes.offsets.end());
        return {spikes.cells.begin(), spikes.cells.end()};
    }

    TimeGrid                     grid{0.1_ms};
    AlignedArray<double>         input;
    std::vector<Column>          columns;
    NeuronPiece<Counter, double> piece;
    LonePiece<Counter, double>   off_grid;
    std::vector<double>          offsets;
};

TEST(LonePiece, takes_cells_that_crossed_through_the_step_again_in_their_order) {
    Bound      bound;
    const auto spikes = bound.advance(1, [&](std::size_t num_released) {
        EXPECT_EQ(num_released, 0u);
        bound.piece.spikes[0] = 1;
        bound.piece.spikes[1] = 2;
        for (const double v : {9.5, 9.5})  // [spikes][num_states] before the step
            for (std::size_t k = 0; k < 2; ++k)
                bound.off_grid.before[2 * k] = v;
        return std::size_t{2};
    });

    EXPECT_EQ(spikes, (std::vector<std::uint32_t>{1, 2}));
    ASSERT_EQ(bound.offsets.size(), 2u);
    for (const double offset : bound.offsets) {
        EXPECT_GT(offset, -0.1);
        EXPECT_LE(offset, 0);
    }
    EXPECT_TRUE(bound.piece.refractory.holds(1));
    EXPECT_FALSE(bound.piece.refractory.holds(0));
    EXPECT_EQ(bound.piece.canonical(0, 2), -10) << "shown at v_reset";
}

TEST(LonePiece, releases_cells_within_the_step) {
    Bound bound;
    bound.piece.hold(0, 7);
    bound.off_grid.release[0] = 0.04;
    const auto spikes         = bound.advance(7, [&](std::size_t num_released) {
        EXPECT_EQ(num_released, 1u);
        return std::size_t{0};
    });

    EXPECT_TRUE(spikes.empty());
    EXPECT_EQ(bound.piece.state[0][0], -9) << "from v_reset, one step";
    EXPECT_EQ(bound.piece.refractory.size(), 0u);
}

}  // namespace
}  // namespace ranvier::models

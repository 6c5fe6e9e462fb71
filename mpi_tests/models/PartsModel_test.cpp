#include "ranvier/models/PartsModel.hpp"

#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/GIF_cond_exp.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"

#include "models/Cells.hpp"
#include "models/Counter.hpp"
#include "models/cells/ComposedNeuron.hpp"

namespace ranvier::models {
namespace {

using Composed = ComposedNeuron<AdExp>;

TEST(PartsModel, is_told_from_models_without_parts) {
    static_assert(PartsModel<GIF_cond_exp> && !CellModel<GIF_cond_exp>);
    static_assert(PartsModel<Composed> && PartsModel<LinearNeuron>);
    static_assert(!PartsModel<IF_curr_exp> && NeuronModel<IF_curr_exp>);
    static_assert(std::is_same_v<ScalarOf<IF_curr_exp>::type, IF_curr_exp>);
    static_assert(std::is_same_v<ScalarOf<GIF_cond_exp>::type, Whole<GIF_cond_exp>>);
}

template <class S>
constexpr std::size_t numbers_in = count_of<S, double>;

TEST(PartsModel, has_the_numbers_of_its_parts_one_behind_the_other) {
    const std::size_t head  = numbers_in<Composed::Constants<double>>;
    const auto        parts = placed<Composed>({{2, 12}, {0, 14}, {3, 15}});

    EXPECT_EQ(parts[0].state, 2u) << "behind v and w";
    EXPECT_EQ(parts[1].state, 4u) << "an alpha function has two";
    EXPECT_EQ(parts[2].state, 5u);
    EXPECT_EQ(parts[0].constant, head);
    EXPECT_EQ(parts[1].constant, head + numbers_in<AlphaPSR::Constants<double>>);
    EXPECT_EQ(parts[1].number, 14u);
    EXPECT_EQ(totals<Composed>(parts).first, 7u);
    const std::size_t last = numbers_in<BetaPSR::Constants<double>>;
    EXPECT_EQ(totals<Composed>(parts).second, parts[2].constant + last);
}

TEST(PartsModel, calls_for_the_kind_of_a_part) {
    for (std::uint32_t kind = 0; kind < 4; ++kind) {
        std::size_t calls = 0;
        with_kind<Composed>({kind}, [&]<class Kind>() {
            ++calls;
            EXPECT_EQ((std::is_same_v<Kind, AlphaPSR>), kind == 2);
        });
        EXPECT_EQ(calls, 1u);
    }
}

/// One GIF cell with two elements of each kind.
struct OneCell {
    OneCell() : columns(std::tuple_size_v<decltype(GIF_cond_exp::parameters())>) {
        const GIF_cond_exp model{
            .tau_eta   = {1_ms, 2_ms},
            .tau_gamma = {3_ms, 4_ms},
            .a_eta     = {0.5, 0.25},
            .a_gamma   = {2.0, 3.0}};
        for (auto& [place, column] : test::columns_of(given_parameters(model), 1, {0, 1}))
            columns[place] = column;
        parts = GIF_cond_exp::parts(columns, {0, 1});
    }
    std::vector<Column> columns;
    std::vector<Part>   parts;
};

TEST(PartsModel, lets_a_spike_act_on_the_head_and_on_all_parts) {
    using Cell = Whole<GIF_cond_exp>;
    const OneCell cell;
    const auto    derived =
        Cell::prepare(WholeValues<GIF_cond_exp>{cell.columns, 0, cell.parts}, 0.1_ms);
    Cell::State<double> state{{-40, 0, 0, 0, -48, 1, 0}, {1, 2, 3, 4}};

    Cell::on_spike(state, derived.constants, 0.5);

    EXPECT_EQ(state.v, -65);
    EXPECT_EQ(state.i_eta, 0.75);
    EXPECT_EQ(state.v_t, -43);
    EXPECT_EQ(state.patience, -math::log(0.5));
    EXPECT_EQ(state.parts, (std::vector<double>{1.5, 2.25, 5, 7}));
}

TEST(PartsModel, advances_head_and_parts) {
    using Cell = Whole<GIF_cond_exp>;
    const OneCell cell;
    const auto    derived =
        Cell::prepare(WholeValues<GIF_cond_exp>{cell.columns, 0, cell.parts}, 1_ms);
    Cell::State<double> state{{-65, 0, 0, 0, -48, 1, 0}, {1, 0, 0, 2}};

    EXPECT_FALSE(Cell::advance(state, derived.constants, NoCurrent{}));

    EXPECT_EQ(state.parts[0], math::exp(-1.0));
    EXPECT_EQ(state.parts[3], 2 * math::exp(-0.25));
    EXPECT_EQ(state.i_eta, state.parts[0]);
    EXPECT_EQ(state.v_t, -48 + state.parts[3]);
    EXPECT_LT(state.v, -65) << "the element's current is subtracted";
}

}  // namespace
}  // namespace ranvier::models

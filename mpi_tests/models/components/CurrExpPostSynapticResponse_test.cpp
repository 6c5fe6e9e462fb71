#include "ranvier/models/components/CurrExpPostSynapticResponse.hpp"

#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier {
namespace {

using R = CurrExpPostSynapticResponse;

/// The constants of a receptor of a cell that rests at -70 mV.
R::Constants<double> constants(const R& receptor, Time h) {
    std::vector<models::Column> columns(1 + std::tuple_size_v<decltype(R::parameters())>);
    for (auto& [place, column] : test::columns_of(models::given_members(receptor, 1), 1, {0, 1}))
        columns[place] = column;
    return R::prepare(models::CellValues<R>{columns, 0, 1}, -70_mV, h);
}

TEST(CurrExpPostSynapticResponse, lets_in_a_decaying_current) {
    const auto                    k = constants({.tau_syn = 4_ms}, 2_ms);
    R::State<double>              s{0.3};
    models::SynapticInput<double> input;
    R::add_to(input, s, k);
    R::advance(s, k);

    // means of exp(-t / 4) over [0, 2]
    EXPECT_DOUBLE_EQ(input.current.mean, 0.3 * 2 * (1 - std::exp(-0.5)));
    EXPECT_EQ(input.current.start, 0.3);
    EXPECT_EQ(input.g.mean, 0);
    EXPECT_DOUBLE_EQ(s.isyn, 0.3 * std::exp(-0.5));
    EXPECT_EQ(input.current.end, s.isyn);
}

TEST(CurrExpPostSynapticResponse, takes_weights_as_a_current) {
    EXPECT_EQ(R::input, models::Input::current);
    EXPECT_EQ(models::state_infos<R>()[0].name, R::target);
    EXPECT_EQ(models::parameter_infos<R>()[0].name, "tau_syn");
}

}  // namespace
}  // namespace ranvier

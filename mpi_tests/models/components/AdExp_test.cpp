#include "ranvier/models/components/AdExp.hpp"

#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier {
namespace {

models::Derived<AdExp::Constants<double>> derived(const AdExp& model, Time h) {
    std::vector<models::Column> columns(std::tuple_size_v<decltype(AdExp::parameters())>);
    for (auto& [place, column] : test::columns_of(models::given_parameters(model), 1, {0, 1}))
        columns[place] = column;
    return AdExp::prepare(models::CellValues<AdExp>{columns, 0}, h);
}

// The membrane itself is tested with AdaptiveExponential and with the models that have it.
TEST(AdExp, advances_as_its_membrane_does) {
    const auto                    k = derived({.i_offset = 0.3_nA, .a = 6_nS}, 0.1_ms);
    AdExp::State<double>          s{-60, 0.02};
    double                        v = -60, w = 0.02;
    models::SynapticInput<double> none;
    for (int step = 0; step < 20; ++step) {
        const bool spiked =
            AdExp::advance(s, k.constants, none, models::InjectedCurrent<double>{0.1});
        k.constants.membrane.advance(v, w, none, 0.4);
        EXPECT_EQ(s.v, v);
        EXPECT_EQ(s.w, w);
        EXPECT_EQ(spiked, v >= -40);
    }
}

TEST(AdExp, adapts_by_b_at_a_spike) {
    const auto           k = derived({.v_reset = -65_mV, .b = 0.125_nA, .delta_T = 0_mV}, 0.1_ms);
    AdExp::State<double> s{k.constants.membrane.v_spike, 0.25};
    EXPECT_EQ(s.v, -50.4) << "v_thresh counts without an exponential";
    EXPECT_EQ(AdExp::excess(s, k.constants), 0);
    AdExp::on_spike(s, k.constants);
    EXPECT_EQ(s.v, -65);
    EXPECT_EQ(s.w, 0.375);

    s = {k.constants.membrane.v_spike + 0.05, 0.25};
    AdExp::on_spike(s, k.constants);
    EXPECT_NEAR(s.w, 0.25 + 0.125 * std::exp(-0.05 / 144), 1e-15) << "half a step ago";
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/components/LIF.hpp"

#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier {
namespace {

models::Derived<LIF::Constants<double>> derived(const LIF& model, Time h) {
    std::vector<models::Column> columns(std::tuple_size_v<decltype(LIF::parameters())>);
    for (auto& [place, column] : test::columns_of(models::given_parameters(model), 1, {0, 1}))
        columns[place] = column;
    return LIF::prepare(models::CellValues<LIF>{columns, 0}, h);
}

// Without input v relaxes exponentially towards v_rest + i tau_m / cm.
TEST(LIF, relaxes_towards_the_potential_of_its_current) {
    const auto         k = derived({.cm = 0.5_nF, .tau_m = 10_ms, .i_offset = 0.2_nA}, 1_ms);
    LIF::State<double> s{-70};
    models::SynapticInput<double> none;
    for (int step = 1; step <= 10; ++step) {
        EXPECT_FALSE(LIF::advance(s, k.constants, none, models::NoCurrent{}));
        EXPECT_NEAR(s.v, -61 - 9 * std::exp(-step / 10.0), 1e-12);
    }
    EXPECT_EQ(k.refractory, 0.1_ms);
}

TEST(LIF, spikes_at_its_threshold) {
    const auto                    k = derived({.v_reset = -68_mV, .v_thresh = -64.9_mV}, 1_ms);
    LIF::State<double>            s{-60};
    models::SynapticInput<double> none;
    EXPECT_TRUE(LIF::advance(s, k.constants, none, models::NoCurrent{}));
    EXPECT_GT(LIF::excess(s, k.constants), 0);
    LIF::on_spike(s, k.constants);
    EXPECT_EQ(s.v, -68);
}

}  // namespace
}  // namespace ranvier

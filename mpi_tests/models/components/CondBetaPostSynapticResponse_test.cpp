#include "ranvier/models/components/CondBetaPostSynapticResponse.hpp"

#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier {
namespace {

using R = CondBetaPostSynapticResponse;

/// The constants of a receptor of a cell that rests at -70 mV.
R::Constants<double> constants(const R& receptor, Time h) {
    std::vector<models::Column> columns(1 + std::tuple_size_v<decltype(R::parameters())>);
    for (auto& [place, column] : test::columns_of(models::given_members(receptor, 1), 1, {0, 1}))
        columns[place] = column;
    return R::prepare(models::CellValues<R>{columns, 0, 1}, -70_mV, h);
}

TEST(CondBetaPostSynapticResponse, pulls_towards_its_reversal_potential) {
    const auto                    k = constants({.e_syn = -5_mV}, 0.1_ms);
    R::State<double>              s{0.3, 0.1};
    models::SynapticInput<double> input;
    R::add_to(input, s, k);

    EXPECT_EQ(k.from_v_rest, 65) << "e_syn above v_rest";
    EXPECT_EQ(input.g.start, 0.3);
    EXPECT_DOUBLE_EQ(input.current.mean, 65 * input.g.mean);
    EXPECT_DOUBLE_EQ(input.current.end, 65 * input.g.end);
}

TEST(CondBetaPostSynapticResponse, has_its_weight_as_peak) {
    static_assert(std::is_same_v<BetaPSR, R>);
    const double     rise = 0.5, decay = 3;
    const double     peak = decay * rise * std::log(decay / rise) / (decay - rise);
    const auto       beta = [&](double t) { return std::exp(-t / decay) - std::exp(-t / rise); };
    const auto       k = constants({.tau_rise = rise * 1_ms, .tau_decay = decay * 1_ms}, 0.25_ms);
    R::State<double> s{0, 0.3};
    for (int step = 1; step <= 40; ++step) {
        R::advance(s, k);
        EXPECT_NEAR(s.gsyn, 0.3 * beta(step / 4.0) / beta(peak), 1e-15);
    }
    EXPECT_EQ(R::target, "rise");
}

TEST(CondBetaPostSynapticResponse, of_equal_time_constants_is_an_alpha_function) {
    const auto       k = constants({.tau_rise = 2_ms, .tau_decay = 2_ms}, 1_ms);
    R::State<double> s{0, 0.3};
    for (int step = 1; step <= 10; ++step) {
        R::advance(s, k);
        EXPECT_NEAR(s.gsyn, 0.3 * step / 2 * std::exp(1 - step / 2.0), 1e-15);
    }
}

}  // namespace
}  // namespace ranvier

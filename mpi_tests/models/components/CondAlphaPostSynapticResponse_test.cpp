#include "ranvier/models/components/CondAlphaPostSynapticResponse.hpp"

#include <cmath>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier {
namespace {

using R = CondAlphaPostSynapticResponse;

/// The constants of a receptor of a cell that rests at -70 mV.
R::Constants<double> constants(const R& receptor, Time h) {
    std::vector<models::Column> columns(1 + std::tuple_size_v<decltype(R::parameters())>);
    for (auto& [place, column] : test::columns_of(models::given_members(receptor, 1), 1, {0, 1}))
        columns[place] = column;
    return R::prepare(models::CellValues<R>{columns, 0, 1}, -70_mV, h);
}

TEST(CondAlphaPostSynapticResponse, pulls_towards_its_reversal_potential) {
    const auto                    k = constants({.e_syn = -5_mV}, 0.1_ms);
    R::State<double>              s{0.3, 0.1};
    models::SynapticInput<double> input;
    R::add_to(input, s, k);

    EXPECT_EQ(k.from_v_rest, 65) << "e_syn above v_rest";
    EXPECT_EQ(input.g.start, 0.3);
    EXPECT_DOUBLE_EQ(input.current.mean, 65 * input.g.mean);
    EXPECT_DOUBLE_EQ(input.current.end, 65 * input.g.end);
}

TEST(CondAlphaPostSynapticResponse, has_its_peak_at_its_time_constant) {
    static_assert(std::is_same_v<AlphaPSR, R>);
    const auto       k = constants({.tau_syn = 4_ms}, 1_ms);
    R::State<double> s{0, 0.3};
    EXPECT_NEAR(4 * k.shape.from_y * std::exp(-0.75), 1, 1e-15) << "the peak, at step 4";
    for (int step = 1; step <= 10; ++step) {
        R::advance(s, k);
        EXPECT_NEAR(s.gsyn, 0.3 * step / 4 * std::exp(1 - step / 4.0), 1e-15);
    }
    EXPECT_EQ(R::target, "rise");
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/cells/IF_curr_delta.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/converged.hpp"

namespace ranvier {
namespace {

using nlohmann::json;
using test::param;

/// The equations as the header states them.
struct Equations {
    explicit Equations(const json& c)
        : v_rest(param(c, "v_rest", -65)),
          cm(param(c, "cm", 1)),
          tau_m(param(c, "tau_m", 20)),
          tau_refrac(param(c, "tau_refrac", 0.1)),
          tau_E(param(c, "tau_syn_E", 5)),
          tau_I(param(c, "tau_syn_I", 5)),
          v_thresh(param(c, "v_thresh", -50)),
          v_reset(param(c, "v_reset", -65)),
          i_offset(param(c, "i_offset", 0)) {}

    test::State start() const { return {-65}; }
    test::State rates(const test::State& y, double current) const {
        return {(v_rest - y[0]) / tau_m + (i_offset + current) / cm};
    }
    void receive(test::State& y, int, double weight, bool held) const {
        if (!held) y[0] += weight;
    }
    double excess(const test::State& y) const { return y[0] - v_thresh; }
    void   spike(test::State& y) const { y[0] = v_reset; }

    double v_rest, cm, tau_m, tau_refrac, tau_E, tau_I, v_thresh, v_reset, i_offset;
};

json published() {
    return test::reference_case("IF_curr_delta");
}

// Off the grid, at 0.1 ms, for the published case and for others that come close to what breaks
// methods: equal time constants, no or an odd refractory period, strong and fast input.
TEST(IF_curr_delta, spikes_when_its_equations_do) {
    test::expect_accurate<IF_curr_delta, Equations>(
        {published(),
         test::variant(published(), {{"tau_m", 5.0}, {"tau_refrac", 0.0}}, 2.9, 1),
         test::variant(published(), {{"tau_refrac", 0.25}, {"cm", 0.3}}, 1.3, 2),
         test::variant(published(), {{"tau_refrac", 5.05}}, 0.9, 10)},
        {}
    );
}

// On the grid such input is lost, as in NEST; off it, the cell is free when its period is over,
// whatever the rounding of multiples of 0.1 ms.
TEST(IF_curr_delta, meets_input_at_the_end_of_the_refractory_period_off_the_grid) {
    for (const Time dt : {0.1_ms, 0.05_ms, 0.02_ms, 0.01_ms}) {
        for (int k = 1; k <= 50; ++k) {
            json       recorded = published();
            json&      setup    = recorded.at("case");
            const auto spikes   = [&](double second, SpikeTiming timing) {
                setup["exc"] = {1.0, second};
                return test::replayed<IF_curr_delta>(recorded, dt, timing).spikes_ms.size();
            };
            setup["params"] = {{"tau_refrac", k / 10.0}};
            setup["w_exc"]  = 20;
            setup["inh"]    = json::array();
            setup["tstop"]  = 10;
            setup["dc"]     = {{"amplitude", 0}, {"start", 0}, {"stop", 10}};
            for (const SpikeTiming timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
                const std::size_t expected = timing == SpikeTiming::on_grid ? 1 : 2;
                EXPECT_EQ(spikes((10 + k) / 10.0, timing), expected) << k << " " << dt.value();
                EXPECT_EQ(spikes((9 + k) / 10.0, timing), 1u) << k << " " << dt.value();
                EXPECT_EQ(spikes((11 + k) / 10.0, timing), 2u) << k << " " << dt.value();
            }
        }
    }
}

TEST(IF_curr_delta, is_on_the_grid_no_further_from_its_equations_than_nest) {
    const auto exact = test::Converged<Equations>{published().at("case"), 0.002}.recording;
    test::expect_better_than_nest<IF_curr_delta>(published(), exact);
}

TEST(IF_curr_delta, spikes_when_input_lifts_it_over_the_threshold) {
    for (const auto timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
        test::Cells<IF_curr_delta> cell{IF_curr_delta{.tau_refrac = 2_ms}, 2, 0.1_ms, {}, timing};
        cell.advance();
        cell.receive(0, 0, 20);
        cell.receive(1, 1, -20);
        cell.settle();
        EXPECT_EQ(cell.get("v", 0), -65);
        EXPECT_EQ(cell.get("v", 1), -85);

        ASSERT_EQ(cell.advance(), std::vector<std::uint32_t>{0});
        EXPECT_DOUBLE_EQ(cell.times_ms()[0], 0.1);
        cell.receive(0, 0, 20);
        EXPECT_TRUE(cell.advance().empty()) << "input is ignored in the refractory period";
    }
}

}  // namespace
}  // namespace ranvier

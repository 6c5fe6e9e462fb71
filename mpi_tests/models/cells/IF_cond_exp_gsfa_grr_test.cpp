#include "ranvier/models/cells/IF_cond_exp_gsfa_grr.hpp"

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
          i_offset(param(c, "i_offset", 0)),
          e_E(param(c, "e_rev_E", 0)),
          e_I(param(c, "e_rev_I", -70)),
          g_s(c.at("init").value("g_s", 0.0) / 1000),
          g_r(c.at("init").value("g_r", 0.0) / 1000) {}

    test::State start() const { return {-65, 0, 0, g_s, g_r}; }  // v, gE, gI, gs, gr [uS]
    test::State rates(const test::State& y, double current) const {
        return {
            (cm / tau_m * (v_rest - y[0]) + y[1] * (e_E - y[0]) + y[2] * (e_I - y[0]) +
             (y[3] + y[4]) * (-75 - y[0]) + i_offset + current) /
                cm,
            -y[1] / tau_E,
            -y[2] / tau_I,
            -y[3] / 100,
            -y[4] / 2};
    }
    void receive(test::State& y, int receptor, double weight, bool) const {
        y[receptor == 0 ? 1 : 2] += weight;
    }
    double excess(const test::State& y) const { return y[0] - v_thresh; }
    void   spike(test::State& y) const {
          y[0] = v_reset;
          y[3] += 0.015;
          y[4] += 3;
    }

    double v_rest, cm, tau_m, tau_refrac, tau_E, tau_I, v_thresh, v_reset, i_offset, e_E, e_I;
    double g_s, g_r;  ///< in the beginning, uS
};

json published() {
    return test::reference_case("IF_cond_exp_gsfa_grr");
}

// Off the grid, at 0.1 ms, for the published case and for others that come close to what breaks
// methods: equal time constants, no or an odd refractory period, strong and fast input.
TEST(IF_cond_exp_gsfa_grr, spikes_when_its_equations_do) {
    test::expect_accurate<IF_cond_exp_gsfa_grr, Equations>(
        {published(),
         test::variant(published(), {{"tau_m", 5.0}, {"tau_refrac", 0.0}}, 2.9, 1),
         test::variant(published(), {{"tau_refrac", 0.25}, {"cm", 0.3}}, 1.3, 2),
         test::variant(
             published(), {{"tau_m", 10.0}, {"tau_syn_E", 0.5}, {"v_reset", -72.0}}, 1.9, 10
         )},
        {}
    );
}

// As long after spikes, so that both conductances of adaptation change beside the synaptic ones.
TEST(IF_cond_exp_gsfa_grr, converges_at_order_4) {
    auto quiet            = test::variant(published(), {{"v_thresh", 1000.0}}, 0.5, 20);
    quiet["case"]["init"] = {{"g_s", 150.0}, {"g_r", 1000.0}};

    const double order =
        test::order_of_convergence<IF_cond_exp_gsfa_grr, Equations>(quiet, 0.1_ms, 0.05_ms);

    EXPECT_GT(order, 4 - 0.3);
}

// Each spike leaves a conductance of 3 uS that decays in 2 ms.
TEST(IF_cond_exp_gsfa_grr, converges_at_order_4_with_spikes) {
    const auto errors = test::errors_of_spikes<IF_cond_exp_gsfa_grr>(published());

    EXPECT_LT(errors.largest, 1e-6);
    EXPECT_GT(errors.order, 4 - 0.3);
}

TEST(IF_cond_exp_gsfa_grr, adds_to_its_adaptation_when_it_spikes) {
    test::Cells<IF_cond_exp_gsfa_grr> cell{IF_cond_exp_gsfa_grr{.q_sfa = 7_nS}};
    cell.initialize("v", 0.0);
    ASSERT_EQ(cell.advance().size(), 1u);

    EXPECT_EQ(cell.get("g_s", 0), 7);
    EXPECT_EQ(cell.get("g_r", 0), 3000);
}

}  // namespace
}  // namespace ranvier

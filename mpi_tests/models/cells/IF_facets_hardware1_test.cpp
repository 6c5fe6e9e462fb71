#include "ranvier/models/cells/IF_facets_hardware1.hpp"

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
        : g_leak(param(c, "g_leak", 40) / 1000),
          tau_E(param(c, "tau_syn_E", 30)),
          tau_I(param(c, "tau_syn_I", 30)),
          v_reset(param(c, "v_reset", -80)),
          e_I(param(c, "e_rev_I", -80)),
          v_rest(param(c, "v_rest", -65)),
          v_thresh(param(c, "v_thresh", -55)) {}
    test::State start() const { return {-65, 0, 0}; }
    test::State rates(const test::State& y, double current) const {
        return {
            (g_leak * (v_rest - y[0]) + y[1] * (0 - y[0]) + y[2] * (e_I - y[0]) + current) / 0.2,
            -y[1] / tau_E,
            -y[2] / tau_I};
    }
    void receive(test::State& y, int receptor, double weight, bool) const {
        y[receptor == 0 ? 1 : 2] += weight;
    }
    double excess(const test::State& y) const { return y[0] - v_thresh; }
    void   spike(test::State& y) const { y[0] = v_reset; }

    double g_leak, tau_E, tau_I, v_reset, e_I, v_rest, v_thresh, tau_refrac = 1;
};

json published() {
    return test::reference_case("IF_facets_hardware1");
}

// Off the grid, at 0.1 ms, for the published case and for others that come close to what breaks
// methods: equal time constants, no or an odd refractory period, strong and fast input.
TEST(IF_facets_hardware1, spikes_when_its_equations_do) {
    test::expect_accurate<IF_facets_hardware1, Equations>(
        {published(),
         test::variant(published(), {{"g_leak", 20.0}}, 0.1, 1),
         test::variant(published(), {{"tau_syn_E", 3.0}, {"v_thresh", -50.0}}, 0.0, 10)},
        {}
    );
}

TEST(IF_facets_hardware1, is_on_the_grid_no_further_from_its_equations_than_nest) {
    const auto exact = test::Converged<Equations>{published().at("case"), 0.002}.recording;
    test::expect_better_than_nest<IF_facets_hardware1>(published(), exact);
}

TEST(IF_facets_hardware1, converges_at_order_4) {
    const auto quiet = test::variant(published(), {{"v_thresh", 1000.0}}, 0.1, 20);

    const double order =
        test::order_of_convergence<IF_facets_hardware1, Equations>(quiet, 0.2_ms, 0.1_ms);

    EXPECT_GT(order, 4 - 0.3);
}

}  // namespace
}  // namespace ranvier

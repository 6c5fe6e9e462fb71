#include "ranvier/models/cells/IF_curr_alpha.hpp"

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
          tau_E(param(c, "tau_syn_E", 0.5)),
          tau_I(param(c, "tau_syn_I", 0.5)),
          v_thresh(param(c, "v_thresh", -50)),
          v_reset(param(c, "v_reset", -65)),
          i_offset(param(c, "i_offset", 0)) {}

    test::State start() const { return {-65, 0, 0, 0, 0}; }  // v, iE, iI, their rising parts
    test::State rates(const test::State& y, double current) const {
        return {
            (v_rest - y[0]) / tau_m + (y[1] + y[2] + i_offset + current) / cm,
            y[3] - y[1] / tau_E,
            y[4] - y[2] / tau_I,
            -y[3] / tau_E,
            -y[4] / tau_I};
    }
    void receive(test::State& y, int receptor, double weight, bool) const {
        y[receptor == 0 ? 3 : 4] += weight * std::exp(1.0) / (receptor == 0 ? tau_E : tau_I);
    }
    double excess(const test::State& y) const { return y[0] - v_thresh; }
    void   spike(test::State& y) const { y[0] = v_reset; }

    double v_rest, cm, tau_m, tau_refrac, tau_E, tau_I, v_thresh, v_reset, i_offset;
};

json published() {
    return test::reference_case("IF_curr_alpha");
}

// Off the grid, at 0.1 ms, for the published case and for others that come close to what breaks
// methods: equal time constants, no or an odd refractory period, strong and fast input.
TEST(IF_curr_alpha, spikes_when_its_equations_do) {
    test::expect_accurate<IF_curr_alpha, Equations>(
        {published(),
         test::variant(
             published(), {{"tau_m", 5.0}, {"tau_syn_E", 5.0}, {"tau_refrac", 0.0}}, 2.9, 1
         ),
         test::variant(published(), {{"tau_m", 4.0}, {"tau_syn_E", 20.0}}, 2.0, 1),
         test::variant(published(), {{"tau_refrac", 0.25}, {"cm", 0.3}}, 1.3, 2)},
        {}
    );
}

TEST(IF_curr_alpha, is_on_the_grid_no_further_from_its_equations_than_nest) {
    const auto exact = test::Converged<Equations>{published().at("case"), 0.002}.recording;
    test::expect_better_than_nest<IF_curr_alpha>(published(), exact);
}

// The equations are solved exactly: steps of any length give the same.
TEST(IF_curr_alpha, does_not_depend_on_the_time_step_below_threshold) {
    for (const double tau : {0.5, 19.0, 20.0, 20.0 * (1 + 1e-9), 60.0}) {
        const auto quiet = test::variant(
            published(), {{"v_thresh", 1000.0}, {"tau_syn_E", tau}, {"tau_m", 20.0}}, 0.5
        );
        const auto coarse = test::replayed<IF_curr_alpha>(quiet, 0.5_ms);
        const auto fine   = test::replayed<IF_curr_alpha>(quiet, 0.02_ms);
        for (std::size_t k = 0; k < coarse.v.size(); ++k)
            ASSERT_NEAR(coarse.v[k], fine.v[k], 1e-10) << tau;  // 8000 roundings of 2^-46
    }
}

}  // namespace
}  // namespace ranvier

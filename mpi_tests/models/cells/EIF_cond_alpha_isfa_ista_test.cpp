#include "ranvier/models/cells/EIF_cond_alpha_isfa_ista.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/converged.hpp"
#include "models/periodic.hpp"

namespace ranvier {
namespace {

using nlohmann::json;
using test::param;

/// The equations as the header states them.
struct Equations {
    explicit Equations(const json& c)
        : cm(param(c, "cm", 0.281)),
          tau_refrac(param(c, "tau_refrac", 0.1)),
          v_spike(param(c, "v_spike", -40)),
          v_reset(param(c, "v_reset", -70.6)),
          v_rest(param(c, "v_rest", -70.6)),
          tau_m(param(c, "tau_m", 9.3667)),
          a(param(c, "a", 4) / 1000),
          b(param(c, "b", 0.0805)),
          delta_T(param(c, "delta_T", 2)),
          tau_w(param(c, "tau_w", 144)),
          v_thresh(param(c, "v_thresh", -50.4)),
          tau_E(param(c, "tau_syn_E", 5)),
          tau_I(param(c, "tau_syn_I", 5)) {
        if (delta_T == 0) v_spike = v_thresh;
    }
    double membrane(const test::State& y, double current) const {
        const double g = cm / tau_m;
        const double exponential =
            delta_T == 0 ? 0 : g * delta_T * std::exp(std::min((y[0] - v_thresh) / delta_T, 25.0));
        return (g * (v_rest - y[0]) + exponential - y[1] + y[2] * (0 - y[0]) + y[3] * (-80 - y[0]) +
                current) /
               cm;
    }
    double adaptation(const test::State& y) const { return (a * (y[0] - v_rest) - y[1]) / tau_w; }
    double excess(const test::State& y) const { return y[0] - v_spike; }
    void   spike(test::State& y) const {
          y[0] = v_reset;
          y[1] += b;
    }
    test::State start() const { return {-70.6, 0, 0, 0, 0, 0}; }  // v, w, gE, gI, rising parts
    test::State rates(const test::State& y, double current) const {
        return {
            membrane(y, current),
            adaptation(y),
            y[4] - y[2] / tau_E,
            y[5] - y[3] / tau_I,
            -y[4] / tau_E,
            -y[5] / tau_I};
    }
    void receive(test::State& y, int receptor, double weight, bool) const {
        y[receptor == 0 ? 4 : 5] += weight * std::exp(1.0) / (receptor == 0 ? tau_E : tau_I);
    }

    double cm, tau_refrac, v_spike, v_reset, v_rest, tau_m, a, b, delta_T, tau_w, v_thresh, tau_E,
        tau_I;
};

json published() {
    return test::reference_case("EIF_cond_alpha_isfa_ista");
}

// Off the grid, at 0.1 ms, for the published case and for others that come close to what breaks
// methods: equal time constants, no or an odd refractory period, strong and fast input.
TEST(EIF_cond_alpha_isfa_ista, spikes_when_its_equations_do) {
    test::expect_accurate<EIF_cond_alpha_isfa_ista, Equations>(
        {published(),
         test::variant(published(), {{"v_spike", 0.0}, {"tau_refrac", 0.0}}, 0.8, 1),
         test::variant(published(), {{"delta_T", 0.0}, {"tau_refrac", 0.0}}, 1.3, 1),
         test::variant(published(), {{"delta_T", 0.5}, {"tau_refrac", 2.05}, {"b", 0.02}}, 1.0, 2),
         test::variant(published(), {{"tau_w", 20.0}, {"a", 30.0}, {"v_spike", -20.0}}, 2.0, 1)},
        {}
    );
}

TEST(EIF_cond_alpha_isfa_ista, converges_at_order_3) {
    const auto quiet = test::variant(published(), {{"v_thresh", 0.0}, {"v_spike", 100.0}}, 0.4, 10);

    const double order =
        test::order_of_convergence<EIF_cond_alpha_isfa_ista, Equations>(quiet, 0.2_ms, 0.1_ms);

    EXPECT_GT(order, 3 - 0.3);
}

TEST(EIF_cond_alpha_isfa_ista, spikes_at_exact_times_however_many_there_are) {
    test::expect_exact_spikes(EIF_cond_alpha_isfa_ista{});
}

// With conductances and adaptation.
TEST(EIF_cond_alpha_isfa_ista, converges_at_order_3_with_spikes) {
    const auto errors = test::errors_of_spikes<EIF_cond_alpha_isfa_ista>(published());

    EXPECT_LT(errors.largest, 1e-4);
    EXPECT_GT(errors.order, 3 - 0.3);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/models/cells/Izhikevich.hpp"

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
        : a(param(c, "a", 0.02)),
          b(param(c, "b", 0.2)),
          v_reset(param(c, "c", -65)),
          d(param(c, "d", 2)) {}
    test::State start() const { return {-70, -14}; }
    test::State rates(const test::State& y, double current) const {
        return {0.04 * y[0] * y[0] + 5 * y[0] + 140 - y[1] + 1000 * current, a * (b * y[0] - y[1])};
    }
    void   receive(test::State& y, int, double weight, bool) const { y[0] += weight; }
    double excess(const test::State& y) const { return y[0] - 30; }
    void   spike(test::State& y) const {
          y[0] = v_reset;
          y[1] += d;
    }

    double a, b, v_reset, d, tau_refrac = 0;
};

json published() {
    return test::reference_case("Izhikevich");
}

// Off the grid, at 0.1 ms, for the published case and for others that come close to what breaks
// methods: equal time constants, no or an odd refractory period, strong and fast input.
TEST(Izhikevich, spikes_when_its_equations_do) {
    test::expect_accurate<Izhikevich, Equations>(
        {published(),
         test::variant(published(), {{"a", 0.1}, {"c", -50.0}}, 0.01, 1),
         test::variant(published(), {{"b", 0.25}, {"d", 8.0}}, 0.03, 4),
         test::variant(published(), {{"c", -55.0}}, 0.2, 1)},
        {.spikes_ms = 0.03, .v = 0.3}
    );
}

TEST(Izhikevich, is_on_the_grid_no_further_from_its_equations_than_nest) {
    const auto exact = test::Converged<Equations>{published().at("case"), 0.002}.recording;
    test::expect_better_than_nest<Izhikevich>(published(), exact);
}

TEST(Izhikevich, converges_at_order_4) {
    auto quiet           = test::variant(published(), json::object(), 0.002);
    quiet["case"]["exc"] = {5.0};

    const double order = test::order_of_convergence<Izhikevich, Equations>(quiet, 0.2_ms, 0.1_ms);

    EXPECT_GT(order, 3.7);
}

// Into how many parts a step is divided follows v by leaps, and the error with it.
TEST(Izhikevich, converges_at_almost_order_4_with_spikes) {
    const auto errors = test::errors_of_spikes<Izhikevich>(published());

    EXPECT_LT(errors.largest, 1e-4);
    EXPECT_GT(errors.order, 3.3);
}

}  // namespace
}  // namespace ranvier

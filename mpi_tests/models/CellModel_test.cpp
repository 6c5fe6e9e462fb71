#include "ranvier/models/CellModel.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/IF_curr_exp.hpp"
#include "ranvier/models/cells/SpikeSourcePoisson.hpp"

#include "models/Cells.hpp"
#include "models/Counter.hpp"

namespace ranvier::models {
namespace {

TEST(CellModel, is_a_neuron_and_no_spike_source) {
    static_assert(CellModel<IF_curr_exp>);
    static_assert(CellModel<test::Counter>);
    static_assert(!CellModel<SpikeSourcePoisson>);
    static_assert(!CellModel<int>);
}

TEST(CellModel, values_of_a_cell_are_found_by_member) {
    const IF_curr_exp   model{.cm = 0.25_nF, .tau_m = std::vector{10_ms, 12_ms, 14_ms}};
    std::vector<Column> columns;
    for (auto& [place, column] : test::columns_of(given_parameters(model), 3, {0, 3}))
        columns.push_back(column);

    const CellValues<IF_curr_exp> values{columns, 2};

    EXPECT_EQ(values[&IF_curr_exp::tau_m], 14_ms);
    EXPECT_EQ(values[&IF_curr_exp::tau_syn_E], 5_ms);
    EXPECT_EQ(values[&IF_curr_exp::cm], 0.25_nF);
    EXPECT_EQ(values[&IF_curr_exp::v_thresh], -50_mV);
}

/// The propagator with the larger time constant in front, so that nothing overflows.
double propagator(double tau_m, double tau_s, double cm, double dt) {
    const long double slow = std::max(tau_m, tau_s);
    const long double fast = std::min(tau_m, tau_s);
    const long double x    = dt * (1 / fast - 1 / slow);
    const long double part = x == 0 ? 1.0L : -std::expm1(-x) / x;
    return static_cast<double>(dt / cm * std::exp(-dt / slow) * part);
}

// Roundings: about ten operations and two functions of 2 ulp, together 8 ulp, and the rounding of
// the exponent dt / tau, which exp magnifies by its size.
TEST(CellModel, propagator_is_exact_for_all_time_constants) {
    const double taus[] = {0.001, 0.01, 0.1, 0.5, 2, 5, 5 * (1 + 1e-12), 5.0001, 10, 20, 1000, 1e6};
    for (const double tau_m : taus) {
        for (const double tau_s : taus) {
            for (const double dt : {0.001, 0.1, 1.0}) {
                const double expected = propagator(tau_m, tau_s, 0.25, dt);
                const double exponent = dt / std::max(tau_m, tau_s);
                const double actual =
                    exact_propagator(tau_m * 1_ms, tau_s * 1_ms, 0.25_nF, dt * 1_ms).value();
                ASSERT_NEAR(actual, expected, expected * (0x1p-49 + exponent * 0x1p-52))
                    << tau_m << " " << tau_s << " " << dt;
            }
        }
    }
}

TEST(CellModel, propagator_of_equal_time_constants_is_the_alpha_function) {
    const double actual = exact_propagator(5_ms, 5_ms, 0.5_nF, 0.1_ms).value();

    EXPECT_NEAR(actual, 0.1 / 0.5 * std::exp(-0.02), 0.2 * 0x1p-50);
}

// An input that vanishes within the step has left its charge behind.
TEST(CellModel, propagator_of_a_very_fast_current_is_its_charge) {
    for (const double tau : {1e-4, 1e-6, 1e-9}) {
        const double charge = exact_propagator(1e6_ms, tau * 1_ms, 1_nF, 0.1_ms).value();
        const double same   = exact_propagator(tau * 1_ms, 1e6_ms, 1_nF, 0.1_ms).value();

        EXPECT_NEAR(charge, tau, tau * 1e-6);
        EXPECT_NEAR(same, tau, tau * 1e-6);
    }
}

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/kernel_peaks.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/EIF_cond_alpha_isfa_ista.hpp"
#include "ranvier/models/cells/EIF_cond_exp_isfa_ista.hpp"
#include "ranvier/models/cells/IF_cond_alpha.hpp"
#include "ranvier/models/cells/IF_cond_exp.hpp"
#include "ranvier/models/cells/IF_cond_exp_gsfa_grr.hpp"
#include "ranvier/models/cells/IF_curr_alpha.hpp"
#include "ranvier/models/cells/IF_curr_exp.hpp"
#include "ranvier/models/cells/IF_facets_hardware1.hpp"
#include "ranvier/models/cells/PointNeuron.hpp"

#include "models/Cells.hpp"

namespace ranvier::models {
namespace {

using test::Cells;

// A parabola with its maximum `peak` at `at` (a part of the step) and curvature -2 c, in a step of
// length 1.
bool may_pass_parabola(double peak, double at, double c) {
    const double start = peak - c * at * at, end = peak - c * (1 - at) * (1 - at);
    return may_pass(-start, -end, 2 * c * at, 2 * c * (1 - at));
}

TEST(may_pass, finds_every_parabola_above_the_threshold) {
    for (const double c : {1e-3, 1.0, 1e3}) {
        for (const double at : {0.01, 0.3, 0.5, 0.9, 0.99}) {
            const double lower_end = c * std::min(at * at, (1 - at) * (1 - at));
            EXPECT_TRUE(may_pass_parabola(1e-3 * lower_end, at, c)) << at;
            // Tangents end up twice as high above the ends, and twice that is allowed for.
            EXPECT_TRUE(may_pass_parabola(-2.9 * c * at * (1 - at), at, c)) << at;
            EXPECT_FALSE(may_pass_parabola(-3.1 * c * at * (1 - at), at, c)) << at;
        }
    }
}

TEST(may_pass, leaves_out_what_rises_or_falls_all_the_time_or_is_held) {
    EXPECT_FALSE(may_pass(1.0, 0.001, 1.0, -0.1));
    EXPECT_FALSE(may_pass(0.001, 1.0, -0.1, 1.0));
    EXPECT_FALSE(may_pass(-0.1, 0.1, 1.0, 1.0)) << "began above the threshold";
    EXPECT_FALSE(may_pass(std::nan(""), 0.1, 1.0, 1.0));
    EXPECT_FALSE(may_pass(std::nan(""), std::nan(""), std::nan(""), std::nan("")));
}

using Values = std::vector<std::pair<std::string, double>>;

/// Times of spikes in the 10 ms after one input of a weight.
template <class M, class T = double>
std::vector<double> spikes(const M& model, const Values& values, double weight, Time dt) {
    Cells<M, T> cell{model, 1, dt, {}, SpikeTiming::off_grid};
    for (const auto& [name, value] : values)
        cell.set(name, value);
    cell.receive(0, 0, weight);
    std::vector<double> times;
    for (Step step = 0; step < TimeGrid{dt}.nearest(10); ++step) {
        cell.advance();
        times.insert(times.end(), cell.times_ms().begin(), cell.times_ms().end());
    }
    return times;
}

/// The smallest weight that lets a cell spike.
template <class M, class T = double>
double threshold_weight(const M& model, const Values& values, Time dt) {
    double low = 0, high = 1;
    while (spikes<M, T>(model, values, high, dt).empty())
        high *= 2;
    for (int k = 0; k < 26; ++k) {
        const double middle                                            = 0.5 * (low + high);
        (spikes<M, T>(model, values, middle, dt).empty() ? low : high) = middle;
    }
    return high;
}

// v = v_rest + w tau_m tau_s / (cm (tau_m - tau_s)) (exp(-t / tau_m) - exp(-t / tau_s)); v is above
// the threshold for 0.01 to 0.4 ms.
TEST(off_grid, weights_just_above_the_threshold_let_IF_curr_exp_spike) {
    for (const auto& [tau_m, tau_s] :
         {std::pair{2.0, 0.5},
          {0.6, 0.35},
          {20.0, 0.3},
          {0.5, 3.0},
          {0.2, 0.02},
          {0.03, 0.02},
          {0.02, 0.5}}) {
        const auto response = [&, m = tau_m, s = tau_s](double t) {
            return m * s / (m - s) * (std::exp(-t / m) - std::exp(-t / s));
        };
        const double at = std::log(tau_m / tau_s) * tau_m * tau_s / (tau_m - tau_s);
        const Values values{{"tau_m", tau_m}, {"tau_syn_E", tau_s}, {"tau_refrac", 20}};
        for (const double ratio : {1.00001, 1.0001, 1.0005, 1.001, 1.002, 1.005, 1.01}) {
            const double weight = ratio * 15 / response(at);
            double       low = 0, high = at;
            for (int k = 0; k < 60; ++k) {
                const double middle                           = 0.5 * (low + high);
                (weight * response(middle) < 15 ? low : high) = middle;
            }
            for (const Time dt : {0.1_ms, 0.05_ms, 1_ms}) {
                const auto times = spikes(IF_curr_exp{}, values, weight, dt);
                ASSERT_EQ(times.size(), 1u)
                    << tau_m << " " << tau_s << " " << ratio << " " << dt.value();
                // The end of the search, and rounding of v where it hardly rises.
                EXPECT_NEAR(times[0], high, 1e-7);
            }
        }
        EXPECT_TRUE(spikes(IF_curr_exp{}, values, 0.99999 * 15 / response(at), 0.1_ms).empty());
    }
}

/// Expects the same threshold at a time step at which v is above it for a fraction of a step as at
/// one at which it is so for many. Within 1e-5, which is what the methods' errors come to; where
/// conductances change by most of their size in a step, 1e-4.
template <class M>
void expect_threshold(const M& model, const Values& values, double tolerance = 1e-5) {
    const double fine = threshold_weight(model, values, 0.005_ms);
    EXPECT_NEAR(threshold_weight(model, values, 0.1_ms) / fine, 1, tolerance);
    // 15 mV in single precision: v has an error of 2^-24 of 50 mV per step or so.
    const double single = threshold_weight<M, float>(model, values, 0.1_ms);
    EXPECT_NEAR(single / fine, 1, tolerance + 100 * 0x1p-24 * 50 / 15);
}

// Time constants of a tenth of the step.
const Values shorter{{"tau_m", 0.2}, {"tau_syn_E", 0.02}, {"tau_refrac", 20}};
const Values shortest{{"tau_m", 0.03}, {"tau_syn_E", 0.012}, {"tau_refrac", 20}};
const Values fast{{"tau_m", 1.0}, {"tau_syn_E", 0.4}, {"tau_refrac", 20}};
const Values slow{{"tau_m", 10.0}, {"tau_syn_E", 0.7}, {"tau_refrac", 20}};

TEST(off_grid, no_model_needs_a_larger_weight_at_a_longer_time_step) {
    for (const Values* values : {&shortest, &shorter, &fast, &slow}) {
        const double tolerance = values == &shortest || values == &shorter ? 1e-4 : 1e-5;
        expect_threshold(IF_curr_exp{}, *values);
        expect_threshold(IF_curr_alpha{}, *values);
        expect_threshold(IF_cond_exp{}, *values, tolerance);
        expect_threshold(IF_cond_alpha{}, *values, tolerance);
        expect_threshold(IF_cond_exp_gsfa_grr{}, *values, tolerance);
        Values hard = *values;
        hard.emplace_back("delta_T", 0);
        expect_threshold(EIF_cond_exp_isfa_ista{}, hard, tolerance);
        expect_threshold(EIF_cond_alpha_isfa_ista{}, hard, tolerance);
    }
    expect_threshold(IF_facets_hardware1{}, {{"g_leak", 200.0}, {"tau_syn_E", 0.5}});
    expect_threshold(IF_facets_hardware1{}, {{"g_leak", 1000.0}, {"tau_syn_E", 0.02}}, 1e-4);
}

TEST(off_grid, no_composed_neuron_needs_a_larger_weight_at_a_longer_time_step) {
    const Values values{{"tau_m", 1.0}, {"tau_refrac", 20}};
    Values       hard = values;
    hard.emplace_back("delta_T", 0);
    const PointNeuron::Response responses[] = {
        ExpPSR{.tau_syn = 0.4_ms}, AlphaPSR{.tau_syn = 0.4_ms}, BetaPSR{.tau_decay = 0.6_ms}};
    expect_threshold(
        PointNeuron{LIF{}, {{"a", CurrExpPostSynapticResponse{.tau_syn = 0.4_ms}}}}, values
    );
    for (const PointNeuron::Response& response : responses) {
        expect_threshold(PointNeuron{LIF{}, {{"a", response}}}, values);
        expect_threshold(PointNeuron{AdExp{}, {{"a", response}}}, hard);
    }
}

/// The share of steps in which a cell is looked at although it does not spike, under 500 excitatory
/// and 100 inhibitory inputs per second that hold v a few mV below the threshold.
template <class M>
double needless_looks(const M& model, std::size_t E, std::size_t I, double w_E, double w_I) {
    std::vector<Column> columns(std::tuple_size_v<decltype(M::parameters())>);
    for (auto& [place, column] : test::columns_of(given_parameters(model), 1, {0, 1}))
        columns[place] = column;
    const auto k = M::prepare(CellValues<M>{columns, 0}, 0.1_ms).constants;
    using State  = typename M::template State<double>;
    std::array<double, sizeof(State) / sizeof(double)> numbers{-65};
    constexpr int                                      steps  = 200000;
    int                                                looks  = 0;
    std::uint32_t                                      random = 1;
    for (int n = 0; n < steps; ++n) {
        const auto before = std::bit_cast<State>(numbers);
        State      after  = before;
        const bool spiked = M::advance(after, k, NoCurrent{});
        if (!spiked && to_be_looked_at_with<M>(before, after, k, NoCurrent{}) != 0) ++looks;
        if (spiked) M::on_spike(after, k);
        numbers = std::bit_cast<decltype(numbers)>(after);
        random  = random * 1664525 + 1013904223;  // Numerical Recipes
        if ((random >> 16) % 1000 < 50) numbers[E] += w_E;
        if ((random >> 16) % 1000 >= 990) numbers[I] += w_I;
    }
    return static_cast<double>(looks) / steps;
}

// A look takes about a microsecond, a step of a cell a nanosecond: one in 1000 may be needless.
TEST(off_grid, looks_are_rare_at_usual_parameters) {
    EXPECT_LT(needless_looks(IF_curr_exp{}, 1, 2, 0.25, -0.1), 1e-3);
    EXPECT_LT(needless_looks(IF_curr_alpha{}, 3, 4, 1.0, -0.5), 1e-3);
    EXPECT_LT(needless_looks(IF_cond_exp{}, 1, 2, 0.005, 0.01), 1e-3);
    EXPECT_LT(needless_looks(IF_cond_alpha{}, 3, 4, 0.03, 0.05), 1e-3);
    EXPECT_LT(needless_looks(EIF_cond_exp_isfa_ista{}, 2, 3, 0.002, 0.002), 1e-2);
}

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/kernel_peaks.hpp"

#include <cmath>
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
    for (const auto& [tau_m, tau_s] : {std::pair{2.0, 0.5}, {0.6, 0.35}, {20.0, 0.3}, {0.5, 3.0}}) {
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
/// one at which it is so for many. Within 1e-5, which is what the methods' errors come to.
template <class M>
void expect_threshold(const M& model, const Values& values) {
    const double fine = threshold_weight(model, values, 0.005_ms);
    EXPECT_NEAR(threshold_weight(model, values, 0.1_ms) / fine, 1, 1e-5);
    // 15 mV in single precision: v has an error of 2^-24 of 50 mV per step or so.
    const double single = threshold_weight<M, float>(model, values, 0.1_ms);
    EXPECT_NEAR(single / fine, 1, 1e-5 + 100 * 0x1p-24 * 50 / 15);
}

const Values fast{{"tau_m", 1.0}, {"tau_syn_E", 0.4}, {"tau_refrac", 20}};
const Values slow{{"tau_m", 10.0}, {"tau_syn_E", 0.7}, {"tau_refrac", 20}};

TEST(off_grid, no_model_needs_a_larger_weight_at_a_longer_time_step) {
    for (const Values& values : {fast, slow}) {
        expect_threshold(IF_curr_exp{}, values);
        expect_threshold(IF_curr_alpha{}, values);
        expect_threshold(IF_cond_exp{}, values);
        expect_threshold(IF_cond_alpha{}, values);
        expect_threshold(IF_cond_exp_gsfa_grr{}, values);
        Values hard = values;
        hard.emplace_back("delta_T", 0);
        expect_threshold(EIF_cond_exp_isfa_ista{}, hard);
        expect_threshold(EIF_cond_alpha_isfa_ista{}, hard);
    }
    expect_threshold(IF_facets_hardware1{}, {{"g_leak", 200.0}, {"tau_syn_E", 0.5}});
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

}  // namespace
}  // namespace ranvier::models

#include "ranvier/models/cells/GIF_cond_exp.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/cells/IF_cond_exp.hpp"

#include "models/Cells.hpp"
#include "random/statistics.hpp"

namespace ranvier {
namespace {

using test::Cells;

/// Nothing adapts and v stays where it is: the intensity is constant.
GIF_cond_exp constant(Frequency intensity, Time tau_refrac) {
    return {
        .v_rest     = -48_mV,
        .tau_refrac = tau_refrac,
        .v_reset    = -48_mV,
        .lambda0    = intensity,
        .tau_eta    = std::vector<Time>{},
        .tau_gamma  = std::vector<Time>{},
        .a_eta      = ArrayParameter{},
        .a_gamma    = ArrayParameter{}};
}

/// The first intervals of 500 cells in ms, that before the first spike included. Far from the end
/// of the run, which would cut long ones off.
std::vector<double> first_intervals(
    const GIF_cond_exp& model, SpikeTiming timing, std::size_t per_cell, int steps
) {
    const std::size_t                size = 500;
    Cells<GIF_cond_exp>              cells{model, size, 0.1_ms, {}, timing};
    std::vector<std::vector<double>> times(size, {0});
    cells.initialize("v", -48.0);
    for (int step = 0; step < steps; ++step) {
        const auto spikes = cells.advance();
        for (std::size_t k = 0; k < spikes.size(); ++k)
            times[spikes[k]].push_back(cells.times_ms()[k]);
    }
    std::vector<double> result;
    for (const auto& train : times) {
        EXPECT_GT(train.size(), per_cell) << "run longer";
        for (std::size_t k = 1; k <= per_cell; ++k)
            result.push_back(train[k] - train[k - 1]);
    }
    return result;
}

// An intensity of 500 Hz: probability 1 - exp(-0.05) in each step.
TEST(GIF_cond_exp, spikes_on_the_grid_with_the_probability_of_its_intensity) {
    const auto sample = first_intervals(constant(500_Hz, 0_ms), SpikeTiming::on_grid, 8, 800);
    std::vector<double> steps, probability;
    for (const double interval : sample)
        steps.push_back(std::round(interval * 10));
    probability.push_back(0);
    for (int k = 1; k < 150; ++k)
        probability.push_back(std::exp(-0.05 * (k - 1)) * -std::expm1(-0.05));
    EXPECT_TRUE(test::occur_with(steps, probability));
}

TEST(GIF_cond_exp, spikes_off_the_grid_as_a_poisson_process) {
    const auto sample = first_intervals(constant(500_Hz, 0_ms), SpikeTiming::off_grid, 8, 800);
    EXPECT_TRUE(test::follows(sample, [](double t) { return -std::expm1(-t / 2); }));
}

TEST(GIF_cond_exp, has_no_intensity_during_its_refractory_period) {
    auto sample = first_intervals(constant(500_Hz, 3.03_ms), SpikeTiming::off_grid, 8, 1200);
    std::vector<double> later;
    for (std::size_t k = 0; k < sample.size(); ++k) {
        if (k % 8 == 0) continue;  // before the first spike there is no such period
        EXPECT_GE(sample[k], 3.03);
        later.push_back(sample[k] - 3.03);
    }
    EXPECT_TRUE(test::follows(later, [](double t) { return -std::expm1(-t / 2); }));
}

// 20000 steps of 4e-7, of which a sum in single precision near 1 would see multiples of 6e-8
// or 1.2e-7 only; shown are numbers that are off by as much.
TEST(GIF_cond_exp, does_not_lose_low_intensities_in_single_precision) {
    Cells<GIF_cond_exp, float> cells{constant(0.004_Hz, 0_ms), 8};
    cells.initialize("v", -48.0);
    cells.advance();
    const auto before = cells.get("patience");
    for (int step = 0; step < 20000; ++step)
        ASSERT_TRUE(cells.advance().empty());
    const auto after = cells.get("patience");
    for (std::size_t i = 0; i < 8; ++i)
        EXPECT_NEAR(before[i] - after[i], 0.008, 4e-7 + 0.008 * 1e-6) << i;
}

/// A cell that adapts under a constant current, in numbers; solved independently between spikes.
struct Adapting {
    double i = 1.6, g = 0.05, cm = 1, tau_refrac = 2.2, delta_v = 1.5, lambda0 = 0.02;
    double tau_eta[2] = {5, 60}, a_eta[2] = {0.15, 0.05};
    double tau_gamma[1] = {20}, a_gamma[1] = {2};

    GIF_cond_exp model() const {
        return {
            .tau_m      = cm / g * 1_ms,
            .tau_refrac = tau_refrac * 1_ms,
            .v_reset    = -60_mV,
            .i_offset   = i * 1_nA,
            .delta_v    = delta_v * 1_mV,
            .v_t_star   = -45_mV,
            .lambda0    = lambda0 * 1_kHz,
            .tau_eta    = {tau_eta[0] * 1_ms, tau_eta[1] * 1_ms},
            .tau_gamma  = {tau_gamma[0] * 1_ms},
            .a_eta      = {a_eta[0], a_eta[1]},
            .a_gamma    = {a_gamma[0]}};
    }

    /// The integral of the intensity from each spike (or from 0) to the next one, given the times.
    std::vector<double> integrals(const std::vector<double>& spikes) const {
        double              v = -65, from = 0, eta[2] = {0, 0}, gamma = 0;
        std::vector<double> result;
        double              now = 0;
        for (const double spike : spikes) {
            const auto pass = [&](double t, bool held, double& sum) {  // to t in small steps
                const int    n = static_cast<int>(std::ceil((t - now) / 0.002));
                const double h = (t - now) / n;
                for (int k = 0; k < n; ++k) {
                    const double before = intensity(v, gamma);
                    const auto   slope  = [&](double u, double s) {
                        return (g * (-65 - u) + i - eta[0] * std::exp(-s / tau_eta[0]) -
                                eta[1] * std::exp(-s / tau_eta[1])) /
                               cm;
                    };
                    const double half = v + h / 2 * slope(v, 0);
                    const double mid  = v + h / 2 * slope(half, h / 2);
                    const double end  = v + h * slope(mid, h / 2);
                    if (!held) {
                        const double sixth = h / 6;
                        v += sixth * (slope(v, 0) + 2 * slope(half, h / 2) + 2 * slope(mid, h / 2) +
                                      slope(end, h));
                    }
                    for (std::size_t j = 0; j < 2; ++j)
                        eta[j] *= std::exp(-h / tau_eta[j]);
                    gamma *= std::exp(-h / tau_gamma[0]);
                    if (!held) sum += h / 2 * (before + intensity(v, gamma));
                }
                now = t;
            };
            double sum = 0, none = 0;
            if (from > now) pass(from, true, none);
            pass(spike, false, sum);
            result.push_back(sum);
            v = -60;
            for (std::size_t j = 0; j < 2; ++j)
                eta[j] += a_eta[j];
            gamma += a_gamma[0];
            from = spike + tau_refrac;
        }
        return result;
    }
    double intensity(double v, double gamma) const {
        return lambda0 * std::exp((v - (-45 + gamma)) / delta_v);
    }
};

/// Spike trains of `size` cells over 400 ms.
std::vector<std::vector<double>> trains(const Adapting& adapting, std::size_t size) {
    Cells<GIF_cond_exp> cells{adapting.model(), size, 0.1_ms, {}, SpikeTiming::off_grid};
    std::vector<std::vector<double>> times(size);
    for (int step = 0; step < 4000; ++step) {
        const auto spikes = cells.advance();
        for (std::size_t k = 0; k < spikes.size(); ++k)
            times[spikes[k]].push_back(cells.times_ms()[k]);
    }
    return times;
}

// Rescaled by the integral of the intensity, any process of spikes becomes one of exponential
// intervals of mean 1 that are independent (doi:10.1162/08997660252741149). The first six of each
// cell, so that the end of the run selects nothing.
TEST(GIF_cond_exp, has_the_statistics_of_its_equations) {
    const Adapting      adapting;
    std::vector<double> sample, products;
    for (const auto& train : trains(adapting, 200)) {
        ASSERT_GT(train.size(), 6u);
        const auto integrals = adapting.integrals({train.begin(), train.begin() + 6});
        sample.insert(sample.end(), integrals.begin(), integrals.end());
        for (std::size_t k = 1; k < 6; ++k)
            products.push_back((integrals[k] - 1) * (integrals[k - 1] - 1));
    }
    EXPECT_TRUE(test::follows(sample, [](double x) { return -std::expm1(-x); }));

    // Products of independent deviations, each of variance 1: mean 0, variance 1.
    double sum = 0;
    for (const double product : products)
        sum += product;
    EXPECT_LT(std::abs(sum), test::two_sided_at_significance * std::sqrt(double(products.size())));
}

// The membrane relaxes ten times in a step: it takes as short steps for that as IF_cond_exp does.
TEST(GIF_cond_exp, resolves_large_conductances) {
    for (const SpikeTiming timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
        const GIF_cond_exp  quiet{.cm = 0.1_nF, .tau_syn_E = 0.3_ms, .v_t_star = 1000_mV};
        const IF_cond_exp   other{.cm = 0.1_nF, .tau_syn_E = 0.3_ms, .v_thresh = 1000_mV};
        Cells<GIF_cond_exp> cell{quiet, 1, 0.1_ms, {}, timing};
        Cells<IF_cond_exp>  same{other, 1, 0.1_ms, {}, timing};
        cell.receive(0, 0, 10);
        same.receive(0, 0, 10);
        for (int step = 0; step < 30; ++step) {
            cell.advance();
            same.advance();
            EXPECT_NEAR(cell.get("v", 0), same.get("v", 0), 1e-9) << step;  // rounding
        }
    }
}

// A sharp threshold makes a deterministic neuron: at a slope of 0.2 mV / ms and more, the intensity
// grows by e in 0.05 us, and 20 of that are enough. Spikes come later by that, one after the other.
TEST(GIF_cond_exp, with_a_sharp_threshold_is_IF_cond_exp) {
    Cells<GIF_cond_exp> random{
        GIF_cond_exp{
            .i_offset  = 1.1_nA,
            .delta_v   = 1e-5_mV,
            .tau_eta   = {3_ms},
            .tau_gamma = {3_ms},
            .a_eta     = {0.0},
            .a_gamma   = {0.0}},
        1,
        0.1_ms,
        {},
        SpikeTiming::off_grid};
    Cells<IF_cond_exp> fixed{
        IF_cond_exp{.tau_refrac = 4_ms, .v_thresh = -48_mV, .i_offset = 1.1_nA},
        1,
        0.1_ms,
        {},
        SpikeTiming::off_grid};
    std::vector<double> ours, expected;
    for (int step = 0; step < 3000; ++step) {
        if (step % 70 == 0) random.receive(0, 0, 0.005);
        if (step % 70 == 0) fixed.receive(0, 0, 0.005);
        random.advance();
        fixed.advance();
        ours.insert(ours.end(), random.times_ms().begin(), random.times_ms().end());
        expected.insert(expected.end(), fixed.times_ms().begin(), fixed.times_ms().end());
    }
    EXPECT_GT(expected.size(), 10u);
    ASSERT_EQ(ours.size(), expected.size());
    for (std::size_t k = 0; k < ours.size(); ++k)
        EXPECT_NEAR(ours[k], expected[k], 0.001 * static_cast<double>(k + 1)) << "spike " << k;
}

TEST(GIF_cond_exp, without_spikes_has_the_bits_of_IF_cond_exp) {
    Cells<GIF_cond_exp> random{
        GIF_cond_exp{.tau_syn_I = 7_ms, .i_offset = 0.3_nA, .lambda0 = 0_Hz}, 3};
    Cells<IF_cond_exp> fixed{
        IF_cond_exp{.tau_syn_I = 7_ms, .v_thresh = 1000_mV, .i_offset = 0.3_nA}, 3};
    for (int step = 0; step < 500; ++step) {
        for (std::size_t receptor = 0; receptor < 2 && step % 30 == 0; ++receptor) {
            random.receive(receptor, receptor, 0.02);
            fixed.receive(receptor, receptor, 0.02);
        }
        random.advance();
        fixed.advance();
        ASSERT_EQ(random.get("v"), fixed.get("v"));
        ASSERT_EQ(random.get("gsyn_inh"), fixed.get("gsyn_inh"));
    }
    EXPECT_GT(random.get("v", 0), -64);
}

// Decays are exact: one rounding per step and decays that are off by an ulp.
TEST(GIF_cond_exp, adapts_by_elements_of_the_given_sizes_and_time_constants) {
    Cells<GIF_cond_exp> cells{
        GIF_cond_exp{
            .tau_eta =
                std::vector{std::vector{2_ms, 30_ms}, std::vector<Time>{}, std::vector{7_ms}},
            .tau_gamma = {4_ms, 9_ms, 90_ms, 200_ms},
            .a_eta = std::vector{ArrayParameter{0.2, -0.05}, ArrayParameter{}, ArrayParameter{1.0}},
            .a_gamma = {1.0, 2.0, 3.0, -0.5}},
        3};
    cells.initialize("v", 100.0);
    ASSERT_EQ(cells.advance().size(), 3u) << "far beyond the threshold";
    for (int step = 0; step < 300; ++step) {
        const double t     = step / 10.0;
        const double gamma = std::exp(-t / 4) + 2 * std::exp(-t / 9) + 3 * std::exp(-t / 90) -
                             0.5 * std::exp(-t / 200);
        const double eta       = 0.2 * std::exp(-t / 2) - 0.05 * std::exp(-t / 30);
        const double tolerance = (step + 2) * 4 * 0x1p-52;
        ASSERT_NEAR(cells.get("i_eta", 0), eta, 0.25 * tolerance);
        ASSERT_EQ(cells.get("i_eta", 1), 0);
        ASSERT_NEAR(cells.get("i_eta", 2), std::exp(-t / 7), tolerance);
        for (std::size_t i = 0; i < 3; ++i)
            ASSERT_NEAR(cells.get("v_t", i), -48 + gamma, 50 * tolerance);
        ASSERT_TRUE(cells.advance().empty());
    }
}

// The current of the elements hyperpolarises: closed solution of one element, after tau_refrac.
TEST(GIF_cond_exp, subtracts_the_adaptation_current) {
    Cells<GIF_cond_exp> cell{GIF_cond_exp{
        .tau_refrac = 0_ms,
        .tau_eta    = {30_ms},
        .tau_gamma  = {1_ms},
        .a_eta      = {0.5},
        .a_gamma    = {0.0}}};
    cell.initialize("v", 100.0);
    ASSERT_EQ(cell.advance().size(), 1u);
    for (int step = 1; step <= 500; ++step) {
        ASSERT_TRUE(cell.advance().empty());
        const double t = step / 10.0;
        // cm dv/dt = -cm v / 20 - 0.5 exp(-t / 30)
        const double v = -65 - 0.5 * 20 * 30 / (30 - 20) * (std::exp(-t / 30) - std::exp(-t / 20));
        ASSERT_NEAR(cell.get("v", 0), v, 1e-8) << t;
    }
}

/// What happens to a cell after a spike at 0, with input, until it spikes again: its potential and
/// the integral of its intensity. Solved independently by the method of Runge and Kutta.
struct AfterSpike {
    /// v [mV], gE, gI [uS], eta [nA] (2), gamma [mV] (2), integral of the intensity
    using Values = std::array<double, 8>;

    static constexpr double tau_eta[2] = {2, 30}, a_eta[2] = {0.4, 0.2};
    static constexpr double tau_gamma[2] = {3, 40}, a_gamma[2] = {4, 2};
    static constexpr double i = 1.1, delta_v = 2, lambda0 = 1e-4;  ///< nA, mV, 1/ms
    static constexpr int    end_ms = 40;

    static GIF_cond_exp model() {
        return {
            .tau_refrac = 0_ms,
            .tau_syn_I  = 8_ms,
            .i_offset   = i * 1_nA,
            .delta_v    = delta_v * 1_mV,
            .lambda0    = lambda0 * 1_kHz,
            .tau_eta    = {tau_eta[0] * 1_ms, tau_eta[1] * 1_ms},
            .tau_gamma  = {tau_gamma[0] * 1_ms, tau_gamma[1] * 1_ms},
            .a_eta      = {a_eta[0], a_eta[1]},
            .a_gamma    = {a_gamma[0], a_gamma[1]}};
    }
    /// Weights that arrive at a millisecond.
    static double excitation(int ms) { return ms % 7 == 3 ? 0.02 : 0; }
    static double inhibition(int ms) { return ms == 12 ? 0.03 : 0; }

    static Values rates(const Values& y) {
        const auto& [v, g_E, g_I, eta0, eta1, gamma0, gamma1, integral] = y;
        return {
            0.05 * (-65 - v) + g_E * (0 - v) + g_I * (-70 - v) - (eta0 + eta1) + i,
            -g_E / 5,
            -g_I / 8,
            -eta0 / tau_eta[0],
            -eta1 / tau_eta[1],
            -gamma0 / tau_gamma[0],
            -gamma1 / tau_gamma[1],
            lambda0 * std::exp((v - (-48 + gamma0 + gamma1)) / delta_v)};
    }
    /// Every millisecond from 1 to the end.
    static std::vector<Values> solution() {
        Values              y{-65, 0, 0, a_eta[0], a_eta[1], a_gamma[0], a_gamma[1], 0};
        std::vector<Values> result;
        const double        h     = 0.002;
        const auto          moved = [&](const Values& rate, double by) {
            Values there = y;
            for (std::size_t k = 0; k < y.size(); ++k)
                there[k] += by * rate[k];
            return there;
        };
        for (int ms = 0; ms < end_ms; ++ms) {
            y[1] += excitation(ms);
            y[2] += inhibition(ms);
            for (int step = 0; step < 500; ++step) {
                const Values a = rates(y), b = rates(moved(a, h / 2)), c = rates(moved(b, h / 2)),
                             d = rates(moved(c, h));
                for (std::size_t k = 0; k < y.size(); ++k)
                    y[k] += h / 6 * (a[k] + 2 * b[k] + 2 * c[k] + d[k]);
            }
            result.push_back(y);
        }
        return result;
    }

    /// Largest errors of v, of i_eta and v_t, and of the integral, in steps of dt.
    struct Errors {
        double v = 0, adaptation = 0, integral = 0;
    };
    static Errors errors(const std::vector<Values>& exact, Time dt) {
        Cells<GIF_cond_exp> cell{model(), 1, dt};
        cell.initialize("v", 100.0);
        EXPECT_EQ(cell.advance().size(), 1u) << "far beyond the threshold";
        const double drawn = cell.get("patience", 0);
        Errors       e;
        for (int ms = 0; ms < end_ms; ++ms) {
            cell.receive(0, 0, excitation(ms));
            cell.receive(1, 0, inhibition(ms));
            for (long step = 0; step < std::lround(1_ms / dt); ++step)
                EXPECT_TRUE(cell.advance().empty()) << "lower lambda0";
            const auto& [v, g_E, g_I, eta0, eta1, gamma0, gamma1, integral] =
                exact[static_cast<std::size_t>(ms)];
            const auto worse = [](double& largest, double actual, double expected) {
                largest = std::max(largest, std::abs(actual - expected));
            };
            worse(e.v, cell.get("v", 0), v);
            worse(e.adaptation, cell.get("i_eta", 0), eta0 + eta1);
            worse(e.adaptation, cell.get("v_t", 0), -48 + gamma0 + gamma1);
            worse(e.integral, drawn - cell.get("patience", 0), integral);
        }
        return e;
    }
};

// Elements are exact: what is left of them are the roundings of up to 400 steps near 48 mV.
TEST(GIF_cond_exp, converges_at_order_4_in_its_potential_and_in_its_intensity) {
    const auto exact  = AfterSpike::solution();
    const auto errors = [&](Time dt) { return AfterSpike::errors(exact, dt); };
    const auto half = errors(0.5_ms), quarter = errors(0.25_ms);
    const auto fifth = errors(0.2_ms), tenth = errors(0.1_ms);

    EXPECT_GT(std::log2(half.v / quarter.v), 4 - 0.3);
    EXPECT_GT(std::log2(fifth.v / tenth.v), 4 - 0.3);
    EXPECT_GT(std::log2(half.integral / quarter.integral), 4 - 0.3);
    EXPECT_GT(std::log2(fifth.integral / tenth.integral), 4 - 0.3);
    for (const auto& found : {half, quarter, fifth, tenth})
        EXPECT_LT(found.adaptation, 400 * 48 * 0x1p-52);
}

TEST(GIF_cond_exp, keeps_elements_that_stay_when_lists_change) {
    Cells<GIF_cond_exp> cells{GIF_cond_exp{}, 2};
    cells.initialize("v", 100.0);
    ASSERT_EQ(cells.advance().size(), 2u);
    const auto set = [&](const Sequence& tau, const ArrayParameter& a) {
        cells.group().set_columns(
            test::columns_of(
                {{test::place_of(cells.group().parameters(), "tau_eta"), Param<Sequence>{tau}},
                 {test::place_of(cells.group().parameters(), "a_eta"), Param<Sequence>{a}}},
                2,
                {0, 2}
            ),
            cells.step()
        );
    };
    EXPECT_EQ(cells.get("i_eta", 0), 3);

    set({1_ms, 10_ms}, {1, 1});  // the third is gone
    cells.advance();
    EXPECT_NEAR(cells.get("i_eta", 0), std::exp(-0.1) + std::exp(-0.01), 1e-15);

    set({1_ms, 10_ms, 100_ms, 5_ms}, {1, 1, 1, 1});  // new ones begin at 0
    cells.advance();
    EXPECT_NEAR(cells.get("i_eta", 0), std::exp(-0.2) + std::exp(-0.02), 1e-15);
}

TEST(GIF_cond_exp, shows_the_state_of_all_elements_in_its_bits) {
    Cells<GIF_cond_exp> cells{GIF_cond_exp{.tau_gamma = {5_ms}, .a_gamma = {0.0}}, 2};
    cells.initialize("v", 100.0);
    cells.advance();
    const std::size_t last   = cells.group().states().size() - 1;
    const auto        before = cells.group().state_bits(last, 0);
    cells.advance();  // v is held, and nothing is drawn
    EXPECT_EQ(cells.get("patience", 0), cells.get("patience", 0));
    EXPECT_NE(cells.group().state_bits(last, 0), before);
}

TEST(GIF_cond_exp, draws_other_spikes_after_a_reset) {
    Cells<GIF_cond_exp> cells{constant(500_Hz, 0_ms), 20};
    const auto          run = [&](std::uint64_t resets) {
        cells.group().restart(resets);
        cells.initialize("v", -48.0);
        cells.initialize("patience", 0.0);
        std::vector<std::uint32_t> spikes;
        for (int step = 0; step < 100; ++step) {
            const auto now = cells.advance();
            spikes.insert(spikes.end(), now.begin(), now.end());
            spikes.push_back(1000);
        }
        return spikes;
    };
    const auto first = run(1), second = run(2);
    EXPECT_GT(first.size(), 100u + 20);
    EXPECT_NE(first, second);
}

}  // namespace
}  // namespace ranvier

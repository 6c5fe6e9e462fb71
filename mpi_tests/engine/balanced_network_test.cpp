// The balanced network of examples/balanced_network (conductances, default parameters) in numbers.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

namespace ranvier {
namespace {

/// What the spikes of all 4000 cells between warm-up and end amount to.
struct Activity {
    double rate_hz     = 0;  ///< mean over cells
    double mean_cv     = 0;  ///< of the intervals of a cell, mean over cells with enough of them
    double rate_sd_hz  = 0;  ///< between cells
    double fano_factor = 0;  ///< of the spikes of all cells in bins of 2 ms
};

struct Sums {
    double      cv    = 0;
    std::size_t cells = 0;
};

/// Coefficient of variation of intervals, for cells with at least ten.
Sums variation(const std::vector<std::vector<double>>& trains) {
    Sums sums;
    for (const std::vector<double>& train : trains) {
        if (train.size() < 11) continue;
        const auto n      = static_cast<double>(train.size() - 1);
        double     mean   = (train.back() - train.front()) / n;
        double     square = 0;
        for (std::size_t k = 1; k < train.size(); ++k)
            square += std::pow(train[k] - train[k - 1] - mean, 2);
        sums.cv += std::sqrt(square / (n - 1)) / mean;
        ++sums.cells;
    }
    return sums;
}

Activity simulate(std::uint64_t seed, Time warmup, Time duration) {
    Simulation        sim{Communicator{}, {.seed = seed}};
    const IF_cond_exp cell{
        .v_rest     = -60_mV,
        .cm         = 0.2_nF,
        .tau_m      = 20_ms,
        .tau_refrac = 5_ms,
        .tau_syn_E  = 5_ms,
        .tau_syn_I  = 10_ms,
        .e_rev_E    = 0_mV,
        .e_rev_I    = -80_mV,
        .v_thresh   = -50_mV,
        .v_reset    = -60_mV,
        .i_offset   = 0.2_nA};
    Population                      exc{sim, 3200, cell, {.label = "exc"}};
    Population                      inh{sim, 800, cell, {.label = "inh"}};
    const FixedProbabilityConnector sparse{
        .p_connect = 0.02, .self_connections = SelfConnections::forbid};
    for (Population& target : std::vector{exc, inh}) {
        target.initialize(IF_cond_exp::Initial{.v = uniform(-60_mV, -50_mV)});
        Projection{exc, target, sparse, {4_nS, 0.8_ms}, {.receptor_type = "excitatory"}};
        Projection{inh, target, sparse, {51_nS, 0.8_ms}, {.receptor_type = "inhibitory"}};
    }
    sim.run(warmup);
    exc.record({"spikes"});
    inh.record({"spikes"});
    sim.run(duration);

    Activity                   activity;
    const auto                 bins = static_cast<std::size_t>(duration / 2_ms);
    std::vector<std::uint64_t> counts(bins);
    std::uint64_t              cells_with_cv = 0;
    std::vector<double>        cvs;
    double                     spikes = 0, squares = 0;
    for (const Population& p : {exc, inh}) {
        std::vector<std::vector<double>> trains(p.local_size());
        for (const SpikeRecord& spike : p.local_spikes()) {
            const double ms = sim.network().grid().ms(spike.step);
            trains[spike.index - p.local_indices().first].push_back(ms);
            ++counts[std::min(bins - 1, static_cast<std::size_t>((ms - warmup.value()) / 2))];
        }
        const Sums sums = variation(trains);
        for (const double cv : sim.comm().all_gather(sums.cv))
            cvs.push_back(cv);
        cells_with_cv += sim.comm().sum(sums.cells);
        for (const std::uint64_t count : p.get_spike_counts()) {
            spikes += static_cast<double>(count);
            squares += static_cast<double>(count * count);
        }
    }
    sim.comm().sum(std::span<std::uint64_t>{counts});
    const double seconds = duration / 1_s;
    activity.rate_hz     = spikes / 4000 / seconds;
    activity.rate_sd_hz  = std::sqrt(squares / 4000 - std::pow(spikes / 4000, 2)) / seconds;
    for (const double cv : cvs)
        activity.mean_cv += cv / static_cast<double>(cells_with_cv);
    const double mean = spikes / static_cast<double>(bins);
    for (const std::uint64_t count : counts)
        activity.fano_factor +=
            std::pow(static_cast<double>(count) - mean, 2) / mean / static_cast<double>(bins);
    return activity;
}

// Networks of different seeds differ, because few connections of many cells decide the balance:
// over 60 seeds the rate is 16.9 Hz with a standard deviation of 1.04 Hz. An independent simulation
// of the same equations with NumPy gives 17.0 +- 1.0 Hz, coefficients of variation of 1.62 +- 0.03
// and Fano factors of 3.6 +- 0.5 (12 networks, from 0.2 to 1 s).
TEST(BalancedNetwork, fires_asynchronously_and_irregularly_at_the_published_rate) {
    constexpr int num_seeds = 32;
    double        rate = 0, cv = 0, fano_factor = 0;
    for (std::uint64_t seed = 1; seed <= num_seeds; ++seed) {
        const Activity activity = simulate(seed, 200_ms, 800_ms);
        rate += activity.rate_hz / num_seeds;
        cv += activity.mean_cv / num_seeds;
        fano_factor += activity.fano_factor / num_seeds;
        // Four standard deviations: one set of seeds in five hundred would not pass.
        EXPECT_NEAR(activity.rate_hz, 16.9, 4.2) << "seed " << seed;
        EXPECT_GT(activity.rate_sd_hz, 10) << "cells differ much in rate, seed " << seed;
    }
    // The mean has a standard error of 0.19 Hz: another set of seeds would leave the interval with
    // a probability below 0.002.
    EXPECT_GE(rate, 16);
    EXPECT_LE(rate, 17.5);
    // Standard error 0.007; a Poisson process has 1, a clock 0, and bursts raise it further.
    EXPECT_NEAR(cv, 1.62, 0.06);
    // Asynchronous: volleys of all cells would give factors in the thousands.
    EXPECT_NEAR(fano_factor, 3.6, 0.6);
}

}  // namespace
}  // namespace ranvier

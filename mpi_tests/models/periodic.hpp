/// @file
/// Spikes of an exponential membrane under a constant current, from an integral: exact for any
/// number of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"

namespace ranvier::test {

/// Such a cell without adaptation and refractory period.
struct Periodic {
    double cm = 0.281, tau_m = 9.3667, v_rest = -70.6, v_reset = -70.6, v_thresh = -50.4;
    double v_spike = -40, delta_T = 2, current = 1;

    /// Time from v_reset to v_spike: the integral of 1 / (dv/dt) by Simpson's rule. Above
    /// v_thresh + 40 delta_T, v takes less than 1e-16 ms.
    double interval() const {
        const double  end   = std::min(v_spike, v_thresh + 40 * delta_T);
        constexpr int parts = 400000;
        const double  h     = (end - v_reset) / parts;
        double        sum   = 0;
        for (int k = 0; k <= parts; ++k) {
            const double v      = v_reset + k * h;
            const double pull   = delta_T * std::exp((v - v_thresh) / delta_T);
            const double weight = k == 0 || k == parts ? 1 : k % 2 ? 4 : 2;
            sum += weight / ((v_rest - v + pull) / tau_m + current / cm);
        }
        return sum * h / 3;
    }
};

/// Largest error of a spike within 1000 ms, off the grid.
template <class M>
double error_of_periodic_spikes(const M& model, const Periodic& p, Time dt) {
    Cells<M> cell{model, 1, dt, {}, SpikeTiming::off_grid};
    for (const auto& [name, value] :
         {std::pair{"cm", p.cm},
          {"tau_m", p.tau_m},
          {"v_rest", p.v_rest},
          {"v_reset", p.v_reset},
          {"v_thresh", p.v_thresh},
          {"v_spike", p.v_spike},
          {"delta_T", p.delta_T},
          {"i_offset", p.current},
          {"tau_refrac", 0.0},
          {"a", 0.0},
          {"b", 0.0}})
        cell.set(name, value);
    cell.initialize("v", p.v_reset);
    const double interval = p.interval();
    std::size_t  count    = 0;
    double       largest  = 0;
    for (Step step = 0; step < TimeGrid{dt}.nearest(1000); ++step) {
        cell.advance();
        for (const double time : cell.times_ms()) {
            ++count;
            largest = std::max(largest, std::abs(time - static_cast<double>(count) * interval));
        }
    }
    EXPECT_NEAR(static_cast<double>(count), std::floor(1000 / interval), 1);
    return largest;
}

/// Spikes of a model stay within 0.0005 ms of exact ones although there are up to a thousand, and
/// their errors fall with the third power of the time step. Where v moves further than delta_T in a
/// step, that is divided, and errors are smaller from the beginning.
template <class M>
void expect_exact_spikes(const M& model) {
    for (const double delta_T : {0.2, 1.0, 2.0, 3.0}) {
        for (const double v_spike : {-40.0, 20.0}) {
            for (const double current : {1.0, 5.0}) {
                SCOPED_TRACE(testing::Message() << delta_T << " " << v_spike << " " << current);
                const Periodic p{.v_spike = v_spike, .delta_T = delta_T, .current = current};
                const double   coarse = error_of_periodic_spikes(model, p, 0.1_ms);
                const double   fine   = error_of_periodic_spikes(model, p, 0.025_ms);
                EXPECT_LT(coarse, 5e-4);
                if (current / p.cm * 0.1 < delta_T)
                    EXPECT_GT(std::log2(coarse / fine) / 2, 2.7);
                else
                    EXPECT_LT(fine, 2e-5);
            }
        }
    }
}

}  // namespace ranvier::test

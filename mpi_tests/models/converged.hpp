/// @file
/// Solutions of a model's equations in small steps, written independently of the model: what every
/// model is compared with first.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include "models/reference.hpp"
#include <nlohmann/json.hpp>

namespace ranvier::test {

using State = std::vector<double>;  ///< of a reference solution; v in the first place

/// A value of a case, or the model's default.
inline double param(const nlohmann::json& setup, const char* name, double other) {
    return setup.at("params").value(name, other);
}

/// Solves a case with the classical method of Runge and Kutta in steps of `h` ms. Input arrives at
/// multiples of 0.1 ms; crossings of the threshold are bisected. Equations have
///
///     start(), rates(state, current_nA) -> State, receive(state, receptor, weight),
///     excess(state), spike(state), tau_refrac, v_reset
template <class Equations>
class Converged {
public:
    Converged(const nlohmann::json& setup, double h) : equations_(setup), y_(equations_.start()) {
        const auto ticks = [](double ms) { return std::llround(ms * 10); };
        const auto last  = ticks(setup.at("tstop"));
        for (long long tick = 0;; ++tick) {
            recording.v.push_back(held_until_ > time_ ? equations_.v_reset : y_[0]);
            for (const auto& [spikes, receptor, weight] :
                 {std::tuple{"exc", 0, "w_exc"}, {"inh", 1, "w_inh"}})
                for (const double ms : setup.at(spikes))
                    if (ticks(ms + double{setup.at("delay")}) == tick) {
                        equations_.receive(y_, receptor, setup.at(weight), is_held());
                        look();
                    }
            if (tick == last) break;
            const auto& dc = setup.at("dc");
            current_       = tick >= ticks(dc.at("start")) && tick < ticks(dc.at("stop"))
                                 ? double{dc.at("amplitude")}
                                 : 0.0;
            advance_to(static_cast<double>(tick + 1) / 10, h);
        }
    }

    Recording recording;  ///< v every 0.1 ms

private:
    bool is_held() const { return held_until_ > time_; }

    void look() {
        if (is_held() || !(equations_.excess(y_) >= 0) || !below_) return;
        recording.spikes_ms.push_back(time_);
        equations_.spike(y_);
        below_      = equations_.excess(y_) < 0;
        held_until_ = time_ + equations_.tau_refrac;
    }

    State step(State y, double h, bool held) const {
        const auto rates = [&](const State& s) {
            State d = equations_.rates(s, current_);
            if (held) d[0] = 0;
            return d;
        };
        const auto plus = [](State a, const State& b, double f) {
            for (std::size_t i = 0; i < a.size(); ++i)
                a[i] += f * b[i];
            return a;
        };
        const State k1 = rates(y), k2 = rates(plus(y, k1, h / 2)), k3 = rates(plus(y, k2, h / 2)),
                    k4 = rates(plus(y, k3, h));
        for (std::size_t i = 0; i < y.size(); ++i)
            y[i] += h / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        return y;
    }

    void advance_to(double end, double h) {
        while (time_ < end - 1e-10) {
            const bool held = is_held();
            if (held) y_[0] = equations_.v_reset;
            double length = std::min(h, end - time_);
            if (held) length = std::min(length, held_until_ - time_);
            State next = step(y_, length, held);
            if (!held && below_ && equations_.excess(next) >= 0) {
                double low = 0, high = length;
                for (int k = 0; k < 50; ++k) {
                    const double middle = (low + high) / 2;
                    (equations_.excess(step(y_, middle, held)) >= 0 ? high : low) = middle;
                }
                y_ = step(y_, high, held);
                time_ += high;
                look();
                continue;
            }
            y_ = std::move(next);
            time_ += length;
            below_ = equations_.excess(y_) < 0;
        }
        time_ = std::max(time_, end);
    }

    Equations equations_;
    State     y_;
    double    time_ = 0, held_until_ = 0, current_ = 0;
    bool      below_ = true;
};

/// What a case is compared at.
struct Tolerance {
    double spikes_ms = 0.02, v = 0.02, per_rate = 0.02;  ///< v in mV, and times |dv/dt|
};

/// Whether an input arrives or the current changes at that time, so that v or its rate may be
/// looked at before or after it.
inline bool arrives_at(const nlohmann::json& recorded, double ms) {
    const auto& setup = recorded.at("case");
    for (const char* edge : {"start", "stop"}) {
        if (std::abs(double{setup.at("dc").at(edge)} - ms) < 1e-6) return true;
    }
    for (const char* input : {"exc", "inh"}) {
        for (const double sent : setup.at(input)) {
            if (std::abs(sent + double{setup.at("delay")} - ms) < 1e-6) return true;
        }
    }
    return false;
}

/// Expects the model off the grid to do what the solution does. @return largest error of a spike
template <class M>
double expect_like(const nlohmann::json& recorded, const Recording& exact, Time dt, Tolerance t) {
    const Recording ours = replayed<M>(recorded, dt, SpikeTiming::off_grid, 0.1);
    EXPECT_EQ(ours.spikes_ms.size(), exact.spikes_ms.size());
    double largest = 0;
    for (std::size_t k = 0; k < std::min(ours.spikes_ms.size(), exact.spikes_ms.size()); ++k) {
        EXPECT_NEAR(ours.spikes_ms[k], exact.spikes_ms[k], t.spikes_ms) << "spike " << k;
        largest = std::max(largest, std::abs(ours.spikes_ms[k] - exact.spikes_ms[k]));
    }
    std::size_t compared = 0;
    for (std::size_t k = 1; k + 1 < ours.v.size(); ++k) {
        bool near = arrives_at(recorded, static_cast<double>(k) / 10);
        for (const double spike : exact.spikes_ms)
            near = near || std::abs(spike - static_cast<double>(k) / 10) < 1;
        if (near) continue;
        const double rate = std::abs(exact.v[k + 1] - exact.v[k - 1]) / 0.2;
        EXPECT_NEAR(ours.v[k], exact.v[k], t.v + rate * t.per_rate) << k << " / 10 ms";
        ++compared;
    }
    EXPECT_GT(compared, 10u);
    return largest;
}

/// The published case with other parameters and another current.
inline nlohmann::json variant(
    nlohmann::json recorded, const nlohmann::json& params, double amplitude, double weights = 1
) {
    auto& setup = recorded["case"];
    for (const auto& [name, value] : params.items())
        setup["params"][name] = value;
    setup["dc"]["amplitude"] = amplitude;
    setup["w_exc"]           = weights * double{setup["w_exc"]};
    setup["w_inh"]           = weights * double{setup["w_inh"]};
    return recorded;
}

/// The published case and its variants at 0.1 and 0.02 ms, and what other simulators found.
template <class M, class Equations>
void expect_accurate(const std::vector<nlohmann::json>& cases, Tolerance t, double h = 0.002) {
    for (const auto& recorded : cases) {
        SCOPED_TRACE(recorded.at("case").dump());
        const Recording exact = Converged<Equations>{recorded.at("case"), h}.recording;
        expect_like<M>(recorded, exact, 0.1_ms, t);
        expect_like<M>(recorded, exact, 0.02_ms, t);
    }
    const Recording ours = replayed<M>(cases[0], 0.1_ms, SpikeTiming::off_grid, 0.1);
    EXPECT_FALSE(ours.spikes_ms.empty());
    for (const auto& [peer, spikes] : cases[0].at("spikes_ms").items())
        expect_spikes(ours.spikes_ms, spikes, t.spikes_ms, t.spikes_ms);
}

/// On the grid, spikes are no further from the converged ones than NEST's.
template <class M>
void expect_better_than_nest(const nlohmann::json& recorded, const Recording& exact) {
    const std::vector<double> nest          = recorded.at("spikes_ms_at_0.1").at("nest");
    const Recording           ours          = replayed<M>(recorded, 0.1_ms);
    double                    error_of_nest = 0, error = 0;
    ASSERT_EQ(ours.spikes_ms.size(), exact.spikes_ms.size());
    for (std::size_t k = 0; k < exact.spikes_ms.size(); ++k) {
        error_of_nest = std::max(error_of_nest, std::abs(nest[k] - exact.spikes_ms[k]));
        error         = std::max(error, std::abs(ours.spikes_ms[k] - exact.spikes_ms[k]));
    }
    EXPECT_LE(error, error_of_nest + 1e-9);
}

/// Largest error of v below the threshold, at multiples of 0.4 ms.
template <class M>
double error_of_v(const nlohmann::json& recorded, const Recording& exact, Time dt) {
    const Recording ours    = replayed<M>(recorded, dt, SpikeTiming::off_grid, 0.4);
    double          largest = 0;
    for (std::size_t k = 0; k < ours.v.size(); ++k) {
        if (arrives_at(recorded, 0.4 * static_cast<double>(k))) continue;
        largest = std::max(largest, std::abs(ours.v[k] - exact.v[4 * k]));
    }
    return largest;
}

/// The order at which the error of v falls between two time steps, without spikes.
template <class M, class Equations>
double order_of_convergence(const nlohmann::json& recorded, Time coarse, Time fine) {
    const Recording exact = Converged<Equations>{recorded.at("case"), 0.002}.recording;
    EXPECT_TRUE(exact.spikes_ms.empty());
    return std::log(error_of_v<M>(recorded, exact, coarse) / error_of_v<M>(recorded, exact, fine)) /
           std::log(coarse / fine);
}

/// Largest error of spike times off the grid.
template <class M>
double error_of_spikes(const nlohmann::json& recorded, const std::vector<double>& exact, Time dt) {
    const auto ours = replayed<M>(recorded, dt, SpikeTiming::off_grid).spikes_ms;
    EXPECT_EQ(ours.size(), exact.size());
    double largest = 0;
    for (std::size_t k = 0; k < std::min(ours.size(), exact.size()); ++k)
        largest = std::max(largest, std::abs(ours[k] - exact[k]));
    return largest;
}

/// Errors of spike times off the grid at 0.1 ms, and the order at which they fall to 0.025 ms.
struct SpikeErrors {
    double largest = 0, order = 0;
};

/// The reference are our own results in the shortest steps: whether these are right is what the
/// other tests say.
template <class M>
SpikeErrors errors_of_spikes(const nlohmann::json& recorded) {
    const auto   exact  = replayed<M>(recorded, 0.005_ms, SpikeTiming::off_grid).spikes_ms;
    const double coarse = error_of_spikes<M>(recorded, exact, 0.1_ms);
    return {coarse, std::log2(coarse / error_of_spikes<M>(recorded, exact, 0.025_ms)) / 2};
}

}  // namespace ranvier::test

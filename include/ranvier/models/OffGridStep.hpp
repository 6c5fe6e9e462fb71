/// @file
/// One time step of one cell in which it spikes or its refractory period ends, with real times.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/explosion.hpp"
#include "ranvier/models/kernel_peaks.hpp"
#include "ranvier/models/substeps.hpp"

namespace ranvier::models {

/// When a cell is released that has been held since the beginning of a step.
struct Release {
    Step   steps;  ///< whole steps until then
    double rest;   ///< ms after them, in [0, dt)
};

/// A release within rounding of a point of the grid is there, after what arrives at it: input then
/// finds the cell held, as on the grid.
/// @param held, dt  ms; how long the cell is held, and the time step
inline Release release_after(double held, double dt) {
    constexpr double rounding = 1e-9;
    const double     steps    = std::floor(std::min(held / dt, 1e15) + rounding);
    return {static_cast<Step>(steps), std::max(held - steps * dt, 0.0)};
}

/// Takes a cell through one step of the grid, piece by piece: to the end of its refractory period,
/// to each crossing of the threshold, and to the end of the step.
///
///     |--- held ---|------ free ------*--- held ---|---- free ----|
///     0          held               spike                         dt
///
/// A crossing is where a step of that length, by the model's own method, ends at the threshold: it
/// is as accurate as the method. Where conductances change too much for that (see Climb), or a
/// potential runs away at a spike (see RunsAway), steps are halved until they do not; the runaway
/// is followed in the end by the solution for what drives it beside the exponential being constant,
/// and such a model has an AdaptiveExponential `membrane` among its constants. Everything is
/// computed in double precision.
///
/// A cell that is released at or above its threshold, because v_reset lies there, spikes at once.
///
/// M has `prepare`, `advance` and `excess` as a CellModel has them, and reads its parameters from
/// `Values`.
template <class M, class Values = typename ScalarValues<M>::type>
class OffGridStep {
public:
    using State     = typename M::template State<double>;
    using Constants = typename M::template Constants<double>;

    /// More spikes of one cell than this within one step are not followed: v is held to its end.
    static constexpr std::size_t max_spikes = 100;

    /// @param injected the current injected during the step, nA
    OffGridStep(const Values& values, Time dt, double injected)
        : values_(values),
          dt_(dt),
          injected_{injected} {}

    /// @param state     at the beginning of the step; in the end, after it. v is NaN while held
    /// @param held      ms after the beginning of the step until which the cell is refractory
    /// @param spikes    receives times of spikes, ms after the beginning of the step, in (0, dt]
    /// @param on_spike  called as `on_spike(state, constants)`
    /// @return ms after the beginning of the step at which the last refractory period ends if that
    ///         is in a later step (see release_after), otherwise anything less
    template <class F>
    double run(State& state, double held, std::vector<double>& spikes, F&& on_spike) const {
        const double      dt   = dt_.value();
        const std::size_t had  = spikes.size();
        const double      most = longest_alone();
        double            now = 0, longest = most;
        while (now < dt) {
            if (held > now) {
                const bool   to_end = release_after(held, dt).steps > 0;
                const double end    = to_end ? dt : held;
                state.v             = std::numeric_limits<double>::quiet_NaN();
                state               = after(state, end - now).state;
                now                 = end;
                if (to_end) return held;
                release(state);
                continue;
            }
            const bool   to_end = dt - now <= longest * (1 + 1e-9);
            const double length = to_end ? dt - now : longest;
            const Trial  whole  = after(state, length);
            if (is_too_long(state, whole)) {
                longest = length / 2;
                continue;
            }
            const double h = begins_above(state, whole) ? std::min(shortest, length)
                                                        : time_of_spike(state, whole);
            if (h > length) {
                state = whole.state;
                now   = to_end ? dt : now + length;
                continue;
            }
            now     = std::min(now + h, dt);
            longest = most;
            spikes.push_back(now);
            const Trial at = after(state, h);
            state          = at.state;
            on_spike(state, at.constants);
            const double refractory = at.refractory;
            held                    = now + refractory;
            if (spikes.size() - had == max_spikes) held = std::max(held, dt);
            if (held > now && release_after(held, dt).steps > 0)
                state.v = std::numeric_limits<double>::quiet_NaN();
        }
        return held > now ? held : 0;
    }

    /// The end of a refractory period.
    void release(State& state) const {
        if constexpr (requires(Constants k) { k.v_reset; })
            state.v = M::prepare(values_, dt_).constants.v_reset;
    }

private:
    static constexpr double shortest_share = 1.0 / 256;  ///< of the last step before a spike
    static constexpr double shortest_part  = 1.0 / 512;  ///< of a step of large conductances
    static constexpr double shortest       = 1e-9;       ///< ms, of what is searched
    static constexpr double shortest_peak  = 1e-7;       ///< ms; there, v hardly changes in it

    struct Trial {
        double    length;
        State     state;
        Constants constants;
        double    refractory;
        bool      spiked;
    };

    /// The longest step in which something is looked for, ms.
    double longest_alone() const {
        if constexpr (requires { M::longest_part; })
            return dt_.value() / parts_of_step(dt_, M::longest_part);
        else
            return dt_.value();
    }

    /// The state `h` ms later, if nothing happens.
    Trial after(State state, double h) const {
        auto derived = M::prepare(values_, Time::in_base_units(h));
        if constexpr (RunsAway<M>)
            derived.constants.membrane.time_unit *= std::min(1.0, 4 * h / dt_.value());
        const bool spiked = M::advance(state, derived.constants, injected_);
        return {h, state, derived.constants, derived.refractory.value(), spiked};
    }

    /// Whether the cell has been released at or above its threshold, where it spikes at once.
    bool begins_above(const State& start, const Trial& whole) const {
        if constexpr (requires(Constants k) { k.v_reset; })
            return M::excess(start, whole.constants) >= 0;
        else
            return false;
    }

    /// The first of the shorter steps than `end` that is found to end above the threshold, or `end`
    /// if there is none. Where v may be above it between the steps `from` and `end`, halves of that
    /// are looked at.
    Trial first_above(const State& start, const Trial& from, const Trial& end) const {
        if constexpr (Peaks<M>) {
            const double length = end.length - from.length;
            if (end.spiked || length <= shortest_peak) return end;
            const auto k = M::prepare(values_, Time::in_base_units(length)).constants;
            if (!may_have_peaked<M>(from.state, end.state, k, injected_)) return end;
            const Trial middle = after(start, from.length + 0.5 * length);
            const Trial early  = first_above(start, from, middle);
            return early.spiked ? early : first_above(start, middle, end);
        }
        return end;
    }

    /// Whether a step has to be made in shorter ones to see when something happens, or because
    /// conductances change too much.
    bool is_too_long(const State& start, const Trial& whole) const {
        if constexpr (Climbs<M>) {
            const auto climb = M::climb(start, whole.state, whole.constants, injected_);
            if (climb.change > most_change_alone && whole.length > dt_.value() * shortest_part)
                return true;
        }
        if (whole.length <= dt_.value() * shortest_share) return false;
        if constexpr (RunsAway<M>)
            return whole.spiked || M::explodes(start, whole.state, whole.constants);
        else if constexpr (HidesSpikes<M>)
            return !whole.spiked && M::hides_spike(start, whole.state, whole.constants);
        else
            return false;
    }

    /// The length of a step that ends at the threshold; more than that of `whole` if the cell does
    /// not spike.
    double time_of_spike(const State& start, const Trial& whole) const {
        const double never = 2 * dt_.value();
        if constexpr (RunsAway<M>) {
            const double time = time_of_explosion(start, whole);
            if (time > 0) return time <= whole.length ? time : whole.spiked ? whole.length : never;
        }
        const Trial begin{0, start, whole.constants, whole.refractory, false};
        const Trial beyond = first_above(start, begin, whole);
        return beyond.spiked ? crossing(start, beyond) : never;
    }

    /// Where v runs away, the time until it reaches v_spike, else 0. What drives v beside the
    /// exponential counts as constant: with its value after a third of the time, at half a delta_T
    /// higher, the error is of third order.
    double time_of_explosion(const State& start, const Trial& whole) const {
        if (whole.length > dt_.value() * shortest_share) return 0;
        const auto&  membrane = whole.constants.membrane;
        const double rate     = M::rise(start, whole.constants, injected_) / whole.length;
        const double first    = explosion_time(membrane, start.v, rate, whole.length);
        if (!(first > 0)) return 0;
        Trial later = after(start, first / 3);
        later.state.v =
            start.v + std::min(0.5 / membrane.per_delta_T, (membrane.v_spike - start.v) / 3);
        const double change = M::rise(later.state, later.constants, injected_) / later.length -
                              push_of(membrane, later.state.v) - rate + push_of(membrane, start.v);
        const double second = explosion_time(membrane, start.v, rate + change, whole.length);
        return second > 0 ? second : first;
    }

    /// The length of a step that ends at the threshold, given one that ends beyond it. Regula falsi
    /// in the variant of Anderson and Bjoerck (doi:10.1007/BF01951936): the threshold stays between
    /// the two ends.
    double crossing(const State& start, const Trial& whole) const {
        double low = 0, high = whole.length;
        double f_low  = M::excess(start, whole.constants);
        double f_high = M::excess(whole.state, whole.constants);
        int    side   = 0;  // which end the last step has moved
        if (!(f_low < 0) || high <= shortest) return std::min(shortest, high);
        for (int k = 0; k < 100 && high - low > shortest && f_high > 0; ++k) {
            const double slow  = 0.5 * (low + high);
            double       guess = high - f_high * (high - low) / (f_high - f_low);
            if (k > 20 || !(guess > low && guess < high)) guess = slow;
            const Trial  trial = after(start, guess);
            const double f     = M::excess(trial.state, trial.constants);
            if (f < 0) {
                const double ratio = 1 - f / f_low;
                low                = guess;
                if (side < 0) f_high *= ratio > 0 ? ratio : 0.5;
                f_low = f;
                side  = -1;
            } else {
                const double ratio = 1 - f / f_high;
                high               = guess;
                if (side > 0) f_low *= ratio > 0 ? ratio : 0.5;
                f_high = f;
                side   = 1;
            }
        }
        return high;
    }

    const Values&           values_;
    Time                    dt_;
    InjectedCurrent<double> injected_;
};

}  // namespace ranvier::models

/// @file
/// One time step of one cell in which it spikes or its refractory period ends, with real times.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/Refractory.hpp"
#include "ranvier/models/explosion.hpp"
#include "ranvier/models/kernel_peaks.hpp"
#include "ranvier/models/substeps.hpp"

namespace ranvier::models {

/// Takes a cell through one step of the grid, piece by piece: to the end of its refractory period,
/// to each crossing of the threshold, and to the end of the step.
///
///     |--- held ---|------ free ------*--- held ---|---- free ----|
///     0          held               spike                         dt
///
/// A crossing is where a step of that length, by the model's own method, ends at the threshold: it
/// is as accurate as the method. Where conductances change too much for that (see Climb), or a
/// potential runs away at a spike (see RunsAway), steps are halved until they do not. The runaway
/// itself is followed from v to v (see explosion), and such a model has an AdaptiveExponential
/// `membrane` and a state variable w. Everything is computed in double precision.
///
/// A cell that is free at or above its threshold when a step or a part of it begins spikes at once:
/// one that was initialized there, or is released there because v_reset lies there.
///
/// M has `prepare`, `advance` and `excess` as a CellModel has them, and reads its parameters from
/// `Values`.
template <class M, class Values = typename ScalarValues<M>::type>
class OffGridStep {
public:
    using State     = typename M::template State<double>;
    using Constants = typename M::template Constants<double>;

    /// A cell that spikes as often as this within one step is held to its end.
    static constexpr std::size_t max_spikes = 10000;

    /// @param injected the current injected during the step, nA
    OffGridStep(const Values& values, Time dt, double injected)
        : values_(values),
          dt_(dt),
          injected_{injected} {}

    /// @param state     at the beginning of the step; in the end, after it. v is NaN while held
    /// @param held      ms after the beginning of the step until which the cell is refractory
    /// @param spikes    receives times of spikes, ms after the beginning of the step, in (0, dt]
    /// @param on_spike  called as `on_spike(state, constants)`
    /// @param once      whether the cell is held to the end of the step after a spike, although its
    ///                  refractory period may be shorter
    /// @return ms after the beginning of the step at which the last refractory period ends if that
    ///         is in a later step (see release_after), otherwise anything less
    template <class F>
    double run(
        State& state, double held, std::vector<double>& spikes, F&& on_spike, bool once = false
    ) const {
        const double      dt   = dt_.value();
        const std::size_t had  = spikes.size();
        const double      most = longest_alone();
        double            now = 0, longest = most;
        while (now < dt) {
            if (held > now) {
                const bool   to_end = release_after(held, dt).steps > 0;
                const double end    = to_end ? dt : std::min(held, dt);
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
            const Spike spike = begins_above(state, whole) ? Spike{std::min(shortest, length), {}}
                                                           : first_spike(state, whole);
            if (spike.time > length) {
                state   = whole.state;
                now     = to_end ? dt : now + length;
                longest = std::min(2 * length, most);
                continue;
            }
            now     = std::min(now + spike.time, dt);
            longest = most;
            spikes.push_back(now);
            const Trial at = after(state, spike.time);
            state          = at.state;
            if constexpr (RunsAway<M>) {
                state.v = at.constants.membrane.v_spike;
                state.w = spike.w.value_or(state.w);
            }
            on_spike(state, at.constants);
            held = once ? 2 * dt : now + at.refractory;
            if (spikes.size() - had == max_spikes) held = std::max(held, dt);
            if (held > now && release_after(held, dt).steps > 0)
                state.v = std::numeric_limits<double>::quiet_NaN();
        }
        return held > now ? held : 0;
    }

    /// Takes a free cell through the whole step, in shorter ones while conductances change too
    /// much.
    /// @return whether one of these ends at or above the threshold
    bool advance_finely(State& state) const {
        const double dt  = dt_.value();
        double       now = 0, longest = dt;
        bool         above = false;
        while (now < dt) {
            const bool   to_end = dt - now <= longest * (1 + 1e-9);
            const double length = to_end ? dt - now : longest;
            const Trial  whole  = after(state, length);
            if (changes_much(state, whole)) {
                longest = length / 2;
                continue;
            }
            state   = whole.state;
            above   = above || M::excess(state, whole.constants) >= 0;
            now     = to_end ? dt : now + length;
            longest = std::min(2 * length, dt);
        }
        return above;
    }

    /// The end of a refractory period.
    void release(State& state) const {
        if constexpr (requires(Constants k) { k.v_reset; })
            state.v = M::prepare(values_, dt_).constants.v_reset;
    }

private:
    static constexpr double shortest_share = 1.0 / 256;  ///< of the last step before a spike
    static constexpr double shortest_part  = 1.0 / 512;  ///< of a step of large conductances
    static constexpr double shortest_rise = 0x1p-20;  ///< of one in which v outruns its exponential
    static constexpr double shortest      = 1e-9;     ///< ms, of what is searched
    static constexpr double shortest_peak = 1e-7;     ///< ms; there, v hardly changes in it

    struct Spike {
        double                time;
        std::optional<double> w;  ///< of a potential that has run away
    };
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
            derived.constants.membrane.time_unit =
                std::max(dt_.value(), hardness_unit) * std::min(1.0, 4 * h / dt_.value());
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

    bool changes_much(const State& start, const Trial& whole) const {
        if constexpr (Climbs<M>) {
            const auto climb = M::climb(start, whole.state, whole.constants, injected_);
            return climb.change > most_change && whole.length > dt_.value() * shortest_part;
        }
        return false;
    }

    /// Whether a step has to be made in shorter ones to see when something happens, or because
    /// conductances change too much.
    bool is_too_long(const State& start, const Trial& whole) const {
        if (changes_much(start, whole)) return true;
        if constexpr (RunsAway<M>) {
            if (whole.length > dt_.value() * shortest_share)
                return whole.spiked || M::explodes(start, whole.state, whole.constants);
            // Other input may drive v through the whole exponential in one of the shortest.
            return whole.length > dt_.value() * shortest_rise &&
                   outruns(whole.constants.membrane, start.v, whole.state.v) &&
                   !runs_away(
                       whole.constants.membrane, start.v, drive(start, start, whole), whole.length
                   );
        } else if constexpr (HidesSpikes<M>) {
            return whole.length > dt_.value() * shortest_share && !whole.spiked &&
                   M::hides_spike(start, whole.state, whole.constants);
        } else {
            return false;
        }
    }

    /// The first spike in a step; after its end if there is none.
    Spike first_spike(const State& start, const Trial& whole) const {
        const double never = 2 * dt_.value();
        if constexpr (RunsAway<M>) {
            const auto& membrane = whole.constants.membrane;
            const Drive begin    = drive(start, start, whole);
            if (whole.length <= dt_.value() * shortest_share &&
                runs_away(membrane, start.v, begin, whole.length)) {
                const Drive end   = drive(start, whole.state, whole);
                const auto  found = explosion(membrane, start.v, start.w, begin, end, whole.length);
                if (found && found->time <= whole.length) return {found->time, found->w};
                if (found) return {whole.spiked ? whole.length : never, found->w};
            }
        }
        const Trial begin{0, start, whole.constants, whole.refractory, false};
        const Trial beyond = first_above(start, begin, whole);
        return {beyond.spiked ? crossing(start, beyond) : never, {}};
    }

    /// What drives v beside its exponential at the beginning of a step, if everything but v and w
    /// is as in `state`.
    Drive drive(const State& start, State state, const Trial& whole) const {
        const auto& membrane = whole.constants.membrane;
        const auto  flow     = [&](double v) {
            state.v = v;
            return M::rise(state, whole.constants, injected_) / whole.length - push_of(membrane, v);
        };
        state.w            = start.w;
        const double below = flow(start.v - 1), here = flow(start.v);
        return {here, here - below};
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

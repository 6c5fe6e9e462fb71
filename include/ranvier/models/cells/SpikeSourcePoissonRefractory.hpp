/// @file
/// Spike source with exponential intervals after a dead time.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>

#include "ranvier/models/SourceGroup.hpp"

namespace ranvier {

/// Spike source with exponential intervals after a dead time.
///
///     interval = tau_refrac + exponential number of mean 1000 / rate - tau_refrac    [ms]
///
/// The process has always run, in equilibrium: the mean rate is right from `start` on, and the
/// first spike comes after the rest of an interval. Draw k of a cell is keyed by (cell, k), so
/// trains depend neither on the ranks nor on how a run is split. Spikes of a step are stamped with
/// its end. All targets of one cell receive the same train.
///
/// A change of parameters takes effect from the current time: the dead time counts from the last
/// spike, and behind it spikes come at the new rate.
struct SpikeSourcePoissonRefractory {
    static constexpr std::string_view name = "SpikeSourcePoissonRefractory";

    Param<Frequency> rate       = 1.0_Hz;   ///< mean rate, >= 0, below 1000 / tau_refrac
    Param<Time>      tau_refrac = 0.0_ms;   ///< dead time after a spike, >= 0
    Param<Time>      start      = 0.0_ms;   ///< onset
    Param<Time>      duration   = 1e10_ms;  ///< for how long it fires, >= 0

    static constexpr auto parameters() {
        using M = SpikeSourcePoissonRefractory;
        using enum models::Rule;
        return std::tuple{
            models::parameter("rate", &M::rate, non_negative),
            models::parameter("tau_refrac", &M::tau_refrac, non_negative),
            models::parameter("start", &M::start),
            models::parameter("duration", &M::duration, non_negative)};
    }

    static std::unique_ptr<models::SourceGroup> make_group(const models::SourceContext& context);
};

}  // namespace ranvier

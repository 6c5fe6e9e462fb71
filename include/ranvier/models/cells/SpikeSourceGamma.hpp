/// @file
/// Spike source with gamma-distributed intervals.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>

#include "ranvier/models/SourceGroup.hpp"

namespace ranvier {

/// Spike source with gamma-distributed intervals.
///
///     interval = gamma number of shape alpha and scale 1000 / beta    [ms]
///
/// so the mean rate is beta / alpha, and alpha = 1 is a Poisson process of rate beta. PyNN allows
/// integers for alpha; here it is any positive number.
///
/// The process has always run, in equilibrium: the mean rate is right from `start` on, and the
/// first spike comes after the rest of an interval. Draw k of a cell is keyed by (cell, k), so
/// trains depend neither on the ranks nor on how a run is split. Spikes of a step are stamped with
/// its end. All targets of one cell receive the same train.
///
/// A change of parameters takes effect from the current time: the next spike is drawn from the new
/// distribution, given that the interval is already as long as it is.
struct SpikeSourceGamma {
    static constexpr std::string_view name = "SpikeSourceGamma";

    Param<double>    alpha    = 2.0;      ///< shape, > 0
    Param<Frequency> beta     = 1.0_Hz;   ///< inverse scale, >= 0; silent at 0
    Param<Time>      start    = 0.0_ms;   ///< onset
    Param<Time>      duration = 1e10_ms;  ///< for how long it fires, >= 0

    static constexpr auto parameters() {
        using M = SpikeSourceGamma;
        using enum models::Rule;
        return std::tuple{
            models::parameter("alpha", &M::alpha, positive),
            models::parameter("beta", &M::beta, non_negative),
            models::parameter("start", &M::start),
            models::parameter("duration", &M::duration, non_negative)};
    }

    static std::unique_ptr<models::SourceGroup> make_group(const models::SourceContext& context);
};

}  // namespace ranvier

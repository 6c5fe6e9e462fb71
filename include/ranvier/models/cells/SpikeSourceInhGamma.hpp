/// @file
/// Spike source with gamma-distributed intervals whose parameters change in time.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>

#include "ranvier/models/SourceGroup.hpp"

namespace ranvier {

/// Spike source with gamma-distributed intervals whose parameters change in time.
///
/// The probability per time of a spike is that of a gamma process of shape a(t) and scale b(t) with
/// the time since the last spike as its age (doi:10.1162/neco.2007.19.11.2958). a and b are
/// constant in bins: entry k holds from tbins[k] to tbins[k + 1], the last one to the end. Before
/// tbins[0] the source is silent. Within a bin the mean interval is 1000 a b ms.
///
///     SpikeSourceInhGamma{.a = {3, 3}, .b = {0.01, 0.005}, .tbins = {0_ms, 500_ms}}
///
/// The process has always run, in equilibrium: the mean rate is right from `start` on, and the
/// first spike comes after the rest of an interval. Draw k of a cell is keyed by (cell, k), so
/// trains depend neither on the ranks nor on how a run is split. Spikes of a step are stamped with
/// its end. All targets of one cell receive the same train.
///
/// The age at the end of a bin is the age at the beginning of the next; it is also kept when
/// parameters are changed, which takes effect from the current time.
struct SpikeSourceInhGamma {
    static constexpr std::string_view name = "SpikeSourceInhGamma";

    Param<ArrayParameter> a        = ArrayParameter{1.0};  ///< shape in each bin, > 0
    Param<ArrayParameter> b        = ArrayParameter{1.0};  ///< scale in each bin, in s, > 0
    Param<Sequence>       tbins    = Sequence{0_ms};  ///< where the bins begin; as many as a and b
    Param<Time>           start    = 0.0_ms;          ///< onset
    Param<Time>           duration = 1e10_ms;         ///< for how long it fires, >= 0

    static constexpr auto parameters() {
        using M = SpikeSourceInhGamma;
        using enum models::Rule;
        return std::tuple{
            models::parameter("a", &M::a, positive),
            models::parameter("b", &M::b, positive, "s"),
            models::parameter("tbins", &M::tbins, non_decreasing),
            models::parameter("start", &M::start),
            models::parameter("duration", &M::duration, non_negative)};
    }

    static std::unique_ptr<models::SourceGroup> make_group(const models::SourceContext& context);
};

}  // namespace ranvier

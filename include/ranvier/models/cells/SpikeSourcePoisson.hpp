/// @file
/// Spike source with independent Poisson spikes.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>

#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/models/tables.hpp"

namespace ranvier {

/// Spike source that fires as a Poisson process of constant rate during [start, start + duration).
///
/// The number of spikes of a cell in a step follows the Poisson distribution of mean rate * dt and
/// is drawn from a stream keyed by cell and step, so it depends neither on the ranks nor on how a
/// run is split. Spikes of a step are stamped with its end. All targets of one cell receive the
/// same train. A changed rate takes effect from the current time.
struct SpikeSourcePoisson {
    static constexpr std::string_view name = "SpikeSourcePoisson";

    Param<Frequency> rate     = 1.0_Hz;   ///< mean rate, >= 0; at most 500 spikes per time step
    Param<Time>      start    = 0.0_ms;   ///< onset
    Param<Time>      duration = 1e10_ms;  ///< for how long it fires, >= 0

    static constexpr auto parameters() {
        using M = SpikeSourcePoisson;
        using enum models::Rule;
        return std::tuple{
            models::parameter("rate", &M::rate, non_negative),
            models::parameter("start", &M::start),
            models::parameter("duration", &M::duration, non_negative)};
    }

    static std::unique_ptr<models::SourceGroup> make_group(const models::SourceContext& context);
};

}  // namespace ranvier

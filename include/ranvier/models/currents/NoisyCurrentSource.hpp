/// @file
/// A current that is drawn anew at regular times.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/AnyCurrent.hpp"

namespace ranvier {

/// A current that is drawn anew at regular times: every `dt` from `start` to `stop` a normal number
/// of mean `mean` and standard deviation `stdev`, 0 otherwise.
///
/// All cells that one source is injected into receive the same current, as from one electrode; for
/// independent noise use a source per cell. Value k is keyed by the source's label and k, so it
/// depends neither on the ranks nor on how a run is split.
///
/// Times are rounded to the nearest step, halves up. The current from one step to the next is
/// constant and acts on v at the end of that step: v at `start` is unchanged, v one step later is
/// not.
struct NoisyCurrentSource {
    static constexpr std::string_view name = "NoisyCurrentSource";

    Current mean  = 0.0_nA;
    Current stdev = 1.0_nA;  ///< >= 0
    Time    start = 0.0_ms;
    Time    stop  = 1e12_ms;
    Time    dt    = 0.1_ms;  ///< at least the time step; rounded to a multiple of it

    static constexpr auto parameters() {
        using M = NoisyCurrentSource;
        return std::tuple{
            models::current_parameter("mean", &M::mean),
            models::current_parameter("stdev", &M::stdev),
            models::current_parameter("start", &M::start),
            models::current_parameter("stop", &M::stop),
            models::current_parameter("dt", &M::dt)};
    }
    void             check(const TimeGrid& grid) const;
    models::Waveform waveform(const models::CurrentContext& context) const;
};
static_assert(models::CurrentModel<NoisyCurrentSource>);

}  // namespace ranvier

/// @file
/// A sinusoidal current.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/AnyCurrent.hpp"

namespace ranvier {

/// A sinusoidal current.
///
///     i(t) = offset + amplitude sin(2 pi frequency (t - start) + phase)    from start to stop
///
/// and 0 otherwise; `phase` is that at `start`. The current from one step to the next is that at
/// the beginning of the step.
///
/// Times are rounded to the nearest step, halves up. The current from one step to the next is
/// constant and acts on v at the end of that step: v at `start` is unchanged, v one step later is
/// not.
struct ACSource {
    static constexpr std::string_view name = "ACSource";

    Current   amplitude = 1.0_nA;
    Time      start     = 0.0_ms;
    Time      stop      = 1e12_ms;
    Frequency frequency = 10.0_Hz;
    Current   offset    = 0.0_nA;
    double    phase     = 0.0;  ///< degrees

    static constexpr auto parameters() {
        using M = ACSource;
        return std::tuple{
            models::current_parameter("amplitude", &M::amplitude),
            models::current_parameter("start", &M::start),
            models::current_parameter("stop", &M::stop),
            models::current_parameter("frequency", &M::frequency),
            models::current_parameter("offset", &M::offset),
            models::current_parameter("phase", &M::phase)};
    }
    void             check(const TimeGrid& grid) const;
    models::Waveform waveform(const models::CurrentContext& context) const;
};
static_assert(models::CurrentModel<ACSource>);

}  // namespace ranvier

/// @file
/// A constant current.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/AnyCurrent.hpp"

namespace ranvier {

/// A constant current: `amplitude` from `start` to `stop`, 0 otherwise.
///
/// Times are rounded to the nearest step, halves up. The current from one step to the next is
/// constant and acts on v at the end of that step: v at `start` is unchanged, v one step later is
/// not.
struct DCSource {
    static constexpr std::string_view name = "DCSource";

    Current amplitude = 1.0_nA;
    Time    start     = 0.0_ms;
    Time    stop      = 1e12_ms;

    static constexpr auto parameters() {
        using M = DCSource;
        return std::tuple{
            models::current_parameter("amplitude", &M::amplitude),
            models::current_parameter("start", &M::start),
            models::current_parameter("stop", &M::stop)};
    }
    void             check(const TimeGrid& grid) const;
    models::Waveform waveform(const models::CurrentContext& context) const;
};
static_assert(models::CurrentModel<DCSource>);

}  // namespace ranvier

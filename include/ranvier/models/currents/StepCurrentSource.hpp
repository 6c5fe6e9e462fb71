/// @file
/// A current that steps from one value to the next.
#pragma once

#include <string_view>
#include <tuple>
#include <vector>

#include "ranvier/models/AnyCurrent.hpp"

namespace ranvier {

/// A current that steps from one value to the next: 0 before `times[0]`, `amplitudes[k]` from
/// `times[k]` to the next time, the last one to the end.
///
///     StepCurrentSource{.times = {20_ms, 40_ms}, .amplitudes = {0.5_nA, 0_nA}}
///
/// Times are >= 0 and non-decreasing; of several that are rounded to one step the last counts.
///
/// Times are rounded to the nearest step, halves up. The current from one step to the next is
/// constant and acts on v at the end of that step: v at `start` is unchanged, v one step later is
/// not.
struct StepCurrentSource {
    static constexpr std::string_view name = "StepCurrentSource";

    Sequence             times{};
    std::vector<Current> amplitudes{};  ///< as many as times

    static constexpr auto parameters() {
        using M = StepCurrentSource;
        return std::tuple{
            models::current_parameter("times", &M::times),
            models::current_parameter("amplitudes", &M::amplitudes)};
    }
    void             check(const TimeGrid& grid) const;
    models::Waveform waveform(const models::CurrentContext& context) const;
};
static_assert(models::CurrentModel<StepCurrentSource>);

}  // namespace ranvier

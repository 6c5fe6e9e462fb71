/// @file
/// Spike source with given spike times.
#pragma once

#include <memory>
#include <string_view>
#include <tuple>

#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/models/tables.hpp"

namespace ranvier {

/// Spike source that fires at given times.
///
/// Times are non-decreasing; equal times are several spikes. A time is rounded to 1 us and then to
/// the nearest step, halves up. Times before 0, and times that have passed when they are set during
/// a run, are ignored; a time of 0 is emitted. Setting new times replaces the future only.
struct SpikeSourceArray {
    static constexpr std::string_view name = "SpikeSourceArray";

    Param<Sequence> spike_times = Sequence{};  ///< shared by all cells, or one list per cell

    static constexpr auto parameters() {
        using M = SpikeSourceArray;
        return std::tuple{
            models::parameter("spike_times", &M::spike_times, models::Rule::non_decreasing)};
    }

    static std::unique_ptr<models::SourceGroup> make_group(const models::SourceContext& context);
};

}  // namespace ranvier

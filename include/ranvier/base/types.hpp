/// @file
/// Integer types that every layer shares: cell numbers, time steps, ranges of indices.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ranvier {

/// A cell's number in the whole network: offset of its population plus its index.
using Gid = std::uint64_t;

/// A point on the time grid; step s is the time s * timestep.
using Step = std::int64_t;

/// When a cell spikes: at the end of the time step in which it reached its threshold, or at the
/// time at which it did. Off the grid, reset and refractory period start at that time; the spike is
/// delivered as one of the end of that step.
enum class SpikeTiming { on_grid, off_grid };

/// Indices `[first, last)`.
///
///     IndexRange{3, 7}: 3 4 5 6, size 4
struct IndexRange {
    std::size_t first = 0;
    std::size_t last  = 0;

    constexpr std::size_t size() const { return last - first; }
    constexpr bool        empty() const { return first == last; }
    constexpr bool        contains(std::size_t i) const { return i >= first && i < last; }

    friend constexpr bool operator==(IndexRange, IndexRange) = default;
};

}  // namespace ranvier

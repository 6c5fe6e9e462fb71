/// @file
/// Where recorded spikes go. Whoever runs the network fills a sink; files implement it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ranvier/base/types.hpp"

namespace ranvier {

/// A population whose spikes are recorded; the same list in the same order on every rank.
struct RecordedPopulation {
    std::string label;
    std::size_t size = 0;  ///< cells
};

/// One spike. A spike of multiplicity m is m records.
struct SpikeRecord {
    Step          step   = 0;  ///< the time step at whose end it counts
    std::uint64_t index  = 0;  ///< of the cell in its population
    double        offset = 0;  ///< its time relative to the end of the step, in (-dt, 0] ms

    friend bool operator==(const SpikeRecord&, const SpikeRecord&) = default;
    /// By time, then index.
    friend std::partial_ordering operator<=>(const SpikeRecord& a, const SpikeRecord& b) {
        return std::tie(a.step, a.offset, a.index) <=> std::tie(b.step, b.offset, b.index);
    }
};

/// Takes spikes window by window, in the order of time.
class SpikeSink {
public:
    SpikeSink()                            = default;
    SpikeSink(const SpikeSink&)            = delete;
    SpikeSink& operator=(const SpikeSink&) = delete;
    virtual ~SpikeSink()                   = default;  // does not communicate

    /// Called once, before everything else.
    /// @collective
    /// @param timestep_ms length of a time step
    virtual void begin(std::span<const RecordedPopulation> populations, double timestep_ms) = 0;

    /// One write window, the steps in `(first, last]`. Called for every window in order, empty ones
    /// included; the windows follow from the model and the options, never from the ranks.
    /// @collective
    /// @param spikes_per_population `[num_populations]`, this rank's spikes, each list ascending by
    ///        (step, offset, index)
    virtual void write(
        Step first, Step last, std::span<const std::vector<SpikeRecord>> spikes_per_population
    ) = 0;

    /// Called once, after the last window.
    /// @collective
    /// @param complete true publishes the results, also those of a run that was asked to stop early
    ///        and ended on a time step; false keeps what was written for inspection only
    virtual void finish(bool complete) = 0;
};

}  // namespace ranvier

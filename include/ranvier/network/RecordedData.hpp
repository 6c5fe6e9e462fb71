/// @file
/// Recorded data as a program meets them; the same structure as PyNN's (Neo's) blocks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/base/Quantity.hpp"

namespace ranvier {

/// A recorded cell: its population's label, and its index there.
struct RecordedCell {
    std::string population;
    std::size_t index = 0;

    friend bool operator==(const RecordedCell&, const RecordedCell&) = default;
};

/// The spikes of one cell.
struct SpikeTrain {
    RecordedCell        cell;
    std::vector<double> times;  ///< ms, ascending
};

/// One state variable of several cells, sampled at `t_start + k * sampling_interval`.
struct AnalogSignal {
    std::string               name;                   ///< of the variable
    std::string               units;                  ///< `mV`
    double                    t_start           = 0;  ///< ms
    double                    sampling_interval = 0;  ///< ms
    std::size_t               num_samples       = 0;
    std::vector<RecordedCell> cells;   ///< one per column, in the order of the group's populations
    std::vector<double>       values;  ///< `[num_samples][cells.size()]`, row-major

    std::size_t num_cells() const { return cells.size(); }
    double      at(std::size_t sample, std::size_t column) const {
             return values[sample * cells.size() + column];
    }
    /// All samples of one cell. @pre column < num_cells()
    std::vector<double> column(std::size_t column) const;
    double              time(std::size_t sample) const {
                     return t_start + static_cast<double>(sample) * sampling_interval;
    }
};

/// What was recorded from one reset to the next.
struct Segment {
    std::string               name;         ///< `segment000`
    double                    t_start = 0;  ///< ms
    double                    t_stop  = 0;
    std::vector<SpikeTrain>   spiketrains;    ///< one per recorded cell, also silent ones
    std::vector<AnalogSignal> analogsignals;  ///< by variable; several if there was a gap

    /// The signal of a variable, the first if there was a gap.
    /// @throws RecordingError with the variables that there are
    const AnalogSignal& signal(std::string_view variable) const;
};

/// Everything recorded of a group of cells.
struct Block {
    std::string          name;         ///< the group's label
    std::string          description;  ///< what the group is
    std::vector<Segment> segments;
};

/// How data are fetched.
struct DataOptions {
    /// Forget what was recorded of these populations. The next data begin at the current time; a
    /// signal goes on with its last sample, a spike is returned exactly once.
    bool clear = false;
};

/// How variables are recorded.
struct RecordOptions {
    /// Time from a sample to the next, a multiple of the time step; none: as for earlier calls, at
    /// first the time step. It does not concern spikes.
    std::optional<Time> sampling_interval{};
};

}  // namespace ranvier

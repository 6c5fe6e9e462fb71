/// @file
/// Where recorded signals go: state variables sampled at regular times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ranvier/base/types.hpp"

namespace ranvier {

/// One variable of one population, recorded from some of its cells: a row per sample, a column per
/// cell. The same on every rank but for `indices`.
///
///     cells 2, 5, 6 of a population, of which this rank owns 5 and 6:
///     num_columns 3,  first_column 1,  indices 5 6
struct RecordedSignal {
    std::string label;         ///< of the population
    std::string variable;      ///< `v`
    std::string unit;          ///< `mV`
    Step        first    = 0;  ///< step of the first sample
    Step        interval = 1;  ///< steps from a sample to the next

    std::uint64_t              num_columns  = 0;  ///< recorded cells on all ranks
    std::uint64_t              first_column = 0;  ///< of this rank's cells
    std::vector<std::uint64_t> indices;  ///< this rank's cells in the population, ascending
};

/// Consecutive samples of one signal.
struct SignalBlock {
    std::size_t             num_samples = 0;  ///< the same on every rank
    std::span<const double> values;           ///< `[num_samples][indices.size()]`, in the unit
};

/// Takes one variable of all populations in which it is recorded, window by window in the order of
/// time.
class SignalSink {
public:
    SignalSink()                             = default;
    SignalSink(const SignalSink&)            = delete;
    SignalSink& operator=(const SignalSink&) = delete;
    virtual ~SignalSink()                    = default;  // does not communicate

    /// Called once, before everything else.
    /// @collective
    /// @param signals in the order of the populations, all of the same variable
    /// @param timestep_ms length of a time step
    virtual void begin(std::span<const RecordedSignal> signals, double timestep_ms) = 0;

    /// The samples of one write window, which follow those of the window before. Windows follow
    /// from the model and the options, never from the ranks.
    /// @collective
    /// @param blocks `[num_signals]`
    virtual void write(std::span<const SignalBlock> blocks) = 0;

    /// Called once, after the last window.
    /// @collective
    /// @param complete as for SpikeSink
    virtual void finish(bool complete) = 0;
};

}  // namespace ranvier

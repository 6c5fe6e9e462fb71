/// @file
/// What is recorded of a population, and what has been recorded, on this rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/recording/SpikeSink.hpp"

namespace ranvier::network {

/// Some of the cells of this rank's slice, counted within it.
class CellSet {
public:
    /// Adds cells. @param cells any order @param num_cells of the slice
    void add(const std::vector<std::uint32_t>& cells, std::size_t num_cells);

    bool        contains(std::size_t cell) const { return cell < member_.size() && member_[cell]; }
    std::size_t size() const { return cells_.size(); }
    const std::vector<std::uint32_t>& cells() const { return cells_; }  ///< ascending

private:
    std::vector<std::uint32_t> cells_;
    std::vector<char>          member_;
};

/// Samples of one state variable, taken at steps `first`, `first + interval` and so on.
struct SignalChunk {
    Step                       first    = 0;
    Step                       interval = 1;
    std::vector<std::uint32_t> cells{};   ///< of the slice, ascending
    std::vector<double>        values{};  ///< `[samples][cells]`
    std::size_t                num_samples = 0;
};

/// The recorder of one state variable.
struct SignalRecorder {
    std::size_t state = 0;  ///< its place in the model's list
    std::string variable;
    std::string unit;

    Step          interval     = 1;
    Step          next         = 0;  ///< step of the next sample
    bool          is_on        = false;
    std::uint64_t version      = 0;  ///< changes with what is recorded
    std::uint64_t num_columns  = 0;  ///< recorded cells on all ranks
    std::uint64_t first_column = 0;  ///< of this rank's cells
    CellSet       cells{};
    SignalChunk   chunk{};  ///< being filled
};

/// Finished recordings of one variable.
struct FinishedChunk {
    std::size_t recorder = 0;
    SignalChunk chunk;
};

/// What was recorded from one reset to the next.
struct SegmentRecord {
    std::uint64_t              reset = 0;  ///< how many resets came before
    Step                       first = 0;  ///< where its data begin
    Step                       last  = 0;
    std::vector<SpikeRecord>   spikes{};
    CellSet                    spiking{};  ///< cells whose spikes were recorded
    std::vector<FinishedChunk> chunks{};
};

/// Everything recorded of one population on this rank.
struct Recording {
    bool          records_spikes = false;
    bool          has_spikes     = false;  ///< spikes are or were recorded
    std::uint64_t spike_version  = 0;      ///< changes with what is recorded
    CellSet       spike_cells;             ///< whose spikes are recorded now
    std::uint64_t num_spike_cells = 0;     ///< of them on all ranks

    std::vector<SpikeRecord>   spikes;        ///< not yet handed over, by (step, index)
    std::vector<std::uint64_t> spike_counts;  ///< [slice] since recording began; empty before

    std::vector<SignalRecorder> signals;   ///< in the order in which they were asked for
    std::vector<SegmentRecord>  finished;  ///< segments before the last reset
    SegmentRecord               current;   ///< finished parts of this segment

    SignalRecorder* find(const std::string& variable);

    /// The recorder of a variable stops at a step, or goes on with other cells; what it has is
    /// kept.
    static void cut(SignalRecorder& signal, SegmentRecord& segment, std::size_t place, Step next);

    /// Everything stops; what was recorded stays until the data are cleared.
    void stop(Step now);

    /// A reset at a step: what was recorded becomes a finished segment, and recording goes on from
    /// step 0. Nothing is kept if `keep` is false, nor of a segment in which no time passed.
    /// @param resets how many there have been, this one included
    void start_segment(Step now, bool keep, std::uint64_t resets);

    /// Forgets all data; signals go on with their last sample as the first one.
    void clear(Step now);
};

}  // namespace ranvier::network

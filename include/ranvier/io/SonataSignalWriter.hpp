/// @file
/// One recorded variable as a SONATA frame report, written by all ranks together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/recording/SignalSink.hpp"

namespace ranvier {

/// Writes `<variable>.h5`:
///
///     /                                    magic, version, ranvier_complete, ranvier_number,
///                                          ranvier_resets as in spikes.h5
///     /report/<label>/data                 f32 [samples][cells], units "mV", variable "v"
///     /report/<label>/mapping/node_ids     u64 [cells], index within the population, ascending;
///                                          sorted u8 = 1
///     /report/<label>/mapping/index_pointers  u64 [cells + 1], 0 1 2 ...; also as index_pointer
///     /report/<label>/mapping/element_ids  u32 [cells], zeros
///     /report/<label>/mapping/element_pos  f32 [cells], 0.5
///     /report/<label>/mapping/time         f64 [3], start, stop, step; units "ms"
///
/// Sample k was taken at start + k * step; there is none at stop, which follows the samples that
/// are in the file. Bytes, part file, errors and reserved space as in SonataSpikeWriter. Before
/// they are written, samples move from the ranks that own the cells to blocks of whole rows.
class SonataSignalWriter : public SignalSink {
public:
    struct Options {
        std::string name{};                 ///< of the file, without `.h5`; empty: the variable
        double      flush_interval_s = 60;  ///< see SonataSpikeWriter
        /// Writes f64; libsonata cannot read that.
        bool double_precision = false;
        /// Gives the file its name when it is finished; otherwise it stays a complete part file.
        bool          publish = true;
        int           number  = 0;  ///< among the files of its kind, which its name ends in
        std::uint64_t resets  = 0;  ///< of the simulation before the samples in this file
    };

    /// How data were written so far, for tests.
    struct Transfers {
        std::uint64_t num_writes     = 0;  ///< of samples, on this rank
        std::uint64_t num_collective = 0;  ///< those that HDF5 carried out collectively
        std::uint64_t num_flushes    = 0;
    };

    /// Creates nothing yet. @local
    SonataSignalWriter(const Communicator& comm, std::filesystem::path directory, Options options);

    /// Drops an unfinished file without communication; the part file stays.
    ~SonataSignalWriter() override;

    /// Creates the file and flushes it. @collective @throws FileError if it cannot be created
    void begin(std::span<const RecordedSignal> signals, double timestep_ms) override;

    /// @collective
    /// @throws FileError if the disk is full, a limit is reached or HDF5 fails. Nothing but the
    ///         destructor may be called after that.
    /// @note One exchange of all samples, one write per signal.
    void write(std::span<const SignalBlock> blocks) override;

    /// @collective @throws FileError
    void finish(bool complete) override;

    Transfers transfers() const;  ///< @local

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ranvier

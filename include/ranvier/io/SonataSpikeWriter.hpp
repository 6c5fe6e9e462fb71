/// @file
/// Recorded spikes as a SONATA file, written by all ranks together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/recording/SpikeSink.hpp"

namespace ranvier {

/// Writes `spikes.h5`:
///
///     /                          magic u32 = 0x0A7A, version u32[2] = {0, 1}, ranvier_complete u8,
///                                ranvier_number u32, ranvier_resets u32, ranvier_recorded_ms
///                                f64[2] = start, stop
///     /spikes/<label>            sorting: enum u8 {none 0, by_id 1, by_time 2} = by_time,
///                                ranvier_size u64
///     /spikes/<label>/timestamps f64, units "ms"
///     /spikes/<label>/node_ids   u64, index within the population, sorting "by_time"
///
/// Spikes are ordered by (time, index) over the whole file. The attributes that begin with ranvier
/// are ours, and other readers pass over them: which file of its kind it is; how many resets came
/// before, which tells the files that belong together; from when to when spikes were recorded, as
/// far as the file has them; the number of cells of the population. The bytes follow from the
/// spikes, the populations and the write windows alone: not from the number of ranks, the
/// distribution of cells or the flushes.
///
/// The file grows as `spikes.h5.part` and gets its name, replacing an earlier one, when it is
/// finished. An error is thrown on all ranks with the same text and leaves the part file, whose
/// ranvier_complete is 0. Space on the disk is reserved before each window is written, so that a
/// full disk or a file size limit is found before HDF5 depends on it.
class SonataSpikeWriter : public SpikeSink {
public:
    struct Options {
        /// Seconds of wall time after which a window is followed by a flush: what a killed program
        /// may lose. 0 flushes after every window.
        double      flush_interval_s = 60;
        std::string name             = "spikes";  ///< of the file, without `.h5`
        /// Gives the file its name when it is finished; otherwise it stays a complete part file.
        bool          publish = true;
        int           number  = 0;  ///< among the files of its kind, which its name ends in
        std::uint64_t resets  = 0;  ///< of the simulation before the spikes in this file
        Step          first   = 0;  ///< where recording begins
    };

    /// How data were written so far, for tests.
    struct Transfers {
        std::uint64_t num_writes     = 0;  ///< of raw data, on this rank
        std::uint64_t num_collective = 0;  ///< those that HDF5 carried out collectively
        std::uint64_t num_flushes    = 0;
    };

    /// Creates nothing yet. @local
    /// @param directory where the file goes; created by `begin` if it does not exist
    SonataSpikeWriter(const Communicator& comm, std::filesystem::path directory, Options options);
    SonataSpikeWriter(const Communicator& comm, std::filesystem::path directory);

    /// Drops an unfinished file without communication; the part file stays.
    ~SonataSpikeWriter() override;

    /// Creates the file and flushes it.
    /// @collective
    /// @throws FileError if the file cannot be created.
    void begin(std::span<const RecordedPopulation> populations, double timestep_ms) override;

    /// @collective
    /// @throws FileError if the disk is full, a limit is reached or HDF5 fails. Nothing but the
    ///         destructor may be called after that.
    /// @note Two exchanges of spikes and counts, two writes per population that spiked.
    void write(
        Step first, Step last, std::span<const std::vector<SpikeRecord>> spikes_per_population
    ) override;

    /// Marks the file as complete and gives it its name; `complete == false` closes the part file
    /// and leaves it as it is.
    /// @collective
    /// @throws FileError
    void finish(bool complete) override;

    /// The name of the finished file. @local
    std::filesystem::path path() const;

    /// @local
    Transfers transfers() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ranvier

/// @file
/// `run.json`: the facts about a run that change from run to run and so belong to no result file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

/// How a run ended.
enum class RunStatus { complete, interrupted };

/// Smallest, middle and largest of some numbers: of the ranks, with their mean, or of successive
/// windows of a run, with their median.
struct Spread {
    double min    = 0;
    double middle = 0;
    double max    = 0;

    /// @local @param numbers at least one
    static Spread with_mean(std::vector<double> numbers);
    static Spread with_median(std::vector<double> numbers);
};

/// What `run.json` says, in the order of its keys. Numbers that are not finite become null.
struct RunReport {
    std::string   network;
    RunStatus     status    = RunStatus::complete;
    double        scale     = 1;
    std::string   precision = "double";  ///< or "single"
    std::string   weights   = "exact";   ///< or "16bit"
    int           ranks     = 1;
    std::uint64_t seed      = 0;

    double timestep_ms = 0;
    double duration_ms = 0;  ///< simulated, after the warm-up
    double warmup_ms   = 0;

    std::uint64_t cells       = 0;  ///< with sources of spikes
    std::uint64_t sources     = 0;  ///< of `cells`, those that only emit spikes
    std::uint64_t connections = 0;

    /// Wall time from the start of the program until the first step can be simulated, the sorting
    /// of connections included.
    double build_s = 0;
    /// Processor time of `build_s` in user mode, of the rank with the most. A rank that waits for
    /// others in MPI uses it, too. Linux counts it in ticks of some milliseconds.
    double build_user_s     = 0;
    double run_s            = 0;  ///< wall time, without the warm-up
    double real_time_factor = 0;  ///< wall time / simulated time, after the warm-up
    /// Median, smallest and largest real-time factor of successive windows of 100 ms of simulated
    /// time after the warm-up, on the slowest rank; none for shorter runs.
    std::optional<Spread> window_real_time_factor;

    /// Wall time of the parts of what `run_s` covers, each on the rank where it is longest: update
    /// of cells, sources, deliver (of input), exchange (of spikes: sorting, sending, waiting for
    /// slower ranks, looking up rows) and record (with writing). On one rank they add up to
    /// `run_s`, up to the start of the run. Beside them stands `build`, which is `build_s`.
    std::vector<std::pair<std::string, double>> phases_s;

    /// What the ranks had to do in `run_s`, smallest, mean and largest of them: synaptic `events`
    /// delivered, without Poisson input that is drawn with the cells because nothing else needs its
    /// sources; `updates` of cells, sources not counted; `wait_s`, the part of the exchange that is
    /// spent in MPI, which is waiting for slower ranks and sending, and 0 on one rank.
    std::vector<std::pair<std::string, Spread>> load;

    double        bytes_per_connection = 0;
    std::uint64_t peak_rss_bytes       = 0;  ///< sum over ranks

    std::vector<std::pair<std::string, double>> rates_hz;      ///< per label, over [warmup, end]
    std::uint64_t                               digest   = 0;  ///< written as 16 hex digits
    std::map<std::string, std::string>          versions = library_versions();

    /// Of Ranvier, the compiler, MPI, HDF5 and Boost. @local
    static std::map<std::string, std::string> library_versions();
};

/// The text of the file. @local
std::string to_json(const RunReport& report);

/// Replaces the file at once or not at all; root writes.
/// @collective
/// @param path of the file; its directory is created if it does not exist
/// @throws FileError on all ranks, with the path and the system's text.
void write_run_json(
    const Communicator& comm, const RunReport& report, const std::filesystem::path& path
);

}  // namespace ranvier

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

    std::uint64_t cells       = 0;
    std::uint64_t connections = 0;

    double build_s          = 0;  ///< wall time
    double run_s            = 0;  ///< wall time
    double real_time_factor = 0;
    /// Median, smallest and largest real-time factor of successive windows of 100 ms of simulated
    /// time after the warm-up, on the slowest rank; none for shorter runs.
    std::optional<Spread>                       window_real_time_factor;
    std::vector<std::pair<std::string, double>> phases_s;  ///< wall time of parts of the run

    /// What the ranks had to do since the simulation began, smallest, mean and largest of them:
    /// synaptic events, updates of cells, seconds of waiting in exchanges.
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

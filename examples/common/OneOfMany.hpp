/// @file
/// What a network costs on numbers of ranks that are not here: one of many ranks simulated alone,
/// and a forecast from shares of one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>

#include <ranvier/ranvier.hpp>

namespace ranvier::examples {

/// More ranks than any machine has.
inline constexpr int most_ranks = 1'000'000;

/// Rank k of R, written k/R.
struct RankOf {
    int rank  = 0;
    int ranks = 1;
};

/// What the text means, if 0 <= k < R <= most_ranks.
std::optional<RankOf> parse_rank_of(const std::string& text);

/// Cells and connections that this process has. @local
std::uint64_t local_cells(Simulation& sim);
std::uint64_t local_connections(Simulation& sim);

/// Prints what the network takes on `ranks` ranks, as means over the ranks, told from shares of one
/// rank's part that are built in turn: with 1/64 of its cells, then with as many as have some
/// 8 million connections (all, if these are fewer), and with a quarter of these. A share has at
/// least 32 cells of each population, those of other ranks among them, or all.
///
/// - Connections: per projection, the mean number per target in the share times all targets; the
///   standard error is that of a random sample of as many targets, 0 if all have the same number.
///   Projections without a target in the share are named first, as not included.
/// - Bytes of connections: see network::expected_bytes; within 10 %.
/// - Peak bytes: see network::expected_peak_bytes; within 25 % from 100 MB on. What is recorded
///   during a run is not included.
/// - Build time: linear in the number of connections, through the two larger shares; the wall time
///   of a rank that has a core and its share of the memory bandwidth; within a factor of 2.
///
/// @param build makes the network; called three times
void print_forecast(
    std::ostream&                           out,
    Environment&                            env,
    SimulationOptions                       options,
    int                                     ranks,
    const std::function<void(Simulation&)>& build
);

/// Seconds and the like of the rank that was simulated alone.
struct OneRankResult {
    double                        build_s      = 0;
    double                        run_s        = 0;  ///< without drawing the others' spikes
    double                        simulated_ms = 0;
    double                        peer_rate_hz = 0;
    std::uint64_t                 events       = 0;  ///< synaptic events in `run_s`
    std::uint64_t                 updates      = 0;  ///< of cells in `run_s`
    std::map<std::string, double> phases_s;
};

/// Prints what the rank has cost that this process stands for.
void print_one_rank(std::ostream& out, Simulation& sim, const OneRankResult& result);

}  // namespace ranvier::examples

/// @file
/// What a network costs on numbers of ranks that are not here: one of many ranks simulated alone,
/// and a forecast from a small share of one.
#pragma once

#include <cstdint>
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

/// A forecast is made from the part of one of so many times as many ranks.
inline constexpr int shares_per_rank = 64;

/// The middle one of these shares, for a job of `ranks` ranks.
RankOf share_of(int ranks);

/// Prints what the network takes on `ranks` ranks, told from the share that has been built.
/// @param sim     where this process stands for `share_of(ranks)`
/// @param build_s wall time that building the share has taken
void print_forecast(std::ostream& out, Simulation& sim, int ranks, double build_s);

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

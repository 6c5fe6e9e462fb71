#include "OneOfMany.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <vector>

#include <ranvier/engine/memory.hpp>
#include <ranvier/network/Footprint.hpp>

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

namespace ranvier::examples {

namespace {

constexpr int         pilot_shares    = 64;   // of a rank's part; one is built first
constexpr double      largest_share   = 8e6;  // connections from which the time is told
constexpr int         small_per_large = 4;
constexpr std::size_t least_cells     = 32;  // of each population

/// Connections of the whole network, and which projections say nothing of theirs.
struct Connections {
    double                   number   = 0;
    double                   variance = 0;
    std::vector<std::string> unknown;  ///< none of their targets is in the share
};

/// Variance of the sum over all targets that is told from the numbers of some.
double variance_of_sum(const network::Listing& listing, double targets) {
    const auto here = static_cast<double>(listing.posts.size());
    if (here >= targets) return 0;
    const double mean    = static_cast<double>(listing.size()) / here;
    double       squares = 0;
    for (std::size_t t = 0; t < listing.posts.size(); ++t) {
        const double more = static_cast<double>(listing.first[t + 1] - listing.first[t]) - mean;
        squares += more * more;
    }
    const double of_one = here > 1 ? squares / (here - 1) : mean;
    return targets * targets * of_one / here * (1 - here / targets);
}

/// A projection has as many connections per target elsewhere as here.
Connections all_connections(network::Network& network) {
    Connections all;
    for (const auto& projection : network.projections()) {
        const auto targets = static_cast<double>(projection->post.size());
        const auto here    = static_cast<double>(projection->post.local_size());
        if (here == 0 && targets > 0) all.unknown.push_back(projection->label);
        if (here == 0) continue;
        all.number += static_cast<double>(projection->local_size) * targets / here;
        all.variance += variance_of_sum(network.list(*projection, 0), targets);
    }
    return all;
}

/// How many times as many cells of each population a rank has as there are here.
network::Factors factors_of(const network::Network& network, int ranks) {
    network::Factors factors;
    for (const auto& population : network.populations()) {
        const auto here = static_cast<double>(population->slice.size());
        factors.push_back(here > 0 ? static_cast<double>(population->size) / ranks / here : 0);
    }
    return factors;
}

/// Bytes of state and parameters of as many times the cells that are here, about.
double cell_bytes(const network::Network& network, const network::Factors& factors) {
    const std::size_t value  = network.options().precision == Precision::float64 ? 8 : 4;
    double            result = 0;
    for (const auto& population : network.populations()) {
        const models::CellGroup& group  = *population->group;
        std::size_t              values = group.states().size();
        for (std::size_t p = 0; p < group.parameters().size(); ++p)
            values += group.column(p).is_uniform ? 0u : 1u;
        result += static_cast<double>(values * value * population->slice.size()) *
                  factors[population->id];
    }
    return result;
}

/// What the process holds now, without what the heap keeps for later.
double resident_bytes() {
    malloc_trim(0);
    double        all = 0, resident = 0;
    std::ifstream statm{"/proc/self/statm"};
    statm >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// What a forecast tells, all per rank but the connections.
struct Forecast {
    std::uint64_t cells       = 0;  ///< of the network
    std::uint64_t cells_here  = 0;
    Connections   connections = {};
    double        bytes       = 0;  ///< of connections
    double        at_rest     = 0;
    double        peak        = 0;
    double        build_s     = 0;
};

/// What building a share has taken, and the connections it has.
struct Share {
    double build_s     = 0;
    double connections = 0;
};

Share build_share(
    const Environment&                      env,
    const SimulationOptions&                options,
    const std::function<void(Simulation&)>& build,
    const std::function<void(Simulation&)>& look
) {
    using clock = std::chrono::steady_clock;
    malloc_trim(0);  // as in a new process, memory has to come from the system
    const auto begin = clock::now();
    Simulation sim{env, options};
    build(sim);
    sim.run(0_ms);  // sorts the connections
    const std::chrono::duration<double> spent = clock::now() - begin;
    const Share measured{spent.count(), static_cast<double>(local_connections(sim))};
    look(sim);
    return measured;
}

/// All but the build time.
Forecast forecast_from(Simulation& sim, int ranks) {
    network::Network& network = sim.network();
    const auto        factors = factors_of(network, ranks);
    const auto        blocks  = network::block_shares(network, ranks);
    const double      fixed   = resident_bytes() - static_cast<double>(network.connection_bytes()) -
                         cell_bytes(network, network::Factors(factors.size(), 1.0));
    const double rest = std::max(0.0, fixed) + cell_bytes(network, factors);
    Forecast     result{
            .cells       = network.num_cells(),
            .cells_here  = local_cells(sim),
            .connections = all_connections(network),
            .bytes       = network::expected_bytes(network, factors, blocks)};
    result.at_rest = rest + result.bytes;
    result.peak    = rest + network::expected_peak_bytes(network, factors, blocks);
    return result;
}

/// Where the line through two measurements is at a number of connections.
double extrapolated(const Share& small, const Share& large, double connections) {
    const double more = large.connections - small.connections;
    // Shares of tiny networks do not differ; costs neither shrink nor grow faster than the number.
    const double most  = large.build_s / std::max(large.connections, 1.0);
    const double slope = more > 0 ? (large.build_s - small.build_s) / more : 0;
    return large.build_s + std::clamp(slope, 0.0, most) * (connections - large.connections);
}

template <class Value>
void print_line(std::ostream& out, const char* what, const Value& value, const std::string& note) {
    out << fmt::format("{:<34} {:>14}  {}\n", what, value, note);
}

std::string whole(double number) {
    return fmt::format("{:.0f}", number);
}

void print(
    std::ostream& out, const Forecast& forecast, int ranks, const std::array<Share, 2>& timed
) {
    const auto&  connections = forecast.connections;
    const double per_rank    = connections.number / ranks;
    for (const std::string& label : connections.unknown)
        out << fmt::format(
            "WARNING: not included: {}, none of whose targets is in the share\n", label
        );
    out << fmt::format(
        "forecast for {} ranks, from the connections of {} cells\n", ranks, forecast.cells_here
    );
    print_line(out, "cells", forecast.cells, "");
    print_line(
        out,
        "connections",
        whole(connections.number),
        fmt::format("standard error {:.0f}", std::sqrt(connections.variance))
    );
    print_line(out, "connections per rank", whole(per_rank), "");
    print_line(
        out,
        "bytes of connections per rank",
        whole(forecast.bytes),
        fmt::format("{:.2f} per connection", forecast.bytes / std::max(per_rank, 1.0))
    );
    print_line(out, "bytes of connections", whole(forecast.bytes * ranks), "all ranks");
    print_line(out, "total bytes per rank", whole(forecast.at_rest), "at rest, libraries included");
    print_line(
        out, "peak bytes per rank", whole(forecast.peak), "while it is built, within 25 % or 50 MB"
    );
    print_line(out, "peak bytes", whole(forecast.peak * ranks), "all ranks");
    print_line(
        out,
        "build time [s]",
        fmt::format("{:.3g}", forecast.build_s),
        fmt::format(
            "one rank per core, within a factor of 2: told from {:.3g} s for {} and {:.3g} s for "
            "{} connections",
            timed[0].build_s,
            whole(timed[0].connections),
            timed[1].build_s,
            whole(timed[1].connections)
        )
    );
}

}  // namespace

std::optional<RankOf> parse_rank_of(const std::string& text) {
    RankOf            result;
    const char* const end = text.data() + text.size();
    const auto        k   = std::from_chars(text.data(), end, result.rank);
    if (k.ec != std::errc{} || k.ptr == end || *k.ptr != '/') return std::nullopt;
    const auto r = std::from_chars(k.ptr + 1, end, result.ranks);
    if (r.ec != std::errc{} || r.ptr != end) return std::nullopt;
    if (result.rank < 0 || result.rank >= result.ranks || result.ranks > most_ranks)
        return std::nullopt;
    return result;
}

std::uint64_t local_cells(Simulation& sim) {
    std::uint64_t cells = 0;
    for (const auto& population : sim.network().populations())
        cells += population->slice.size();
    return cells;
}

std::uint64_t local_connections(Simulation& sim) {
    std::uint64_t connections = 0;
    for (const auto& projection : sim.network().projections())
        connections += projection->local_size;
    return connections;
}

void print_forecast(
    std::ostream&                           out,
    Environment&                            env,
    SimulationOptions                       options,
    int                                     ranks,
    const std::function<void(Simulation&)>& build
) {
    options.least_cells = least_cells;
    double     per_rank = 0;
    const auto share    = [&](int shares, const auto& look) {
        env.stand_for(shares * ranks / 2, shares * ranks);
        return build_share(env, options, build, look);
    };
    share(pilot_shares, [&](Simulation& sim) {
        per_rank = all_connections(sim.network()).number / ranks;
    });
    const int shares =
        static_cast<int>(std::clamp(std::ceil(per_rank / largest_share), 1.0, 1.0 * pilot_shares));
    const Share small = share(small_per_large * shares, [](Simulation&) {});
    Forecast    forecast;
    const Share large =
        share(shares, [&](Simulation& sim) { forecast = forecast_from(sim, ranks); });
    forecast.build_s = extrapolated(small, large, forecast.connections.number / ranks);
    print(out, forecast, ranks, {small, large});
    out.flush();
}

void print_one_rank(std::ostream& out, Simulation& sim, const OneRankResult& result) {
    const auto   connections = local_connections(sim);
    const double bytes       = static_cast<double>(sim.network().connection_bytes());

    out << fmt::format(
        "rank {} of {} alone, the cells of the others spike at {} Hz\n",
        sim.rank(),
        sim.num_processes(),
        result.peer_rate_hz
    );
    print_line(out, "cells of this rank", local_cells(sim), "");
    print_line(out, "connections of this rank", connections, "");
    print_line(
        out,
        "bytes of connections",
        whole(bytes),
        fmt::format("{:.2f} per connection", bytes / std::max(1.0, double(connections)))
    );
    print_line(out, "peak memory in bytes", peak_resident_bytes(), "libraries included");
    print_line(out, "build time [s]", fmt::format("{:.3f}", result.build_s), "");
    print_line(
        out,
        "run time [s]",
        fmt::format("{:.3f}", result.run_s),
        fmt::format(
            "for {} ms: real-time factor {:.4g}",
            result.simulated_ms,
            1000 * result.run_s / std::max(result.simulated_ms, 1e-9)
        )
    );
    for (const auto& [phase, seconds] : result.phases_s)
        out << fmt::format("phase {:<28} {:>14.3f} s\n", phase, seconds);
    out << fmt::format(
        "{} synaptic events, {} updates of cells\nnot included: the latency and bandwidth of the "
        "network, and waiting for slower ranks\n",
        result.events,
        result.updates
    );
    out.flush();
}

}  // namespace ranvier::examples

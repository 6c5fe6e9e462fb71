#include "OneOfMany.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include <ranvier/engine/memory.hpp>
#include <ranvier/network/Footprint.hpp>
#include <ranvier/parallel/partition.hpp>

#include <fmt/format.h>

namespace ranvier::examples {

namespace {

std::uint64_t local_cells(const Simulation& sim, const network::Network& network) {
    std::uint64_t cells = 0;
    for (const auto& population : network.populations())
        cells += slice_of(population->size, sim.rank(), sim.num_processes()).size();
    return cells;
}

std::uint64_t local_connections(const network::Network& network) {
    std::uint64_t connections = 0;
    for (const auto& projection : network.projections())
        connections += projection->local_size;
    return connections;
}

/// Connections of the whole network, and which projections say nothing of theirs.
struct Connections {
    double                   number   = 0;
    double                   variance = 0;
    double                   stored   = 0;  ///< of these, without fused drives
    std::vector<std::string> unknown;       ///< none of their targets is in the share
};

/// A projection has as many connections per target elsewhere as here.
Connections all_connections(const network::Network& network) {
    Connections all;
    for (const auto& projection : network.projections()) {
        const auto targets = static_cast<double>(projection->post.size());
        const auto here    = static_cast<double>(projection->post.local_size());
        if (here == 0 && targets > 0) {
            all.unknown.push_back(projection->label);
            continue;
        }
        if (here == 0) continue;
        const auto found = static_cast<double>(projection->local_size);
        all.number += found * targets / here;
        all.variance += found * (targets / here) * (targets / here);
        if (!projection->fused) all.stored += found * targets / here;
    }
    return all;
}

/// Bytes of state and parameters of a rank's cells, about.
double cell_bytes(const network::Network& network, int ranks) {
    const std::size_t value  = network.options().precision == Precision::float64 ? 8 : 4;
    double            result = 0;
    for (const auto& population : network.populations()) {
        const models::CellGroup& group  = *population->group;
        std::size_t              values = group.states().size();
        for (std::size_t p = 0; p < group.parameters().size(); ++p)
            values += group.column(p).is_uniform ? 0u : 1u;
        result += static_cast<double>(values * value * population->size) / ranks;
    }
    return result;
}

template <class Value>
void print_line(std::ostream& out, const char* what, const Value& value, const std::string& note) {
    out << fmt::format("{:<34} {:>14}  {}\n", what, value, note);
}

std::string whole(double number) {
    return fmt::format("{:.0f}", number);
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

RankOf share_of(int ranks) {
    return {shares_per_rank / 2 * ranks, shares_per_rank * ranks};
}

void print_forecast(std::ostream& out, Simulation& sim, int ranks, double build_s) {
    network::Network& network = sim.network();
    const auto        all     = all_connections(network);
    double            here    = 0;  // connections in tables
    for (const auto& projection : network.projections())
        here += projection->fused ? 0 : static_cast<double>(projection->local_size);
    // Without a connection in tables, cells tell how much more a rank has.
    const double factor   = here > 0 ? all.stored / ranks / here : shares_per_rank;
    const auto   shares   = network::block_shares(network, ranks);
    const double bytes    = network::expected_bytes(network, factor, shares);
    const double per_rank = all.number / ranks;
    const double share    = static_cast<double>(network.connection_bytes());
    const double memory =
        static_cast<double>(peak_resident_bytes()) - share + bytes + cell_bytes(network, ranks);

    out << fmt::format(
        "forecast for {} ranks, from the connections of {} cells\n",
        ranks,
        local_cells(sim, network)
    );
    print_line(out, "cells", network.num_cells(), "");
    print_line(
        out,
        "connections",
        whole(all.number),
        fmt::format("standard error {:.0f}", std::sqrt(all.variance))
    );
    print_line(out, "connections per rank", whole(per_rank), "");
    print_line(
        out,
        "bytes of connections per rank",
        whole(bytes),
        fmt::format("{:.2f} per connection", bytes / std::max(per_rank, 1.0))
    );
    print_line(out, "bytes of connections", whole(bytes * ranks), "all ranks");
    print_line(out, "total bytes per rank", whole(memory), "at rest, libraries included");
    print_line(out, "total bytes", whole(memory * ranks), "all ranks");
    print_line(
        out,
        "build time [s]",
        fmt::format("{:.3g}", shares_per_rank * build_s),
        fmt::format("{} times that of the share, one rank per core", shares_per_rank)
    );
    for (const std::string& label : all.unknown)
        out << fmt::format("not included: {}, none of whose targets is in the share\n", label);
    out.flush();
}

void print_one_rank(std::ostream& out, Simulation& sim, const OneRankResult& result) {
    network::Network& network     = sim.network();
    const auto        connections = local_connections(network);
    const double      bytes       = static_cast<double>(network.connection_bytes());

    out << fmt::format(
        "rank {} of {} alone, the cells of the others spike at {} Hz\n",
        sim.rank(),
        sim.num_processes(),
        result.peer_rate_hz
    );
    print_line(out, "cells of this rank", local_cells(sim, network), "");
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

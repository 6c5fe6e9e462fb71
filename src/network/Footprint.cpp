#include "ranvier/network/Footprint.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ranvier/models/kernel_arguments.hpp"
#include "ranvier/parallel/partition.hpp"

namespace ranvier::network {

namespace {

// What a table holds per 256 sources, apart from their rows: where these are.
constexpr double sources_per_group = 256;
constexpr double bytes_per_group   = 40;
constexpr double bytes_per_offset  = 4;

/// Adds the connections of a table, looking at each once.
template <class T>
void add_connections(
    const ConnectionTable<T>&        table,
    const std::vector<Channel>&      channels,
    std::map<ChannelId, std::size_t> place_of,
    TableFacts&                      facts,
    IndexRange&                      reach
) {
    for (std::size_t place = 0; place < table.channels().size(); ++place) {
        const ChannelId      id     = table.channels()[place];
        TableFacts::Channel& known  = facts.channels[place_of[id]];
        const std::uint64_t  before = known.connections;
        std::uint32_t        last   = 0;
        std::uint64_t*       count  = nullptr;  // of the delay seen last
        for (std::uint64_t source = 0; source < facts.num_sources; ++source) {
            const std::uint64_t so_far = known.connections;
            table.for_each(
                static_cast<std::uint32_t>(source),
                place,
                channels[id],
                [&](std::uint32_t, std::uint32_t delay, T) {
                    if (!count || delay != last) count = &known.delays[delay];
                    last = delay;
                    ++*count;
                    ++known.connections;
                }
            );
            if (known.connections == so_far) continue;
            reach.first = std::min<std::size_t>(reach.first, source);
            reach.last  = std::max<std::size_t>(reach.last, source + 1);
        }
        if (known.connections > before) known.weight_bytes = weight_bytes<T>(channels[id], 2) / 2;
    }
}

template <class T>
std::vector<TableFacts> facts_of(Store<T>& store, const Network& network) {
    std::vector<TableFacts> all;
    for (const auto& population : network.populations()) {
        TableFacts                       facts;
        std::map<ChannelId, std::size_t> place_of;
        for (const Block<T>& block : store.blocks()) {
            if (population->id >= block.tables.size() || !block.tables[population->id]) continue;
            for (const ChannelId id : block.tables[population->id]->channels())
                place_of.try_emplace(id, place_of.size());
        }
        facts.num_sources = population->size;
        facts.channels.resize(place_of.size());
        IndexRange reach{population->size, 0};
        for (const Block<T>& block : store.blocks()) {
            if (population->id >= block.tables.size() || !block.tables[population->id]) continue;
            add_connections(
                *block.tables[population->id], store.channels(), place_of, facts, reach
            );
        }
        std::erase_if(facts.channels, [](const auto& channel) { return channel.connections == 0; });
        if (facts.channels.empty()) continue;
        facts.reach = reach.last - reach.first;
        all.push_back(std::move(facts));
    }
    return all;
}

template <class T>
double drive_bytes(Store<T>& store, double factor) {
    double bytes = 0;
    for (const FusedDrive<T>& drive : store.fused_drives()) {
        const auto weights = static_cast<double>(drive.weight.size());
        bytes += sizeof(T) * (weights > 1 ? factor * weights : weights);
    }
    return bytes;
}

}  // namespace

std::vector<TableFacts> table_facts(Network& network) {
    return network.options().precision == Precision::float64
               ? facts_of(network.store<double>(), network)
               : facts_of(network.store<float>(), network);
}

double expected_bytes(const TableFacts& facts, double factor, const BlockShares& pages) {
    const double block   = factor * std::accumulate(pages.begin(), pages.end(), 0.0);
    const double sources = std::min(
        static_cast<double>(facts.num_sources),
        std::max(block, 1.0) * static_cast<double>(facts.reach)
    );
    double rows = 0, connections = 0;
    for (const TableFacts::Channel& channel : facts.channels) {
        const double size   = block * static_cast<double>(channel.connections);
        const double lambda = size / sources;
        // Arrays of 16-bit numbers are padded to 4 bytes.
        const double halves = channel.weight_bytes % 4 == 2 ? 2 : 1;
        rows += sources * -std::expm1(-lambda) * sizeof(std::uint32_t);
        for (const auto& [delay, count] : channel.delays) {
            for (const double page : pages) {
                const double mean = lambda * static_cast<double>(count) /
                                    static_cast<double>(channel.connections) * factor * page /
                                    block;
                rows += sources * -std::expm1(-mean) * sizeof(SegmentHeader);
                rows += sources * -std::expm1(-2 * mean) * halves;  // odd numbers: 2 bytes more
            }
        }
        rows += size * static_cast<double>(sizeof(std::uint16_t) + channel.weight_bytes);
        connections += size;
    }
    const double groups   = std::ceil(sources / sources_per_group);
    const double occupied = -std::expm1(-connections / groups);
    return rows + groups * bytes_per_group +
           groups * occupied * static_cast<double>(facts.channels.size()) * sources_per_group *
               bytes_per_offset;
}

std::vector<BlockShares> block_shares(const Network& network, int ranks) {
    const std::size_t        capacity = network.options().tuning.block_cells;
    const std::size_t        page     = network.options().tuning.page_cells;
    std::vector<BlockShares> blocks;            // first in cells
    std::size_t              used  = capacity;  // slots of the last block
    std::size_t              total = 0;
    for (const auto& population : network.populations()) {
        if (population->group->is_source()) continue;
        std::size_t left = slice_of(population->size, ranks / 2, ranks).size();
        total += left;
        while (left > 0) {
            if (used == capacity) {
                blocks.emplace_back();
                used = 0;
            }
            if (used / page == blocks.back().size()) blocks.back().push_back(0);
            // Up to the end of the page: slots are not padded before the last cell of a population.
            const std::size_t end   = std::min(capacity, (used / page + 1) * page);
            const std::size_t count = std::min(left, end - used);
            blocks.back().back() += static_cast<double>(count);
            used +=
                (count + models::lane_padding - 1) / models::lane_padding * models::lane_padding;
            left -= count;
        }
    }
    for (BlockShares& shares : blocks) {
        for (double& share : shares)
            share /= static_cast<double>(total);
    }
    return blocks;
}

double expected_bytes(Network& network, double factor, std::span<const BlockShares> blocks) {
    double bytes = network.options().precision == Precision::float64
                       ? drive_bytes(network.store<double>(), factor)
                       : drive_bytes(network.store<float>(), factor);
    for (const TableFacts& facts : table_facts(network)) {
        for (const BlockShares& pages : blocks)
            bytes += expected_bytes(facts, factor, pages);
    }
    return bytes;
}

}  // namespace ranvier::network

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

// Of PendingConnections: its vectors hold so much per group and per chunk, with what the heap adds.
constexpr double pending_bytes_per_group = 64;
constexpr double pending_bytes_per_chunk = 72;
constexpr double memory_page             = 4096;
// Of ConnectionTable: it takes so many times the bytes of targets and weights from the system.
constexpr double slab_allowance = 9.0 / 8;

/// What stands for each slot of a block: the factor of its cell's population.
template <class T>
std::vector<double> factor_of_slots(const Block<T>& block, const Factors& factors) {
    std::vector<double> result(block.used, 1.0);
    for (const auto& piece : block.pieces) {
        const auto first = result.begin() + static_cast<std::ptrdiff_t>(piece.slot);
        if (!factors.empty()) std::fill_n(first, piece.cells.size(), factors[piece.population]);
    }
    return result;
}

/// Facts about the tables of one population while they are gathered.
struct Gathered {
    std::map<ChannelId, std::size_t> place_of;
    TableFacts                       facts;
    std::uint64_t                    found = 0;  ///< connections, once each
    IndexRange                       reach{};
};

/// Adds the connections of a table, looking at each once.
template <class T>
void add_connections(
    const ConnectionTable<T>&   table,
    const std::vector<Channel>& channels,
    const std::vector<double>&  factors,
    Gathered&                   all
) {
    for (std::size_t place = 0; place < table.channels().size(); ++place) {
        const ChannelId      id     = table.channels()[place];
        TableFacts::Channel& known  = all.facts.channels[all.place_of[id]];
        const std::uint64_t  before = all.found;
        std::uint32_t        last   = 0;
        double*              count  = nullptr;  // of the delay seen last
        for (std::uint64_t source = 0; source < all.facts.num_sources; ++source) {
            const std::uint64_t so_far = all.found;
            table.for_each(
                static_cast<std::uint32_t>(source),
                place,
                channels[id],
                [&](std::uint32_t target, std::uint32_t delay, T) {
                    if (!count || delay != last) count = &known.delays[delay];
                    last = delay;
                    *count += factors[target];
                    known.connections += factors[target];
                    ++all.found;
                }
            );
            if (all.found == so_far) continue;
            all.reach.first = std::min<std::size_t>(all.reach.first, source);
            all.reach.last  = std::max<std::size_t>(all.reach.last, source + 1);
        }
        if (all.found > before) known.weight_bytes = weight_bytes<T>(channels[id], 2) / 2;
    }
}

template <class T>
std::vector<TableFacts> facts_of(Store<T>& store, const Network& network, const Factors& factors) {
    std::vector<std::vector<double>> of_slots;
    for (const Block<T>& block : store.blocks())
        of_slots.push_back(factor_of_slots(block, factors));
    std::vector<TableFacts> result;
    for (const auto& population : network.populations()) {
        const auto table_of = [&](const Block<T>& block) -> const ConnectionTable<T>* {
            return population->id < block.tables.size() ? block.tables[population->id].get()
                                                        : nullptr;
        };
        Gathered all;
        for (const Block<T>& block : store.blocks()) {
            if (!table_of(block)) continue;
            for (const ChannelId id : table_of(block)->channels())
                all.place_of.try_emplace(id, all.place_of.size());
        }
        all.facts.num_sources = population->size;
        all.facts.channels.resize(all.place_of.size());
        all.reach = {population->size, 0};
        for (std::size_t b = 0; b < store.blocks().size(); ++b) {
            if (const auto* const table = table_of(store.blocks()[b]))
                add_connections(*table, store.channels(), of_slots[b], all);
        }
        double counted = 0;
        for (const auto& channel : all.facts.channels)
            counted += channel.connections;
        std::erase_if(all.facts.channels, [](const auto& channel) {
            return channel.connections == 0;
        });
        if (all.facts.channels.empty()) continue;
        // More targets reach more sources.
        const double growth = std::max(1.0, counted / static_cast<double>(all.found));
        all.facts.reach     = static_cast<std::uint64_t>(std::min(
            static_cast<double>(population->size),
            std::ceil(growth * static_cast<double>(all.reach.last - all.reach.first))
        ));
        result.push_back(std::move(all.facts));
    }
    return result;
}

template <class T>
double drive_bytes(Store<T>& store, const Factors& factors) {
    double bytes = 0;
    for (const FusedDrive<T>& drive : store.fused_drives()) {
        const auto weights = static_cast<double>(drive.weight.size());
        bytes += sizeof(T) * (weights > 1 ? factors[drive.post] * weights : weights);
    }
    return bytes;
}

double drive_bytes(Network& network, const Factors& factors) {
    return network.options().precision == Precision::float64
               ? drive_bytes(network.store<double>(), factors)
               : drive_bytes(network.store<float>(), factors);
}

/// Memory of the chunks of a group that hold so many bytes of records of one kind.
PendingBytes bytes_of_chunks(double records) {
    constexpr double smallest = 1024, largest = 256 * 1024;  // as in PendingConnections
    PendingBytes     result;
    for (double chunk = smallest; records > 0; chunk = std::min(largest, 4 * chunk)) {
        const double used = std::min(chunk, records);
        // Pages that nothing was written to do not count, but those of small chunks are shared.
        const double touched =
            chunk > memory_page ? std::ceil(used / memory_page) * memory_page : chunk;
        result.waiting += touched + pending_bytes_per_chunk;
        if (chunk < largest) result.kept += std::min(touched, memory_page);
        records -= used;
    }
    return result;
}

/// Mean for a number of records that is Poisson distributed with this mean.
PendingBytes mean_bytes_of_chunks(double mean, double record_bytes) {
    constexpr double wide = 4;  // standard deviations beyond which nothing counts
    constexpr int    num  = 33;
    PendingBytes     result;
    double           total = 0;
    for (int k = 0; k < num; ++k) {
        const double z       = wide * (2.0 * k / (num - 1) - 1);
        const double share   = std::exp(-z * z / 2);
        const double records = std::max(0.0, mean + z * std::sqrt(mean));
        const auto   bytes   = bytes_of_chunks(records * record_bytes);
        result.waiting += share * bytes.waiting;
        result.kept += share * bytes.kept;
        total += share;
    }
    return {.waiting = result.waiting / total, .kept = result.kept / total};
}

/// Sources onto a block that has `block` times the targets.
double sources_of(const TableFacts& facts, double block) {
    return std::min(
        static_cast<double>(facts.num_sources),
        std::max(block, 1.0) * static_cast<double>(facts.reach)
    );
}

}  // namespace

std::vector<TableFacts> table_facts(Network& network, const Factors& factors) {
    return network.options().precision == Precision::float64
               ? facts_of(network.store<double>(), network, factors)
               : facts_of(network.store<float>(), network, factors);
}

double expected_bytes(const TableFacts& facts, double factor, const BlockShares& pages) {
    const double block   = factor * std::accumulate(pages.begin(), pages.end(), 0.0);
    const double sources = sources_of(facts, block);
    double       rows = 0, connections = 0;
    for (const TableFacts::Channel& channel : facts.channels) {
        const double size   = block * channel.connections;
        const double lambda = size / sources;
        // Arrays of 16-bit numbers are padded to 4 bytes.
        const double halves = channel.weight_bytes % 4 == 2 ? 2 : 1;
        rows += sources * -std::expm1(-lambda) * sizeof(std::uint32_t);
        for (const auto& [delay, count] : channel.delays) {
            for (const double page : pages) {
                const double mean = lambda * count / channel.connections * factor * page / block;
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

double expected_bytes(
    Network& network, const Factors& factors, std::span<const BlockShares> blocks
) {
    double bytes = drive_bytes(network, factors);
    for (const TableFacts& facts : table_facts(network, factors)) {
        for (const BlockShares& pages : blocks)
            bytes += expected_bytes(facts, 1, pages);
    }
    return bytes;
}

PendingBytes expected_pending_bytes(
    const TableFacts& facts, std::size_t record_bytes, const BlockShares& pages
) {
    const double block  = std::accumulate(pages.begin(), pages.end(), 0.0);
    const double groups = std::ceil(sources_of(facts, block) / sources_per_group);
    PendingBytes result{.waiting = groups * pending_bytes_per_group};
    double       of_group = 0, rows = 0;
    for (const TableFacts::Channel& channel : facts.channels) {
        const double per_group = channel.connections / groups;
        for (const double page : pages) {
            const auto bytes =
                mean_bytes_of_chunks(page * per_group, static_cast<double>(record_bytes));
            result.waiting += groups * bytes.waiting;
            result.kept += groups * bytes.kept;
        }
        of_group += block * per_group * static_cast<double>(record_bytes);
        rows +=
            block * per_group * static_cast<double>(sizeof(std::uint16_t) + channel.weight_bytes);
    }
    result.sorting = of_group + rows;
    result.slabs   = groups * rows * slab_allowance;
    return result;
}

double expected_peak_bytes(
    Network& network, const Factors& factors, std::span<const BlockShares> blocks
) {
    const std::size_t record_bytes = network.options().precision == Precision::float64 ? 12 : 8;
    struct Table {
        PendingBytes pending;
        double       rows;
    };
    std::vector<Table> tables;  // in the order in which they are built
    const auto         all = table_facts(network, factors);
    double             now = drive_bytes(network, factors);
    for (const BlockShares& pages : blocks) {
        for (const TableFacts& facts : all) {
            tables.push_back(
                {expected_pending_bytes(facts, record_bytes, pages),
                 expected_bytes(facts, 1, pages)}
            );
            now += tables.back().pending.waiting;
        }
    }
    double peak = now;
    for (const Table& table : tables) {
        // What finds no place in slabs, and where rows begin, is in what the heap has kept.
        const double slabs = std::min(table.rows, table.pending.slabs);
        const double heap  = std::max(table.pending.kept, table.rows - slabs);
        const double after = now - table.pending.waiting + slabs + heap;
        peak               = std::max(peak, std::max(now, after) + table.pending.sorting);
        now                = after;
    }
    return peak;
}

}  // namespace ranvier::network

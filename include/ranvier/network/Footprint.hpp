/// @file
/// The memory that connections will take on a rank, told from those of a small share of its cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "ranvier/network/Network.hpp"

namespace ranvier::network {

/// The connections from one population onto the cells of a rank, told from those stored here; all
/// blocks together. Numbers are means.
struct TableFacts {
    /// Those on one channel.
    struct Channel {
        double                          connections  = 0;
        std::size_t                     weight_bytes = 0;  ///< each; 0: one weight for all
        std::map<std::uint32_t, double> delays;            ///< connections by delay in steps
    };

    std::uint64_t        num_sources = 0;  ///< cells of the population
    std::uint64_t        reach       = 0;  ///< from the first to the last that has connections
    std::vector<Channel> channels;         ///< that have connections
};

/// How many times as many cells of each population a rank has as there are here.
using Factors = std::vector<double>;

/// Per presynaptic population that has connections: what is stored here, a connection onto a cell
/// of population p counted `factors[p]` times. @local
/// @pre built: after a first run, of any length; `[populations]` factors, or none: once
std::vector<TableFacts> table_facts(Network& network, const Factors& factors = {});

/// A block, as the shares of its pages in the local cells of a rank.
using BlockShares = std::vector<double>;

/// Bytes of a table for connections of the same kind onto one block: per page `factor` times its
/// share as many.
///
/// A row per source and channel is made of segments, one per delay and page that occur in it.
/// Connections of a source are taken to be Poisson in number, with mean lambda, and to choose
/// delays and pages independently; then the expected number of segments of a row is the sum over
/// both of 1 - exp(-lambda p q), p and q being the shares of the delay and the page. More targets
/// reach more sources: those between the first and the last one grow by the factor, up to the whole
/// population.
/// @pre factor > 0
double expected_bytes(const TableFacts& facts, double factor, const BlockShares& pages = {1});

/// How the local cells of one of `ranks` ranks, a middle one, are divided among its blocks and
/// their pages: shares, which add up to 1; empty if it has none. @local
std::vector<BlockShares> block_shares(const Network& network, int ranks);

/// Bytes of all connections of a rank that has `factors` times as many cells as are here, in blocks
/// of the given shares. @local @pre as `table_facts`
double expected_bytes(
    Network& network, const Factors& factors, std::span<const BlockShares> blocks
);

/// Bytes of connections while they wait and after.
struct PendingBytes {
    double waiting = 0;  ///< before the table is built
    double kept    = 0;  ///< of these, what the heap still holds when it has been built
    double sorting = 0;  ///< besides, while a group is sorted
    double slabs   = 0;  ///< what rows take that is not from the heap, if they need as much
};

/// Of a table as `expected_bytes` takes it, built at once.
/// @param record_bytes 8 in single and 12 in double precision
PendingBytes expected_pending_bytes(
    const TableFacts& facts, std::size_t record_bytes, const BlockShares& pages = {1}
);

/// Bytes that the connections of such a rank take at most while it is built. All of them wait for
/// the first run; then table by table becomes rows. @local @pre as `table_facts`
double expected_peak_bytes(
    Network& network, const Factors& factors, std::span<const BlockShares> blocks
);

}  // namespace ranvier::network

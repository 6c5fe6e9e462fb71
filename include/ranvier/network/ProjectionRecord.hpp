/// @file
/// What the network knows of a projection; the public handles point here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/network/ConnectionTable.hpp"
#include "ranvier/network/Selection.hpp"

namespace ranvier::network {

struct ProjectionRecord {
    /// How the connections onto one part of the postsynaptic group are kept.
    struct Target {
        std::size_t population = 0;  ///< its id
        std::size_t receptor   = 0;  ///< in that population's list
        ChannelId   channel    = 0;
    };

    std::string         label;
    std::string         pre_label, post_label;  ///< of the two groups
    std::size_t         id = 0;
    Selection           pre, post;
    std::vector<Target> targets;           ///< one per part of `post`
    std::string         receptor;          ///< its name
    std::uint64_t       key      = 0;      ///< hash of its identity, see Network
    std::uint16_t       ordinal  = 0;      ///< among projections between the same populations
    bool                drive    = false;  ///< Poisson input, one to one, one delay
    bool                fused    = false;  ///< a drive, held as a FusedDrive of the store
    double              quantum  = 0;      ///< weights are multiples of it; 0: any
    std::uint64_t       num_sets = 0;      ///< calls that gave new values, for their keys

    std::shared_ptr<const connectors::Geometry> geometry;  ///< nullptr without positions

    std::string   connector;
    std::uint64_t size       = 0;  ///< connections on all ranks
    std::uint64_t local_size = 0;
    Step          min_delay  = 0;  ///< over all ranks, in steps; 0 if there is no connection
    Step          max_delay  = 0;

    /// Where the local connections stand in the list if they were not created in the order of
    /// source and delay: for each in that order, its place among those of its target. Else empty.
    std::vector<std::uint32_t> created;
};

/// One connection, as listed by a projection.
struct Connection {
    std::uint64_t pre    = 0;  ///< index in the presynaptic group
    std::uint64_t post   = 0;  ///< index in the postsynaptic group
    double        weight = 0;  ///< nA, uS or mV
    double        delay  = 0;  ///< ms

    friend auto operator<=>(const Connection&, const Connection&) = default;
};

}  // namespace ranvier::network

/// @file
/// A projection: all connections of one kind between two populations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/models/synapses/StaticSynapse.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/Population.hpp"

namespace ranvier {

using network::Connection;

struct ProjectionOptions {
    /// "excitatory" or another receptor of the target; empty: the first for a weight >= 0, the
    /// second otherwise.
    std::string receptor_type{};
    /// Part of what keys the random streams; empty: "<pre>→<post>", and several of those are told
    /// apart by the order in which they are made.
    std::string label{};
};

/// A handle to a projection: the network owns it, copies mean the same one, and letting the
/// variable go removes nothing.
///
/// A connection made during a simulation carries the spikes that are emitted from then on.
///
/// A connection lives on the rank that owns its target, and is made there, without messages, from
/// draws keyed by the projection and the target.
class Projection {
public:
    /// Makes the connections now.
    /// @collective
    /// @throws ConnectionError for a rule that cannot apply, a weight in the wrong unit or with the
    ///         wrong sign, a delay below the time step or outside [min_delay, max_delay]; on all
    ///         ranks, and nothing is made
    template <connectors::Connector C>
    Projection(
        const Population&    pre,
        const Population&    post,
        const C&             connector,
        const StaticSynapse& synapse = {},
        ProjectionOptions    options = {}
    )
        : Projection(
              pre,
              post,
              std::make_unique<connectors::RuleOf<C>>(connector),
              synapse,
              std::move(options)
          ) {}

    const std::string& label() const { return record_->label; }
    std::uint64_t      size() const { return record_->size; }         ///< on all ranks
    std::uint64_t local_size() const { return record_->local_size; }  ///< onto this rank's cells
    std::string   receptor_type() const;

    /// This rank's connections, by target, then source, then delay. @local
    std::vector<Connection> local_connections() const;
    /// All connections in the same order, the same on every rank and at every number of ranks.
    /// @collective @note Memory for all connections on every rank: meant for small projections.
    std::vector<Connection> connections() const;

    const network::ProjectionRecord& record() const { return *record_; }

private:
    Projection(
        const Population&,
        const Population&,
        std::unique_ptr<connectors::Rule>,
        const StaticSynapse&,
        ProjectionOptions
    );

    network::Network*          network_;
    network::ProjectionRecord* record_;
};

}  // namespace ranvier

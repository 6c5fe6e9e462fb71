/// @file
/// A given number of targets for every source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/connectors/Count.hpp"

namespace ranvier {

/// Gives every source `n` targets, chosen uniformly. With replacement a target may be chosen
/// several times; without, only if `n` exceeds the number of targets: then each is taken as often
/// as it fits and the rest is chosen. With SelfConnections::no_mutual fewer remain.
///
/// The targets of a source are split over ranges of targets by draws keyed by the source and the
/// range. A rank follows the ranges that hold its own targets, so its cost is proportional to its
/// connections plus, for each source, the few splits on the way there: the rule ties all targets
/// together, and without messages every rank must ask every source.
struct FixedNumberPostConnector {
    static constexpr std::string_view name = "FixedNumberPostConnector";

    /// Sources by target: those of the k-th target of the plan are `sources[first[k]]` to
    /// `sources[first[k + 1]]`.
    struct Plan {
        std::size_t                begin = 0;
        std::vector<std::uint64_t> first;
        std::vector<std::uint32_t> sources;
    };

    connectors::Count n;  ///< targets per source, >= 0
    SelfConnections   self_connections = SelfConnections::allow;
    bool              with_replacement = false;

    std::string check(const connectors::Shape& shape) const;
    Plan        plan(const connectors::Shape& shape, random::Key key, IndexRange posts) const;
    /// @local The sources that have chosen the target, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&              plan,
        random::Key              key,
        connectors::Sources&     sources
    ) const;
    /// Plans hold 4 million connections at most, about 50 MB.
    std::size_t   targets_per_plan(const connectors::Shape& shape) const;
    std::uint64_t fingerprint() const;
};
static_assert(connectors::Connector<FixedNumberPostConnector>);

}  // namespace ranvier

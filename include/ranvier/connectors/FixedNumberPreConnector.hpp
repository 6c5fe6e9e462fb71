/// @file
/// A given number of sources for every target.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/connectors/Count.hpp"

namespace ranvier {

/// Gives every target `n` sources, chosen uniformly. With replacement a source may be chosen
/// several times; without, only if `n` exceeds the number of sources: then each is taken as often
/// as it fits and the rest is chosen. With SelfConnections::no_mutual fewer remain.
struct FixedNumberPreConnector {
    static constexpr std::string_view name = "FixedNumberPreConnector";
    using Plan                             = connectors::NoPlan;

    connectors::Count n;  ///< sources per target, >= 0
    SelfConnections   self_connections = SelfConnections::allow;
    bool              with_replacement = false;

    std::string check(const connectors::Shape& shape) const;
    Plan        plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }
    /// @local The chosen sources, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key          key,
        connectors::Sources& sources
    ) const;
    std::uint64_t fingerprint() const;
};
static_assert(connectors::Connector<FixedNumberPreConnector>);

}  // namespace ranvier

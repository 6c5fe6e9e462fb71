/// @file
/// Every source with every target.
#pragma once

#include <numeric>
#include <string>
#include <string_view>

#include "ranvier/connectors/Connector.hpp"

namespace ranvier {

/// Connects every source with every target.
struct AllToAllConnector {
    static constexpr std::string_view name = "AllToAllConnector";
    using Plan                             = connectors::NoPlan;

    SelfConnections self_connections = SelfConnections::allow;

    std::string check(const connectors::Shape&) const { return {}; }
    Plan        plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }

    /// @local All sources, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key,
        connectors::Sources& sources
    ) const {
        sources.resize(shape.num_pre);
        std::iota(sources.begin(), sources.end(), 0u);
        connectors::drop_excluded(self_connections, shape, post, sources);
    }
    std::uint64_t fingerprint() const { return static_cast<std::uint64_t>(self_connections); }
};
static_assert(connectors::Connector<AllToAllConnector>);

}  // namespace ranvier

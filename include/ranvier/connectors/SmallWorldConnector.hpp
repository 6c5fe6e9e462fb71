/// @file
/// A ring with shortcuts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Param.hpp"

namespace ranvier {

/// A directed ring with shortcuts, after doi:10.1038/30918.
///
/// Cells lie on a ring. The sources of a target are its `degree` nearest neighbours: j - 1, j + 1,
/// j - 2, j + 2, ... Each of them is then, with probability `rewiring`, replaced by a source chosen
/// uniformly among all that the target does not have; the replaced one is not among them. No source
/// occurs twice, and every target keeps `degree` sources. Both groups must have the same size.
struct SmallWorldConnector {
    static constexpr std::string_view name = "SmallWorldConnector";
    using Plan                             = connectors::NoPlan;

    Required<std::int64_t> degree;    ///< sources per target, in [0, N - 1]
    Required<double>       rewiring;  ///< probability, in [0, 1]
    SelfConnections        self_connections = SelfConnections::allow;  ///< of shortcuts

    std::string check(const connectors::Shape& shape) const;
    Plan        plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }
    /// @local The sources, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key          key,
        connectors::Sources& sources
    ) const;
    std::uint64_t fingerprint() const;
};
static_assert(connectors::Connector<SmallWorldConnector>);

}  // namespace ranvier

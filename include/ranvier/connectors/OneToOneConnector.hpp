/// @file
/// Each source with the target of the same index.
#pragma once

#include <string>
#include <string_view>

#include "ranvier/connectors/Connector.hpp"

namespace ranvier {

/// Connects the source with the target of the same index. If one side has more cells, the rest of
/// it stays unconnected, as in PyNN.
struct OneToOneConnector {
    static constexpr std::string_view name       = "OneToOneConnector";
    static constexpr bool             one_to_one = true;
    using Plan                                   = connectors::NoPlan;

    std::string check(const connectors::Shape&) const { return {}; }
    Plan        plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }

    /// @local The one source, if it exists.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key,
        connectors::Sources& sources
    ) const {
        if (post < shape.num_pre) sources.push_back(static_cast<std::uint32_t>(post));
    }
};
static_assert(connectors::Connector<OneToOneConnector>);

}  // namespace ranvier

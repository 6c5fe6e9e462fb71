/// @file
/// Each pair with the same probability.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/random/DrawAhead.hpp"
#include "ranvier/random/geometric.hpp"

#include <fmt/format.h>

namespace ranvier {

/// Connects each pair independently with the same probability.
///
/// For a target, the gaps between its sources are drawn from the geometric distribution, so the
/// cost is proportional to the connections made, not to the pairs.
struct FixedProbabilityConnector {
    static constexpr std::string_view name = "FixedProbabilityConnector";
    using Plan                             = connectors::NoPlan;

    Required<double> p_connect;  ///< probability of each connection, in [0, 1]
    SelfConnections  self_connections = SelfConnections::allow;

    std::string check(const connectors::Shape&) const {
        if (p_connect >= 0 && p_connect <= 1) return {};
        return fmt::format("p_connect must lie in [0, 1], got {}.", number(p_connect));
    }
    Plan plan(const connectors::Shape&, random::Key, IndexRange) const { return {}; }

    /// @local The chosen sources, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&,
        random::Key          key,
        connectors::Sources& sources
    ) const {
        if (p_connect == 0) return;
        random::DrawAhead       draws{key, post};
        const random::Geometric trials{p_connect};
        std::size_t             pre = 0, num_chosen = sources.size();
        for (bool ended = false; !ended;) {
            const auto  gaps  = draws.failures(trials);
            std::size_t taken = 0;
            sources.resize(num_chosen + gaps.size());
            for (; taken < gaps.size(); ++taken) {
                ended = !(gaps[taken] < static_cast<double>(shape.num_pre - pre));
                if (ended) break;
                pre += static_cast<std::size_t>(static_cast<std::int64_t>(gaps[taken]));
                sources[num_chosen++] = static_cast<std::uint32_t>(pre++);
            }
            draws.take(taken);
        }
        sources.resize(num_chosen);
        connectors::drop_excluded(self_connections, shape, post, sources);
    }
    std::uint64_t fingerprint() const {
        return hash_of(bits_of(double{p_connect}), static_cast<std::uint64_t>(self_connections));
    }
};
static_assert(connectors::Connector<FixedProbabilityConnector>);

}  // namespace ranvier

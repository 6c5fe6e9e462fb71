/// @file
/// A given number of connections, spread at random over all pairs.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/base/hash.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/random/fill.hpp"

namespace ranvier {

/// Makes exactly `n` connections; source and target of each are drawn uniformly and independently,
/// so that a pair may be connected several times.
///
/// The total is split over ranges of targets by binomial draws keyed by the range: a rank descends
/// only where its own targets lie, and no rank needs to know what the others drew.
struct FixedTotalNumberConnector {
    static constexpr std::string_view name = "FixedTotalNumberConnector";

    /// In-degrees of the targets `first, first + 1, ...`
    struct Plan {
        std::size_t                first = 0;
        std::vector<std::uint32_t> in_degree;
    };

    Required<std::uint64_t> n;  ///< number of connections
    SelfConnections         self_connections = SelfConnections::allow;  ///< allow or forbid

    std::string check(const connectors::Shape& shape) const {
        if (self_connections == SelfConnections::no_mutual)
            return "SelfConnections::no_mutual has no meaning for a fixed total number. Use allow "
                   "or forbid.";
        if (n == 0) return {};
        if (shape.num_pre == 0 || shape.num_post == 0)
            return "n must be 0 between empty groups.";
        if (excludes(shape) && shape.num_pre == 1)
            return "a single cell has no other cell to connect with. Allow self-connections.";
        return {};
    }

    Plan plan(const connectors::Shape& shape, random::Key key, IndexRange posts) const {
        Plan plan{posts.first, std::vector<std::uint32_t>(posts.size())};
        if (!posts.empty()) split({0, shape.num_post}, n, splitting(key), posts, plan);
        return plan;
    }

    /// @local The sources of the target's connections, ascending.
    void presynaptic(
        const connectors::Shape& shape,
        std::size_t              post,
        const Plan&              plan,
        random::Key              key,
        connectors::Sources&     sources
    ) const {
        sources.resize(plan.in_degree[post - plan.first]);
        const std::size_t choices = shape.num_pre - (excludes(shape) ? 1 : 0);
        random::fill_below(key, post, 0, choices, sources);
        if (excludes(shape)) {
            for (std::uint32_t& pre : sources)
                pre += pre >= post ? 1 : 0;
        }
        std::sort(sources.begin(), sources.end());
    }

private:
    bool excludes(const connectors::Shape& shape) const {
        return shape.same && self_connections == SelfConnections::forbid;
    }
    static random::Key splitting(random::Key key) { return {hash_of(key.value, 1)}; }

    static void split(
        IndexRange targets, std::uint64_t count, random::Key key, IndexRange wanted, Plan& plan
    ) {
        if (count == 0 || targets.last <= wanted.first || targets.first >= wanted.last) return;
        if (targets.size() == 1) {
            plan.in_degree[targets.first - plan.first] = static_cast<std::uint32_t>(count);
            return;
        }
        const std::size_t   middle = targets.first + targets.size() / 2;
        const double        part   = static_cast<double>(middle - targets.first) /
                                     static_cast<double>(targets.size());
        random::Stream      stream{key, hash_of(targets.first, targets.last)};
        const std::uint64_t left = stream.binomial(count, part);
        split({targets.first, middle}, left, key, wanted, plan);
        split({middle, targets.last}, count - left, key, wanted, plan);
    }
};
static_assert(connectors::Connector<FixedTotalNumberConnector>);

}  // namespace ranvier

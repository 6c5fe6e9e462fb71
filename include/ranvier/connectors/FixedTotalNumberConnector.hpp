/// @file
/// A given number of connections, spread at random over all pairs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/base/hash.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/random/fill.hpp"

#include <fmt/format.h>

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

    Required<std::uint64_t> n;                                          ///< number of connections
    SelfConnections         self_connections = SelfConnections::allow;  ///< allow or forbid

    std::string check(const connectors::Shape& shape) const {
        if (self_connections == SelfConnections::no_mutual)
            return "SelfConnections::no_mutual has no meaning for a fixed total number. Use allow "
                   "or forbid.";
        if (n == 0) return {};
        if (shape.num_pre == 0 || shape.num_post == 0) return "n must be 0 between empty groups.";
        if (excludes(shape) && shape.num_pre == 1)
            return "a single cell has no other cell to connect with. Allow self-connections.";
        if (n / shape.num_post >= max_mean_in_degree)  // and what a negative number becomes
            return fmt::format(
                "n must be below 2^31 connections per target, got {}.", std::uint64_t{n}
            );
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
        // Uniform draws in ascending order, without sorting: the k-th of n is the sum of the first
        // k of n + 1 exponential gaps, divided by the sum of all (doi:10.1007/978-1-4613-8643-8,
        // V.3).
        const std::size_t in_degree = plan.in_degree[post - plan.first];
        if (in_degree == 0) return;
        std::vector<double> gaps(in_degree + 1);
        random::fill_exponential(key, post, 0, gaps);
        double total = 0;
        for (double& gap : gaps)
            gap = total += gap;
        const std::size_t choices = shape.num_pre - (excludes(shape) ? 1 : 0);
        const double      scale   = static_cast<double>(choices) / total;
        sources.resize(in_degree);
        for (std::size_t k = 0; k < in_degree; ++k) {
            const auto pre = std::min(static_cast<std::size_t>(gaps[k] * scale), choices - 1);
            sources[k]     = static_cast<std::uint32_t>(pre + (excludes(shape) && pre >= post));
        }
    }

private:
    static constexpr std::uint64_t max_mean_in_degree = std::uint64_t{1} << 31;

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
        const std::size_t middle = targets.first + targets.size() / 2;
        const double      part =
            static_cast<double>(middle - targets.first) / static_cast<double>(targets.size());
        random::Stream      stream{key, hash_of(targets.first, targets.last)};
        const std::uint64_t left = stream.binomial(count, part);
        split({targets.first, middle}, left, key, wanted, plan);
        split({middle, targets.last}, count - left, key, wanted, plan);
    }
};
static_assert(connectors::Connector<FixedTotalNumberConnector>);

}  // namespace ranvier

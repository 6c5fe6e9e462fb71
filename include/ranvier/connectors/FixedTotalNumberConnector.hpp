/// @file
/// A given number of connections, spread at random over all pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/base/hash.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/parameters/Param.hpp"
#include "ranvier/random/choose.hpp"

#include <fmt/format.h>

namespace ranvier {

/// Makes exactly `n` connections, each between a pair chosen uniformly among all. With replacement
/// a pair may be connected several times; without, no pair is.
///
/// The total is split over ranges of targets by draws keyed by the range: a rank descends only
/// where its own targets lie, and no rank needs to know what the others drew. With
/// SelfConnections::no_mutual fewer than `n` remain.
struct FixedTotalNumberConnector {
    static constexpr std::string_view name = "FixedTotalNumberConnector";

    /// In-degrees of the targets `first, first + 1, ...`
    struct Plan {
        std::size_t                first = 0;
        std::vector<std::uint32_t> in_degree;
    };

    Required<std::uint64_t> n;  ///< number of connections
    SelfConnections         self_connections = SelfConnections::allow;
    bool                    with_replacement = true;

    std::string check(const connectors::Shape& shape) const {
        if (n == 0) return {};
        if (shape.num_pre == 0 || shape.num_post == 0) return "n must be 0 between empty groups.";
        if (excludes(shape) && shape.num_pre == 1)
            return "a single cell has no other cell to connect with. Allow self-connections.";
        if (n / shape.num_post >= max_mean_in_degree)  // and what a negative number becomes
            return fmt::format(
                "n must be below 2^31 connections per target, got {}.", std::uint64_t{n}
            );
        const std::uint64_t pairs = choices(shape) * std::uint64_t{shape.num_post};
        if (!with_replacement && n > pairs)
            return fmt::format(
                "n must be at most the {} pairs without replacement, got {}.",
                pairs,
                std::uint64_t{n}
            );
        return {};
    }

    Plan plan(const connectors::Shape& shape, random::Key key, IndexRange posts) const {
        Plan plan{posts.first, std::vector<std::uint32_t>(posts.size())};
        if (!posts.empty()) {
            const random::Key splitting{hash_of(key.value, 1)};
            split({0, shape.num_post}, n, splitting, choices(shape), posts, plan);
        }
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
        const std::size_t            in_degree = plan.in_degree[post - plan.first];
        thread_local random::Chooser chooser;  // buffers only
        const std::size_t            self    = excludes(shape) ? shape.self(post) : shape.num_pre;
        const std::size_t            choices = shape.num_pre - (self < shape.num_pre ? 1 : 0);
        if (with_replacement)
            chooser.with_replacement(key, post, choices, in_degree, sources);
        else
            chooser.without_replacement(key, post, choices, in_degree, sources);
        if (self < shape.num_pre) {
            for (std::uint32_t& pre : sources)
                pre += pre >= self ? 1u : 0u;
        }
        if (self_connections == SelfConnections::no_mutual)
            connectors::drop_excluded(self_connections, shape, post, sources);
    }

    std::uint64_t fingerprint() const {
        return hash_of(n, static_cast<std::uint64_t>(self_connections), with_replacement);
    }

private:
    static constexpr std::uint64_t max_mean_in_degree = std::uint64_t{1} << 31;

    bool excludes(const connectors::Shape& shape) const {
        return shape.overlaps() && self_connections == SelfConnections::forbid;
    }
    /// Sources that a target may have; between groups that share some cells, that each may have.
    std::size_t choices(const connectors::Shape& shape) const {
        return shape.num_pre - (excludes(shape) ? 1 : 0);
    }

    void split(
        IndexRange    targets,
        std::uint64_t count,
        random::Key   key,
        std::uint64_t per_target,
        IndexRange    wanted,
        Plan&         plan
    ) const {
        if (count == 0 || targets.last <= wanted.first || targets.first >= wanted.last) return;
        if (targets.size() == 1) {
            plan.in_degree[targets.first - plan.first] = static_cast<std::uint32_t>(count);
            return;
        }
        const std::size_t   middle = targets.first + targets.size() / 2;
        const std::uint64_t below = middle - targets.first, above = targets.last - middle;
        random::Stream      stream{key, hash_of(targets.first, targets.last)};
        const std::uint64_t left =
            with_replacement
                ? stream.binomial(
                      count, static_cast<double>(below) / static_cast<double>(targets.size())
                  )
                : random::hypergeometric(stream, below * per_target, above * per_target, count);
        split({targets.first, middle}, left, key, per_target, wanted, plan);
        split({middle, targets.last}, count - left, key, per_target, wanted, plan);
    }
};
static_assert(connectors::Connector<FixedTotalNumberConnector>);

}  // namespace ranvier

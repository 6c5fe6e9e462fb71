/// @file
/// The pairs of another projection once more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/network/Projection.hpp"

namespace ranvier {

/// Connects the same pairs as another projection between the same groups; of several connections of
/// a pair one, as in PyNN. Each rank looks at its own connections.
class CloneConnector {
public:
    static constexpr std::string_view name = "CloneConnector";

    /// Sources by target.
    struct Plan {
        std::size_t                begin = 0;
        std::vector<std::uint64_t> first;  ///< `[targets + 1]`
        std::vector<std::uint32_t> sources;
    };

    explicit CloneConnector(const Projection& reference) : reference_(reference) {}

    /// Whether the groups are those of the reference.
    bool fits(const network::Selection& pre, const network::Selection& post) const {
        return pre == reference_.pre() && post == reference_.post();
    }

    std::string check(const connectors::Shape&) const { return {}; }
    Plan        plan(const connectors::Shape&, random::Key, IndexRange posts) const;
    void        presynaptic(
               const connectors::Shape&,
               std::size_t post,
               const Plan& plan,
               random::Key,
               connectors::Sources& sources
           ) const;
    std::uint64_t fingerprint() const { return reference_.record().key; }

private:
    Projection reference_;
};
static_assert(connectors::Connector<CloneConnector>);

}  // namespace ranvier

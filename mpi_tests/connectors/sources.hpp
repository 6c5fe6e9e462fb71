/// @file
/// What connectors choose, collected over targets, for the tests of connectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranvier/connectors/Connector.hpp"

namespace ranvier::test {

/// The sources of each target of a range, as its owner obtains them.
template <class C>
std::vector<connectors::Sources> sources_of(
    const C& connector, const connectors::Shape& shape, random::Key key, IndexRange posts
) {
    connectors::RuleOf<C> rule{connector};
    rule.plan(shape, key, posts);
    std::vector<connectors::Sources> result(posts.size());
    for (std::size_t post = posts.first; post < posts.last; ++post)
        rule.presynaptic(post, result[post - posts.first]);
    return result;
}

/// The sources of all targets.
template <class C>
std::vector<connectors::Sources> sources_of(
    const C& connector, const connectors::Shape& shape, random::Key key = {1}
) {
    return sources_of(connector, shape, key, {0, shape.num_post});
}

/// Numbers of connections per target.
inline std::vector<double> in_degrees(const std::vector<connectors::Sources>& sources) {
    std::vector<double> result;
    for (const auto& of_one : sources)
        result.push_back(static_cast<double>(of_one.size()));
    return result;
}

/// Number of the pair (pre, post) for each connection.
inline std::vector<double> pairs(
    const connectors::Shape& shape, const std::vector<connectors::Sources>& sources
) {
    std::vector<double> result;
    for (std::size_t post = 0; post < sources.size(); ++post)
        for (const std::uint32_t pre : sources[post])
            result.push_back(static_cast<double>(post * shape.num_pre + pre));
    return result;
}

inline std::size_t total(const std::vector<connectors::Sources>& sources) {
    std::size_t result = 0;
    for (const auto& of_one : sources)
        result += of_one.size();
    return result;
}

}  // namespace ranvier::test

#include "ranvier/connectors/SmallWorldConnector.hpp"

#include <algorithm>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"

#include "sort_distinct.hpp"
#include <fmt/format.h>

namespace ranvier {

std::string SmallWorldConnector::check(const connectors::Shape& shape) const {
    if (shape.num_pre != shape.num_post)
        return fmt::format(
            "both groups must have the same number of cells to lie on a ring, got {} and {}.",
            shape.num_pre,
            shape.num_post
        );
    if (!(rewiring >= 0 && rewiring <= 1))
        return fmt::format("rewiring must lie in [0, 1], got {}.", number(rewiring));
    const auto most = shape.num_pre == 0 ? 0 : static_cast<std::int64_t>(shape.num_pre) - 1;
    if (degree < 0 || degree > most)
        return fmt::format(
            "degree must lie in [0, {}], the number of other cells, got {}.",
            most,
            std::int64_t{degree}
        );
    return {};
}

void SmallWorldConnector::presynaptic(
    const connectors::Shape& shape,
    std::size_t              post,
    const Plan&,
    random::Key          key,
    connectors::Sources& sources
) const {
    const std::size_t              size   = shape.num_pre;
    const auto                     count  = static_cast<std::size_t>(std::int64_t{degree});
    const bool                     forbid = self_connections == SelfConnections::forbid;
    const std::size_t              self   = forbid ? shape.self(post) : size;
    thread_local std::vector<bool> taken;  // all false between calls
    if (taken.size() < size) taken.resize(size);
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t steps = k / 2 + 1;
        const std::size_t pre   = (k % 2 == 0 ? post + size - steps : post + steps) % size;
        sources.push_back(static_cast<std::uint32_t>(pre));
        taken[pre] = true;
    }
    const bool        self_counts = self < size && !taken[self];
    const std::size_t free        = size - count - (self_counts ? 1 : 0);
    random::Stream    stream{key, post};
    for (std::uint32_t& pre : sources) {
        if (free == 0 || stream.uniform() >= rewiring) continue;
        std::uint32_t other;
        do {
            other = stream.below32(size);
        } while (taken[other] || other == self);
        taken[pre]   = false;
        taken[other] = true;
        pre          = other;
    }
    for (const std::uint32_t pre : sources)
        taken[pre] = false;
    connectors::sort_distinct(size, sources);
    if (self_connections == SelfConnections::no_mutual)
        connectors::drop_excluded(self_connections, shape, post, sources);
}

std::uint64_t SmallWorldConnector::fingerprint() const {
    return hash_of(
        static_cast<std::uint64_t>(std::int64_t{degree}),
        bits_of(double{rewiring}),
        static_cast<std::uint64_t>(self_connections)
    );
}

}  // namespace ranvier

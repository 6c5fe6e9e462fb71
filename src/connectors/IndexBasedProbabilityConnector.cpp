#include "ranvier/connectors/IndexBasedProbabilityConnector.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/random/fill.hpp"

#include <fmt/format.h>

namespace ranvier {

void IndexBasedProbabilityConnector::presynaptic(
    const connectors::Shape& shape,
    std::size_t              post,
    const Plan&,
    random::Key          key,
    connectors::Sources& sources
) const {
    constexpr std::size_t     block = 512;
    std::array<double, block> pre{}, same_post{}, probability{}, uniform{};
    same_post.fill(static_cast<double>(post));
    const auto j = static_cast<double>(post);
    for (std::size_t first = 0; first < shape.num_pre; first += block) {
        const std::size_t count = std::min(block, shape.num_pre - first);
        const std::span   p     = std::span{probability}.first(count);
        if (const auto* formula = std::get_if<parameters::Expression>(&probability_)) {
            const auto last = static_cast<double>(first + count - 1);
            if (formula->bounds({{static_cast<double>(first), last}, {j, j}}) ==
                parameters::Interval{0, 0})
                continue;
            std::iota(pre.begin(), pre.end(), static_cast<double>(first));
            formula->evaluate({pre, same_post}, p);
        } else {
            for (std::size_t k = 0; k < count; ++k)
                p[k] = std::get<Function>(probability_)(first + k, post);
        }
        random::fill_uniform(
            key, post, static_cast<std::uint32_t>(first), std::span{uniform}.first(count)
        );
        for (std::size_t k = 0; k < count; ++k) {
            const auto source = static_cast<std::uint32_t>(first + k);
            if (!(p[k] >= 0 && p[k] <= 1)) {
                if (connectors::is_excluded(self_connections_, shape, post, source)) continue;
                throw ConnectionError(
                    fmt::format(
                        "{}: the probability must lie in [0, 1], got {} for the pair ({}, {}).",
                        name,
                        number(p[k]),
                        first + k,
                        post
                    ),
                    {.index = post}
                );
            }
            if (uniform[k] < p[k]) sources.push_back(source);
        }
    }
    connectors::drop_excluded(self_connections_, shape, post, sources);
}

std::uint64_t IndexBasedProbabilityConnector::fingerprint() const {
    const auto* formula = std::get_if<parameters::Expression>(&probability_);
    return hash_of(
        static_cast<std::uint64_t>(self_connections_), formula ? hash_of_text(formula->text()) : 0
    );
}

}  // namespace ranvier

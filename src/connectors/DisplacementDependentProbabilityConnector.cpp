#include "ranvier/connectors/DisplacementDependentProbabilityConnector.hpp"

#include <algorithm>
#include <limits>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"

#include "sort_distinct.hpp"
#include <fmt/format.h>

namespace ranvier {

DisplacementDependentProbabilityConnector::Plan DisplacementDependentProbabilityConnector::plan(
    const connectors::Shape& shape, random::Key, IndexRange posts
) const {
    const connectors::Geometry plain{{}, shape.geometry->pre, shape.geometry->post};
    return {plain, shape.num_pre, posts, std::numeric_limits<double>::infinity()};
}

void DisplacementDependentProbabilityConnector::presynaptic(
    const connectors::Shape& shape,
    std::size_t              post,
    const Plan&              plan,
    random::Key              key,
    connectors::Sources&     sources
) const {
    random::Stream stream{key, post};
    const Position at      = shape.geometry->post(post);
    const auto*    formula = std::get_if<parameters::Expression>(&probability_);
    plan.each_near(at, [&](const connectors::SourceGrid::Near& box) {
        if (formula) {
            const Position near = at - box.high, far = at - box.low;
            const auto     bounds =
                formula->bounds({{near.x, far.x}, {near.y, far.y}, {near.z, far.z}});
            if (bounds == parameters::Interval{0, 0}) return;
        }
        for (std::size_t k = 0; k < box.sources.size(); ++k) {
            const Position d = at - box.positions[k];
            const double   p =
                formula ? (*formula)({d.x, d.y, d.z}) : std::get<Function>(probability_)(d);
            if (!(p >= 0 && p <= 1)) {
                if (connectors::is_excluded(self_connections_, shape, post, box.sources[k]))
                    continue;
                throw ConnectionError(
                    fmt::format(
                        "{}: the probability must lie in [0, 1], got {} for the displacement ({}, "
                        "{}, {}) um.",
                        name,
                        number(p),
                        number(d.x),
                        number(d.y),
                        number(d.z)
                    ),
                    {.index = post}
                );
            }
            if (p > 0 && stream.uniform() < p) sources.push_back(box.sources[k]);
        }
    });
    connectors::sort_distinct(shape.num_pre, sources);
    connectors::drop_excluded(self_connections_, shape, post, sources);
}

std::uint64_t DisplacementDependentProbabilityConnector::fingerprint() const {
    const auto* formula = std::get_if<parameters::Expression>(&probability_);
    return hash_of(
        static_cast<std::uint64_t>(self_connections_), formula ? hash_of_text(formula->text()) : 0
    );
}

}  // namespace ranvier

#include "ranvier/connectors/DistanceDependentProbabilityConnector.hpp"

#include <algorithm>
#include <cmath>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/random/DrawAhead.hpp"
#include "ranvier/random/geometric.hpp"

#include "sort_distinct.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

/// Sources that may be connected, drawn with a bound of their probability.
struct Candidates {
    std::vector<std::uint32_t> sources;
    std::vector<double>        distances, bounds, probabilities;

    void clear() {
        sources.clear();
        distances.clear();
        bounds.clear();
    }
};

using Probability = std::variant<parameters::Expression, std::function<double(double)>>;

/// Keeps of the candidates what their own probability leaves of the bound.
void choose(
    Candidates&          candidates,
    const Probability&   probability,
    random::DrawAhead&   draws,
    std::size_t          post,
    connectors::Sources& sources
) {
    candidates.probabilities.resize(candidates.sources.size());
    if (const auto* formula = std::get_if<parameters::Expression>(&probability))
        formula->evaluate({candidates.distances}, candidates.probabilities);
    else
        std::transform(
            candidates.distances.begin(),
            candidates.distances.end(),
            candidates.probabilities.begin(),
            std::get<std::function<double(double)>>(probability)
        );
    for (std::size_t k = 0; k < candidates.sources.size(); ++k) {
        const double p = candidates.probabilities[k];
        if (!(p >= 0 && p <= 1))
            throw ConnectionError(
                fmt::format(
                    "{}: the probability must lie in [0, 1], got {} at a distance of {} um.",
                    DistanceDependentProbabilityConnector::name,
                    number(p),
                    number(candidates.distances[k])
                ),
                {.index = post}
            );
        const double bound = candidates.bounds[k];
        if (p >= bound || (p > 0 && draws.uniform() * bound < p))
            sources.push_back(candidates.sources[k]);
    }
}

}  // namespace

std::string DistanceDependentProbabilityConnector::check(const connectors::Shape& shape) const {
    if (!shape.geometry) return "the cells have no positions.";
    if (!(reach_ >= 0))
        return fmt::format("max_distance must be >= 0 um, got {} um.", number(reach_));
    const auto* formula = std::get_if<parameters::Expression>(&probability_);
    if (!formula) return {};
    for (const double d : {0.0, 1e12}) {
        if (d > reach_ && reach_ < infinite && (*formula)({d}) >= 0) continue;
        const double p = (*formula)({d});
        if (!(p >= 0 && p <= 1))
            return fmt::format(
                "the probability must lie in [0, 1], got {} at a distance of {} um.",
                number(p),
                number(d)
            );
    }
    return {};
}

DistanceDependentProbabilityConnector::Plan DistanceDependentProbabilityConnector::plan(
    const connectors::Shape& shape, random::Key, IndexRange posts
) const {
    return {*shape.geometry, shape.num_pre, posts, reach_};
}

/// Between which numbers the probability lies; a function shows nothing.
parameters::Interval DistanceDependentProbabilityConnector::bounds(parameters::Interval distances
) const {
    const auto* formula = std::get_if<parameters::Expression>(&probability_);
    if (!formula) return {0, 1};
    return formula->bounds({distances});
}

void DistanceDependentProbabilityConnector::presynaptic(
    const connectors::Shape& shape,
    std::size_t              post,
    const Plan&              plan,
    random::Key              key,
    connectors::Sources&     sources
) const {
    thread_local Candidates candidates;  // buffers only
    candidates.clear();
    random::DrawAhead draws{key, post};
    random::Geometric failures;
    double            bound_of_failures = 1;
    const Position    at                = shape.geometry->post(post);
    const Space&      space             = shape.geometry->space;
    plan.each_near(at, [&](const connectors::SourceGrid::Near& box) {
        const bool   whole = box.distance.high <= reach_;
        const auto   p     = bounds({box.distance.low, std::min(box.distance.high, reach_)});
        const double most  = std::isnan(p.high) ? 1 : std::min(p.high, 1.0);
        if (most <= 0 && p.low >= 0) return;
        const bool        known = whole && p.low == p.high && p.low >= 0 && p.high <= 1;
        const std::size_t count = box.sources.size();
        const double      bound = most <= 0 ? 1 : most;
        if (bound != bound_of_failures) failures = random::Geometric{bound};
        bound_of_failures = bound;
        for (std::size_t i = 0; i < count; ++i) {
            if (bound < 1) {
                const std::uint64_t gap = failures.from(draws.exponential());
                if (gap >= count - i) break;
                i += static_cast<std::size_t>(gap);
            }
            if (known) {
                sources.push_back(box.sources[i]);
                continue;
            }
            const double d = space.distance(box.positions[i], at).value();
            if (d > reach_) continue;
            candidates.sources.push_back(box.sources[i]);
            candidates.distances.push_back(d);
            candidates.bounds.push_back(bound);
        }
    });
    choose(candidates, probability_, draws, post, sources);
    connectors::sort_distinct(shape.num_pre, sources);
    connectors::drop_excluded(self_connections_, shape, post, sources);
}

std::uint64_t DistanceDependentProbabilityConnector::fingerprint() const {
    const auto* formula = std::get_if<parameters::Expression>(&probability_);
    return hash_of(
        static_cast<std::uint64_t>(self_connections_),
        bits_of(reach_),
        formula ? hash_of_text(formula->text()) : 0
    );
}

}  // namespace ranvier

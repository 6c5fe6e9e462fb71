#include "ranvier/connectors/DistanceDependentProbabilityConnector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/random/DrawAhead.hpp"
#include "ranvier/random/geometric.hpp"

#include "sort_distinct.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

using parameters::Interval;

/// Sources that may be connected, drawn with a bound of their probability.
struct Candidates {
    std::vector<std::uint32_t> places;  ///< in the grid
    std::vector<std::uint32_t> sources;
    std::vector<double>        distances, bounds, probabilities;

    void clear() {
        places.clear();
        bounds.clear();
    }

    /// Keeps those within reach of the target.
    void measure(const connectors::SourceGrid& grid, Position target, double reach) {
        sources.resize(places.size());
        distances.resize(places.size());
        std::size_t kept = 0;
        // Without branches, since chance decides which ones lie within reach.
        const auto keep =
            [&kept,
             reach,
             to_sources   = sources.data(),
             to_distances = distances.data(),
             to_bounds    = bounds.data()](std::size_t k, std::uint32_t source, double distance) {
                to_sources[kept]   = source;
                to_distances[kept] = distance;
                to_bounds[kept]    = to_bounds[k];
                kept += distance > reach ? 0 : 1;
            };
        grid.each_distance(places, target, keep);
        sources.resize(kept);
        distances.resize(kept);
    }
};

/// The bounds of a formula over stretches of distances. A stretch that lies between two with the
/// same bounds, one within the other, has these bounds too, so that few boxes need to compute them.
template <class F>
class BoundsOfStretches {
public:
    explicit BoundsOfStretches(F compute) : compute_(std::move(compute)) {}

    Interval of(Interval stretch) {
        for (const Known& known : known_) {
            if (known.holds(stretch)) return known.bounds;
        }
        const Interval bounds = compute_(stretch);
        for (Known& known : known_) {
            if (known.bounds == bounds && known.outer.low <= known.outer.high) {
                extend(known, stretch);
                return bounds;
            }
        }
        // Within a stretch of one value all stretches have this one.
        const Interval none{infinite, -infinite};
        known_[next_++ % known_.size()] = {
            bounds, stretch, bounds.low == bounds.high ? none : stretch};
        return bounds;
    }

private:
    static constexpr double infinite = std::numeric_limits<double>::infinity();

    struct Known {
        Interval bounds{};
        Interval outer{infinite, -infinite}, inner{infinite, -infinite};

        bool holds(Interval x) const {
            return outer.low <= x.low && x.low <= inner.low && inner.high <= x.high &&
                   x.high <= outer.high;
        }
    };

    void extend(Known& known, Interval x) {
        const Interval outer{std::min(known.outer.low, x.low), std::max(known.outer.high, x.high)};
        Interval       inner = known.inner;
        if (inner.low <= inner.high) {
            inner = {std::max(inner.low, x.low), std::min(inner.high, x.high)};
            if (inner.low > inner.high) return;
        }
        const auto has_them = [&](Interval y, Interval before) {
            return y == before || y == x || compute_(y) == known.bounds;
        };
        if (!has_them(outer, known.outer) || !has_them(inner, known.inner)) return;
        known.outer = outer;
        known.inner = inner;
    }

    F                    compute_;
    std::array<Known, 2> known_;
    std::size_t          next_ = 0;
};

/// Draws which of some sources in a row are left when each is kept with the same probability.
class Thinning {
public:
    explicit Thinning(random::DrawAhead& draws) : draws_(draws) {}

    void set_probability(double p) {
        if (p == probability_) return;
        finish();
        probability_ = p;
        trials_      = random::Geometric{p};
    }

    /// Calls f(k) for those kept of k = 0, 1, ... count - 1.
    template <class F>
    void each(std::size_t count, F&& f) {
        for (std::size_t k = 0; k < count; ++k) {
            if (probability_ < 1) {
                if (at_ == gaps_.size()) {
                    finish();
                    gaps_ = draws_.failures(trials_);
                }
                const double gap = gaps_[at_++];
                if (!(gap < static_cast<double>(count - k))) return;
                k += static_cast<std::size_t>(static_cast<std::int64_t>(gap));
            }
            f(k);
        }
    }

    /// Before others draw.
    void finish() {
        draws_.take(at_);
        at_   = 0;
        gaps_ = {};
    }

private:
    random::DrawAhead&      draws_;
    random::Geometric       trials_;
    double                  probability_ = 1;
    std::span<const double> gaps_;
    std::size_t             at_ = 0;
};

using Probability = std::variant<parameters::Expression, std::function<double(double)>>;

/// Keeps of the candidates what their own probability leaves of the bound.
/// @param is_excluded of a source: whatever its probability, it is not connected
template <class IsExcluded>
void choose(
    Candidates&          candidates,
    const Probability&   probability,
    random::DrawAhead&   draws,
    std::size_t          post,
    IsExcluded&&         is_excluded,
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
        if (!(p >= 0 && p <= 1)) {
            if (is_excluded(candidates.sources[k])) continue;
            throw ConnectionError(
                fmt::format(
                    "{}: the probability must lie in [0, 1], got {} at a distance of {} um.",
                    DistanceDependentProbabilityConnector::name,
                    number(p),
                    number(candidates.distances[k])
                ),
                {.index = post}
            );
        }
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
    // Wrong at every distance; otherwise only the distances that occur matter.
    const auto p = formula->bounds({Interval{0, reach_}});
    if (!(p.low > 1 || p.high < 0)) return {};
    return fmt::format(
        "the probability must lie in [0, 1], got {} at a distance of 0 um.",
        number((*formula)({0.0}))
    );
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
    Thinning          thinning{draws};
    BoundsOfStretches bounds_of{[&](Interval distances) { return bounds(distances); }};
    const Position    at = shape.geometry->post(post);
    plan.each_near(at, [&](const connectors::SourceGrid::Near& box) {
        const bool   whole = box.distance.high <= reach_;
        const auto   p     = bounds_of.of({box.distance.low, std::min(box.distance.high, reach_)});
        const double most  = std::isnan(p.high) ? 1 : std::min(p.high, 1.0);
        if (most <= 0 && p.low >= 0) return;
        const bool        known = whole && p.low == p.high && p.low >= 0 && p.high <= 1;
        const std::size_t count = box.sources.size();
        const double      bound = p.low < 0 ? 1 : most;  // each pair is looked at that may be wrong
        thinning.set_probability(bound);
        std::vector<std::uint32_t>& drawn = known ? sources : candidates.places;
        std::size_t                 size  = drawn.size();
        drawn.resize(size + count);
        if (known)
            thinning.each(count, [&](std::size_t k) { drawn[size++] = box.sources[k]; });
        else
            thinning.each(count, [&](std::size_t k) {
                drawn[size++] = static_cast<std::uint32_t>(box.first + k);
            });
        drawn.resize(size);
        candidates.bounds.resize(candidates.places.size(), bound);
    });
    thinning.finish();
    candidates.measure(plan, at, reach_);
    const auto is_excluded = [&](std::uint32_t source) {
        return connectors::is_excluded(self_connections_, shape, post, source);
    };
    choose(candidates, probability_, draws, post, is_excluded, sources);
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

/// @file
/// Sources sorted into boxes, so that those near a target are found without visiting all.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/connectors/Geometry.hpp"
#include "ranvier/parameters/Expression.hpp"

namespace ranvier::connectors {

/// The sources within reach of some targets, in boxes of about 32.
///
/// The boxes follow from the positions of all sources, never from who asks. A box holds its sources
/// in ascending order.
class SourceGrid {
public:
    /// A box and how far its sources are from a target, at least and at most.
    struct Near {
        std::size_t                    first;  ///< place of the first source in the grid
        std::span<const std::uint32_t> sources;
        std::span<const Position>      positions;
        parameters::Interval           distance;
        Position                       low, high;  ///< the box
    };

    SourceGrid() = default;
    /// @param reach beyond which sources do not matter, in um; infinity: all do
    SourceGrid(const Geometry& geometry, std::size_t num_pre, IndexRange posts, double reach);

    /// Calls f(Near) for the boxes within reach of a position, in a fixed order. @local
    template <class F>
    void each_near(Position post, F&& f) const;

    /// Calls f(k, source, distance in um) for the sources at some places of the grid; k is the
    /// number of the place. @local
    template <class F>
    void each_distance(std::span<const std::uint32_t> places, Position post, F&& f) const;

    std::size_t num_sources() const { return sources_.size(); }

private:
    /// Boxes along one axis; one box if the axis does not count.
    struct AxisOf {
        bool        counts = false;
        double      low = 0, width = 0, scale = 1, offset = 0, period = 0;
        std::size_t slices = 1;

        parameters::Interval slice(std::size_t k) const {
            return {low + static_cast<double>(k) * width, low + static_cast<double>(k + 1) * width};
        }
    };
    /// A slice of boxes within reach along one axis, and its squared distances.
    struct Slice {
        std::size_t index;
        double      nearest, farthest;
    };

    std::size_t slice_of(std::size_t axis, double coordinate) const;
    void        near_slices(std::size_t axis, double coordinate, std::vector<Slice>& slices) const;
    void        lay_out(const Geometry& geometry, std::size_t num_pre);
    std::array<std::vector<double>, 3> nearest_of_slices(const Geometry&, IndexRange posts) const;

    double                                    reach_ = 0;
    std::array<AxisOf, 3>                     axes_;
    std::vector<std::uint64_t>                first_;  ///< `[boxes + 1]`
    std::vector<std::uint32_t>                sources_;
    std::vector<Position>                     positions_;
    mutable std::array<std::vector<Slice>, 3> near_;  // buffers
};

template <class F>
void SourceGrid::each_near(Position post, F&& f) const {
    if (sources_.empty()) return;
    const std::array<double, 3> at{post.x, post.y, post.z};
    for (std::size_t axis = 0; axis < 3; ++axis)
        near_slices(axis, at[axis], near_[axis]);
    const double most = reach_ * reach_ * (1 + 1e-12);
    for (const Slice& x : near_[0]) {
        for (const Slice& y : near_[1]) {
            for (const Slice& z : near_[2]) {
                const double nearest = x.nearest + y.nearest + z.nearest;
                if (nearest > most) continue;
                const std::size_t box =
                    (x.index * axes_[1].slices + y.index) * axes_[2].slices + z.index;
                const auto first = static_cast<std::size_t>(first_[box]);
                const auto count = static_cast<std::size_t>(first_[box + 1]) - first;
                if (count == 0) continue;
                // A little wider than computed, so that rounding leaves nobody out.
                f(Near{
                    first,
                    std::span{sources_}.subspan(first, count),
                    std::span{positions_}.subspan(first, count),
                    {std::sqrt(nearest) * (1 - 1e-12),
                     std::sqrt(x.farthest + y.farthest + z.farthest) * (1 + 1e-12)},
                    {axes_[0].slice(x.index).low,
                     axes_[1].slice(y.index).low,
                     axes_[2].slice(z.index).low},
                    {axes_[0].slice(x.index).high,
                     axes_[1].slice(y.index).high,
                     axes_[2].slice(z.index).high}});
            }
        }
    }
}

/// As Space::distance, with what does not depend on the source computed once.
template <class F>
void SourceGrid::each_distance(std::span<const std::uint32_t> places, Position post, F&& f) const {
    std::array<double, 3> to{post.x, post.y, post.z}, period{};
    std::array<bool, 3>   counts{};
    bool                  periodic = false;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const AxisOf& a = axes_[axis];
        to[axis]        = a.scale * (to[axis] + a.offset);
        counts[axis]    = a.counts;
        period[axis]    = a.period > 0 ? a.period : std::numeric_limits<double>::infinity();
        periodic        = periodic || a.period > 0;
    }
    const auto squared = [=](std::size_t axis, double from) {
        double delta = std::abs(from - to[axis]);
        if (periodic) delta = std::min(delta, period[axis] - delta);
        return counts[axis] ? delta * delta : 0;
    };
    for (std::size_t k = 0; k < places.size(); ++k) {
        const Position& from = positions_[places[k]];
        const double    sum  = squared(0, from.x) + squared(1, from.y) + squared(2, from.z);
        f(k, sources_[places[k]], std::sqrt(sum));
    }
}

}  // namespace ranvier::connectors

#include "ranvier/connectors/SourceGrid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ranvier/base/math.hpp"

namespace ranvier::connectors {

namespace {

constexpr double infinite         = std::numeric_limits<double>::infinity();
constexpr double sources_in_a_box = 32;

std::array<double, 3> coordinates(Position p) {
    return {p.x, p.y, p.z};
}

struct Box {
    std::array<double, 3> low{infinite, infinite, infinite};
    std::array<double, 3> high{-infinite, -infinite, -infinite};

    void add(Position p) {
        const auto at = coordinates(p);
        for (std::size_t axis = 0; axis < 3; ++axis) {
            low[axis]  = std::min(low[axis], at[axis]);
            high[axis] = std::max(high[axis], at[axis]);
        }
    }
};

/// Smallest and largest distance along an axis between a point and a stretch; with a period, the
/// shorter way round.
parameters::Interval apart(double from, double to, double point, double period) {
    double near = 0;
    if (point < from) near = from - point;
    if (point > to) near = point - to;
    const double far = std::max(std::abs(to - point), std::abs(from - point));
    if (period <= 0) return {near, far};
    const auto   wrapped   = [&](double t) { return std::abs(std::min(t, period - t)); };
    const double ends_low  = std::min(wrapped(near), wrapped(far));
    const double ends_high = std::max(wrapped(near), wrapped(far));
    return {
        near <= period && far >= period ? 0 : ends_low,
        near <= period / 2 && far >= period / 2 ? std::max(ends_high, period / 2) : ends_high};
}

}  // namespace

/// Boxes from the positions of all sources.
void SourceGrid::lay_out(const Geometry& geometry, std::size_t num_pre) {
    const Space& space = geometry.space;
    Box          all;
    for (std::size_t i = 0; i < num_pre; ++i)
        all.add(geometry.pre(i));
    const std::array<double, 3> scale{
        space.scale_factor.x, space.scale_factor.y, space.scale_factor.z};
    const auto offset   = coordinates(space.offset);
    double     volume   = 1;
    int        counting = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        AxisOf& a = axes_[axis];
        a.counts  = (static_cast<unsigned>(space.axes) >> axis & 1) != 0;
        a.scale   = scale[axis];
        a.offset  = offset[axis];
        if (const auto& period = space.periodic_boundaries[axis])
            a.period = (period->max - period->min).value();
        if (num_pre == 0 || !a.counts || !(all.high[axis] > all.low[axis])) continue;
        volume *= all.high[axis] - all.low[axis];
        ++counting;
    }
    const double boxes = std::max(1.0, static_cast<double>(num_pre) / sources_in_a_box);
    const double edge  = counting > 0 ? math::pow(volume / boxes, 1.0 / counting) : 1;
    for (std::size_t axis = 0; axis < 3 && num_pre > 0; ++axis) {
        AxisOf&      a      = axes_[axis];
        const double length = all.high[axis] - all.low[axis];
        a.low               = all.low[axis];
        a.width             = length;
        if (!a.counts || length <= 0) continue;
        a.slices = static_cast<std::size_t>(std::clamp(std::ceil(length / edge), 1.0, boxes));
        a.width  = length / static_cast<double>(a.slices);
    }
}

/// The squared distance of each slice of boxes from the targets of a range, at least.
std::array<std::vector<double>, 3> SourceGrid::nearest_of_slices(
    const Geometry& geometry, IndexRange posts
) const {
    Box images;
    for (std::size_t j = posts.first; j < posts.last; ++j) {
        const auto at = coordinates(geometry.post(j));
        images.add(
            {axes_[0].scale * (at[0] + axes_[0].offset),
             axes_[1].scale * (at[1] + axes_[1].offset),
             axes_[2].scale * (at[2] + axes_[2].offset)}
        );
    }
    std::array<std::vector<double>, 3> nearest;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const AxisOf& a = axes_[axis];
        for (std::size_t k = 0; k < a.slices; ++k) {
            const double margin = 2e-9 * a.width;
            const auto   slice  = a.slice(k);
            double gap = std::max(slice.low - images.high[axis], images.low[axis] - slice.high);
            // Round the corner of a periodic axis everything may be near.
            gap = a.counts && a.period <= 0 ? std::max(0.0, gap - margin) : 0;
            nearest[axis].push_back(gap * gap);
        }
    }
    return nearest;
}

SourceGrid::SourceGrid(
    const Geometry& geometry, std::size_t num_pre, IndexRange posts, double reach
)
    : reach_(reach) {
    lay_out(geometry, num_pre);
    const std::size_t total = axes_[0].slices * axes_[1].slices * axes_[2].slices;
    first_.assign(total + 1, 0);
    if (posts.empty()) return;
    // Only boxes within reach of some of the targets are kept, each of them as a whole.
    const auto                 nearest = nearest_of_slices(geometry, posts);
    std::vector<std::uint32_t> box_of, kept;
    for (std::size_t i = 0; i < num_pre; ++i) {
        const auto  at  = coordinates(geometry.pre(i));
        std::size_t box = 0;
        double      sum = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::size_t slice = slice_of(axis, at[axis]);
            sum += nearest[axis][slice];
            box = box * axes_[axis].slices + slice;
        }
        if (sum > reach_ * reach_ * (1 + 1e-9)) continue;
        box_of.push_back(static_cast<std::uint32_t>(box));
        kept.push_back(static_cast<std::uint32_t>(i));
    }
    for (const std::uint32_t box : box_of)
        ++first_[box + 1];
    for (std::size_t box = 0; box < total; ++box)
        first_[box + 1] += first_[box];
    sources_.resize(kept.size());
    positions_.resize(kept.size());
    std::vector<std::uint64_t> next = first_;
    for (std::size_t k = 0; k < kept.size(); ++k) {
        const auto at  = static_cast<std::size_t>(next[box_of[k]]++);
        sources_[at]   = kept[k];
        positions_[at] = geometry.pre(kept[k]);
    }
}

std::size_t SourceGrid::slice_of(std::size_t axis, double coordinate) const {
    const AxisOf& a = axes_[axis];
    if (a.slices == 1) return 0;
    const double slice = std::floor((coordinate - a.low) / a.width);
    return static_cast<std::size_t>(std::clamp(slice, 0.0, static_cast<double>(a.slices - 1)));
}

void SourceGrid::near_slices(std::size_t axis, double coordinate, std::vector<Slice>& slices)
    const {
    const AxisOf& a = axes_[axis];
    slices.clear();
    const double point = a.scale * (coordinate + a.offset);
    std::size_t  first = 0, last = a.slices;
    if (a.counts && a.period <= 0 && reach_ < infinite) {
        const double margin = 1e-9 * (reach_ + std::abs(point));
        first               = slice_of(axis, point - reach_ - margin);
        last                = slice_of(axis, point + reach_ + margin) + 1;
    }
    for (std::size_t k = first; k < last; ++k) {
        if (!a.counts) {
            slices.push_back({k, 0, 0});
            continue;
        }
        const auto   slice  = a.slice(k);
        const double margin = 1e-9 * a.width;
        const auto   d      = apart(slice.low - margin, slice.high + margin, point, a.period);
        if (d.low <= reach_) slices.push_back({k, d.low * d.low, d.high * d.high});
    }
}

}  // namespace ranvier::connectors

// Distribution::fill: vectorised where one 64-bit draw makes a value, otherwise stream by stream.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "ranvier/random/Distribution.hpp"

#include "kernels.hpp"

namespace ranvier::random {

namespace {

Stream stream_at(const StreamRange& range, std::size_t k) {
    return Stream{
        Key{range.key},
        range.index + k * range.index_step,
        static_cast<std::uint32_t>(range.sub + k * range.sub_step)};
}

void fill_one_by_one(
    const Distribution& distribution, const StreamRange& range, std::span<double> out
) {
    for (std::size_t k = 0; k < out.size(); ++k) {
        Stream stream = stream_at(range, k);
        out[k]        = distribution.draw(stream);
    }
}

/// Values outside the interval are drawn again, from the next numbers of their streams, until they
/// lie inside: those of a block together.
void redraw_outside(
    const Distribution& distribution, const StreamRange& range, std::span<double> out
) {
    constexpr std::size_t block = 512;
    std::uint32_t         outside[block];  // positions in the block, then in the range
    std::uint32_t         still_outside[block];
    double                again[block];
    const auto            p = distribution.parameters();
    for (std::size_t first = 0; first < out.size(); first += block) {
        const std::size_t size  = std::min(block, out.size() - first);
        std::size_t       count = kernels().outside(p[2], p[3], size, out.data() + first, outside);
        for (std::size_t k = 0; k < count; ++k)
            outside[k] += static_cast<std::uint32_t>(first);
        for (std::uint32_t draw = 1; count > 0; ++draw) {
            kernels().normal_at(range, outside, draw, p[0], p[1], count, again);
            for (std::size_t k = 0; k < count; ++k)
                out[outside[k]] = again[k];
            count = kernels().outside(p[2], p[3], count, again, still_outside);
            for (std::size_t k = 0; k < count; ++k)
                outside[k] = outside[still_outside[k]];
        }
    }
}

void clip(std::span<double> out, double low, double high) {
    for (double& x : out) {
        const double raised = x < low ? low : x;
        x                   = raised > high ? high : raised;
    }
}

void fill_range(const Distribution& distribution, const StreamRange& range, std::span<double> out) {
    using Kind = Distribution::Kind;

    const Kernels& table = kernels();
    const auto     p     = distribution.parameters();
    const auto     n     = out.size();
    switch (distribution.kind()) {
        case Kind::uniform: {
            const double largest = p[0] < p[1] ? std::nextafter(p[1], p[0]) : p[0];
            table.uniform(range, p[0], p[1] - p[0], largest, n, out.data());
            return;
        }
        case Kind::exponential:
            table.exponential(range, p[0], n, out.data());
            return;
        case Kind::normal:
            table.normal(range, p[0], p[1], n, out.data());
            return;
        case Kind::lognormal:
            table.normal(range, p[0], p[1], n, out.data());
            table.exp(n, out.data());
            return;
        case Kind::normal_clipped:
            table.normal(range, p[0], p[1], n, out.data());
            redraw_outside(distribution, range, out);
            return;
        case Kind::normal_clipped_to_boundary:
            table.normal(range, p[0], p[1], n, out.data());
            clip(out, p[2], p[3]);
            return;
        default:
            fill_one_by_one(distribution, range, out);
    }
}

}  // namespace

void Distribution::fill(
    Key key, std::uint64_t index, std::uint32_t first_sub, std::span<double> out
) const {
    const StreamRange range{
        .key = key.value, .index = index, .sub = first_sub, .index_step = 0, .sub_step = 1};
    fill_range(*this, range, out);
}

void Distribution::fill_indices(Key key, std::uint64_t first_index, std::span<double> out) const {
    const StreamRange range{
        .key = key.value, .index = first_index, .sub = 0, .index_step = 1, .sub_step = 0};
    fill_range(*this, range, out);
}

}  // namespace ranvier::random

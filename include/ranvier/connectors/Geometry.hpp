/// @file
/// Where the cells of a projection lie, on every rank and without communication.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "ranvier/space/Space.hpp"

namespace ranvier::connectors {

/// Positions by the index in the presynaptic and in the postsynaptic group, and what distance means
/// between them.
struct Geometry {
    Space                                space;
    std::function<Position(std::size_t)> pre;
    std::function<Position(std::size_t)> post;

    /// Distances in um of a target from its sources, `[sources.size()]`. @local
    void distances(
        std::size_t target, std::span<const std::uint32_t> sources, std::span<double> out
    ) const {
        const Position to = post(target);
        for (std::size_t k = 0; k < sources.size(); ++k)
            out[k] = space.distance(pre(sources[k]), to).value();
    }
};

}  // namespace ranvier::connectors

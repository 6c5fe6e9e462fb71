/// @file
/// Cells on a rectangular grid in a plane.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ranvier/random/NumpyRNG.hpp"
#include "ranvier/space/Structure.hpp"

namespace ranvier {

/// In which order the cells take the places of a grid.
enum class FillOrder : std::uint8_t { sequential, random };

/// `nx` times `ny` points, where nx is sqrt(N aspect_ratio), rounded, and nx ny must be N.
///
/// Sequentially y runs fastest: the cell at place k lies at
///
///     (x0 + dx (k div ny), y0 + dy (k mod ny), z)
///
/// With FillOrder::random the cells take the places in an order that the seed and the population's
/// label decide; every rank can tell the place of any cell without knowing the others. With a
/// NumpyRNG the order is its `permutation`, as in PyNN, of which every rank holds the whole.
struct Grid2D {
    double    aspect_ratio = 1;  ///< nx / ny: of numbers of points, not of lengths; > 0
    Length    dx           = Length::in_base_units(1);
    Length    dy           = Length::in_base_units(1);
    Length    x0{}, y0{}, z{};
    FillOrder fill_order = FillOrder::sequential;
    std::optional<NumpyRNG> rng{};  ///< for FillOrder::random

    /// The numbers of points {nx, ny} for a population of this size.
    ///
    /// @throws SpaceError if they do not multiply to `size`
    std::array<std::size_t, 2> shape(std::size_t size) const;

    space::Layout layout(std::size_t size, random::Key key) const;
    std::string   describe() const;
    std::uint64_t fingerprint() const;  ///< of where the generator stands
    friend bool   operator==(const Grid2D&, const Grid2D&) = default;
};

}  // namespace ranvier

/// @file
/// Cells on a grid in three dimensions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "ranvier/random/NumpyRNG.hpp"
#include "ranvier/space/Grid2D.hpp"

namespace ranvier {

/// `nx` times `ny` times `nz` points: nx is the cube root of N aspect_ratio_xy aspect_ratio_xz,
/// ny is nx / aspect_ratio_xy, nz is nx / aspect_ratio_xz, all rounded, halves to the even number
/// as PyNN does; nx ny nz must be N.
///
/// Sequentially z runs fastest, then y, then x. FillOrder::random is as in Grid2D.
struct Grid3D {
    double                  aspect_ratio_xy = 1;  ///< nx / ny, > 0
    double                  aspect_ratio_xz = 1;  ///< nx / nz, > 0
    Length                  dx              = Length::in_base_units(1);
    Length                  dy              = Length::in_base_units(1);
    Length                  dz              = Length::in_base_units(1);
    Length                  x0{}, y0{}, z0{};
    FillOrder               fill_order = FillOrder::sequential;
    std::optional<NumpyRNG> rng{};  ///< for FillOrder::random

    /// The numbers of points {nx, ny, nz} for a population of this size.
    ///
    /// @throws SpaceError if they do not multiply to `size`
    std::array<std::size_t, 3> shape(std::size_t size) const;

    space::Layout layout(std::size_t size, random::Key key) const;
    std::string   describe() const;
    std::uint64_t fingerprint() const;  ///< of where the generator stands
    friend bool   operator==(const Grid3D&, const Grid3D&) = default;
};

}  // namespace ranvier

/// @file
/// Cells scattered uniformly in a volume.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "ranvier/random/NumpyRNG.hpp"
#include "ranvier/space/Structure.hpp"

namespace ranvier {

/// A box around the origin; the lengths of its edges along x, y and z, >= 0.
struct Cuboid {
    Length width, height, depth;

    std::string describe() const;
    friend bool operator==(const Cuboid&, const Cuboid&) = default;
};

/// A ball around the origin, radius >= 0.
struct Sphere {
    Length radius;

    std::string describe() const;
    friend bool operator==(const Sphere&, const Sphere&) = default;
};

/// Each cell lies anywhere in the volume with the same probability, independently of the others.
///
///     RandomStructure{.boundary = Sphere{200_um}, .origin = at(0_um, 0_um, 1_mm)}
///
/// Position i depends on the seed, the population's label and i, so that every rank can compute any
/// of them. With a NumpyRNG the positions are drawn cell by cell as in PyNN, and every rank holds
/// all.
struct RandomStructure {
    std::variant<Cuboid, Sphere> boundary;
    Position                     origin{};  ///< the centre of the volume
    std::optional<NumpyRNG>      rng{};

    space::Layout layout(std::size_t size, random::Key key) const;
    std::string   describe() const;
    std::uint64_t fingerprint() const;  ///< of where the generator stands
    friend bool   operator==(const RandomStructure&, const RandomStructure&) = default;
};

}  // namespace ranvier

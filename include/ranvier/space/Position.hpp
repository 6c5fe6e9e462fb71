/// @file
/// A point in space.
#pragma once

#include <cmath>

#include "ranvier/base/Quantity.hpp"

namespace ranvier {

/// Three coordinates in um.
struct Position {
    double x = 0;
    double y = 0;
    double z = 0;

    friend constexpr Position operator+(Position a, Position b) {
        return {a.x + b.x, a.y + b.y, a.z + b.z};
    }
    friend constexpr Position operator-(Position a, Position b) {
        return {a.x - b.x, a.y - b.y, a.z - b.z};
    }
    friend constexpr Position operator*(double factor, Position a) {
        return {factor * a.x, factor * a.y, factor * a.z};
    }
    friend constexpr bool operator==(Position, Position) = default;
};

/// The point with these coordinates: `at(10_um, 0_um, 1_mm)`.
constexpr Position at(Length x, Length y, Length z) {
    return {x.value(), y.value(), z.value()};
}

/// The square of the Euclidean distance, in um^2; what `nearest` compares.
constexpr double squared_distance(Position a, Position b) {
    const Position d = a - b;
    return d.x * d.x + d.y * d.y + d.z * d.z;
}

/// The Euclidean distance; a Space knows other ones.
inline Length distance(Position a, Position b) {
    return Length::in_base_units(std::sqrt(squared_distance(a, b)));
}

}  // namespace ranvier

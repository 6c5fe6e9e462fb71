/// @file
/// How far two cells are apart: axes that count, scale, offset, periodic boundaries.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/space/Position.hpp"

namespace ranvier {

/// The axes along which distances are measured; bit 0 is x, bit 1 is y, bit 2 is z.
enum class Axes : std::uint8_t { x = 1, y = 2, xy = 3, z = 4, xz = 5, yz = 6, xyz = 7 };

/// The axes of PyNN's name: `axes_of_name("xy")`; no name is all three.
///
/// @throws SpaceError unless the name is x, y, z, xy, yz, xz, xyz or empty
Axes axes_of_name(std::string_view name);

/// Three numbers, one per axis, or one for all.
struct PerAxis {
    constexpr PerAxis(double all) : x(all), y(all), z(all) {}
    constexpr PerAxis(double x_axis, double y_axis, double z_axis)
        : x(x_axis),
          y(y_axis),
          z(z_axis) {}

    double x, y, z;

    friend constexpr bool operator==(PerAxis, PerAxis) = default;
};

/// Where an axis begins again: what leaves at `max` enters at `min`.
struct Period {
    Length min;
    Length max;

    friend constexpr bool operator==(Period, Period) = default;
};

/// The measure of distance between presynaptic position A and postsynaptic position B.
///
///     d(A, B)^2 = sum over the axes of delta^2
///     delta     = |A - scale_factor (B + offset)|, along a periodic axis of length L the smaller
///                 of this and L minus this
///
/// The offset is added to the postsynaptic position before scaling. A difference longer than the
/// period is wrapped once.
///
///     Space{}                                                  // Euclidean
///     Space{.axes = Axes::xy}                                  // z does not count
///     Space{.periodic_boundaries = {Period{0_um, 1_mm}, Period{0_um, 1_mm}, std::nullopt}}
struct Space {
    Axes                                 axes                = Axes::xyz;
    PerAxis                              scale_factor        = 1;
    Position                             offset              = {};
    std::array<std::optional<Period>, 3> periodic_boundaries = {};

    /// Refuses numbers that are not finite and periods that end before they begin.
    ///
    /// @local
    /// @throws SpaceError
    void check() const;

    /// The distance from presynaptic `a` to postsynaptic `b`.
    Length distance(Position a, Position b) const {
        double sum = 0;
        if (counts(Axes::x)) sum += squared(0, a.x - scale_factor.x * (b.x + offset.x));
        if (counts(Axes::y)) sum += squared(1, a.y - scale_factor.y * (b.y + offset.y));
        if (counts(Axes::z)) sum += squared(2, a.z - scale_factor.z * (b.z + offset.z));
        return Length::in_base_units(std::sqrt(sum));
    }

    /// All distances in um, `[a.size()][b.size()]`.
    std::vector<double> distances(std::span<const Position> a, std::span<const Position> b) const;

    friend bool operator==(const Space&, const Space&) = default;

private:
    bool counts(Axes axis) const {
        return (static_cast<unsigned>(axes) & static_cast<unsigned>(axis)) != 0;
    }
    double squared(std::size_t axis, double difference) const {
        double delta = std::abs(difference);
        if (const auto& period = periodic_boundaries[axis])
            delta = std::min(delta, (period->max - period->min).value() - delta);
        return delta * delta;
    }
};

}  // namespace ranvier

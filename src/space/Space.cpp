#include "ranvier/space/Space.hpp"

#include <string>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

constexpr std::array axis_names{"x", "y", "z"};

void require_finite(double value, std::string_view what, std::size_t axis) {
    if (std::isfinite(value)) return;
    throw SpaceError(
        fmt::format(
            "Space: {} must be finite, got {} along {}.", what, number(value), axis_names[axis]
        ),
        {.parameter = std::string{what}}
    );
}

}  // namespace

Axes axes_of_name(std::string_view name) {
    if (name.empty()) return Axes::xyz;
    constexpr std::array names{"x", "y", "xy", "z", "xz", "yz", "xyz"};
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (name == names[k]) return static_cast<Axes>(k + 1);
    }
    throw SpaceError(
        fmt::format(
            "Space: there are no axes \"{}\"; there are {}.",
            name,
            quoted_names({names.begin(), names.end()}, name)
        ),
        {.parameter = "axes"}
    );
}

void Space::check() const {
    const std::array scales{scale_factor.x, scale_factor.y, scale_factor.z};
    const std::array offsets{offset.x, offset.y, offset.z};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        require_finite(scales[axis], "scale_factor", axis);
        require_finite(offsets[axis], "offset", axis);
        const auto& period = periodic_boundaries[axis];
        if (!period) continue;
        require_finite(period->min.value(), "periodic_boundaries", axis);
        require_finite(period->max.value(), "periodic_boundaries", axis);
        if (period->min < period->max) continue;
        throw SpaceError(
            fmt::format(
                "Space: periodic_boundaries along {} must end above {} um, where they begin, got "
                "{} um. Give {{min, max}}.",
                axis_names[axis],
                number(period->min.value()),
                number(period->max.value())
            ),
            {.parameter = "periodic_boundaries"}
        );
    }
}

std::vector<double> Space::distances(std::span<const Position> a, std::span<const Position> b)
    const {
    std::vector<double> result;
    result.reserve(a.size() * b.size());
    for (const Position from : a) {
        for (const Position to : b)
            result.push_back(distance(from, to).value());
    }
    return result;
}

}  // namespace ranvier

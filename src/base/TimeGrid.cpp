#include "ranvier/base/TimeGrid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {
// Times beyond this many steps saturate; PyNN's "for ever" is 1e10 or 1e12 ms.
constexpr double last_step = 4e18;

double in_microseconds(double ms) {
    return std::floor(ms * 1000 + 0.5);
}

Step saturated(double steps) {
    if (steps > last_step) return static_cast<Step>(last_step);
    if (steps < -last_step) return -static_cast<Step>(last_step);
    return static_cast<Step>(steps);
}
}  // namespace

TimeGrid::TimeGrid(Time timestep) : timestep_(timestep) {
    const double ms = timestep.value();
    if (!(ms >= 0.001) || !(ms <= 1e6)) {
        throw ParameterError(
            fmt::format(
                "Simulation: timestep must lie between 0.001 ms and 1e6 ms, got {} ms.", number(ms)
            ),
            {.parameter = "timestep"}
        );
    }
    // The decimal that the user wrote, to the nanosecond, in lowest terms.
    const auto nanoseconds = static_cast<std::int64_t>(std::llround(ms * 1e6));
    if (static_cast<double>(nanoseconds) / 1e6 != ms) {
        throw ParameterError(
            fmt::format(
                "Simulation: timestep must be a whole number of nanoseconds, got {} ms. Use {} ms.",
                number(ms),
                number(static_cast<double>(nanoseconds) / 1e6)
            ),
            {.parameter = "timestep"}
        );
    }
    const std::int64_t divisor = std::gcd(nanoseconds, std::int64_t{1000000});
    numerator_                 = nanoseconds / divisor;
    denominator_               = 1000000 / divisor;
}

Step TimeGrid::nearest(double ms) const {
    return saturated(std::floor(in_microseconds(ms) / (timestep_.value() * 1000) + 0.5));
}

Step TimeGrid::up(double ms) const {
    const double steps   = in_microseconds(ms) / (timestep_.value() * 1000);
    const double closest = std::floor(steps + 0.5);
    // A quotient within rounding error of a whole number is that number.
    return saturated(std::abs(steps - closest) < 1e-6 ? closest : std::ceil(steps));
}

std::optional<Step> TimeGrid::exact(double ms) const {
    const double steps   = ms / timestep_.value();
    const double closest = std::floor(steps + 0.5);
    // Sums of decimal times carry a few rounding errors; a wrong digit is far larger.
    const double tolerance = std::min(1e-9 * (1 + std::abs(closest)), 1e-3);
    if (!(std::abs(steps - closest) <= tolerance)) return std::nullopt;
    if (std::abs(closest) > last_step) return std::nullopt;
    return static_cast<Step>(closest);
}

}  // namespace ranvier

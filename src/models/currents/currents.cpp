// The current sources: checks and waveforms.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/models/currents/ACSource.hpp"
#include "ranvier/models/currents/DCSource.hpp"
#include "ranvier/models/currents/NoisyCurrentSource.hpp"
#include "ranvier/models/currents/StepCurrentSource.hpp"
#include "ranvier/random/Stream.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

[[noreturn]] void refuse(
    std::string_view source, std::string_view name, std::string_view required, std::string found
) {
    throw ParameterError(
        fmt::format("{}: {} must be {}, got {}.", source, name, required, found),
        {.parameter = std::string{name}}
    );
}

/// Steps `[first, last)` between two times.
struct Window {
    Window(const TimeGrid& grid, Time start, Time stop)
        : first(grid.nearest(start.value())),
          last(grid.nearest(stop.value())) {}
    bool contains(Step step) const { return step >= first && step < last; }

    Step first, last;
};

}  // namespace

namespace models {

void require_finite(std::string_view source, std::string_view name, double value) {
    if (!std::isfinite(value)) refuse(source, name, "finite", number(value));
}

void require_non_negative(std::string_view source, std::string_view name, double value) {
    require_finite(source, name, value);
    if (value < 0) refuse(source, name, ">= 0", number(value));
}

void require_single(
    std::string_view source, std::string_view name, std::span<const Current> values
) {
    constexpr float most = std::numeric_limits<float>::max();
    for (std::size_t k = 0; k < values.size(); ++k) {
        const double value = values[k].value();
        if (std::abs(value) <= most) continue;
        refuse(
            source,
            name,
            fmt::format("between {} and {} nA in single precision", -most, most),
            fmt::format(
                "{} nA{}", number(value), values.size() > 1 ? fmt::format(" at index {}", k) : ""
            )
        );
    }
}

void AnyCurrent::no_parameter(std::string_view name) const {
    throw ParameterError(
        fmt::format(
            "{} has no parameter \"{}\". It has {}.", model(), name, quoted_names(names(), name)
        ),
        {.parameter = std::string{name}}
    );
}

void AnyCurrent::not_one(std::string_view name, std::size_t count) const {
    refuse(model(), name, "one number", fmt::format("{} values", count));
}

}  // namespace models

void DCSource::check(const TimeGrid&) const {
    models::require_finite(name, "amplitude", amplitude.value());
    models::require_finite(name, "start", start.value());
    models::require_finite(name, "stop", stop.value());
}

models::Waveform DCSource::waveform(const models::CurrentContext& context) const {
    return [window = Window{context.grid, start, stop}, i = amplitude.value()](Step step) {
        return window.contains(step) ? i : 0;
    };
}

void ACSource::check(const TimeGrid&) const {
    models::require_finite(name, "amplitude", amplitude.value());
    models::require_finite(name, "start", start.value());
    models::require_finite(name, "stop", stop.value());
    models::require_finite(name, "frequency", frequency.value());
    models::require_finite(name, "offset", offset.value());
    models::require_finite(name, "phase", phase);
}

models::Waveform ACSource::waveform(const models::CurrentContext& context) const {
    return [window = Window{context.grid, start, stop},
            grid   = context.grid,
            source = *this](Step step) {
        if (!window.contains(step)) return 0.0;
        // Whole periods are taken off first, so that late times lose no digits.
        const double periods = source.frequency * (grid.ms(step) * 1_ms - source.start);
        const double angle   = 2 * pi * (periods - std::floor(periods)) + source.phase * (pi / 180);
        return source.offset.value() + source.amplitude.value() * math::sin(angle);
    };
}

void StepCurrentSource::check(const TimeGrid&) const {
    const std::vector<double>& ms = times.values();
    if (ms.size() != amplitudes.size()) {
        refuse(
            name,
            "amplitudes",
            fmt::format("as many as times ({})", ms.size()),
            fmt::format("{} values", amplitudes.size())
        );
    }
    for (std::size_t k = 0; k < ms.size(); ++k) {
        models::require_non_negative(name, "times", ms[k]);
        models::require_finite(name, "amplitudes", amplitudes[k].value());
        if (k > 0 && ms[k] < ms[k - 1])
            refuse(
                name,
                "times",
                "non-decreasing",
                fmt::format("{} ms after {} ms", number(ms[k]), number(ms[k - 1]))
            );
    }
}

models::Waveform StepCurrentSource::waveform(const models::CurrentContext& context) const {
    std::vector<Step> steps;
    for (const double ms : times.values())
        steps.push_back(context.grid.nearest(ms));
    return [steps, values = amplitudes](Step step) {
        const auto behind = std::upper_bound(steps.begin(), steps.end(), step) - steps.begin();
        return behind == 0 ? 0.0 : values[static_cast<std::size_t>(behind) - 1].value();
    };
}

void NoisyCurrentSource::check(const TimeGrid& grid) const {
    models::require_finite(name, "mean", mean.value());
    models::require_non_negative(name, "stdev", stdev.value());
    models::require_finite(name, "start", start.value());
    models::require_finite(name, "stop", stop.value());
    models::require_finite(name, "dt", dt.value());
    if (grid.nearest(dt.value()) < 1)
        refuse(
            name,
            "dt",
            fmt::format("at least the time step {} ms", number(grid.timestep().value())),
            fmt::format("{} ms", number(dt.value()))
        );
}

models::Waveform NoisyCurrentSource::waveform(const models::CurrentContext& context) const {
    return [window = Window{context.grid, start, stop},
            every  = context.grid.nearest(dt.value()),
            key    = context.key,
            mu     = mean.value(),
            sigma  = stdev.value()](Step step) {
        if (!window.contains(step)) return 0.0;
        const auto k = static_cast<std::uint64_t>((step - window.first) / every);
        return mu + sigma * random::Stream{key, k}.normal();
    };
}

}  // namespace ranvier

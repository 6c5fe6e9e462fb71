/// @file
/// Connections with a fixed weight and delay.
#pragma once

#include <optional>
#include <string_view>

#include "ranvier/models/tables.hpp"
#include "ranvier/parameters/Specification.hpp"
#include "ranvier/random/RandomDistribution.hpp"

namespace ranvier {

/// A weight: a current, a conductance or a voltage, as the target's receptor requires; a number or
/// a distribution (one draw per connection). A weight that is not given is 0.
class Weight {
public:
    Weight() : specification_(0.0) {}
    Weight(Current value) : Weight(value.value(), models::Input::current) {}
    Weight(Conductance value) : Weight(value.value(), models::Input::conductance) {}
    Weight(Voltage value) : Weight(value.value(), models::Input::voltage) {}
    Weight(const RandomDistribution<Current>& d) : Weight(d.untyped(), models::Input::current) {}
    Weight(const RandomDistribution<Conductance>& d)
        : Weight(d.untyped(), models::Input::conductance) {}
    Weight(const RandomDistribution<Voltage>& d) : Weight(d.untyped(), models::Input::voltage) {}

    const parameters::Specification& specification() const { return specification_; }
    /// What it acts as; nothing for the weight 0 that was not given, which fits every receptor.
    std::optional<models::Input> input() const { return input_; }

private:
    Weight(parameters::Specification specification, models::Input input)
        : specification_(std::move(specification)),
          input_(input) {}

    parameters::Specification    specification_;
    std::optional<models::Input> input_;
};

/// A delay: a time or a distribution of times (one draw per connection). A delay that is not given
/// is the simulation's min_delay, or the time step where min_delay is automatic.
class Delay {
public:
    Delay() = default;
    Delay(Time value) : specification_(value.value()) {}
    Delay(const RandomDistribution<Time>& d) : specification_(d.untyped()) {}

    const std::optional<parameters::Specification>& specification() const { return specification_; }

private:
    std::optional<parameters::Specification> specification_;
};

/// Connection with a fixed weight and delay.
struct StaticSynapse {
    static constexpr std::string_view name = "StaticSynapse";

    Weight weight{};  ///< nA, uS or mV, as the target's receptor requires
    Delay  delay{};   ///< rounded to the time step, halves up; at least one time step
};

}  // namespace ranvier

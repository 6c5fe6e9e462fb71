#include "ranvier/models/tables.hpp"

#include <cmath>

#include "ranvier/models/SourceGroup.hpp"

#include <fmt/format.h>

namespace ranvier::models {

bool satisfies(Rule rule, double value) {
    if (!std::isfinite(value)) return false;
    switch (rule) {
        case Rule::positive:
            return value > 0;
        case Rule::non_negative:
            return value >= 0;
        case Rule::any:
        case Rule::non_decreasing:
            break;
    }
    return true;
}

std::string required_by(Rule rule, double value, std::string_view unit) {
    if (!std::isfinite(value)) return "finite";
    const std::string with_unit = unit.empty() ? std::string{} : fmt::format(" {}", unit);
    switch (rule) {
        case Rule::positive:
            return fmt::format("> 0{}", with_unit);
        case Rule::non_negative:
            return fmt::format(">= 0{}", with_unit);
        case Rule::any:
        case Rule::non_decreasing:
            break;
    }
    return "finite";
}

std::string_view weight_unit(Input input) {
    switch (input) {
        case Input::current:
            return "nA";
        case Input::conductance:
            return "uS";
        case Input::voltage:
            break;
    }
    return "mV";
}

// Sources that are not addressable are never asked.
void SourceGroup::counts(Step, std::span<std::uint16_t>) const {}
void SourceGroup::keep(Step) {}

}  // namespace ranvier::models

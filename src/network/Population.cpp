#include "ranvier/network/Population.hpp"

#include <algorithm>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"

#include <fmt/format.h>

namespace ranvier {

using network::place_of;

namespace {

/// The place of a parameter; what else could have been asked for is a state variable.
std::size_t place_of_parameter_or_state(
    const network::PopulationRecord& population, std::string_view name
) {
    const models::CellGroup& group = *population.group;
    std::vector<std::string> names;
    for (const auto& parameter : group.parameters()) {
        if (parameter.name == name) return names.size();
        names.push_back(parameter.name);
    }
    for (const auto& state : group.states())
        names.push_back(state.name);
    throw ParameterError(
        fmt::format(
            "Population \"{}\": {} has no parameter or state variable \"{}\". It has {}.",
            population.label,
            group.model(),
            name,
            quoted_names(names, name)
        ),
        {.label = population.label, .parameter = std::string{name}}
    );
}

}  // namespace

void Population::require_model(std::string_view model) const {
    if (model == celltype()) return;
    throw ModelError(
        fmt::format(
            "Population \"{}\": its cells are of type {}, and a member of {} was given.",
            label(),
            celltype(),
            model
        ),
        {.label = label()}
    );
}

void Population::set(std::string_view name, const parameters::Specification& value) {
    network_->set_parameters(*record_, {{place_of(*record_, name, false), value}});
}

void Population::set(std::string_view name, const Param<Sequence>& value) {
    network_->set_parameters(*record_, {{place_of(*record_, name, false), value}});
}

void Population::set(std::initializer_list<NamedValue> values) {
    std::vector<models::Given> given;
    for (const NamedValue& value : values)
        given.push_back({place_of(*record_, value.name, false), value.value});
    network_->set_parameters(*record_, std::move(given));
}

void Population::initialize(std::string_view name, const parameters::Specification& value) {
    network_->set_states(*record_, {{place_of(*record_, name, true), value}});
}

std::vector<double> Population::get_local(std::string_view name) const {
    const models::CellGroup& group = *record_->group;
    std::vector<double>      values(group.num_cells());
    for (std::size_t s = 0; s < group.states().size(); ++s) {
        if (group.states()[s].name != name) continue;
        group.read_state(s, values);
        return values;
    }
    const std::size_t place = place_of_parameter_or_state(*record_, name);
    if (group.parameters()[place].is_sequence) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": {} is a Sequence per cell, not a number. Use "
                "get_local_sequences.",
                label(),
                name
            ),
            {.label = label(), .parameter = std::string{name}}
        );
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = group.column(place).number(i);
    return values;
}

std::vector<double> Population::get(std::string_view name) const {
    return network_->comm().all_gather(get_local(name)).values;
}

std::vector<Sequence> Population::get_local_sequences(std::string_view name) const {
    const models::CellGroup& group = *record_->group;
    const std::size_t        place = place_of(*record_, name, false);
    if (!group.parameters()[place].is_sequence) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": {} is a number per cell, not a Sequence. Use get.",
                label(),
                name
            ),
            {.label = label(), .parameter = std::string{name}}
        );
    }
    std::vector<Sequence> sequences;
    for (std::size_t i = 0; i < group.num_cells(); ++i)
        sequences.push_back(group.column(place).sequence(i));
    return sequences;
}

void Population::record(std::initializer_list<std::string_view> variables) {
    for (const std::string_view variable : variables) {
        if (variable == "spikes") continue;
        throw RecordingError(
            fmt::format(
                "Population \"{}\": cannot record \"{}\". {} records \"spikes\".",
                label(),
                variable,
                celltype()
            ),
            {.label = label(), .parameter = std::string{variable}}
        );
    }
    if (variables.size() > 0) record_->records_spikes = true;
}

void Population::require_recorded() const {
    if (record_->records_spikes) return;
    throw RecordingError(
        fmt::format(
            "Population \"{}\": its spikes are not recorded. Call record({{\"spikes\"}}) before "
            "the "
            "run.",
            label()
        ),
        {.label = label(), .parameter = "spikes"}
    );
}

std::vector<std::uint64_t> Population::spike_counts() const {
    require_recorded();
    return network_->comm().all_gather(record_->spike_counts).values;
}

double Population::mean_spike_count() const {
    require_recorded();
    std::uint64_t total = 0;
    for (const std::uint64_t count : record_->spike_counts)
        total += count;
    total = network_->comm().sum(total);
    return size() == 0 ? 0 : static_cast<double>(total) / static_cast<double>(size());
}

}  // namespace ranvier

#include "ranvier/network/Assembly.hpp"

#include <algorithm>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/log.hpp"

#include "sample.hpp"
#include <fmt/format.h>

namespace ranvier {

Assembly::Assembly(network::Network* network, network::Selection members)
    : Group(network, std::move(members), {}) {
    for (const auto& part : members_.parts())
        label_ += (label_.empty() ? "" : "+") + part.population->label;
}

std::string Assembly::name() const {
    return fmt::format("Assembly \"{}\"", label_);
}

void Assembly::add(const Group& component) {
    if (component.selection().num_parts() == 0) return;
    network::Network& network = component.network();
    if (network_ && network_ != &network)
        throw ParameterError(
            fmt::format("{}: \"{}\" belongs to another simulation.", name(), component.label())
        );
    network_   = &network;
    bool added = false;
    for (const auto& part : component.selection().parts()) {
        if (members_.append(network::Selection{*part.population, part.indices})) {
            added = true;
            continue;
        }
        log_warning(
            network.comm(),
            fmt::format(
                "{}: \"{}\" has cells of \"{}\" that are there already; they are left out.",
                name(),
                component.label(),
                part.population->label
            )
        );
    }
    if (added && !is_labelled_) label_ += (label_.empty() ? "" : "+") + component.label();
}

Assembly Assembly::part(const network::Indices& indices) const {
    return {network_, members_.at(indices)};
}

Assembly Assembly::operator[](const Slice& slice) const {
    return part({slice, size(), name()});
}

Assembly Assembly::operator[](std::initializer_list<std::ptrdiff_t> indices) const {
    return part_of_list(indices);
}

Assembly Assembly::operator[](const std::vector<bool>& mask) const {
    return part({mask, size(), name()});
}

Assembly Assembly::part_of_list(const std::vector<std::ptrdiff_t>& indices) const {
    return part({indices, size(), name()});
}

Assembly Assembly::sample(std::size_t count) const {
    return part_of_list(network::sample(members_, network(), count, name()));
}

Assembly Assembly::sample(std::size_t count, NumpyRNG rng) const {
    return part_of_list(network::sample(members_, std::move(rng), count, name()));
}

PopulationView Assembly::component(std::size_t k) const {
    if (k < num_components()) {
        const auto& part = members_.part(k);
        return {network_, network::Selection{*part.population, part.indices}};
    }
    throw ParameterError(
        fmt::format("{}: there is no component {}, there are {}.", name(), k, num_components())
    );
}

PopulationView Assembly::component(std::string_view population_label) const {
    for (std::size_t k = 0; k < num_components(); ++k) {
        if (members_.population(k).label == population_label) return component(k);
    }
    throw ParameterError(
        fmt::format("{}: no component has the label \"{}\".", name(), population_label),
        {.label = std::string{population_label}}
    );
}

std::vector<std::string> Assembly::receptor_types() const {
    std::vector<std::string> common;
    for (std::size_t k = 0; k < num_components(); ++k) {
        std::vector<std::string> names;
        for (const auto& receptor : members_.population(k).group->receptors())
            names.push_back(receptor.name);
        if (k == 0) common = names;
        std::erase_if(common, [&](const std::string& receptor) {
            return std::find(names.begin(), names.end(), receptor) == names.end();
        });
    }
    return common;
}

bool Assembly::is_conductance_based() const {
    const auto parts = members_.parts();
    return std::all_of(parts.begin(), parts.end(), [](const auto& part) {
        return part.population->group->input() == models::Input::conductance;
    });
}

}  // namespace ranvier

// How the values of a population are obtained, checked and committed.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/partition.hpp"

#include "ResolvedColumns.hpp"
#include <fmt/format.h>

namespace ranvier::network {

namespace {

struct Named {
    const std::string* name;
    const std::string* unit;
    models::Rule       rule;
    bool               is_sequence;
};

/// The parameter or state variable that a value is for.
Named named(const PopulationRecord& population, const models::Given& given, bool states) {
    if (states) {
        const models::StateInfo& info = population.group->states()[given.place];
        return {&info.name, &info.unit, models::Rule::any, false};
    }
    const models::ParameterInfo& info = population.group->parameters()[given.place];
    return {&info.name, &info.unit, info.rule, info.is_sequence};
}

std::optional<std::size_t> length_of(const models::Given& given) {
    return std::visit([](const auto& value) { return value.length(); }, given.value);
}

void check_kind_and_length(
    const PopulationRecord& population, const models::Given& given, Named n
) {
    const bool is_sequence = std::holds_alternative<Param<Sequence>>(given.value);
    if (is_sequence != n.is_sequence) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": {} takes {}, got {}.",
                population.label,
                *n.name,
                n.is_sequence ? "a Sequence of times per cell" : "one number per cell",
                is_sequence ? "a Sequence" : "numbers"
            ),
            {.label = population.label, .parameter = *n.name}
        );
    }
    const auto length = length_of(given);
    if (length && *length != population.size) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": {} was given {} values for {} cells. Give one value per cell, "
                "or "
                "a single value for all.",
                population.label,
                *n.name,
                *length,
                population.size
            ),
            {.label = population.label, .parameter = *n.name}
        );
    }
}

models::Column resolve_sequences(IndexRange slice, const Param<Sequence>& param) {
    models::Column column;
    if (const Sequence* shared = param.shared()) {
        column.sequences = {*shared};
        return column;
    }
    column.is_uniform = false;
    for (std::size_t i = slice.first; i < slice.last; ++i) {
        tick();
        column.sequences.push_back(param.resolve(i));
    }
    return column;
}

/// Where a list holds what its rule forbids; its length if nowhere.
std::size_t first_mistake(models::Rule rule, const std::vector<double>& values) {
    const bool ordered = rule == models::Rule::non_decreasing;
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (!models::satisfies(rule, values[k])) return k;
        if (ordered && k > 0 && values[k] < values[k - 1]) return k;
    }
    return values.size();
}

/// Finds the first cell, over all ranks, whose list breaks its rule, and says so on all of them.
void check_sequences(
    const Communicator&     comm,
    const PopulationRecord& population,
    const Named&            n,
    const models::Column&   column
) {
    const std::string&      name    = *n.name;
    const bool              ordered = n.rule == models::Rule::non_decreasing;
    const std::string       unit    = n.unit->empty() ? "" : " " + *n.unit;
    constexpr std::uint64_t none    = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t           first   = none;
    std::uint64_t           count   = 0;
    std::string             found;
    for (std::size_t i = 0; i < column.sequences.size(); ++i) {
        const std::vector<double>& times = column.sequences[i].values();
        const std::size_t          k     = first_mistake(n.rule, times);
        if (k == times.size()) continue;
        if (++count > 1) continue;
        first = column.is_uniform ? 0 : population.slice.first + i;
        found = number(times[k]) + unit;
        if (ordered && k > 0) found += fmt::format(" after {}{}", number(times[k - 1]), unit);
    }
    const std::uint64_t lowest = comm.min(first);
    if (lowest == none) return;
    const std::uint64_t total = column.is_uniform ? population.size : comm.sum(count);
    const int           owner = owner_of(population.size, lowest, comm.size());
    throw ParameterError(
        fmt::format(
            "Population \"{}\": {} must be {}, got {} at cell {}{}.{}",
            population.label,
            name,
            ordered ? "finite and non-decreasing" : models::required_by(n.rule, *n.unit),
            comm.broadcast(found, owner),
            lowest,
            total > 1 ? fmt::format(" (and {} more)", total - 1) : "",
            ordered ? " Sort the times." : ""
        ),
        {.label = population.label, .parameter = name, .index = lowest}
    );
}

}  // namespace

std::size_t place_of(const PopulationRecord& population, std::string_view name, bool state) {
    std::vector<std::string> names;
    const auto               find = [&](const auto& infos) {
        for (const auto& info : infos)
            names.push_back(info.name);
        return static_cast<std::size_t>(
            std::find(names.begin(), names.end(), name) - names.begin()
        );
    };
    const std::size_t place =
        state ? find(population.group->states()) : find(population.group->parameters());
    if (place < names.size()) return place;
    throw ParameterError(
        fmt::format(
            "Population \"{}\": {} has no {} \"{}\". {}",
            population.label,
            population.group->model(),
            state ? "state variable" : "parameter",
            name,
            names.empty() ? std::string{"It has none."}
                          : fmt::format("It has {}.", quoted_names(names, name))
        ),
        {.label = population.label, .parameter = std::string{name}}
    );
}

void Network::resolve_here(
    const PopulationRecord&           population,
    const std::vector<models::Given>& values,
    bool                              states,
    ResolvedColumns&                  resolved
) const {
    for (const models::Given& given : values) {
        const Named n = named(population, given, states);
        if (n.is_sequence) {
            resolved.columns.emplace_back(
                given.place,
                resolve_sequences(population.slice, std::get<Param<Sequence>>(given.value))
            );
            continue;
        }
        const parallel::Activity activity{
            fmt::format("the value given for {} of population \"{}\"", *n.name, population.label)};
        const auto&    specification = std::get<parameters::Specification>(given.value);
        models::Column column;
        if (const auto constant = specification.constant()) {
            column.numbers = {*constant};
        } else {
            // Keyed by what the values are for and by how often this population has drawn values.
            const random::Key key = random::make_key(
                options_.seed,
                states ? random::Purpose::initial_value : random::Purpose::cell_parameter,
                hash_of_text(population.label),
                hash_of(hash_of_text(*n.name), population.num_sets)
            );
            column.is_uniform = false;
            column.numbers.resize(population.slice.size());
            specification.resolve({population.size, population.slice, key}, column.numbers);
        }
        resolved.columns.emplace_back(given.place, std::move(column));
    }
}

/// Finds the first cell, over all ranks, whose value breaks a rule, and says so on all of them.
void Network::check_rules(
    const PopulationRecord&           population,
    const std::vector<models::Given>& values,
    bool                              states,
    const ResolvedColumns&            resolved
) const {
    constexpr std::uint64_t none     = std::numeric_limits<std::uint64_t>::max();
    constexpr double        infinity = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < values.size(); ++k) {
        const Named           n      = named(population, values[k], states);
        const models::Column& column = resolved.columns[k].second;
        if (n.is_sequence) {
            check_sequences(comm_, population, n, column);
            continue;
        }
        std::uint64_t first = none;
        std::uint64_t count = 0;
        const double  most  = states ? infinity : population.group->largest(values[k].place);
        for (std::size_t i = 0; i < column.numbers.size(); ++i) {
            if (models::satisfies(n.rule, column.numbers[i]) && column.numbers[i] <= most) continue;
            first = std::min<std::uint64_t>(first, population.slice.first + i);
            ++count;
        }
        std::string where;
        double      value = column.is_uniform ? column.numbers[0] : 0;
        if (column.is_uniform) {
            if (count == 0) continue;
        } else {
            const std::uint64_t lowest = comm_.min(first);
            if (lowest == none) continue;
            const std::uint64_t total = comm_.sum(count);
            const std::uint64_t bits =
                first == lowest ? bits_of(column.numbers[lowest - population.slice.first]) : 0;
            value = std::bit_cast<double>(comm_.max(bits));
            where = fmt::format(" at cell {}", lowest);
            if (total > 1) where += fmt::format(" (and {} more)", total - 1);
            first = lowest;
        }
        const auto& specification = std::get<parameters::Specification>(values[k].value);
        const bool  random        = specification.distribution() != nullptr;
        std::string required      = models::required_by(n.rule, *n.unit);
        if (value > most && most < infinity)
            required = fmt::format("<= {}{}{}", number(most), n.unit->empty() ? "" : " ", *n.unit);
        throw ParameterError(
            fmt::format(
                "Population \"{}\": {} must be {}, got {}{}{}{}.{}",
                population.label,
                *n.name,
                required,
                number(value),
                n.unit->empty() ? "" : " ",
                *n.unit,
                where,
                random ? " Check the RandomDistribution; normal_clipped keeps values in range." : ""
            ),
            {.label     = population.label,
             .parameter = *n.name,
             .index     = column.is_uniform ? std::nullopt : std::optional<std::size_t>{first}}
        );
    }
}

std::string Network::call_of(
    const PopulationRecord& population, const std::vector<models::Given>& values, bool states
) const {
    std::string text =
        fmt::format("Population \"{}\": {}", population.label, states ? "initialize" : "set");
    for (const models::Given& given : values)
        text += fmt::format(" {}", *named(population, given, states).name);
    return text;
}

Network::ResolvedColumns Network::resolve(
    const PopulationRecord& population, const std::vector<models::Given>& values, bool states
) {
    for (const models::Given& given : values)
        check_kind_and_length(population, given, named(population, given, states));
    ResolvedColumns resolved;
    collectively(comm_, [&] { resolve_here(population, values, states, resolved); });
    check_rules(population, values, states, resolved);
    if (!states) check_conflicts(comm_, population, resolved.columns);
    return resolved;
}

void Network::set_parameters(PopulationRecord& population, std::vector<models::Given> values) {
    const parallel::CollectiveCall call{comm_, call_of(population, values, false)};
    ResolvedColumns                resolved = resolve(population, values, false);
    ++population.num_sets;
    collectively(comm_, [&] { population.group->set_columns(std::move(resolved.columns), now_); });
}

void Network::set_states(PopulationRecord& population, std::vector<models::Given> values) {
    const parallel::CollectiveCall call{comm_, call_of(population, values, true)};
    const ResolvedColumns          resolved = resolve(population, values, true);
    ++population.num_sets;
    collectively(comm_, [&] { write_states(population, resolved); });
}

void Network::write_states(PopulationRecord& population, const ResolvedColumns& resolved) {
    std::vector<double> numbers(population.slice.size());
    for (const auto& [place, column] : resolved.columns) {
        for (std::size_t i = 0; i < numbers.size(); ++i)
            numbers[i] = column.number(i);
        population.group->write_state(place, numbers);
    }
}

}  // namespace ranvier::network

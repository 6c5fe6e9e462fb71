#include "ranvier/network/Group.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/PopulationView.hpp"
#include "ranvier/parallel/activity.hpp"

#include "agree.hpp"
#include "group_order.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

using network::PopulationRecord;
using network::Selection;

/// A parameter or state variable of one population.
struct Variable {
    bool        is_state = false;
    std::size_t place    = 0;
};

Variable find_variable(const PopulationRecord& population, std::string_view name) {
    const models::CellGroup& group = *population.group;
    for (std::size_t s = 0; s < group.states().size(); ++s) {
        if (group.states()[s].name == name) return {true, s};
    }
    std::vector<std::string> names;
    for (const auto& parameter : group.parameters()) {
        if (parameter.name == name) return {false, names.size()};
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

/// Parameters are of one kind, numbers or sequences.
void require_kind(
    const PopulationRecord& population, std::string_view name, Variable found, bool sequences
) {
    const bool is = !found.is_state && population.group->parameters()[found.place].is_sequence;
    if (is == sequences) return;
    throw ParameterError(
        fmt::format(
            "Population \"{}\": {} is {}.",
            population.label,
            name,
            sequences ? "a number per cell, not a Sequence. Use get"
                      : "a Sequence per cell, not a number. Use get_sequences"
        ),
        {.label = population.label, .parameter = std::string{name}}
    );
}

/// Calls `f(value)` for this rank's members in ascending order of the group's index.
template <class F>
void for_each_number(const Selection& members, std::string_view name, F&& f) {
    for (const Selection::LocalRun& run : members.local_runs()) {
        const Selection::Part&  part       = members.part(run.part);
        const PopulationRecord& population = *part.population;
        const Variable          found      = find_variable(population, name);
        std::vector<double>     states;
        if (found.is_state) {
            states.resize(population.slice.size());
            population.group->read_state(found.place, states);
        }
        for (std::size_t i = run.members.first; i < run.members.last; ++i) {
            const std::size_t cell = part.indices[i - part.first] - population.slice.first;
            f(found.is_state ? states[cell] : population.group->column(found.place).number(cell));
        }
    }
}

/// Bits whose order as integers is the order of the numbers, so that equal means equal bit by bit.
std::uint64_t ordered_bits(double x) {
    const std::uint64_t bits = bits_of(x);
    return bits >> 63 ? ~bits : bits | std::uint64_t{1} << 63;
}
double from_ordered_bits(std::uint64_t bits) {
    return std::bit_cast<double>(bits >> 63 ? bits & ~(std::uint64_t{1} << 63) : ~bits);
}

/// One number if all members on all ranks have it, otherwise one per member. @collective
Values gathered(
    const Communicator&        comm,
    const Selection&           members,
    const std::vector<double>& local,
    std::string                name
) {
    std::array<std::uint64_t, 2> ends{0, 0};  // largest, and complement of the smallest
    for (const double x : local) {
        const std::uint64_t bits = ordered_bits(x);
        ends                     = {std::max(ends[0], bits), std::max(ends[1], ~bits)};
    }
    comm.max(std::span<std::uint64_t>{ends});
    if (members.size() == 0) return {0, 0, std::move(name)};
    if (ends[0] == ~ends[1]) return {from_ordered_bits(ends[0]), members.size(), std::move(name)};
    return Values{network::in_group_order(members, comm.all_gather(local)), std::move(name)};
}

/// What all ranks must ask for alike when they ask for values.
std::vector<network::Asked> asked_for(const Selection& members, std::string_view name) {
    return {network::asked_of("the group", members), {"the name", fmt::format("\"{}\"", name)}};
}

}  // namespace

network::Network& Group::network() const {
    if (network_) return *network_;
    throw ParameterError(fmt::format("{}: it has no cells yet. Add some with +=.", name()));
}

std::string Group::describe() const {
    std::string text = fmt::format("{}, {} cells", name(), size());
    for (const Selection::Part& part : members_.parts())
        text += fmt::format(
            ", {} {} of \"{}\"",
            part.indices.size(),
            part.population->group->model(),
            part.population->label
        );
    return text;
}

void Group::require_model(std::string_view model) const {
    for (const Selection::Part& part : members_.parts()) {
        if (part.population->group->is_a(model)) continue;
        throw ModelError(
            fmt::format(
                "{}: its cells are of type {}, and a member of {} was given.",
                name(),
                part.population->group->model(),
                model
            ),
            {.label = part.population->label}
        );
    }
}

void Group::set_values(network::ValueKind kind, std::vector<NamedValue> values) {
    network().set(members_, name(), kind, std::move(values));
}

std::vector<double> Group::get_local(std::string_view name) const {
    for (const Selection::Part& part : members_.parts())
        require_kind(*part.population, name, find_variable(*part.population, name), false);
    std::vector<double> values;
    values.reserve(local_size());
    for_each_number(members_, name, [&](double value) { values.push_back(value); });
    return values;
}

Values Group::get(std::string_view name) const {
    const Communicator&            comm = network().comm();
    std::vector<double>            local;
    const std::string              call = fmt::format("{}: get", this->name());
    const parallel::CollectiveCall collective{comm, call};
    network::agree_on_call(comm, call, asked_for(members_, name), [&] { local = get_local(name); });
    return gathered(comm, members_, local, std::string{name});
}

std::vector<Values> Group::get(std::initializer_list<std::string_view> names) const {
    std::vector<Values> values;
    for (const std::string_view name : names)
        values.push_back(get(name));
    return values;
}

Values Group::get_initial(std::string_view name) const {
    const Communicator&            comm = network().comm();
    std::vector<double>            local;
    const std::string              call = fmt::format("{}: get_initial", this->name());
    const parallel::CollectiveCall collective{comm, call};
    network::agree_on_call(comm, call, asked_for(members_, name), [&] {
        for (const Selection::Part& part : members_.parts())
            network::place_of(*part.population, name, network::ValueKind::state);
        members_.for_each_local([&](std::size_t, PopulationRecord& population, std::size_t c) {
            const auto place = network::place_of(population, name, network::ValueKind::state);
            local.push_back(population.initial[place].number(c));
        });
    });
    return gathered(comm, members_, local, std::string{name});
}

std::vector<Sequence> Group::get_local_sequences(std::string_view name) const {
    for (const Selection::Part& part : members_.parts())
        require_kind(*part.population, name, find_variable(*part.population, name), true);
    std::vector<Sequence> sequences;
    members_.for_each_local([&](std::size_t, PopulationRecord& population, std::size_t cell) {
        const auto place = find_variable(population, name).place;
        sequences.push_back(population.group->column(place).sequence(cell));
    });
    return sequences;
}

std::vector<Sequence> Group::get_sequences(std::string_view name) const {
    const Communicator&            comm = network().comm();
    std::vector<Sequence>          local;
    const std::string              call = fmt::format("{}: get_sequences", this->name());
    const parallel::CollectiveCall collective{comm, call};
    network::agree_on_call(comm, call, asked_for(members_, name), [&] {
        local = get_local_sequences(name);
    });
    std::vector<std::uint64_t> sizes;
    std::vector<double>        times;
    std::uint64_t              hash = 0;
    bool                       same = true;
    for (const Sequence& sequence : local) {
        std::uint64_t h = mix(sequence.values().size());
        for (const double t : sequence.values())
            h = hash_of(h, bits_of(t));
        same = same && (sizes.empty() || h == hash);
        hash = h;
        sizes.push_back(sequence.values().size());
        times.insert(times.end(), sequence.values().begin(), sequence.values().end());
    }
    // One for all, if it is: then one rank's first suffices.
    std::array<std::uint64_t, 3> ends{
        local.empty() ? 0 : hash, local.empty() ? 0 : ~hash, same ? 0u : 1u};
    comm.max(std::span<std::uint64_t>{ends});
    if (members_.size() > 0 && ends[2] == 0 && ends[0] == ~ends[1]) {
        const int           owner = comm.min(local.empty() ? comm.size() : comm.rank());
        std::vector<double> one(comm.broadcast(local.empty() ? 0 : sizes[0], owner));
        if (comm.rank() == owner) one = local[0].values();
        comm.broadcast_values(std::span{one}, owner);
        return {Sequence::in_ms(std::move(one))};
    }
    // Of each member its rank, and where its times begin there.
    const auto                all_sizes = comm.all_gather(sizes);
    const auto                all_times = comm.all_gather(times);
    RankBlocks<std::uint64_t> starts{all_sizes.values, all_sizes.offsets};
    std::uint64_t             start = 0;
    for (std::size_t k = 0; k < starts.values.size(); ++k) {
        starts.values[k] = start;
        start += all_sizes.values[k];
    }
    const auto            first = network::in_group_order(members_, starts);
    const auto            count = network::in_group_order(members_, all_sizes);
    std::vector<Sequence> sequences;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto begin = all_times.values.begin() + static_cast<std::ptrdiff_t>(first[i]);
        sequences.push_back(Sequence::in_ms({begin, begin + static_cast<std::ptrdiff_t>(count[i])})
        );
    }
    return sequences;
}

Position Group::position(std::ptrdiff_t index) const {
    const std::size_t      i    = network::checked_index(index, size(), name());
    const Selection::Part& part = members_.part(members_.part_of(i));
    return part.population->position(part.indices[i - part.first]);
}

std::vector<Position> Group::positions() const {
    std::vector<Position> all;
    all.reserve(size());
    for (const Selection::Part& part : members_.parts()) {
        for (std::size_t k = 0; k < part.indices.size(); ++k)
            all.push_back(part.population->position(part.indices[k]));
    }
    return all;
}

std::vector<Position> Group::local_positions() const {
    std::vector<Position> own;
    own.reserve(local_size());
    members_.for_each_local([&](std::size_t, PopulationRecord& population, std::size_t cell) {
        own.push_back(population.position(population.slice.first + cell));
    });
    return own;
}

std::function<Position(std::ptrdiff_t)> Group::position_generator() const {
    return [members = members_, who = name()](std::ptrdiff_t index) {
        const std::size_t      i    = network::checked_index(index, members.size(), who);
        const Selection::Part& part = members.part(members.part_of(i));
        return part.population->position(part.indices[i - part.first]);
    };
}

Cell Group::nearest(Position point) const {
    const Communicator&            comm = network().comm();
    const std::string              call = fmt::format("{}: nearest", name());
    const parallel::CollectiveCall collective{comm, call};
    network::agree_on_call(
        comm,
        call,
        {network::asked_of("the group", members_),
         {"the point",
          fmt::format("({}, {}, {})", number(point.x), number(point.y), number(point.z))}},
        [&] {
            if (size() == 0)
                throw SpaceError(fmt::format("{}: no cell is nearest, there is none.", name()));
            if (!std::isfinite(point.x) || !std::isfinite(point.y) || !std::isfinite(point.z))
                throw SpaceError(fmt::format(
                    "{}: no cell is nearest to ({}, {}, {}) um. Coordinates must be finite.",
                    name(),
                    number(point.x),
                    number(point.y),
                    number(point.z)
                ));
        }
    );
    // Squares that overflow are all the same: then it is the first member.
    constexpr auto none     = std::numeric_limits<std::uint64_t>::max();
    double         smallest = std::numeric_limits<double>::infinity();
    std::uint64_t  member   = none;
    collectively(comm, [&] {  // positions may be read from a file
        members_.for_each_local([&](std::size_t i, PopulationRecord& population, std::size_t cell) {
            const double square =
                squared_distance(population.position(population.slice.first + cell), point);
            if (square < smallest || member == none) {
                smallest = square;
                member   = i;
            }
        });
    });
    const double best = comm.min(smallest);
    return cell(static_cast<std::ptrdiff_t>(comm.min(smallest == best ? member : none)));
}

Cell Group::cell(std::ptrdiff_t index) const {
    return member(network_, members_, network::checked_index(index, size(), name()));
}

Cell Group::member(network::Network* network, const Selection& members, std::size_t index) {
    const auto i = static_cast<std::ptrdiff_t>(index);
    return {network, members.at(network::Indices{Slice{i, i + 1}, members.size(), "Group"})};
}

bool Group::contains(const Cell& cell) const {
    return members_.find(cell.record().id, cell.index()).has_value() && network_ == cell.network_;
}

std::size_t Group::index_of(const Cell& cell) const {
    if (network_ == cell.network_) {
        if (const auto index = members_.find(cell.record().id, cell.index())) return *index;
    }
    throw ParameterError(
        fmt::format(
            "{}: cell {} of population \"{}\" does not belong to it.",
            name(),
            cell.index(),
            cell.record().label
        ),
        {.label = cell.record().label, .index = cell.index()}
    );
}

}  // namespace ranvier

#include "Assignment.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "check_conflicts.hpp"
#include "number_range.hpp"
#include <fmt/format.h>

namespace ranvier::network {

namespace {

constexpr std::uint64_t none     = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t no_index = none - 1;
constexpr auto          sorted   = "finite and non-decreasing";

/// What the model says of a parameter or state variable.
struct Info {
    std::string  unit;
    models::Rule rule        = models::Rule::any;
    bool         is_sequence = false;
    double       most        = std::numeric_limits<double>::infinity();
};

Info info_of(const PopulationRecord& population, std::size_t place, ValueKind kind) {
    if (kind == ValueKind::state) return {population.group->states()[place].unit};
    const models::ParameterInfo& info = population.group->parameters()[place];
    return {info.unit, info.rule, info.is_sequence, population.group->largest(place)};
}

/// Where a list holds what its rule forbids, or what is larger than can be held; its length if
/// nowhere.
std::size_t first_mistake(models::Rule rule, double held, const std::vector<double>& values) {
    const bool ordered = rule == models::Rule::non_decreasing;
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (!models::satisfies(rule, values[k]) || std::abs(values[k]) > held) return k;
        if (ordered && k > 0 && values[k] < values[k - 1]) return k;
    }
    return values.size();
}

std::string with_unit(double value, const std::string& unit) {
    return unit.empty() ? number(value) : fmt::format("{} {}", number(value), unit);
}

/// What must be instead of a value that breaks its rule or is too large.
std::string required_of(double value, const Info& info, double held) {
    if (!models::satisfies(info.rule, value))
        return models::required_by(info.rule, value, info.unit);
    if (std::abs(value) > held) {
        const bool positive =
            info.rule == models::Rule::positive || info.rule == models::Rule::non_negative;
        return range_of_single(positive ? 1 : 0, info.unit);
    }
    return fmt::format("<= {}", with_unit(info.most, info.unit));
}

std::string required_in_list(double value, const Info& info, double held) {
    return info.rule == models::Rule::non_decreasing ? std::string{sorted}
                                                     : required_of(value, info, held);
}

/// The cell of a member, counted within the rank's slice.
std::size_t local_cell(const Selection::Part& part, std::size_t member) {
    return part.indices[member - part.first] - part.population->slice.first;
}

/// Whether the members are all cells of the slice in their order.
bool covers_slice(const Selection::Part& part, IndexRange members) {
    return members.size() == part.population->slice.size() &&
           (members.empty() || (local_cell(part, members.first) == 0 && part.indices.is_ascending())
           );
}

/// Puts the values of some cells into a column of all.
void merge(
    models::Column&        column,
    const Selection::Part& part,
    IndexRange             members,
    const models::Column&  values
) {
    const std::size_t cells       = part.population->slice.size();
    const bool        is_sequence = !values.sequences.empty() || !column.sequences.empty();
    if (column.is_uniform) {
        if (is_sequence)
            column.sequences.resize(
                cells, column.sequences.empty() ? Sequence{} : column.sequences[0]
            );
        else
            column.numbers.resize(cells, column.numbers[0]);
        column.is_uniform = false;
    }
    for (std::size_t k = 0; k < members.size(); ++k) {
        const std::size_t cell = local_cell(part, members.first + k);
        if (is_sequence)
            column.sequences[cell] = values.sequence(k);
        else
            column.numbers[cell] = values.number(k);
    }
}

}  // namespace

std::size_t place_of(const PopulationRecord& population, std::string_view name, ValueKind kind) {
    std::vector<std::string> names;
    const auto               find = [&](const auto& infos) {
        for (const auto& info : infos)
            names.push_back(info.name);
        return static_cast<std::size_t>(
            std::find(names.begin(), names.end(), name) - names.begin()
        );
    };
    const bool        state = kind == ValueKind::state;
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

Assignment::Assignment(
    const Network&          network,
    const Selection&        members,
    std::string             group,
    ValueKind               kind,
    std::vector<NamedValue> values
)
    : network_(network),
      members_(members),
      group_(std::move(group)),
      kind_(kind),
      values_(std::move(values)) {
    agree_on_call(
        network_.comm(),
        fmt::format("{}: {}", group_, kind == ValueKind::parameter ? "set" : "initialize"),
        asked(),
        [&] { check_names_and_lengths(); }
    );
}

std::vector<Asked> Assignment::asked() const {
    std::vector<Asked> all{asked_of("the group", members_)};
    for (const NamedValue& value : values_)
        all.push_back(asked_of(value.name, value.value));
    return all;
}

/// Of two values of one name, nobody could say which one is meant.
void Assignment::check_names() const {
    for (std::size_t k = 1; k < values_.size(); ++k) {
        const std::string& name = values_[k].name;
        const auto         end  = values_.begin() + static_cast<std::ptrdiff_t>(k);
        if (std::none_of(values_.begin(), end, [&](const auto& v) { return v.name == name; }))
            continue;
        throw ParameterError(
            fmt::format("{}: {} is given twice. Give one value for each name.", group_, name),
            {.label     = members_.num_parts() > 0 ? members_.population(0).label : std::string{},
             .parameter = name}
        );
    }
}

void Assignment::check_names_and_lengths() {
    check_names();
    for (NamedValue& value : values_) {
        take_as_sequence(value);
        for (const Selection::Part& part : members_.parts())
            check_kind(*part.population, value);
        check_length(value);
    }
}

/// Where the parameter is a Sequence, a list of numbers is one for all cells, and so is a number.
void Assignment::take_as_sequence(NamedValue& value) const {
    const auto* numbers = std::get_if<parameters::Specification>(&value.value);
    if (!numbers || members_.num_parts() == 0) return;
    const PopulationRecord& first = members_.population(0);
    if (!info_of(first, place_of(first, value.name, kind_), kind_).is_sequence) return;
    if (const std::vector<double>* list = numbers->values())
        value.value = Param<Sequence>{Sequence::in_ms(*list)};
    else if (const auto number = numbers->constant())
        value.value = Param<Sequence>{Sequence::in_ms({*number})};
}

void Assignment::check_kind(const PopulationRecord& population, const NamedValue& value) const {
    const Info info     = info_of(population, place_of(population, value.name, kind_), kind_);
    const bool sequence = std::holds_alternative<Param<Sequence>>(value.value);
    if (sequence == info.is_sequence) return;
    throw ParameterError(
        fmt::format(
            "{}: {} takes {}, got {}.",
            group_,
            value.name,
            info.is_sequence ? "a Sequence of times per cell" : "one number per cell",
            sequence ? "a Sequence" : "numbers"
        ),
        {.label = population.label, .parameter = value.name}
    );
}

void Assignment::check_length(const NamedValue& value) const {
    std::optional<std::size_t> length;
    try {
        length = std::visit([](const auto& v) { return v.length(); }, value.value);
    } catch (const ParameterError& error) {  // arrays that do not fit each other
        throw ParameterError(
            fmt::format("{}: {}: {}", group_, value.name, error.what()),
            {.label     = members_.num_parts() > 0 ? members_.population(0).label : std::string{},
             .parameter = value.name}
        );
    }
    if (!length || *length == members_.size()) return;
    throw ParameterError(
        fmt::format(
            "{}: {} was given {} values for {} cells. Give one value per cell, or a single value "
            "for all.",
            group_,
            value.name,
            *length,
            members_.size()
        ),
        {.label     = members_.num_parts() > 0 ? members_.population(0).label : std::string{},
         .parameter = value.name}
    );
}

/// By what the values are for and by how often values were drawn for these populations; the index
/// is the member's in the group, so that a view of all cells draws what the population would.
random::Key Assignment::key_for(const std::string& name) const {
    const auto    parts  = members_.parts();
    std::uint64_t object = hash_of_text(parts[0].population->label);
    std::uint64_t detail = hash_of(hash_of_text(name), parts[0].population->num_sets);
    for (const Selection::Part& part : parts.subspan(1)) {
        object = hash_of(object, hash_of_text(part.population->label));
        detail = hash_of(detail, part.population->num_sets);
    }
    const auto purpose = kind_ == ValueKind::state ? random::Purpose::initial_value
                                                   : random::Purpose::cell_parameter;
    return random::make_key(network_.options().seed, purpose, object, detail);
}

void Assignment::resolve_numbers(const NamedValue& value, Piece& piece) const {
    const auto& specification = std::get<parameters::Specification>(value.value);
    if (const auto constant = specification.constant()) {
        piece.values.numbers = {*constant};
        return;
    }
    piece.values.is_uniform = false;
    piece.values.numbers.resize(piece.members.size());
    const auto position = [this](std::size_t member) {
        const Selection::Part& part = members_.part(members_.part_of(member));
        const Position         p    = part.population->position(part.indices[member - part.first]);
        return std::array<double, 3>{p.x, p.y, p.z};
    };
    specification.resolve(
        {members_.size(), piece.members, key_for(value.name), position}, piece.values.numbers
    );
}

void Assignment::resolve_sequences(const NamedValue& value, Piece& piece) {
    const auto& given = std::get<Param<Sequence>>(value.value);
    piece.values.numbers.clear();
    if (given.shared()) {
        piece.values.sequences = {*given.shared()};
        return;
    }
    piece.values.is_uniform = false;
    piece.values.sequences  = given.resolve(piece.members);
}

void Assignment::resolve() {
    for (const NamedValue& value : values_) {
        if (const auto* numbers = std::get_if<parameters::Specification>(&value.value))
            generators_.watch(*numbers);
    }
    collectively(network_.comm(), [&] {
        for (const NamedValue& value : values_) {
            const parallel::Activity activity{
                fmt::format("the value given for {} of {}", value.name, group_)};
            std::vector<Piece>& pieces = pieces_.emplace_back();
            for (std::size_t p = 0; p < members_.num_parts(); ++p) {
                const Selection::Part& part   = members_.part(p);
                const IndexRange       places = part.indices.places_in(part.population->slice);
                Piece&                 piece  = pieces.emplace_back();
                piece.part                    = p;
                piece.place                   = place_of(*part.population, value.name, kind_);
                piece.members = {part.first + places.first, part.first + places.last};
                if (std::holds_alternative<Param<Sequence>>(value.value))
                    resolve_sequences(value, piece);
                else
                    resolve_numbers(value, piece);
            }
        }
    });
    agree_on_violation(first_violation());
    for (const Selection::Part& part : members_.parts()) {
        const auto known = std::find_if(columns_.begin(), columns_.end(), [&](const auto& c) {
            return c.first == part.population;
        });
        if (known == columns_.end()) columns_.emplace_back().first = part.population;
    }
    if (kind_ == ValueKind::state) return;
    collectively(network_.comm(), [&] {
        for (auto& [population, columns] : columns_)
            columns = merged(*population);
    });
    for (const auto& [population, columns] : columns_)
        check_conflicts(network_.comm(), *population, columns);
}

void Assignment::check_piece(std::uint64_t k, const Piece& piece, Violation& violation) const {
    const PopulationRecord& population = members_.population(piece.part);
    const Info              info       = info_of(population, piece.place, kind_);
    const models::Column&   values     = piece.values;
    const auto note = [&](std::size_t i, double value, std::string found, std::string required) {
        if (++violation.count > 1) return;
        violation.value = k;
        violation.index = values.is_uniform ? no_index : piece.members.first + i;
        if (values.is_uniform && info.is_sequence) violation.index = 0;
        violation.number   = value;
        violation.found    = std::move(found);
        violation.required = std::move(required);
    };
    const double held = population.group->is_source()
                            ? std::numeric_limits<double>::max()
                            : largest_number(network_.options().precision);
    for (std::size_t i = 0; info.is_sequence && i < values.sequences.size(); ++i) {
        const std::vector<double>& list = values.sequences[i].values();
        const std::size_t          at   = first_mistake(info.rule, held, list);
        if (at == list.size()) continue;
        std::string found = with_unit(list[at], info.unit);
        if (info.rule == models::Rule::non_decreasing && at > 0)
            found += " after " + with_unit(list[at - 1], info.unit);
        note(i, list[at], found, required_in_list(list[at], info, held));
    }
    for (std::size_t i = 0; i < values.numbers.size(); ++i) {
        const double x = values.numbers[i];
        if (models::satisfies(info.rule, x) && x <= info.most && std::abs(x) <= held) continue;
        note(i, x, with_unit(x, info.unit), required_of(x, info, held));
    }
}

std::optional<Assignment::Violation> Assignment::first_violation() const {
    for (std::uint64_t k = 0; k < values_.size(); ++k) {
        Violation violation;
        for (const Piece& piece : pieces_[k])
            check_piece(k, piece, violation);
        if (violation.count > 0) return violation;
    }
    return std::nullopt;
}

/// Finds the first member, over all ranks, whose value breaks a rule, and says so on all of them.
void Assignment::agree_on_violation(const std::optional<Violation>& mine) const {
    const Communicator& comm = network_.comm();
    const std::uint64_t k    = comm.min(mine ? mine->value : none);
    if (k == none) return;
    const bool          here     = mine && mine->value == k;
    const std::uint64_t index    = comm.min(here ? mine->index : none);
    const auto*         lists    = std::get_if<Param<Sequence>>(&values_[k].value);
    const bool          one      = lists && lists->shared();
    const std::uint64_t count    = comm.sum(here ? mine->count : 0);
    const std::uint64_t total    = one ? members_.size() : count;
    const bool          first    = here && mine->index == index;
    const int           owner    = comm.min(first ? comm.rank() : comm.size());
    const std::string   found    = comm.broadcast(first ? mine->found : std::string{}, owner);
    const std::string   required = comm.broadcast(first ? mine->required : std::string{}, owner);

    std::string where;
    if (index != no_index) {
        where = fmt::format(" at cell {}", index);
        if (total > 1) where += fmt::format(" (and {} more)", total - 1);
    }
    const NamedValue& value   = values_[k];
    const auto*       numbers = std::get_if<parameters::Specification>(&value.value);
    std::string       advice;
    if (lists && required == sorted) advice = " Sort the times.";
    if (numbers && numbers->distribution())
        advice = " Check the RandomDistribution; normal_clipped keeps values in range.";
    throw ParameterError(
        fmt::format(
            "{}: {} must be {}, got {}{}.{}", group_, value.name, required, found, where, advice
        ),
        {.label     = members_.population(0).label,
         .parameter = value.name,
         .index     = index == no_index ? std::nullopt : std::optional<std::size_t>{index}}
    );
}

/// The columns of one population as they will be.
Assignment::Columns Assignment::merged(const PopulationRecord& population) {
    Columns columns;
    for (std::vector<Piece>& pieces : pieces_) {
        for (Piece& piece : pieces) {
            const Selection::Part& part = members_.part(piece.part);
            if (part.population != &population) continue;
            if (covers_slice(part, piece.members)) {
                std::erase_if(columns, [&](const auto& c) { return c.first == piece.place; });
                columns.emplace_back(piece.place, std::move(piece.values));
                continue;
            }
            if (piece.members.empty()) continue;
            auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& c) {
                return c.first == piece.place;
            });
            if (column == columns.end()) {
                columns.emplace_back(piece.place, population.group->column(piece.place));
                column = columns.end() - 1;
            }
            merge(column->second, part, piece.members, piece.values);
        }
    }
    return columns;
}

void Assignment::commit_states(PopulationRecord& population) {
    std::vector<double> numbers(population.slice.size());
    for (std::vector<Piece>& pieces : pieces_) {
        for (Piece& piece : pieces) {
            const Selection::Part& part = members_.part(piece.part);
            if (part.population != &population) continue;
            std::fill(numbers.begin(), numbers.end(), std::numeric_limits<double>::quiet_NaN());
            for (std::size_t k = 0; k < piece.members.size(); ++k)
                numbers[local_cell(part, piece.members.first + k)] = piece.values.number(k);
            population.group->write_state(piece.place, numbers);
            models::Column& initial = population.initial[piece.place];
            if (covers_slice(part, piece.members))
                initial = std::move(piece.values);
            else if (!piece.members.empty())
                merge(initial, part, piece.members, piece.values);
        }
    }
}

void Assignment::commit(Step now) {
    for (auto& [population, columns] : columns_) {
        if (kind_ == ValueKind::state) commit_states(*population);
        if (!columns.empty()) population->group->set_columns(std::move(columns), now);
        ++population->num_sets;
    }
    generators_.keep();
}

void Network::set(
    const Selection&        members,
    const std::string&      group,
    ValueKind               kind,
    std::vector<NamedValue> values
) {
    std::string text =
        fmt::format("{}: {}", group, kind == ValueKind::state ? "initialize" : "set");
    for (const NamedValue& value : values)
        text += " " + value.name;
    const parallel::CollectiveCall call{comm_, text};

    Assignment assignment{*this, members, group, kind, std::move(values)};
    assignment.resolve();
    collectively(comm_, [&] { assignment.commit(now_); });
}

}  // namespace ranvier::network

#include <algorithm>
#include <array>
#include <span>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/network/Group.hpp"
#include "ranvier/parallel/activity.hpp"

#include "agree.hpp"
#include "group_order.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

using network::PopulationRecord;
using network::Recording;
using network::Selection;
using network::SignalRecorder;

/// The populations of a group, each once, in the order of their first part.
std::vector<PopulationRecord*> populations_of(const Selection& members) {
    std::vector<PopulationRecord*> populations;
    for (const Selection::Part& part : members.parts()) {
        if (std::find(populations.begin(), populations.end(), part.population) == populations.end())
            populations.push_back(part.population);
    }
    return populations;
}

std::vector<std::uint32_t> local_cells(
    const Selection& members, const PopulationRecord& population
) {
    std::vector<std::uint32_t> cells;
    members.for_each_local([&](std::size_t, const PopulationRecord& owner, std::size_t cell) {
        if (&owner == &population) cells.push_back(static_cast<std::uint32_t>(cell));
    });
    return cells;
}

/// The place of a recordable state variable; the number of states for "spikes".
std::size_t recordable(const PopulationRecord& population, std::string_view variable) {
    const auto& states = population.group->states();
    if (variable == "spikes") return states.size();
    std::vector<std::string> names;
    for (std::size_t s = 0; s < states.size(); ++s) {
        if (states[s].is_internal) continue;
        if (states[s].name == variable) return s;
        names.push_back(states[s].name);
    }
    names.emplace_back("spikes");
    throw RecordingError(
        fmt::format(
            "Population \"{}\": cannot record \"{}\". {} records {}.",
            population.label,
            variable,
            population.group->model(),
            quoted_names(names, variable)
        ),
        {.label = population.label, .parameter = std::string{variable}}
    );
}

/// The interval in steps; nothing if none was asked for.
std::optional<Step> interval_steps(const TimeGrid& grid, const RecordOptions& options) {
    if (!options.sampling_interval) return std::nullopt;
    const auto steps = grid.exact(options.sampling_interval->value());
    if (steps && *steps > 0) return steps;
    throw RecordingError(
        fmt::format(
            "record: the sampling interval must be a positive multiple of the time step {} ms, got "
            "{} ms.",
            number(grid.timestep().value()),
            number(options.sampling_interval->value())
        ),
        {.parameter = "sampling_interval"}
    );
}

void check_interval(
    PopulationRecord&   population,
    std::string_view    variable,
    std::optional<Step> steps,
    const TimeGrid&     grid
) {
    const SignalRecorder* const signal = population.recording.find(std::string{variable});
    if (!signal || !signal->is_on || !steps || *steps == signal->interval) return;
    throw RecordingError(
        fmt::format(
            "Population \"{}\": {} is recorded every {} ms; it cannot be recorded every {} ms at "
            "the same time. Use one interval, or call stop_recording before.",
            population.label,
            variable,
            number(grid.ms(signal->interval)),
            number(grid.ms(*steps))
        ),
        {.label = population.label, .parameter = std::string{variable}}
    );
}

/// @collective
void record_spikes(
    const Communicator&               comm,
    Recording&                        recording,
    const std::vector<std::uint32_t>& cells,
    std::size_t                       size
) {
    recording.spike_cells.add(cells, size);
    recording.current.spiking.add(cells, size);
    recording.has_spikes = true;
    recording.spike_counts.resize(size);
    const std::uint64_t num_cells = comm.sum(std::uint64_t{recording.spike_cells.size()});
    if (recording.records_spikes && num_cells == recording.num_spike_cells)
        return;  // all were recorded before, on all ranks
    recording.records_spikes  = true;
    recording.num_spike_cells = num_cells;
    ++recording.spike_version;
}

SignalRecorder& recorder_of(PopulationRecord& population, std::size_t state) {
    Recording&  recording = population.recording;
    const auto& info      = population.group->states()[state];
    if (SignalRecorder* const signal = recording.find(info.name)) return *signal;
    recording.signals.push_back({.state = state, .variable = info.name, .unit = info.unit});
    return recording.signals.back();
}

}  // namespace

void Group::record(
    std::initializer_list<std::string_view> variables, const RecordOptions& options
) {
    record(std::vector<std::string>(variables.begin(), variables.end()), options);
}

void Group::record(const std::vector<std::string>& variables, const RecordOptions& options) {
    network::Network&                    net  = network();
    const std::string                    call = fmt::format("{}: record", name());
    const parallel::CollectiveCall       collective{net.comm(), call};
    const std::vector<PopulationRecord*> populations = populations_of(members_);
    std::optional<Step>                  steps;
    const std::vector<network::Asked>    asked{
        network::asked_of("the group", members_),
        {"the list of variables", fmt::format("[{}]", fmt::join(variables, ", "))},
        {"sampling_interval",
         options.sampling_interval ? fmt::format("{} ms", options.sampling_interval->value())
                                      : "not given"}};
    network::agree_on_call(net.comm(), call, asked, [&] {
        steps = interval_steps(net.grid(), options);
        for (PopulationRecord* const population : populations) {
            for (const std::string& variable : variables) {
                recordable(*population, variable);
                check_interval(*population, variable, steps, net.grid());
            }
        }
    });
    for (PopulationRecord* const population : populations) {
        const std::vector<std::uint32_t> cells = local_cells(members_, *population);
        for (const std::string& variable : variables) {
            const std::size_t state = recordable(*population, variable);
            if (state == population->group->states().size())
                record_spikes(net.comm(), population->recording, cells, population->slice.size());
            else
                record_signal(*population, state, steps, cells);
        }
    }
}

void Group::record_signal(
    PopulationRecord&                 population,
    std::size_t                       state,
    std::optional<Step>               steps,
    const std::vector<std::uint32_t>& cells
) {
    const Communicator& comm   = network_->comm();
    SignalRecorder&     signal = recorder_of(population, state);
    signal.cells.add(cells, population.slice.size());
    std::array<std::uint64_t, 1> columns{signal.cells.size()};
    std::array<std::uint64_t, 1> before = columns;
    comm.sum(std::span<std::uint64_t>{columns});
    comm.exclusive_sum(std::span<std::uint64_t>{before});
    if (signal.is_on && columns[0] == signal.num_columns) return;  // all were recorded before
    signal.num_columns  = columns[0];
    signal.first_column = before[0];
    if (!signal.is_on) signal.interval = steps.value_or(1);
    signal.is_on            = true;
    Recording&        owner = population.recording;
    const std::size_t place = static_cast<std::size_t>(&signal - owner.signals.data());
    Recording::cut(signal, owner.current, place, network_->now());
}

bool Group::can_record(std::string_view variable) const {
    for (const Selection::Part& part : members_.parts()) {
        const auto& states = part.population->group->states();
        if (variable != "spikes" &&
            std::none_of(states.begin(), states.end(), [&](const auto& state) {
                return state.name == variable && !state.is_internal;
            }))
            return false;
    }
    return true;
}

void Group::stop_recording() {
    network::Network&              net = network();
    const parallel::CollectiveCall call{net.comm(), fmt::format("{}: stop_recording", name())};
    for (PopulationRecord* const population : populations_of(members_))
        population->recording.stop(net.now());
}

void Group::require_spikes() const {
    for (const Selection::Part& part : members_.parts()) {
        if (part.population->recording.has_spikes) continue;
        throw RecordingError(
            fmt::format(
                "Population \"{}\": its spikes are not recorded. Call record({{\"spikes\"}}) "
                "before "
                "the run.",
                part.population->label
            ),
            {.label = part.population->label, .parameter = "spikes"}
        );
    }
}

std::vector<std::uint64_t> Group::get_local_spike_counts() const {
    require_spikes();
    std::vector<std::uint64_t> counts;
    counts.reserve(local_size());
    members_.for_each_local([&](std::size_t, const PopulationRecord& population, std::size_t cell) {
        counts.push_back(population.recording.spike_counts[cell]);
    });
    return counts;
}

std::vector<std::uint64_t> Group::get_spike_counts() const {
    const Communicator&            comm = network().comm();
    const parallel::CollectiveCall call{comm, fmt::format("{}: get_spike_counts", name())};
    require_spikes();
    return network::in_group_order(members_, comm.all_gather(get_local_spike_counts()));
}

std::uint64_t Group::num_spikes() const {
    const Communicator&            comm = network().comm();
    const parallel::CollectiveCall call{comm, fmt::format("{}: num_spikes", name())};
    require_spikes();
    std::uint64_t total = 0;
    for (const std::uint64_t count : get_local_spike_counts())
        total += count;
    return comm.sum(total);
}

double Group::mean_spike_count() const {
    const Communicator&            comm = network().comm();
    const parallel::CollectiveCall call{comm, fmt::format("{}: mean_spike_count", name())};
    require_spikes();
    std::array<std::uint64_t, 2> sums{0, 0};
    members_.for_each_local([&](std::size_t, const PopulationRecord& population, std::size_t cell) {
        if (!population.recording.current.spiking.contains(cell)) return;
        sums[0] += population.recording.spike_counts[cell];
        ++sums[1];
    });
    comm.sum(std::span<std::uint64_t>{sums});
    return sums[1] == 0 ? 0 : static_cast<double>(sums[0]) / static_cast<double>(sums[1]);
}

}  // namespace ranvier

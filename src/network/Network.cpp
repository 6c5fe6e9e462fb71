#include "ranvier/network/Network.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/models/kernel.hpp"
#include "ranvier/network/CurrentSource.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/partition.hpp"

#include "Assignment.hpp"
#include "GeneratorGuard.hpp"
#include "agree.hpp"
#include <fmt/format.h>

namespace ranvier::network {

namespace {

// A gid travels in 36 bits of a packed spike.
constexpr Gid max_gid = Gid{1} << 36;

void check_delay_option(const TimeGrid& grid, const std::optional<Time>& delay, const char* name) {
    if (!delay) return;
    const double ms = delay->value();
    if (!(ms >= grid.timestep().value()) || !std::isfinite(ms)) {
        throw ParameterError(
            fmt::format(
                "Simulation: {} must be at least the time step {} ms, got {} ms.",
                name,
                number(grid.timestep().value()),
                number(ms)
            ),
            {.parameter = name}
        );
    }
}

/// The initial values of all state variables: the model's, and over them those that are given.
std::vector<NamedValue> initial_values(
    const models::CellGroup& group, std::vector<NamedValue> given
) {
    std::vector<NamedValue> values;
    for (const models::StateInfo& state : group.states()) {
        if (std::none_of(given.begin(), given.end(), [&](const NamedValue& value) {
                return value.name == state.name;
            }))
            values.emplace_back(state.name, parameters::Specification{state.initial});
    }
    std::move(given.begin(), given.end(), std::back_inserter(values));
    return values;
}

std::variant<Store<double>, Store<float>> make_store(
    const TimeGrid& grid, const NetworkOptions& options
) {
    const auto require = [](const char* name, std::size_t cells, std::size_t most) {
        if (cells != 0 && cells <= most && cells % models::lane_padding == 0) return;
        throw ParameterError(
            fmt::format(
                "Simulation: tuning.{} must be a multiple of {} up to {}, got {}.",
                name,
                models::lane_padding,
                most,
                cells
            ),
            {.parameter = name}
        );
    };
    const auto [block, page, fuse] = options.tuning;
    require("page_cells", page, 65536);
    require("block_cells", block, SegmentHeader::max_pages * page);
    if (options.precision == Precision::float64) return Store<double>{grid, block, page};
    return Store<float>{grid, block, page};
}

Asked asked_of(const Structure& structure) {
    return {
        "structure",
        structure.describe(),
        structure.fingerprint(),
        "the seed or the state of its NumpyRNG"};
}

}  // namespace

Network::Network(const Communicator& comm, const NetworkOptions& options)
    : comm_(comm),
      options_(options),
      grid_(options.timestep),
      store_(make_store(grid_, options)) {
    // First that the ranks agree: a rank that refuses alone would leave the others waiting.
    const parallel::CollectiveCall call{comm_, "Simulation"};
    constexpr double               none = -1;
    require_same(comm_, options.seed, "Simulation: seed");
    require_same(comm_, options.timestep.value(), "Simulation: timestep");
    require_same(
        comm_, options.min_delay ? options.min_delay->value() : none, "Simulation: min_delay"
    );
    require_same(
        comm_, options.max_delay ? options.max_delay->value() : none, "Simulation: max_delay"
    );
    require_same(comm_, static_cast<int>(options.precision), "Simulation: precision");
    require_same(comm_, options.tuning.block_cells, "Simulation: tuning.block_cells");
    require_same(comm_, options.tuning.page_cells, "Simulation: tuning.page_cells");
    require_same(comm_, options.tuning.fuse_poisson, "Simulation: tuning.fuse_poisson");
    check_delay_option(grid_, options.min_delay, "min_delay");
    check_delay_option(grid_, options.max_delay, "max_delay");
    if (options.min_delay && options.max_delay && *options.min_delay > *options.max_delay) {
        throw ParameterError(
            fmt::format(
                "Simulation: min_delay {} ms must not exceed max_delay {} ms.",
                number(options.min_delay->value()),
                number(options.max_delay->value())
            ),
            {.parameter = "min_delay"}
        );
    }
}

Network::~Network() = default;

std::string Network::checked_label(const PopulationRequest& request) const {
    const std::string label =
        request.label.empty() ? fmt::format("population{}", populations_.size()) : request.label;
    if (label.find('/') != std::string::npos) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": a label must not contain \"/\", which separates groups in the "
                "result files. Use another character.",
                label
            ),
            {.label = label}
        );
    }
    if (label == "." || label == ".." || label.find('\0') != std::string::npos) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": a label must not be \".\" or \"..\" nor contain a zero byte, "
                "which "
                "mean something else in the result files. Use another name.",
                label.c_str()
            ),
            {.label = label}
        );
    }
    for (const auto& other : populations_) {
        if (other->label == label) {
            throw ParameterError(
                fmt::format(
                    "Population \"{}\": this label is taken; labels key the random streams and "
                    "name "
                    "the results. Choose another one.",
                    label
                ),
                {.label = label}
            );
        }
    }
    constexpr std::size_t largest = 0xffffffff;
    if (request.size > largest) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": at most {} cells fit into one population, got {}. Split it.",
                label,
                largest,
                request.size
            ),
            {.label = label}
        );
    }
    return label;
}

void Network::make(PopulationRecord& population, const PopulationRequest& request) const {
    population.label     = checked_label(request);
    population.id        = populations_.size();
    population.size      = request.size;
    population.first_gid = next_gid_;
    population.slice     = slice_of(request.size, comm_.rank(), comm_.size());
    if (comm_.is_stand_in())
        population.slice = widened(population.slice, population.size, options_.least_cells);
    if (next_gid_ + request.size > max_gid) {
        throw ParameterError(
            fmt::format(
                "Population \"{}\": a network holds at most {} cells, and this would be {}.",
                population.label,
                max_gid,
                next_gid_ + request.size
            ),
            {.label = population.label}
        );
    }
    lay_out(population, request.structure, layout_of(population, request.structure));
    const random::Key key = random::make_key(
        options_.seed, random::Purpose::spike_source, hash_of_text(population.label)
    );
    population.group = request.make_group(
        options_.precision, {population.slice, grid_, key, options_.spike_timing}
    );
    population.initial.resize(population.group->states().size());
}

PopulationRecord& Network::add(PopulationRequest request) {
    const std::string name = fmt::format(
        "Population \"{}\"",
        request.label.empty() ? fmt::format("population{}", populations_.size()) : request.label
    );
    const parallel::CollectiveCall call{comm_, name};
    GeneratorGuard                 generators;
    generators.watch(request.structure);
    auto population = std::make_unique<PopulationRecord>();
    agree_on_call(
        comm_,
        name,
        {{"the number of populations before it", std::to_string(populations_.size())},
         {"size", std::to_string(request.size)},
         asked_of(request.structure)},
        [&] { make(*population, request); }
    );
    // Values first: if they are refused, the network has not changed.
    const Selection         all{*population};
    std::vector<NamedValue> parameters;
    for (models::Given& given : request.parameters) {
        parameters.emplace_back(
            population->group->parameters()[given.place].name, std::move(given.value)
        );
    }
    std::vector<NamedValue> initial =
        initial_values(*population->group, std::move(request.initial_values));
    Assignment columns{*this, all, name, ValueKind::parameter, std::move(parameters)};
    Assignment states{*this, all, name, ValueKind::state, std::move(initial)};
    columns.resolve();
    states.resolve();
    collectively(comm_, [&] {
        std::visit([&](auto& store) { store.place(*population); }, store_);
        columns.commit(now_);
        states.commit(now_);
    });
    generators.keep();
    population->num_sets          = 1;
    population->recording.current = {.reset = num_resets_, .first = now_};
    populations_.push_back(std::move(population));
    next_gid_ += request.size;
    return *populations_.back();
}

space::Layout Network::layout_of(const PopulationRecord& population, const Structure& structure)
    const {
    const random::Key key = random::make_key(
        options_.seed,
        random::Purpose::position,
        hash_of_text(population.label),
        population.num_layouts
    );
    try {
        return structure.layout(population.size, key);
    } catch (const SpaceError& error) {
        ErrorFacts facts = error.facts();
        facts.label      = population.label;
        throw SpaceError(
            fmt::format("Population \"{}\": {}", population.label, error.what()), facts
        );
    }
}

void Network::lay_out(
    PopulationRecord& population, const Structure& structure, space::Layout layout
) {
    population.layout    = std::move(layout);
    population.structure = structure;
    ++population.num_layouts;
}

void Network::set_structure(PopulationRecord& population, const Structure& structure) {
    const std::string call = fmt::format("Population \"{}\": set_structure", population.label);
    space::Layout     layout;

    const parallel::CollectiveCall collective{comm_, call};
    GeneratorGuard                 generators;
    generators.watch(structure);
    agree_on_call(comm_, call, {asked_of(structure)}, [&] {
        layout = layout_of(population, structure);
    });
    generators.keep();
    lay_out(population, structure, std::move(layout));
}

void Network::set_positions(PopulationRecord& population, std::vector<Position> positions) {
    const std::string call  = fmt::format("Population \"{}\": set_positions", population.label);
    std::uint64_t     given = positions.size();
    for (const Position& p : positions)
        given = hash_of(given, bits_of(p.x), bits_of(p.y), bits_of(p.z));
    const Asked asked{
        "the list",
        fmt::format("a list of {} positions", positions.size()),
        given,
        "its coordinates"};
    const parallel::CollectiveCall collective{comm_, call};
    agree_on_call(comm_, call, {asked}, [&] {
        if (positions.size() != population.size)
            throw SpaceError(
                fmt::format(
                    "Population \"{}\": {} positions were given for {} cells. Give one per cell.",
                    population.label,
                    positions.size(),
                    population.size
                ),
                {.label = population.label, .parameter = "positions"}
            );
        for (std::size_t i = 0; i < positions.size(); ++i) {
            const Position p = positions[i];
            if (std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.z)) continue;
            throw SpaceError(
                fmt::format(
                    "Population \"{}\": the position of cell {} is ({}, {}, {}) um. Give finite "
                    "numbers.",
                    population.label,
                    i,
                    number(p.x),
                    number(p.y),
                    number(p.z)
                ),
                {.label = population.label, .parameter = "positions"}
            );
        }
    });
    population.layout    = space::Layout{std::move(positions)};
    population.structure = std::nullopt;
}

void Network::reset() {
    const parallel::CollectiveCall call{comm_, "reset"};
    ++num_resets_;
    const Step ended = now_;
    now_             = 0;
    collectively(comm_, [&] {
        for (const auto& current : currents_) {
            current->first = 0;
            current->samples.clear();
            ++current->num_changes;
        }
        for (const auto& population : populations_) {
            models::CellGroup& group = *population->group;
            group.restart(num_resets_);
            std::vector<double> numbers(population->slice.size());
            for (std::size_t s = 0; s < population->initial.size(); ++s) {
                for (std::size_t i = 0; i < numbers.size(); ++i)
                    numbers[i] = population->initial[s].number(i);
                group.write_state(s, numbers);
            }
            population->recording.start_segment(ended, !writes_results_, num_resets_);
        }
    });
}

std::uint64_t Network::digest() {
    const parallel::CollectiveCall call{comm_, "digest"};
    std::uint64_t                  sum = 0;
    collectively(comm_, [&] {
        for (const auto& projection : projections_) {
            sum += std::visit([&](auto& store) { return store.digest(*projection); }, store_);
        }
        for (const auto& population : populations_) {
            const models::CellGroup& group = *population->group;
            const std::uint64_t      label = hash_of_text(population->label);
            for (std::size_t cell = 0; cell < group.num_cells(); ++cell) {
                tick();
                const std::uint64_t index = population->slice.first + cell;
                for (std::size_t s = 0; s < group.states().size(); ++s)
                    sum += hash_of(label, index, 2 * s, group.state_bits(s, cell));
                for (std::size_t p = 0; p < group.parameters().size(); ++p) {
                    if (group.parameters()[p].is_sequence) {
                        for (const double t : group.column(p).sequence(cell).values())
                            sum += hash_of(label, index, 2 * p + 1, bits_of(t));
                    } else {
                        const double value = group.column(p).number(cell);
                        sum += hash_of(label, index, 2 * p + 1, bits_of(value));
                    }
                }
            }
        }
    });
    return comm_.sum(sum);
}

Step Network::min_delay_steps() const {
    if (options_.min_delay) return grid_.nearest(options_.min_delay->value());
    Step smallest = std::numeric_limits<Step>::max();
    for (const auto& projection : projections_) {
        if (projection->size > 0) smallest = std::min(smallest, projection->min_delay);
    }
    return smallest;
}

std::uint64_t Network::num_connections() const {
    std::uint64_t total = 0;
    for (const auto& projection : projections_)
        total += projection->size;
    return total;
}

std::size_t Network::connection_bytes() const {
    return std::visit([](const auto& store) { return store.connection_bytes(); }, store_);
}

}  // namespace ranvier::network

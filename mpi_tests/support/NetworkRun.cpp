#include "support/NetworkRun.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <thread>
#include <type_traits>

#include <mpi.h>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/isa.hpp"
#include "ranvier/base/progress.hpp"
#include "ranvier/io/SonataResults.hpp"
#include "ranvier/parallel/native.hpp"

#include "CellTypes.hpp"
#include <fmt/format.h>

namespace ranvier::test {

namespace {

constexpr const char* freedom_names[num_freedoms] = {
    "splits",
    "no recording",
    "other blocks",
    "other fusing",
    "other order",
    "small min_delay",
    "other isa",
    "looks",
    "flushes"};

parameters::Specification specification(const Values& values) {
    return std::visit([](const auto& v) { return parameters::Specification{v}; }, values);
}

/// The values as a user writes them for a parameter with a unit.
template <class Q>
Param<Q> typed(const Values& values) {
    return std::visit(
        [](const auto& v) -> Param<Q> {
            using V = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<V, double>) {
                return from_pynn_value<Q>(v);
            } else if constexpr (std::is_same_v<V, random::Distribution>) {
                return RandomDistribution<Q>{v};
            } else if constexpr (std::is_same_v<V, std::vector<double>>) {
                std::vector<Q> quantities;
                for (const double x : v)
                    quantities.push_back(from_pynn_value<Q>(x));
                return quantities;
            } else {
                return [v](std::size_t index) { return from_pynn_value<Q>(v(index)); };
            }
        },
        values
    );
}

Param<Sequence> typed(const Trains& trains) {
    return std::visit([](const auto& v) { return Param<Sequence>{v}; }, trains);
}

/// A cell type with a list of its parameters, some of them given as planned.
template <class M>
M listed_model_of(const PlannedPopulation& plan) {
    M model;
    std::apply(
        [&](const auto&... entry) {
            (
                [&] {
                    using Q = typename std::decay_t<decltype(entry)>::Value;
                    if constexpr (std::is_same_v<Q, Sequence>) {
                        if (plan.spike_times) model.*entry.member = typed(*plan.spike_times);
                    } else if constexpr (!models::is_list<Q>) {
                        for (const NamedValues& given : plan.parameters) {
                            if (given.name == entry.name)
                                model.*entry.member = typed<Q>(given.values);
                        }
                    }
                }(),
                ...
            );
        },
        M::parameters()
    );
    return model;
}

/// A cell type with the planned parameters; those of a PointNeuron are given by name.
template <class M>
M model_of(const PlannedPopulation& plan) {
    if constexpr (std::is_same_v<M, PointNeuron>) {
        return composed_neuron(plan.composition);
    } else {
        return listed_model_of<M>(plan);
    }
}
void set_elements(Population& population, std::uint64_t seed) {
    const Elements eta = elements_of(seed), gamma = elements_of(hash_of(seed, 1));
    population.set(
        {{"tau_eta", Param<Sequence>{eta.tau}},
         {"a_eta", Param<Sequence>{eta.a}},
         {"tau_gamma", Param<Sequence>{gamma.tau}},
         {"a_gamma", Param<Sequence>{gamma.a}}}
    );
}

Population make_population(network::Network& network, const PlannedPopulation& plan) {
    PopulationOptions options{.label = plan.label};
    for (const NamedValues& given : plan.initial_values)
        options.initial_values.push_back({given.name, specification(given.values)});
    std::vector<Population> made;
    const auto              make = [&]<class M>() {
        if (plan.model == M::name)
            made.emplace_back(network, plan.size, model_of<M>(plan), options);
    };
    [&]<class... Models>(std::tuple<Models...>*) {
        (make.template operator()<Models>(), ...);
    }(static_cast<CellTypes*>(nullptr));
    Population population = made.at(0);
    if (plan.model == PointNeuron::name) {
        for (const NamedValues& given : plan.parameters)
            population.set(given.name, specification(given.values));
    }
    if (plan.elements) set_elements(population, *plan.elements);
    return population;
}

/// Places of the projections in the order in which they are made. Those between the same two
/// populations keep their order, which is part of what they are.
std::vector<std::size_t> order_of(const RandomNetwork& network, bool other) {
    std::vector<std::size_t> order(network.projections.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!other) return order;
    const auto pair = [&](std::size_t k) {
        const PlannedProjection& p = network.projections[k];
        return hash_of(network.seed, p.pre, p.post);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return pair(a) < pair(b);
    });
    return order;
}

/// A network on its way through its runs.
class Runner {
public:
    Runner(const RandomNetwork& plan, const Variant& variant, const Communicator& group)
        : plan_(plan),
          variant_(variant),
          sim_(group, options()) {}

    void build(const std::filesystem::path& directory) {
        for (const PlannedPopulation& population : plan_.populations) {
            populations_.push_back(make_population(sim_, population));
            if (records() && population.recorded) record(populations_.back());
        }
        const auto order = order_of(plan_, variant_.has(Freedom::other_order));
        std::vector<std::vector<Projection>> made(order.size());
        for (const std::size_t k : order) {
            made[k].push_back(connect(plan_.projections[k]));
            if (variant_.has(Freedom::looks)) static_cast<void>(made[k].back().connections());
        }
        for (const auto& one : made)
            projections_.push_back(one.front());
        if (!records()) return;
        sim_.write_to(
            std::make_shared<SonataResults>(
                sim_.comm(),
                directory,
                SonataOptions{.flush_interval_s = variant_.has(Freedom::flushes) ? 0.0 : 60.0}
            ),
            steps(plan_.window_steps)
        );
    }

    void run(Observation& seen) {
        note(seen, "digest before the run", {sim_.digest()});
        for (std::size_t r = 0; r < plan_.runs.size(); ++r) {
            advance(plan_.runs[r].steps, hash_of(plan_.seed, r));
            note(seen, fmt::format("digest after run {}", r), {sim_.digest()});
            for (const PlannedChange& change : plan_.runs[r].changes)
                apply(change);
        }
        note(seen, "time", {bits_of(sim_.current_time().value())});
    }

    void look(Observation& seen) {
        for (std::size_t k = 0; k < projections_.size(); ++k)
            note(seen, fmt::format("connections {} {}", k, projections_[k].label()), words_of(k));
        for (std::size_t k = 0; k < populations_.size(); ++k)
            look_at_population(k, seen);
        seen.num_connections = sim_.num_connections();
        if (records()) sim_.finish_writing();
    }

private:
    bool records() const { return !variant_.has(Freedom::no_recording); }
    /// Spikes of all cells, v of some, at an interval of its own.
    void record(Population& population) {
        population.record({"spikes"});
        if (population.record().group->is_source()) return;
        const std::uint64_t choice = hash_of(plan_.seed, population.size());
        const auto          first  = static_cast<std::ptrdiff_t>(choice % 5);
        const auto          stride = static_cast<std::ptrdiff_t>(1 + choice / 5 % 3);
        population[slice(first, {}, stride)].record(
            {"v"}, {.sampling_interval = steps(static_cast<Step>(1 + choice / 15 % 20))}
        );
    }
    Time steps(Step count) const {
        return Time::in_base_units(static_cast<double>(count) * plan_.options.timestep.value());
    }

    SimulationOptions options() const {
        SimulationOptions options = plan_.options;
        options.precision         = variant_.precision;
        if (variant_.has(Freedom::other_blocks))
            options.tuning.block_cells = options.tuning.block_cells == 16 ? 256 : 16;
        if (variant_.has(Freedom::other_fusing)) options.tuning.fuse_poisson = false;
        if (variant_.has(Freedom::small_min_delay)) options.min_delay = options.timestep;
        return options;
    }

    Projection connect(const PlannedProjection& plan) {
        return std::visit(
            [&](const auto& connector) {
                return Projection{
                    populations_[plan.pre],
                    populations_[plan.post],
                    connector,
                    plan.synapse,
                    plan.options};
            },
            plan.connector
        );
    }

    void advance(Step count, std::uint64_t seed) {
        Dice dice{seed};
        while (variant_.has(Freedom::splits) && count > 0) {
            const auto part = static_cast<Step>(dice.below(static_cast<std::size_t>(count) + 1));
            sim_.run(steps(part));
            count -= part;
            if (variant_.has(Freedom::looks)) static_cast<void>(sim_.digest());
        }
        sim_.run(steps(count));
    }

    void apply(const PlannedChange& change) {
        Population& population = populations_[change.population];
        if (change.projection) projections_.push_back(connect(*change.projection));
        if (change.spike_times) population.set("spike_times", typed(*change.spike_times));
        if (change.elements) set_elements(population, *change.elements);
        for (const NamedValues& given : change.states)
            population.initialize(given.name, specification(given.values));
        for (const NamedValues& given : change.parameters)
            population.set(given.name, specification(given.values));
    }

    static void note(Observation& seen, std::string name, std::vector<std::uint64_t> words) {
        seen.items.push_back({std::move(name), std::move(words)});
    }

    std::vector<std::uint64_t> words_of(std::size_t projection) const {
        std::vector<std::uint64_t> words;
        for (const Connection& c : projections_[projection].connections()) {
            words.push_back(c.pre << 32 | c.post);
            words.push_back(bits_of(c.weight));
            words.push_back(bits_of(c.delay));
        }
        return words;
    }

    void look_at_population(std::size_t k, Observation& seen) {
        const Population&        population = populations_[k];
        const models::CellGroup& group      = *population.record().group;
        const auto               look       = [&](const std::string& name) {
            std::vector<std::uint64_t> words;
            for (const double value : population.get(name))
                words.push_back(bits_of(value));
            note(seen, fmt::format("{} of {}", name, population.label()), std::move(words));
        };
        for (const auto& state : group.states())
            look(state.name);
        for (const auto& parameter : group.parameters()) {
            if (!parameter.is_sequence) {
                look(parameter.name);
                continue;
            }
            std::vector<std::uint64_t> words;
            for (const Sequence& sequence : population.get_local_sequences(parameter.name)) {
                words.push_back(sequence.values().size());
                for (const double t : sequence.values())
                    words.push_back(bits_of(t));
            }
            note(
                seen,
                fmt::format("{} of {}", parameter.name, population.label()),
                sim_.comm().all_gather(words).values
            );
        }
        if (!records() || !plan_.populations[k].recorded) return;
        const auto          counts = population.get_spike_counts();
        const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
        seen.num_spikes += total;
        if (!plan_.populations[k].is_source()) seen.num_cell_spikes += total;
        seen.items.push_back({"spike counts of " + population.label(), counts, true});
    }

    const RandomNetwork&    plan_;
    const Variant&          variant_;
    Simulation              sim_;
    std::vector<Population> populations_;
    std::vector<Projection> projections_;
};

std::vector<std::uint64_t> words_of_file(const std::filesystem::path& path) {
    std::ifstream              file{path, std::ios::binary};
    const std::vector<char>    bytes{std::istreambuf_iterator<char>{file}, {}};
    std::vector<std::uint64_t> words((bytes.size() + 7) / 8);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        words[i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (i % 8));
    words.push_back(bytes.size());
    return words;
}

/// The instruction set of a variant, as long as it lives.
class IsaOfVariant {
public:
    explicit IsaOfVariant(const Variant& variant) {
        const Isa other = before_ == Isa::avx2 ? Isa::baseline : Isa::avx2;
        if (variant.has(Freedom::other_isa) && is_supported(other)) use_isa(other);
    }
    ~IsaOfVariant() { use_isa(before_); }
    IsaOfVariant(const IsaOfVariant&)            = delete;
    IsaOfVariant& operator=(const IsaOfVariant&) = delete;

private:
    Isa before_ = active_isa();
};

}  // namespace

std::string_view name_of(Freedom freedom) {
    return freedom_names[static_cast<std::size_t>(freedom)];
}

bool Variant::has(Freedom freedom) const {
    return std::find(freedoms.begin(), freedoms.end(), freedom) != freedoms.end();
}

std::string Variant::describe() const {
    std::string text = precision == Precision::float64 ? "double" : "single";
    for (const Freedom freedom : freedoms)
        text += fmt::format(", {}", name_of(freedom));
    return text;
}

std::uint64_t Observation::hash() const {
    std::uint64_t hash = hash_of_text(error);
    for (const Item& item : items) {
        if (item.on_root_only) continue;
        hash = hash_of(hash, hash_of_text(item.name), item.words.size());
        for (const std::uint64_t word : item.words)
            hash = hash_of(hash, word);
    }
    return hash;
}

Observation observe(
    const RandomNetwork&         network,
    const Variant&               variant,
    const Communicator&          group,
    const std::filesystem::path& directory
) {
    const IsaOfVariant isa{variant};
    Observation        seen;
    try {
        Runner runner{network, variant, group};
        runner.build(directory);
        runner.run(seen);
        runner.look(seen);
        if (group.is_root() && !variant.has(Freedom::no_recording)) {
            for (const char* const name : {"spikes.h5", "v.h5"})
                seen.items.push_back({name, words_of_file(directory / name), true, true});
        }
    } catch (const std::exception& error) {
        seen.error = error.what();
    }
    return seen;
}

std::string first_difference(const Observation& expected, const Observation& actual) {
    if (expected.error != actual.error)
        return fmt::format("error \"{}\" instead of \"{}\"", actual.error, expected.error);
    for (const Observation::Item& item : expected.items) {
        const auto found = std::find_if(
            actual.items.begin(),
            actual.items.end(),
            [&](const Observation::Item& other) { return other.name == item.name; }
        );
        if (found == actual.items.end()) {
            if (item.of_recording) continue;
            return fmt::format("there is no {}", item.name);
        }
        if (found->words.size() != item.words.size())
            return fmt::format(
                "{}: {} words instead of {}", item.name, found->words.size(), item.words.size()
            );
        for (std::size_t i = 0; i < item.words.size(); ++i) {
            if (found->words[i] == item.words[i]) continue;
            return fmt::format(
                "{}: word {} of {} is {:016x} (as a number {}) instead of {:016x} ({})",
                item.name,
                i,
                item.words.size(),
                found->words[i],
                std::bit_cast<double>(found->words[i]),
                item.words[i],
                std::bit_cast<double>(item.words[i])
            );
        }
    }
    return {};
}

void wait_asleep(const Communicator& comm) {
    MPI_Request request = MPI_REQUEST_NULL;
    int         arrived = 0;
    MPI_Ibarrier(native(comm), &request);
    MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    while (arrived == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds{300});
        tick();  // it is no rank that others wait for in vain
        MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    }
}

}  // namespace ranvier::test

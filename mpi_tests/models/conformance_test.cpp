// Every cell type that the build finds, on any number of ranks: what all of them promise.
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/network/Population.hpp"

#include "CellTypes.hpp"
#include "models/Cells.hpp"
#include "random/statistics.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

constexpr double nan      = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

/// What of a cell type is tried: itself as it is, or some of what can be composed.
template <class M>
std::vector<M> examples_of() {
    if constexpr (std::is_same_v<M, PointNeuron>) {
        const CurrExpPostSynapticResponse fast{.tau_syn = 3_ms}, slow{.tau_syn = 20_ms};
        const AlphaPSR                    alpha{.e_syn = -2_mV, .tau_syn = 1.5_ms};
        const BetaPSR                     beta{.e_syn = -80_mV};
        return {
            {LIF{}, {{"fast", fast}, {"slow", slow}}},
            {LIF{}, {{"AMPA", alpha}, {"GABAA", beta}, {"NMDA", ExpPSR{}}}},
            {AdExp{}, {{"fast", fast}, {"slow", slow}}},
            {AdExp{}, {{"AMPA", alpha}, {"GABAA", beta}, {"GABAB", beta}, {"NMDA", ExpPSR{}}}}};
    } else {
        return {M{}};
    }
}

/// Calls `test(model)` for each cell type.
template <class Test>
void for_each_cell_type(Test test) {
    const auto one = [&]<class M>() {
        for (const M& model : examples_of<M>()) {
            SCOPED_TRACE(M::name);
            test(model);
        }
    };
    [&]<class... M>(std::type_identity<std::tuple<M...>>) {
        (one.template operator()<M>(), ...);
    }(std::type_identity<CellTypes>{});
    EXPECT_GE(std::tuple_size_v<CellTypes>, 7u);
}

/// The same for those with a membrane.
template <class Test>
void for_each_neuron(Test test) {
    for_each_cell_type([&]<class M>(const M& model) {
        if constexpr (models::IsNeuron<M>) test(model);
    });
}

/// Values that break a rule.
std::vector<double> bad_values(models::Rule rule) {
    std::vector<double> values = {nan, infinite, -infinite};
    if (rule == models::Rule::positive) values.insert(values.end(), {0.0, -1.0, -1e-300});
    if (rule == models::Rule::non_negative) values.insert(values.end(), {-1.0, -1e-300});
    return values;
}

TEST(conformance, defaults_are_valid) {
    const Communicator comm;
    for_each_cell_type([&]<class M>(const M& model) {
        network::Network network{comm, {}};
        const Population population{network, 7, model};
        const auto&      parameters = population.record().group->parameters();

        EXPECT_EQ(population.celltype(), M::name);
        EXPECT_EQ(models::given_parameters(model).size(), parameters.size()) << "have defaults";
        for (const models::ParameterInfo& info : parameters) {
            if (info.is_sequence) continue;
            for (const double value : population.get(info.name))
                EXPECT_TRUE(models::satisfies(info.rule, value)) << info.name;
        }
    });
}

// A parameter that is missing in parameters(), or listed under a member twice, leaves memory over.
template <class M>
void expect_all_members_listed() {
    std::size_t           bytes = 0;
    std::set<std::string> names;
    std::apply(
        [&](const auto&... entry) {
            ((bytes += sizeof(M{}.*entry.member), names.insert(std::string{entry.name})), ...);
        },
        M::parameters()
    );
    EXPECT_EQ(bytes, sizeof(M));
    EXPECT_EQ(names.size(), std::tuple_size_v<decltype(M::parameters())>);

    // Giving one member gives the parameter at its own place only.
    std::size_t place = 0;
    const auto  alone = [&](const auto& entry) {
        M model{};
        std::apply(
            [&](const auto&... other) {
                ((model.*other.member = std::decay_t<decltype(model.*other.member)>{}), ...);
            },
            M::parameters()
        );
        model.*entry.member = M{}.*entry.member;
        const auto given    = models::given_parameters(model);
        EXPECT_TRUE(given.size() == 1 && given[0].place == place) << entry.name;
        ++place;
    };
    std::apply([&](const auto&... entry) { (alone(entry), ...); }, M::parameters());
}

template <class I, class Entry>
std::size_t bytes_of(const Entry& entry) {
    if constexpr (models::is_visible<Entry>)
        return sizeof(I{}.*entry.member);
    else
        return 0;
}

template <class M>
void expect_all_states_listed() {
    std::size_t bytes = 0;
    std::apply(
        [&](const auto&... entry) { ((bytes += bytes_of<typename M::Initial>(entry)), ...); },
        M::states()
    );
    EXPECT_EQ(bytes, sizeof(typename M::Initial));
    EXPECT_EQ(
        models::state_infos<M>().size() * sizeof(double), sizeof(typename M::template State<double>)
    );
}

/// The components of a PointNeuron keep their lists, too.
template <class Test>
void for_each_component(Test test) {
    const auto all = [&]<class... C>(std::type_identity<std::variant<C...>>) { (test(C{}), ...); };
    all(std::type_identity<PointNeuron::Membrane>{});
    all(std::type_identity<PointNeuron::Response>{});
}

TEST(conformance, all_members_are_listed) {
    const auto check = []<class M>(const M&) {
        if constexpr (requires { M::parameters(); }) expect_all_members_listed<M>();
    };
    for_each_cell_type(check);
    for_each_component(check);
}

TEST(conformance, all_state_variables_are_listed) {
    for_each_component([]<class C>(const C&) { expect_all_states_listed<C>(); });
    for_each_neuron([]<class M>(const M& model) {
        const auto group = models::make_neurons<double>(model, 1, TimeGrid{0.1_ms}, {});
        EXPECT_EQ(group->states()[0].name, "v");
        if constexpr (requires { M::states(); }) {
            expect_all_states_listed<M>();
            EXPECT_EQ(group->receptors().size(), M::receptors().size())
                << "each receptor drives a state variable that exists";
            EXPECT_EQ((std::is_same_v<typename M::Initial::Model, M>), true);
        }
    });
}

TEST(conformance, each_rule_rejects_bad_values_on_all_ranks) {
    const Communicator comm;
    for_each_cell_type([&]<class M>(const M& model) {
        network::Network network{comm, {}};
        Population       population{network, 7, model, {.label = "cells"}};
        for (const models::ParameterInfo& info : population.record().group->parameters()) {
            if (info.is_sequence) continue;
            const auto before = population.get(info.name);
            for (const double bad : bad_values(info.rule)) {
                std::vector<double> values(before.begin(), before.end());
                values[6]              = bad;
                const std::string text = "Population \"cells\": " + info.name + " must be";
                EXPECT_COLLECTIVE_THROW(comm, population.set(info.name, bad), ParameterError, text);
                EXPECT_COLLECTIVE_THROW(
                    comm, population.set(info.name, values), ParameterError, text
                );
                EXPECT_COLLECTIVE_THROW(
                    comm, population.set(info.name, values), ParameterError, "at cell 6"
                );
            }
            EXPECT_EQ(population.get(info.name), before) << "a rejected call changes nothing";
        }
    });
}

TEST(conformance, state_variables_reject_what_is_no_number) {
    const Communicator comm;
    for_each_neuron([&]<class M>(const M& model) {
        network::Network network{comm, {}};
        Population       population{network, 7, model};
        for (const models::StateInfo& info : population.record().group->states()) {
            for (const double bad : {nan, infinite})
                EXPECT_COLLECTIVE_THROW(
                    comm, population.initialize(info.name, bad), ParameterError, info.name
                );
            EXPECT_EQ(population.get(info.name), std::vector(7, info.initial));
        }
    });
}

TEST(conformance, lists_reject_what_breaks_their_rule) {
    const Communicator comm;
    std::size_t        num_lists = 0;
    for_each_cell_type([&]<class M>(const M& model) {
        network::Network network{comm, {}};
        Population       population{network, 3, model};
        for (const models::ParameterInfo& info : population.record().group->parameters()) {
            if (!info.is_sequence) continue;
            ++num_lists;
            const bool                       ordered = info.rule == models::Rule::non_decreasing;
            std::vector<std::vector<double>> bad     = {{nan}, {1.0, infinite}};
            if (ordered) bad.push_back({2.0, 1.0});
            if (info.rule == models::Rule::positive) bad.push_back({1.0, 0.0});
            for (const auto& values : bad) {
                const std::string text =
                    info.name + " must be " +
                    (ordered ? "finite and non-decreasing"
                             : models::required_by(info.rule, values.back(), info.unit));
                const Param<Sequence> one =
                    std::vector{Sequence{}, Sequence{}, Sequence::in_ms(values)};
                const Param<Sequence> all = Sequence::in_ms(values);
                EXPECT_COLLECTIVE_THROW(comm, population.set(info.name, one), ParameterError, text);
                EXPECT_COLLECTIVE_THROW(
                    comm, population.set(info.name, one), ParameterError, "at cell 2"
                );
                EXPECT_COLLECTIVE_THROW(
                    comm, population.set(info.name, all), ParameterError, "at cell 0 (and 2 more)"
                );
            }
        }
    });
    EXPECT_GT(num_lists, 3u);
}

TEST(conformance, values_that_do_not_fit_together_are_rejected_on_all_ranks) {
    const Communicator comm;
    network::Network   network{comm, {}};
    Population         population{
        network, 5, SpikeSourcePoissonRefractory{.rate = 100_Hz}, {.label = "sources"}};
    EXPECT_COLLECTIVE_THROW(
        comm,
        population.set("tau_refrac", std::vector<double>{1, 2, 3, 10, 25}),
        ParameterError,
        "Population \"sources\": tau_refrac must be < 1000 / rate, 10 ms at 100 Hz, got 10 ms at "
        "cell 3 (and 1 more)."
    );
    EXPECT_EQ(population.get("tau_refrac"), std::vector(5, 0.0));
    population.set({{"rate", 10.0}, {"tau_refrac", 25.0}});
    EXPECT_EQ(population.get("tau_refrac"), std::vector(5, 25.0));
}

TEST(conformance, rates_beyond_the_time_step_are_rejected_on_all_ranks) {
    const Communicator  comm;
    network::Network    network{comm, {}};
    Population          population{network, 7, SpikeSourcePoisson{}};
    std::vector<double> rates(7, 1.0);
    rates[5] = 1e9;

    EXPECT_COLLECTIVE_THROW(comm, population.set("rate", 1e9), ParameterError, "rate");
    EXPECT_COLLECTIVE_THROW(comm, population.set("rate", rates), ParameterError, "rate");
    EXPECT_EQ(population.get("rate"), std::vector(7, 1.0));
}

bool has(const models::CellGroup& group, std::string_view name) {
    for (const models::ParameterInfo& info : group.parameters())
        if (info.name == name) return true;
    return false;
}

template <class T, class M>
void expect_rest(const M& model) {
    for (const bool varied : {false, true}) {
        test::Cells<M, T> cells{model, 40};
        const auto&       group = cells.group();
        if (varied) cells.set("v_rest", random::Distribution::uniform(-80, -60));
        if (varied && has(group, "tau_m"))
            cells.set("tau_m", random::Distribution::uniform(0.02, 5));
        if (has(group, "delta_T"))
            cells.set("delta_T", 0.0);  // the exponential is never quite zero
        if (has(group, "lambda0")) cells.set("lambda0", 0.0);  // nor is that of an intensity
        std::vector<double> v_rest(40);
        const std::size_t   place = test::place_of(group.parameters(), "v_rest");
        for (std::size_t i = 0; i < 40; ++i)
            v_rest[i] = group.column(place).number(i);
        cells.initialize("v", v_rest);
        ASSERT_TRUE(cells.advance().empty());  // random cells draw in their first step
        const auto before = cells.bits();
        for (int step = 0; step < 100; ++step)
            ASSERT_TRUE(cells.advance().empty());
        EXPECT_EQ(cells.bits(), before) << (varied ? "varied" : "uniform");
        for (std::size_t i = 0; i < 40; ++i)
            EXPECT_EQ(cells.get("v", i), static_cast<double>(static_cast<T>(v_rest[i])));
    }
}

TEST(conformance, a_cell_at_rest_without_input_stays_there_exactly) {
    int compared = 0;
    for_each_neuron([&]<class M>(const M& model) {
        if (!has(test::Cells<M>{model}.group(), "v_rest")) return;  // rests elsewhere
        expect_rest<double>(model);
        expect_rest<float>(model);
        ++compared;
    });
    EXPECT_GE(compared, 14);
}

/// Gives all parameters once more, one value per cell.
template <class C>
void list_values(C& cells) {
    const auto infos = cells.group().parameters();
    for (std::size_t place = 0; place < infos.size(); ++place) {
        const models::Column column = cells.group().column(place);
        if (infos[place].is_sequence)
            cells.set(
                infos[place].name, Param<Sequence>{std::vector(cells.size(), column.sequence(0))}
            );
        else
            cells.set(infos[place].name, std::vector(cells.size(), column.number(0)));
    }
}

/// What 101 cells do.
struct History {
    std::vector<std::uint64_t> bits;    ///< spikes, their times and all state, step by step
    std::vector<double>        within;  ///< times of spikes in their steps, in steps from the end

    bool operator==(const History&) const = default;
};

/// Of varied cells with input.
template <class T, class M>
History history(
    const M& model, SpikeTiming timing, const std::vector<std::size_t>& pieces, bool listed
) {
    test::Cells<M, T> cells{model, 101, 0.1_ms, pieces, timing};
    const std::size_t receptors = cells.group().receptors().size();
    if (has(cells.group(), "tau_m") && !has(cells.group(), "delta_T"))
        cells.set("i_offset", 3.0);  // or few of them would reach the threshold between inputs
    if (listed) list_values(cells);
    cells.initialize("v", random::Distribution::uniform(-70, -40));
    History             result;
    const std::uint64_t steps = timing == SpikeTiming::off_grid ? 30 : 100;  // which take longer
    for (std::uint64_t step = 0; step < steps; ++step) {
        random::Stream stream{{11}, step};
        for (int k = 0; k < 30; ++k)
            cells.receive(stream.below(receptors), stream.below(101), 0.1 * stream.uniform());
        const auto spikes = cells.advance();
        const auto bits   = cells.bits();
        result.bits.insert(result.bits.end(), spikes.begin(), spikes.end());
        for (const double time : cells.times_ms()) {
            result.bits.push_back(bits_of(time));
            result.within.push_back(time * 10 - static_cast<double>(cells.step()));
        }
        result.bits.insert(result.bits.end(), bits.begin(), bits.end());
    }
    return result;
}

template <class T, class M>
void expect_one_history(const M& model, SpikeTiming timing) {
    const auto of = [&](const std::vector<std::size_t>& pieces, bool listed) {
        return history<T>(model, timing, pieces, listed);
    };
    const History expected = of({101}, false);
    std::size_t   between  = 0;  // of the spikes fall between the points of the time grid
    for (const double within : expected.within)
        between += within > -1 + 1e-6 && within < -1e-6 ? 1u : 0u;
    EXPECT_GE(timing == SpikeTiming::off_grid ? between : expected.within.size(), 10u);
    test::for_each_isa([&] {
        for (const std::vector<std::size_t>& pieces :
             {std::vector<std::size_t>{101}, {1, 100}, {13, 64, 24}}) {
            EXPECT_TRUE(of(pieces, false) == expected) << "uniform constants";
            EXPECT_TRUE(of(pieces, true) == expected) << "constants per cell";
        }
    });
}

void expect_bits_to_depend_on_nothing(SpikeTiming timing) {
    if (!Communicator{}.is_root()) return;  // they know nothing of ranks either
    for_each_neuron([&](const auto& model) {
        expect_one_history<double>(model, timing);
        expect_one_history<float>(model, timing);
    });
}

TEST(conformance, bits_depend_neither_on_lanes_nor_on_instructions_nor_on_how_constants_are_held) {
    expect_bits_to_depend_on_nothing(SpikeTiming::on_grid);
}

TEST(conformance, bits_off_the_grid_depend_on_none_of_these_either) {
    expect_bits_to_depend_on_nothing(SpikeTiming::off_grid);
}

/// The largest difference of v between two runs, in mV.
template <class M>
double difference_of_precisions(const M& model) {
    test::Cells<M, double> full{model, 3};
    test::Cells<M, float>  single{model, 3};
    double                 largest = 0;
    for (int step = 0; step < 100; ++step) {
        if (step % 20 == 0) {
            full.receive(0, 1, 0.005);
            single.receive(0, 1, 0.005);
            full.receive(1, 2, 0.005);
            single.receive(1, 2, 0.005);
        }
        EXPECT_EQ(full.advance(), single.advance());
        for (std::size_t i = 0; i < 3; ++i)
            largest = std::max(largest, std::abs(full.get("v", i) - single.get("v", i)));
    }
    EXPECT_NE(full.get("v", 1), full.get("v", 0));
    return largest;
}

// Per step less than 8 ulp of v in single precision, as for IF_curr_exp; 100 steps.
TEST(conformance, both_precisions_agree_to_rounding) {
    for_each_neuron([](const auto& model) {
        EXPECT_LT(difference_of_precisions(model), 100 * 8 * 0x1p-17);
    });
}

TEST(conformance, a_refractory_cell_is_held_at_v_reset_and_shown_there) {
    for_each_neuron([]<class M>(const M& model) {
        test::Cells<M> cells{model, 2};
        if (!has(cells.group(), "tau_refrac")) return;
        cells.set("tau_refrac", 1.0);
        cells.set("v_reset", -77.0);
        cells.initialize("v", 100.0);
        ASSERT_EQ(cells.advance().size(), 2u);
        for (int step = 0; step <= 10; ++step) {
            EXPECT_EQ(cells.get("v"), std::vector(2, -77.0)) << step;
            cells.receive(0, 0, 0.1);
            EXPECT_TRUE(cells.advance().empty());
        }
        EXPECT_NE(cells.get("v", 0), -77);
    });
}

}  // namespace
}  // namespace ranvier

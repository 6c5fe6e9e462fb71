// Forms in which values are given beside those of each file's own tests: lists of any type, what
// `get` returned, text, lazy combinations for connections, several names in one call.

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::Each;
using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// Two populations of 4 and 5 cells, on a line; weights are currents.
struct Scene {
    Simulation sim{world(), {.seed = 5}};
    Population p{sim, 4, IF_curr_exp{}, {.label = "p", .structure = Line{.dx = 10_um}}};
    Population q{sim, 5, IF_curr_exp{}, {.label = "q", .structure = Line{.dx = 10_um}}};
    Population trains{sim, 3, SpikeSourceArray{}, {.label = "trains"}};

    Projection made(const Weight& weight, const Delay& delay = 1_ms) {
        return {p, q, AllToAllConnector{}, {weight, delay}, {.receptor_type = "excitatory"}};
    }
};

TEST(value_forms, of_cells_are_lists_of_any_numbers) {
    Scene                       s;
    const std::array<double, 4> four{1, 2, 3, 4};
    s.p.set("tau_m", std::vector<float>{10.5f, 11.5f, 12.5f, 13.5f});
    EXPECT_THAT(s.p.get("tau_m"), ElementsAre(10.5, 11.5, 12.5, 13.5));
    s.p.set("tau_m", std::vector<int>{10, 11, 12, 13});
    EXPECT_THAT(s.p.get("tau_m"), ElementsAre(10, 11, 12, 13));
    s.p.set("tau_m", four);
    EXPECT_THAT(s.p.get("tau_m"), ElementsAre(1, 2, 3, 4));
    s.p[{1, 3}].set("tau_m", std::span{four}.first(2));
    EXPECT_THAT(s.p.get("tau_m"), ElementsAre(1, 1, 3, 2));
    s.p.set("tau_m", {5, 6, 7, 8.5});
    EXPECT_THAT(s.p.get("tau_m"), ElementsAre(5, 6, 7, 8.5));
    s.p.set({{"tau_m", four}, {"cm", std::vector{1, 2, 3, 4}}});
    EXPECT_THAT(s.p.get("cm"), ElementsAre(1, 2, 3, 4));
    s.p.initialize("v", {-60, -61, -62, -63});
    EXPECT_THAT(s.p.get("v"), ElementsAre(-60, -61, -62, -63));
    const Population typed{s.sim, 2, IF_curr_exp{.tau_m = std::array{3_ms, 4_ms}}};
    EXPECT_THAT(typed.get("tau_m"), ElementsAre(3, 4));

    EXPECT_COLLECTIVE_THROW(
        world(),
        s.q.set("tau_m", four),
        ParameterError,
        "Population \"q\": tau_m was given 4 values for 5 cells"
    );
}

TEST(value_forms, of_cells_are_what_get_returned) {
    Scene s;
    s.p.set("tau_m", {10, 11, 12, 13});
    s.q[slice(0, 4)].set("tau_m", s.p.get("tau_m"));
    EXPECT_THAT(s.q.get("tau_m"), ElementsAre(10, 11, 12, 13, 20));
    s.p.set("cm", 0.5);
    s.q.set("cm", s.p.get("cm"));  // one number, for a group of any size
    EXPECT_THAT(s.q.get("cm"), Each(0.5));
    s.q[0].set("tau_m", s.p[3].get("tau_m"));
    EXPECT_EQ(s.q.get("tau_m")[0], 13);
    s.q.initialize("v", s.p.get("v_reset"));
    EXPECT_EQ(s.q.get("v").number(), -65);
    EXPECT_COLLECTIVE_THROW(
        world(),
        s.q.set("tau_m", s.p.get("tau_m")),
        ParameterError,
        "Population \"q\": tau_m was given 4 values for 5 cells"
    );
}

TEST(value_forms, of_a_sequence_are_numbers_too) {
    Scene      s;
    const auto trains = [&] { return s.trains.get_sequences("spike_times"); };
    s.trains.set("spike_times", 5.0);
    EXPECT_THAT(trains(), ElementsAre(Sequence{5_ms}));
    s.trains[{1}].set("spike_times", 7);
    EXPECT_THAT(trains(), ElementsAre(Sequence{5_ms}, Sequence{7_ms}, Sequence{5_ms}));
    s.trains.set("spike_times", {1, 2});
    EXPECT_THAT(trains(), ElementsAre(Sequence{1_ms, 2_ms}));
    s.trains.set("spike_times", std::vector<float>{});
    EXPECT_THAT(trains(), ElementsAre(Sequence{}));
    s.trains.set("spike_times", std::vector<std::vector<double>>{{1}, {}, {3, 3}});
    EXPECT_THAT(trains(), ElementsAre(Sequence{1_ms}, Sequence{}, Sequence{3_ms, 3_ms}));
    s.trains.record({"spikes"});
    s.trains.set("spike_times", 4);
    s.sim.run(5_ms);
    EXPECT_THAT(s.trains.get_spike_counts(), Each(1));
}

TEST(value_forms, of_one_call_name_each_parameter_once) {
    Scene         s;
    Projection    made = s.made(1_nA);
    CurrentSource steps{s.sim, StepCurrentSource{.times = {0_ms}, .amplitudes = {1_nA}}};
    const auto    digest  = s.sim.digest();
    const auto    refused = [&](auto&& call, const char* text) {
        EXPECT_COLLECTIVE_THROW(world(), call(), ParameterError, text);
    };
    refused(
        [&] {
            s.p.set({{"cm", 2.0}, {"tau_m", 3.0}, {"cm", 2.0}});
        },
        "Population \"p\": cm is given twice. Give one value for each name."
    );
    refused(
        [&] { s.p.set(&IF_curr_exp::cm, 1_nF, &IF_curr_exp::cm, 2_nF); },
        "Population \"p\": cm is given twice"
    );
    refused([&] { (s.p + s.q).initialize({{"v", 2.0}, {"v", 3.0}}); }, "v is given twice");
    refused(
        [&] {
            Population{s.sim, 2, IF_curr_exp{}, {.initial_values = {{"v", -60.0}, {"v", -61.0}}}};
        },
        "v is given twice"
    );
    refused([&] { made.set({{"weight", 1.0}, {"weight", 2.0}}); }, "weight is given twice");
    refused(
        [&] {
            steps.set({{"times", {1}}, {"amplitudes", {1}}, {"times", {1}}});
        },
        "times is given twice"
    );
    EXPECT_EQ(s.sim.digest(), digest);
}

TEST(value_forms, of_current_sources_stay_series_at_any_length) {
    Scene         s;
    CurrentSource steps{
        s.sim, StepCurrentSource{.times = {0_ms, 1_ms}, .amplitudes = {1_nA, 2_nA}}};
    const CurrentSource constant{s.sim, DCSource{.amplitude = 0.5_nA}};
    for (const std::vector<double>& times : {std::vector<double>{3}, {1, 2, 3}, {}}) {
        steps.set({{"times", times}, {"amplitudes", std::vector<double>(times.size(), 1)}});
        EXPECT_EQ(steps.get_series("times"), times);
        EXPECT_COLLECTIVE_THROW(
            world(), steps.get("times"), ParameterError, "times is a series of"
        );
    }
    EXPECT_EQ(constant.get("amplitude"), 0.5);
    EXPECT_COLLECTIVE_THROW(
        world(),
        constant.get_series("amplitude"),
        ParameterError,
        "amplitude is one number. Use get."
    );
}

TEST(value_forms, of_connections_are_lazy_combinations) {
    Scene      s;
    const auto twice = s.made(2 * uniform(0_nA, 1_nA) + 1_nA, max(uniform(1_ms, 3_ms), 2_ms));
    const auto once  = [&] {
        Scene same;
        return same.made(uniform(0_nA, 1_nA), uniform(1_ms, 3_ms)).connections();
    }();
    const auto list = twice.connections();
    ASSERT_EQ(list.size(), 20u);
    for (std::size_t k = 0; k < list.size(); ++k) {
        EXPECT_EQ(list[k].weight, 2 * once[k].weight + 1) << "the same draws";
        EXPECT_EQ(list[k].delay, std::max(once[k].delay, 2.0));
    }
    Projection made = s.made(uniform(0_nA, 1_nA) - uniform(0_nA, 1_nA) + 1_nA);
    EXPECT_THAT(made.get("weight"), testing::Contains(testing::Ne(1.0))) << "independent draws";

    made.set("weight", 2 * uniform(0.0, 1.0) + 1.0);
    EXPECT_THAT(made.get("weight"), Each(testing::AllOf(testing::Ge(1), testing::Lt(3))));
    made.set({.weight = exp(normal(0, 0.1)) * 1_nA, .delay = array(std::vector<Time>(20, 2_ms)) * 2}
    );
    EXPECT_THAT(made.get("delay"), Each(4));
    std::vector<double> numbers(20);
    for (std::size_t k = 0; k < 20; ++k)
        numbers[k] = static_cast<double>(k);
    made.set("weight", array(numbers) + 0.5);
    for (std::size_t k = 0; k < 20; ++k)
        EXPECT_EQ(made.get("weight")[k], numbers[k] + 0.5);
}

TEST(value_forms, of_connections_combine_formulas_functions_and_generators) {
    Scene                                     s;
    Projection                                made  = s.made(0_nA);
    std::uint64_t                             calls = 0;
    const parameters::ConnectionSpecification of_pair{
        [&](std::size_t i, std::size_t j) { return ++calls, static_cast<double>(10 * i + j); }};
    made.set("weight", 2 * of_pair + expression("d") / 10 + Matrix<double>(4, 5, 1.0));
    EXPECT_EQ(calls, made.local_size());
    for (const Connection& c : made.connections()) {
        const double i = double(c.pre), j = double(c.post);
        EXPECT_EQ(c.weight, 2 * (10 * i + j) + std::abs(i - j) + 1);
    }
    const NumpyRNG rng{42};
    NumpyRNG       same{42};
    made.set("weight", 2 * uniform(0.0, 1.0, rng) + uniform(0.0, 1.0, rng));
    std::vector<double> first(20), second(20);
    for (double& x : first)
        x = same.uniform();
    for (double& x : second)
        x = same.uniform();
    const auto weights = made.get("weight");
    for (std::size_t k = 0; k < 20; ++k)
        EXPECT_EQ(weights[k], 2 * first[k] + second[k]);

    EXPECT_COLLECTIVE_THROW(
        world(),
        made.set("weight", 2 * expression("d") + Matrix<double>(5, 4)),
        ConnectionError,
        "a matrix of 5 x 4 values"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        made.set("weight", array(std::vector<double>(7)) * 2),
        ConnectionError,
        "an array of 7 values for 20 connections"
    );
    EXPECT_THROW(
        made.set("weight", by_index([](std::size_t i) { return double(i); }) * 2), ParameterError
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{s.p, s.q, AllToAllConnector{}, {Weight{of_pair * 2}, 1_ms}}),
        ConnectionError,
        "Give the receptor_type, one of \"excitatory\", \"inhibitory\""
    );
}

TEST(value_forms, of_connections_in_several_of_one_pair_are_listed_as_made) {
    Scene      s;
    Projection made{
        s.p,
        s.q,
        FixedTotalNumberConnector{.n = 300},
        {2 * uniform(0_nA, 1_nA), 2 * uniform(1_ms, 9_ms)}};
    const auto before = made.connections();
    made.set("weight", made.get("weight"));
    made.set("delay", made.get("delay"));
    EXPECT_EQ(made.connections(), before);
}

TEST(value_forms, of_connections_are_text) {
    Scene      s;
    Projection made = s.made("0.1 * d + i", std::string{"1 + j"});
    for (const Connection& c : made.connections()) {
        const double i = double(c.pre), j = double(c.post);
        EXPECT_EQ(c.weight, 0.1 * (10 * std::abs(i - j)) + i);
        EXPECT_EQ(c.delay, 1 + j);
    }
    made.set("weight", "i * j");
    for (const Connection& c : made.connections())
        EXPECT_EQ(c.weight, double(c.pre * c.post));
    made.set({.delay = "2"});
    EXPECT_THAT(made.get("delay"), Each(2));
    EXPECT_COLLECTIVE_THROW(
        world(),
        made.set("weight", "d +"),
        ParameterError,
        "Expression \"d +\", character 4: it ends where a value is expected."
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        s.made("2 * distance"),
        ParameterError,
        "character 5: there is no name \"distance\""
    );
}

TEST(value_forms, of_connections_are_set_for_several_names_at_once) {
    Scene      s;
    Projection made = s.made(1_nA);
    made.set({{"weight", 0.5}, {"delay", 2.0}});
    EXPECT_THAT(made.get("weight"), Each(0.5));
    EXPECT_THAT(made.get("delay"), Each(2));
    made.set({{"delay", "1 + i"}, {"weight", uniform(1.0, 2.0)}});
    EXPECT_EQ(made.connections()[3].delay, 4);
    EXPECT_THAT(made.get("weight"), Each(testing::Ge(1)));
    made.set("weight", [](double d) { return d; });
    EXPECT_EQ(made.connections()[3].weight, 30);
    made.set("weight", std::vector<float>(20, 0.5f));
    EXPECT_THAT(made.get("weight"), Each(0.5));
    made.set("delay", std::array<int, 20>{1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                          11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
    EXPECT_EQ(made.get("delay")[19], 20);
    const auto before = made.connections();
    EXPECT_COLLECTIVE_THROW(
        world(),
        made.set({{"weight", 0.5}, {"delays", 2.0}}),
        ParameterError,
        "its connections have no \"delays\""
    );
    EXPECT_COLLECTIVE_THROW(
        world(), made.set({{"weight", 0.5}, {"delay", -2.0}}), ConnectionError, "delay -2 ms"
    );
    EXPECT_EQ(made.connections(), before);
}

TEST(value_forms, of_connections_may_have_their_unit) {
    Scene      s;
    Projection made =
        s.made([](double d) { return d * 1_nA; }, [](double d) { return 1_ms + d * 1_ms; });
    EXPECT_EQ(made.connections()[3], (Connection{3, 0, 30, 31}));
    made.set("weight", std::vector<Current>(20, 2_nA));
    made.set("delay", 3_ms);
    EXPECT_EQ(made.connections()[3], (Connection{3, 0, 2, 3}));
    made.set("weight", 2 * uniform(1_nA, 2_nA));
    EXPECT_THAT(made.get("weight"), Each(testing::Ge(2)));
    EXPECT_COLLECTIVE_THROW(
        world(),
        made.set("weight", 3_ms),
        ParameterError,
        "the weight was given in the unit of a delay"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        made.set("delay", 3_nA),
        ParameterError,
        "the delay was given in the unit of a weight"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), made.set("weight", 3_uS), ConnectionError, "the weight is a conductance (uS)"
    );
}

TEST(value_forms, of_a_negative_function_are_keyed_for_the_second_receptor) {
    for (const double p_connect : {0.02, 0.5}) {
        std::vector<std::vector<Connection>> made;
        for (const char* receptor : {"", "inhibitory", "excitatory"}) {
            Simulation       sim{world(), {.seed = 8}};
            const Population p{sim, 30, IF_curr_exp{}, {.label = "p"}};
            std::uint64_t    calls = 0;
            const double     sign  = receptor == std::string{"excitatory"} ? 1 : -1;
            const Projection projection{
                p,
                p,
                FixedProbabilityConnector{.p_connect = p_connect},
                {[&](std::size_t i, std::size_t j) { return ++calls, sign * double(i + j) * 1_nA; },
                 uniform(1_ms, 5_ms)},
                {.receptor_type = receptor}};
            EXPECT_EQ(projection.receptor_type(), sign < 0 ? "inhibitory" : "excitatory");
            if (p_connect > 0.1)
                EXPECT_EQ(calls, projection.local_size()) << "for connections only, once each";
            else  // the receptors may have no pair in common
                EXPECT_LE(world().sum(calls), projection.size() + 1);
            made.push_back(projection.connections());
        }
        EXPECT_EQ(made[0], made[1]);
        const auto pairs = [](const std::vector<Connection>& list) {
            std::vector<std::pair<std::size_t, std::size_t>> all;
            for (const Connection& c : list)
                all.emplace_back(c.pre, c.post);
            return all;
        };
        EXPECT_NE(pairs(made[0]), pairs(made[2]));
    }
}

}  // namespace
}  // namespace ranvier

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// Two populations of 4 and 5 cells.
struct Scene {
    explicit Scene(const SimulationOptions& options = {}) : sim{world(), options} {}

    Simulation sim;
    Population p{sim, 4, IF_curr_exp{}, {.label = "p"}};
    Population q{sim, 5, IF_curr_exp{}, {.label = "q"}};
};

std::vector<double> column(const std::vector<Connection>& list, double Connection::*member) {
    std::vector<double> values;
    for (const Connection& c : list)
        values.push_back(c.*member);
    return values;
}

TEST(Connections, take_values_in_every_form) {
    Scene          s;
    Matrix<double> matrix(4, 5);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 5; ++j)
            matrix(i, j) = static_cast<double>(10 * i + j);
    std::vector<Current> array;
    for (int k = 0; k < 20; ++k)
        array.push_back(k * 1_nA);

    const auto made = [&](const Weight& weight) {
        return Projection{s.p, s.q, AllToAllConnector{}, {weight, 1_ms}}.connections();
    };
    const auto of_matrix = made(parameters::ConnectionSpecification{matrix});
    const auto of_array  = made(array);
    const auto of_pair =
        made([](std::size_t i, std::size_t j) { return double(100 * i + j) * 1_nA; });
    const auto of_text   = made(expression("i * j + 1"));
    const auto of_d      = made(by_distance("d + 100"));
    const auto of_length = made([](Length d) { return d.value() * 2_nA; });
    ASSERT_EQ(of_pair.size(), 20u);
    for (std::size_t k = 0; k < 20; ++k) {
        const auto i = double(of_pair[k].pre), j = double(of_pair[k].post);
        EXPECT_EQ(of_matrix[k].weight, 10 * i + j);
        EXPECT_EQ(of_array[k].weight, double(k));
        EXPECT_EQ(of_pair[k].weight, 100 * i + j);
        EXPECT_EQ(of_text[k].weight, i * j + 1);
        EXPECT_EQ(of_d[k].weight, 100 + std::abs(i - j));
        EXPECT_EQ(of_length[k].weight, 2 * std::abs(i - j));
    }
}

TEST(Connections, ask_a_function_of_the_pair_once_each) {
    Scene            s;
    std::uint64_t    calls = 0;
    const Projection made{
        s.p,
        s.q,
        FixedProbabilityConnector{.p_connect = 0.7},
        {[&](std::size_t, std::size_t) { return ++calls, 1_nA; }, 1_ms},
        {.receptor_type = "excitatory"}};

    EXPECT_EQ(calls, made.local_size());
    EXPECT_EQ(world().sum(calls), made.size());
    EXPECT_GT(made.size(), 5u);
}

TEST(Connections, ask_a_function_once_each_if_no_receptor_is_named) {
    Scene      s;
    const auto made = [&](const auto& connector, const Weight& weight) {
        return Projection{s.p, s.q, connector, {weight, 1_ms}};
    };
    for (const double sign : {1.0, -1.0}) {
        std::uint64_t calls   = 0;
        const auto    of_pair = [&](std::size_t i, std::size_t j) {
            return ++calls, sign * double(1 + i + 10 * j) * 1_nA;
        };
        const auto of_distance = [&](Length d) { return ++calls, sign * (1 + d.value()) * 1_nA; };
        const auto check       = [&](const Projection& projection) {
            EXPECT_EQ(calls, projection.local_size());
            EXPECT_EQ(projection.receptor_type(), sign < 0 ? "inhibitory" : "excitatory");
            calls = 0;
        };
        check(made(AllToAllConnector{}, of_pair));
        check(made(OneToOneConnector{}, of_pair));
        check(made(FromListConnector{{{3, 1}, {0, 0}, {2, 1}, {2, 1}}}, of_pair));
        check(made(FixedTotalNumberConnector{.n = 60}, of_pair));
        check(made(FixedNumberPostConnector{3}, of_pair));
        check(made(AllToAllConnector{}, of_distance));
        const Projection some = made(FixedProbabilityConnector{.p_connect = 0.6}, of_pair);
        EXPECT_GT(some.size(), 2u);
        for (const Connection& c : some.connections())
            EXPECT_EQ(c.weight, sign * double(1 + c.pre + 10 * c.post));
        check(some);
    }
    std::uint64_t calls = 0;
    const auto    count = [&](std::size_t, std::size_t) { return ++calls, -1_nA; };
    EXPECT_EQ(
        made(FromListConnector{std::vector<std::vector<double>>{}}, count).receptor_type(),
        "excitatory"
    );
    EXPECT_EQ(world().sum(calls), 0u);
}

TEST(Connections, go_where_a_function_says_of_the_last_of_them) {
    Scene      s;
    const auto receptor = [&](const auto& connector) {
        const auto weight = [](std::size_t i, std::size_t j) {
            return i == 2 && j == 1 ? -1_nA : 0_nA;
        };
        return Projection{s.p, s.q, connector, {weight, 1_ms}}.receptor_type();
    };
    EXPECT_EQ(receptor(FromListConnector{{{0, 0}, {3, 1}, {2, 1}}}), "inhibitory");
    EXPECT_EQ(receptor(FromListConnector{{{0, 0}, {3, 1}, {1, 1}}}), "excitatory");
    EXPECT_COLLECTIVE_THROW(
        world(), receptor(FromListConnector{{{2, 1}, {3, 1}}}), ConnectionError, "must be >= 0 nA"
    );
}

TEST(Connections, of_a_list_keep_its_order_and_values) {
    Scene            s;
    const Projection made{
        s.p,
        s.q,
        FromListConnector{
            {{3, 1, 0.5, 2}, {0, 0, 0.1, 1}, {2, 1, 0.7, 3}, {3, 0, 0.2, 0.3}, {2, 1, 0.6, 1}}}};

    EXPECT_THAT(
        made.connections(),
        ElementsAre(
            Connection{0, 0, 0.1, 1},
            Connection{3, 0, 0.2, 0.3},
            Connection{3, 1, 0.5, 2},
            Connection{2, 1, 0.7, 3},
            Connection{2, 1, 0.6, 1}
        )
    );
    const auto sum = made.get_array("weight");
    EXPECT_EQ(sum(2, 1), 0.7 + 0.6);
    EXPECT_EQ(made.get_array("weight", MultipleSynapses::first)(2, 1), 0.7);
    EXPECT_EQ(made.get_array("weight", MultipleSynapses::last)(2, 1), 0.6);
    EXPECT_EQ(made.get_array("weight", MultipleSynapses::min)(2, 1), 0.6);
    EXPECT_EQ(made.get_array("delay", MultipleSynapses::max)(2, 1), 3);
    EXPECT_TRUE(std::isnan(sum(1, 1)));
    EXPECT_THAT(made.in_degrees(), ElementsAre(2, 3, 0, 0, 0));
    EXPECT_THAT(made.out_degrees(), ElementsAre(1, 0, 2, 2));
    EXPECT_EQ(made.get_list({"delay", "weight"})[2], (std::vector<double>{3, 1, 2, 0.5}));
    EXPECT_NE(made.describe().find("FromListConnector"), std::string::npos);
}

TEST(Connections, are_set_in_every_form) {
    Scene      s;
    Projection made{
        s.p, s.q, FixedTotalNumberConnector{.n = 300}, {uniform(1_nA, 2_nA), uniform(1_ms, 9_ms)}};
    const auto before = made.connections();

    made.set("weight", made.get("weight"));
    made.set("delay", made.get("delay"));
    EXPECT_EQ(made.connections(), before);

    made.set({.weight = 3_nA});
    EXPECT_EQ(made.get("weight"), std::vector<double>(300, 3));
    EXPECT_EQ(made.get("delay"), column(before, &Connection::delay));

    made.set("weight", expression("i + 10 * j"));
    for (const Connection& c : made.connections())
        ASSERT_EQ(c.weight, double(c.pre + 10 * c.post));

    std::vector<double> delays;
    for (int k = 0; k < 300; ++k)
        delays.push_back(0.1 * (1 + (7 * k) % 50));
    made.set("delay", delays);
    EXPECT_THAT(made.get("delay"), testing::Pointwise(testing::DoubleEq(), delays));

    made.set("weight", uniform(1.0, 2.0));
    const auto first_draw = made.get("weight");
    made.set("weight", uniform(1.0, 2.0));
    EXPECT_NE(made.get("weight"), first_draw);
    EXPECT_EQ(made.size(), 300u);
}

TEST(Connections, are_set_by_functions) {
    Scene         s;
    Projection    made{s.p, s.q, AllToAllConnector{}, {1_nA, 1_ms}};
    std::uint64_t calls = 0;
    made.set("weight", [&](std::size_t i, std::size_t j) {
        ++calls;
        return static_cast<double>(10 * i + j);
    });
    EXPECT_EQ(calls, made.local_size()) << "once for each connection, where it is";
    for (const Connection& c : made.connections())
        EXPECT_EQ(c.weight, static_cast<double>(10 * c.pre + c.post));
    made.set("delay", [](Length d) { return 1 + d.value(); });
    for (const Connection& c : made.connections())
        EXPECT_EQ(c.delay, 1 + std::abs(double(c.pre) - double(c.post)));
}

TEST(Connections, with_one_weight_may_get_several_and_back) {
    Scene      s;
    Projection other{s.p, s.q, AllToAllConnector{}, {5_nA, 1_ms}};
    Projection made{s.p, s.q, AllToAllConnector{}, {5_nA, 1_ms}};
    made.set("weight", expression("1 + i"));
    for (const Connection& c : made.local_connections())
        ASSERT_EQ(c.weight, double(1 + c.pre));
    made.set("weight", 2.0);
    EXPECT_EQ(made.get("weight"), std::vector<double>(20, 2));
    other.set("weight", 7.0);
    EXPECT_EQ(made.get("weight"), std::vector<double>(20, 2));
    EXPECT_EQ(other.get("weight"), std::vector<double>(20, 7));
}

TEST(Connections, of_a_drive_are_set_fused_or_not) {
    std::vector<std::uint64_t> digests;
    for (const bool fuse : {true, false}) {
        Simulation sim{world(), {.seed = 3, .tuning = {.fuse_poisson = fuse}}};
        Population cells{sim, 40, IF_curr_exp{}, {.label = "cells"}};
        Population noise{sim, 40, SpikeSourcePoisson{.rate = 2000_Hz}, {.label = "noise"}};
        Projection drive{noise, cells, OneToOneConnector{}, {0.1_nA, 1_ms}};
        sim.run(5_ms);
        drive.set("weight", expression("0.01 * (i + 1)"));
        sim.run(5_ms);
        drive.set("weight", 0.2);
        drive.set("delay", 2.0);
        sim.run(5_ms);
        drive.set("delay", expression("1 + 0.1 * (j % 3)"));
        EXPECT_DOUBLE_EQ(drive.connections()[4].delay, 1.1);
        sim.run(5_ms);
        digests.push_back(sim.digest());
    }
    EXPECT_EQ(digests[0], digests[1]);
}

TEST(Connections, act_with_their_new_weight_at_once) {
    Simulation sim{world()};
    Population source{sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms, 11_ms}}};
    Population cell{sim, 1, IF_curr_exp{}};
    Projection made{source, cell, AllToAllConnector{}, {0_nA, 1_ms}};
    const auto current = [&] { return cell.get("isyn_exc")[0]; };

    sim.run(5_ms);
    EXPECT_EQ(current(), 0);
    made.set({.weight = 1_nA});
    sim.run(7_ms);
    EXPECT_EQ(current(), 1);
}

TEST(Connections, are_counted_by_weight) {
    Scene            s;
    const Projection made{s.p, s.q, AllToAllConnector{}, {expression("i"), 1_ms}};
    const Histogram  h = made.weight_histogram(3);
    EXPECT_THAT(h.counts, ElementsAre(5, 5, 10));
    EXPECT_THAT(h.edges, ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(made.weight_histogram(2, 0.5, 2.5).counts, ElementsAre(5, 5));
    EXPECT_THROW(made.weight_histogram(0), ParameterError);
}

TEST(Connections, draw_the_numbers_of_a_generator_in_list_order) {
    Scene            s;
    const Projection made{s.p, s.q, AllToAllConnector{}, {uniform(0_nA, 1_nA, NumpyRNG{42}), 1_ms}};
    NumpyRNG         same{42};
    for (const double weight : made.get("weight"))
        EXPECT_EQ(weight, same.uniform());
}

TEST(Connections, may_have_delays_of_thousands_of_steps) {
    Scene            s{{.timestep = 0.001_ms}};
    const Projection made{s.p, s.q, AllToAllConnector{}, {1_nA, expression("0.001 + 1500 * i")}};
    EXPECT_EQ(made.connections()[3].delay, 4500.001);
    EXPECT_LT(s.sim.network().connection_bytes(), 100000u);
}

/// The message with which connections are refused, the same on all ranks.
template <class Make>
void expect_refused(Scene& s, Make make, const char* text) {
    const std::uint64_t digest = s.sim.digest();
    EXPECT_COLLECTIVE_THROW(world(), make(), ConnectionError, text);
    EXPECT_EQ(s.sim.digest(), digest) << text;
}

TEST(Connections, are_refused_with_values_that_do_not_fit) {
    Scene      s;
    const auto add = [&](const Weight& weight, const Delay& delay) {
        return [&s, weight, delay] {
            Projection{
                s.p, s.q, AllToAllConnector{}, {weight, delay}, {.receptor_type = "excitatory"}};
        };
    };
    expect_refused(
        s,
        add(Matrix<Current>(5, 4), 1_ms),
        "the weight was given as a matrix of 5 x 4 values, but 4 presynaptic and 5 postsynaptic "
        "cells need 4 x 5."
    );
    expect_refused(
        s,
        add(std::vector<Current>(19), 1_ms),
        "the weight was given as an array of 19 values for 20 connections."
    );
    expect_refused(
        s, add(expression("1 - i"), 1_ms), "must be >= 0 nA, got -1 nA at target 0 (and 9 more)."
    );
    expect_refused(
        s, add(expression("1 / i"), 1_ms), "weights must be finite, got inf nA at target 0"
    );
    expect_refused(
        s,
        add(1_nA, expression("0.1 * i")),
        "delay 0 ms is shorter than the time step 0.1 ms at target 0 (and 4 more)."
    );
}

TEST(Connections, are_not_changed_by_values_that_do_not_fit) {
    Scene      s;
    Projection made{s.p, s.q, AllToAllConnector{}, {1_nA, 1_ms}};
    expect_refused(
        s,
        [&] { made.set("weight", std::vector<double>(3)); },
        "array of 3 values for 20 connections"
    );
    expect_refused(
        s, [&] { made.set("weight", expression("i - 2")); }, "must be >= 0 nA"
    );
    expect_refused(
        s, [&] { made.set({.weight = 1_uS}); }, "the weight is a conductance (uS)"
    );
    expect_refused(
        s, [&] { made.set({.delay = 0.01_ms}); }, "delay 0.01 ms is shorter than the time step"
    );
    const auto before = made.connections();
    expect_refused(
        s, [&] { made.set({.weight = 2_nA, .delay = expression("0.05 * j")}); }, "delay 0 ms"
    );
    EXPECT_EQ(made.connections(), before) << "nothing is set if one thing cannot be";
    made.set("weight", uniform(1, 2));
    Scene      other;
    Projection same{other.p, other.q, AllToAllConnector{}, {1_nA, 1_ms}};
    same.set("weight", uniform(1, 2));
    EXPECT_EQ(made.get("weight"), same.get("weight")) << "what was refused has used no numbers";
    EXPECT_COLLECTIVE_THROW(
        world(), made.set("U", 0.5), ParameterError, "its connections have no \"U\". They have"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), made.get("U"), ParameterError, "its connections have no \"U\""
    );
}

TEST(Connections, are_refused_by_their_rule) {
    Scene s;
    expect_refused(
        s,
        [&] {
            Projection{s.p, s.q, FromListConnector{{{4, 0}}}};
        },
        "FromListConnector: row 0: presynaptic index 4 lies outside the 4 cells, 0 to 3."
    );
    expect_refused(
        s,
        [&] {
            Projection{s.p, s.q, FromListConnector{{{0, 0, 1}}, {"U"}}};
        },
        "FromListConnector: there is no parameter \"U\". StaticSynapse has"
    );
    expect_refused(
        s,
        [&] {
            Projection{s.p, s.q, IndexBasedProbabilityConnector{"i"}};
        },
        "the probability must lie in [0, 1], got 2 for the pair (2, 0)."
    );
    EXPECT_EQ(s.sim.num_connections(), 0u);
}

TEST(Connections, fail_together_when_a_function_throws_on_one_rank) {
    Scene s;
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{
            s.p,
            s.q,
            AllToAllConnector{},
            {[](std::size_t, std::size_t j) -> Current {
                 if (j == 4) throw std::runtime_error("no value for 4");
                 return 1_nA;
             },
             1_ms},
            {.receptor_type = "excitatory"}}),
        RunError,
        "no value for 4"
    );
    EXPECT_EQ(s.sim.num_connections(), 0u);
}

}  // namespace
}  // namespace ranvier

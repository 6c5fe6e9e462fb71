// What PyNN's own tests check of projections, where no other test here does: values that depend on
// the pair with each kind of rule, numbers of connections, groups that do not fit.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier {
namespace {

using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// Two populations of 4 and 5 cells on lines.
struct Scene {
    Simulation sim{world(), {.min_delay = 0.2_ms}};
    Population p{sim, 4, IF_curr_exp{}, {.label = "p"}};
    Population q{sim, 5, IF_curr_exp{}, {.label = "q"}};
};

double distance(const Connection& c) {
    return std::abs(static_cast<double>(c.pre) - static_cast<double>(c.post));
}

TEST(PynnProjections, have_weights_by_distance_with_every_random_rule) {
    Scene      s;
    const auto expect_by_distance = [&](const auto& connector) {
        const Projection made{
            s.p, s.q, connector, {by_distance("0.1 * d")}, {.receptor_type = "excitatory"}};
        const auto weights = made.get_array("weight");
        const auto delays  = made.get_array("delay");
        const auto list    = made.connections();
        EXPECT_FALSE(list.empty());
        std::size_t missing = 20;
        for (const Connection& c : list) {
            EXPECT_EQ(c.weight, 0.1 * distance(c));
            EXPECT_EQ(c.delay, 0.2);
            EXPECT_EQ(weights(c.pre, c.post), c.weight);
            EXPECT_EQ(delays(c.pre, c.post), 0.2);
            --missing;
        }
        for (const double weight : weights.values())
            missing -= std::isnan(weight) ? 1u : 0u;
        EXPECT_EQ(missing, 0u) << "NaN where there is no connection, and nowhere else";
    };
    expect_by_distance(FixedProbabilityConnector{.p_connect = 0.6});
    expect_by_distance(FixedNumberPreConnector{3});
    expect_by_distance(FixedNumberPostConnector{3});
    expect_by_distance(FixedTotalNumberConnector{12, {}, false});
    expect_by_distance(DistanceDependentProbabilityConnector{"d < 1.5"});
}

TEST(PynnProjections, have_values_by_index_on_pairs_by_index) {
    Scene            s;
    Population       r{s.sim, 5, IF_curr_exp{}};
    const Projection made{
        r,
        s.q,
        IndexBasedProbabilityConnector{"(i + j) % 3 == 0"},
        {expression("i * j + 1"), expression("i + j + 1")}};
    EXPECT_THAT(
        made.connections(),
        ElementsAre(
            Connection{0, 0, 1, 1},
            Connection{3, 0, 1, 4},
            Connection{2, 1, 3, 4},
            Connection{1, 2, 3, 4},
            Connection{4, 2, 9, 7},
            Connection{0, 3, 1, 4},
            Connection{3, 3, 10, 7},
            Connection{2, 4, 9, 7}
        )
    );
}

/// Text of the error, or the connections as text.
template <class C>
std::string outcome(const C& connector, const Weight& weight, const Delay& delay) {
    Simulation  sim{world(), {.seed = 8}};
    Population  a{sim, 1100, IF_curr_exp{}, {.label = "a"}};
    Population  b{sim, 1300, IF_curr_exp{}, {.label = "b"}};
    std::string text;
    try {
        const Projection made{a, b, connector, {weight, delay}, {.receptor_type = "excitatory"}};
        for (const Connection& c : made.connections())
            text += fmt::format("{} {} {} {}\n", c.pre, c.post, c.weight, c.delay);
    } catch (const ConnectionError& error) {
        text = error.what();
    }
    return text;
}

TEST(PynnProjections, one_to_one_have_the_values_of_the_same_pairs_by_another_rule) {
    const IndexBasedProbabilityConnector same{"i == j"};
    const auto expect_same = [&](const Weight& weight, const Delay& delay, const char* part) {
        const std::string text = outcome(OneToOneConnector{}, weight, delay);
        EXPECT_EQ(text, outcome(same, weight, delay));
        EXPECT_THAT(text, testing::HasSubstr(part));
    };
    expect_same(uniform(1_nA, 2_nA), uniform(1_ms, 9_ms), "\n1099 1099 ");
    expect_same(3_nA, normal_clipped(2_ms, 1_ms, {.low = 0.2_ms}), "\n1099 1099 3 ");
    expect_same(expression("j"), 1_ms, "\n1099 1099 1099 1\n");
    expect_same(normal(2_nA, 1_nA), 1_ms, "must be >= 0 nA, got -");
    expect_same(1_nA, normal(2_ms, 1_ms), "is shorter than the time step 0.1 ms at target ");
}

TEST(PynnProjections, draw_values_for_the_pairs_of_an_array) {
    Scene              s;
    const Matrix<bool> array{
        {false, true, true, false, false},
        {true, true, false, true, false},
        {false, false, true, false, false},
        {false, false, false, false, false}};
    const Projection made{
        s.p, s.q, ArrayConnector{array}, {uniform(1_nA, 2_nA), uniform(1_ms, 9_ms)}};
    const auto weights = made.get_array("weight");
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < 5; ++j) {
            EXPECT_EQ(std::isnan(weights(i, j)), !array(i, j));
            EXPECT_TRUE(!array(i, j) || (weights(i, j) >= 1 && weights(i, j) < 2));
        }
    }
    EXPECT_EQ(made.size(), 6u);
}

TEST(PynnProjections, make_the_numbers_they_were_told) {
    Scene            s;
    const Projection total{s.p, s.q, FixedTotalNumberConnector{.n = 12}};
    EXPECT_EQ(total.size(), 12u);
    EXPECT_COMPARED_ALL(world(), total.local_size(), 12u);

    // The first source alone is a source too.
    Population       one{s.sim, 1, IF_curr_exp{}, {.label = "one"}};
    const Projection only{one, one, FixedNumberPreConnector{1, {}, true}};
    EXPECT_THAT(only.connections(), ElementsAre(Connection{0, 0, 0, 0.2}));

    const Projection seven{s.p, s.q, FixedNumberPreConnector{7}};
    EXPECT_EQ(seven.in_degrees(), std::vector<std::uint64_t>(5, 7));
    const auto times = seven.get_array("weight");
    for (const double weight : times.values())
        EXPECT_FALSE(std::isnan(weight)) << "every source at least once";
    const Projection seven_targets{s.p, s.q, FixedNumberPostConnector{7}};
    EXPECT_EQ(seven_targets.out_degrees(), std::vector<std::uint64_t>(4, 7));
}

TEST(PynnProjections, accept_assemblies_of_cells_that_take_the_same_kind_of_input) {
    Scene      s;
    Population more{s.sim, 3, IF_curr_alpha{}, {.label = "more"}};
    Population conductances{s.sim, 3, IF_cond_exp{}, {.label = "conductances"}};

    EXPECT_EQ((Projection{s.p + conductances, s.q, AllToAllConnector{}, {1_nA}}.size()), 35u);
    EXPECT_EQ((Projection{s.p, s.q + more, AllToAllConnector{}, {1_nA}}.size()), 32u);
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{s.p, s.q + conductances, AllToAllConnector{}, {1_nA}}),
        ConnectionError,
        "the targets take different kinds of weights: \"q\" a current (nA), \"conductances\" a "
        "conductance (uS)."
    );
}

TEST(PynnProjections, say_which_receptors_there_are) {
    Scene s;
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{s.p, s.q, AllToAllConnector{}, {1_nA}, {.receptor_type = "GABA"}}),
        ConnectionError,
        "\"excitatory\""
    );
}

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// One value per pair, exactly; NaN where there is no connection.
void expect_array(const Matrix<double>& actual, const Matrix<double>& expected) {
    ASSERT_EQ(actual.rows(), expected.rows());
    ASSERT_EQ(actual.columns(), expected.columns());
    for (std::size_t i = 0; i < expected.rows(); ++i) {
        for (std::size_t j = 0; j < expected.columns(); ++j) {
            const double x = actual(i, j), y = expected(i, j);
            EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y)))
                << "(" << i << ", " << j << "): " << x << ", expected " << y;
        }
    }
}

TEST(PynnProjections, are_set_by_an_array_of_pairs_and_read_back_exactly) {
    const std::vector<std::pair<std::size_t, std::size_t>> shapes{
        {7, 4}, {7, 1}, {1, 7}, {1, 1}, {1, 5}, {5, 1}, {5, 5}};
    for (const auto& [num_pre, num_post] : shapes) {
        Simulation     sim{world()};
        Population     pre{sim, num_pre, IF_curr_exp{}}, post{sim, num_post, IF_curr_exp{}};
        Projection     made{pre, post, AllToAllConnector{}, {0.5_nA, 1_ms}};
        Matrix<double> weights(num_pre, num_post), delays(num_pre, num_post);
        for (std::size_t i = 0; i < num_pre; ++i) {
            for (std::size_t j = 0; j < num_post; ++j) {
                weights(i, j) = 0.01 * static_cast<double>(10 * i + j + 1);
                delays(i, j)  = static_cast<double>(10 + 7 * i + j) / 10;
            }
        }
        made.set("weight", weights);
        expect_array(made.get_array("weight"), weights);
        made.set("delay", delays);
        expect_array(made.get_array("delay"), delays);
        expect_array(made.get_array("weight"), weights);
        made.set("weight", 3.0);
        expect_array(made.get_array("weight"), Matrix<double>(num_pre, num_post, 3.0));
        std::vector<double> list(num_pre * num_post);
        for (std::size_t k = 0; k < list.size(); ++k)
            list[k] = static_cast<double>(k);
        made.set("weight", list);
        EXPECT_EQ(made.get("weight"), list);
        EXPECT_COLLECTIVE_THROW(
            world(),
            made.set("weight", Matrix<double>(num_pre + 1, num_post)),
            ConnectionError,
            "the weight was given as a matrix of"
        );
    }
}

TEST(PynnProjections, are_set_where_pairs_are_connected) {
    Simulation sim{world()};
    Population p{sim, 4, IF_curr_exp{}}, q{sim, 2, IF_curr_exp{}};
    Projection made{
        p, q, FromListConnector{{{0, 0}, {3, 0}, {1, 1}, {1, 0}, {2, 1}}}, {0.125_nA, 0.5_ms}};
    expect_array(
        made.get_array("weight"), {{0.125, none}, {0.125, 0.125}, {none, 0.125}, {0.125, none}}
    );
    made.set("weight", Matrix<double>{{0, 1}, {2, 3}, {4, 5}, {6, 7}});
    expect_array(made.get_array("weight"), {{0, none}, {2, 3}, {none, 5}, {6, none}});
    expect_array(made.get_array("delay"), {{0.5, none}, {0.5, 0.5}, {none, 0.5}, {0.5, none}});
    // A list goes by target, then as the connections were created.
    made.set("weight", std::vector{0.9, 0.8, 0.7, 0.6, 0.5});
    expect_array(made.get_array("weight"), {{0.9, none}, {0.7, 0.6}, {none, 0.5}, {0.8, none}});
    made.set("delay", by_distance("0.5 + d"));
    expect_array(made.get_array("delay"), {{0.5, none}, {1.5, 0.5}, {none, 1.5}, {3.5, none}});
    expect_array(made.get_array("weight"), {{0.9, none}, {0.7, 0.6}, {none, 0.5}, {0.8, none}});
}

TEST(PynnProjections, are_set_alike_where_a_pair_is_connected_twice) {
    Simulation sim{world()};
    Population p{sim, 4, IF_curr_exp{}}, q{sim, 2, IF_curr_exp{}};
    Projection made{
        p,
        q,
        FromListConnector{{{0, 0}, {3, 0}, {1, 1}, {1, 0}, {2, 1}, {1, 0}}},
        {0.125_nA, 0.5_ms}};
    made.set("weight", Matrix<double>{{0, 1}, {2, 3}, {4, 5}, {6, 7}});
    made.set("delay", by_distance("0.5 + d"));
    expect_array(made.get_array("weight"), {{0, none}, {4, 3}, {none, 5}, {6, none}});
    for (const auto which : {MultipleSynapses::min, MultipleSynapses::max}) {
        expect_array(made.get_array("weight", which), {{0, none}, {2, 3}, {none, 5}, {6, none}});
        expect_array(
            made.get_array("delay", which), {{0.5, none}, {1.5, 0.5}, {none, 1.5}, {3.5, none}}
        );
    }
}

TEST(PynnProjections, have_positive_weights_of_inhibitory_conductances) {
    Simulation sim{world()};
    Population p{sim, 3, IF_cond_exp{}}, q{sim, 4, IF_cond_exp{}};
    Projection made{p, q, AllToAllConnector{}, {0.25_uS, 1_ms}, {.receptor_type = "inhibitory"}};
    EXPECT_EQ(made.get("weight"), std::vector<double>(12, 0.25));
    expect_array(made.get_array("weight"), Matrix<double>(3, 4, 0.25));
    made.set("weight", 0.456);
    EXPECT_EQ(made.get("weight"), std::vector<double>(12, 0.456));
    expect_array(made.get_array("weight"), Matrix<double>(3, 4, 0.456));
    EXPECT_COLLECTIVE_THROW(world(), made.set("weight", -0.456), ConnectionError, ">= 0 uS");
    EXPECT_EQ(made.get("weight"), std::vector<double>(12, 0.456));
}

TEST(PynnProjections, are_set_at_random_after_a_rule_of_the_distance) {
    Simulation sim{world()};
    Population p{sim, 1000, IF_curr_exp{}}, q{sim, 252, IF_curr_exp{}};
    Projection made{p, q, DistanceDependentProbabilityConnector{"d < 10"}, {1_nA, 1_ms}};
    // Target j < 9 has the sources 0 to j + 9, the others 19.
    EXPECT_EQ(made.size(), 4743u);
    made.set("weight", uniform(0.5, 1.5));
    made.set("delay", uniform(1.0, 5.0));
    double sum = 0, least = 5, most = 1;
    for (const Connection& c : made.connections()) {
        EXPECT_TRUE(c.weight >= 0.5 && c.weight < 1.5);
        sum += c.weight;
        least = std::min(least, c.delay);
        most  = std::max(most, c.delay);
    }
    // The standard deviation of the mean is 1 / sqrt(12 4743).
    EXPECT_NEAR(sum / 4743, 1, 5 / std::sqrt(12 * 4743.0));
    EXPECT_EQ(least, 1);
    EXPECT_EQ(most, 5);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/network/Projection.hpp"

#include <algorithm>
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

bool is_listed_by_target_then_source(const std::vector<Connection>& list) {
    return std::is_sorted(list.begin(), list.end(), [](const Connection& a, const Connection& b) {
        return std::pair{a.post, a.pre} < std::pair{b.post, b.pre};
    });
}

TEST(Projection, lists_connections_by_target_then_source_on_every_rank) {
    Simulation sim{world()};
    Population a{sim, 2, IF_curr_exp{}, {.label = "a"}};
    Population b{sim, 3, IF_curr_exp{}, {.label = "b"}};

    const Projection p{a, b, AllToAllConnector{}, {0.5_nA, 0.3_ms}};

    EXPECT_THAT(
        p.connections(),
        ElementsAre(
            Connection{0, 0, 0.5, 0.3},
            Connection{1, 0, 0.5, 0.3},
            Connection{0, 1, 0.5, 0.3},
            Connection{1, 1, 0.5, 0.3},
            Connection{0, 2, 0.5, 0.3},
            Connection{1, 2, 0.5, 0.3}
        )
    );
    EXPECT_EQ(p.size(), 6u);
    EXPECT_EQ(p.label(), "a→b");
}

TEST(Projection, keeps_a_connection_with_the_owner_of_its_target) {
    Simulation       sim{world()};
    Population       a{sim, 40, IF_curr_exp{}};
    Population       b{sim, 25, IF_curr_exp{}};
    const Projection p{
        a, b, FixedTotalNumberConnector{.n = 600}, {normal(1_nA, 0.1_nA), uniform(1_ms, 9_ms)}};

    const auto local = p.local_connections();
    for (const Connection& c : local) {
        EXPECT_TRUE(b.local_indices().contains(c.post));
        EXPECT_LT(c.pre, 40u);
    }
    EXPECT_EQ(local.size(), p.local_size());
    EXPECT_COMPARED_ALL(world(), local.size(), 600u);
    EXPECT_TRUE(is_listed_by_target_then_source(p.connections()));
    EXPECT_EQ(p.connections().size(), 600u);
}

TEST(Projection, connects_populations_of_no_and_one_cell) {
    Simulation sim{world()};
    Population none{sim, 0, IF_curr_exp{}, {.label = "none"}};
    Population one{sim, 1, IF_curr_exp{}, {.label = "one"}};
    Population ten{sim, 10, IF_curr_exp{}, {.label = "ten"}};
    const auto size = [](const Population& pre, const Population& post) {
        const Projection p{pre, post, AllToAllConnector{}, {1_nA, 1_ms}};
        EXPECT_EQ(p.connections().size(), p.size());
        return p.size();
    };

    EXPECT_EQ(size(none, none), 0u);
    EXPECT_EQ(size(none, ten), 0u);
    EXPECT_EQ(size(ten, none), 0u);
    EXPECT_EQ(size(one, one), 1u);
    EXPECT_EQ(size(one, ten), 10u);
    EXPECT_EQ(size(ten, one), 10u);
    sim.run(2_ms);
}

TEST(Projection, chooses_the_receptor_by_the_sign_of_the_weight_unless_told) {
    Simulation sim{world()};
    Population curr{sim, 3, IF_curr_exp{}};
    Population cond{sim, 3, IF_cond_exp{}};
    const auto receptor = [&](const Population& post, const Weight& weight, const char* wanted = ""
                          ) {
        return Projection{
            curr, post, AllToAllConnector{}, {weight, 1_ms}, {.receptor_type = wanted}}
            .receptor_type();
    };

    EXPECT_EQ(receptor(curr, 1_nA), "excitatory");
    EXPECT_EQ(receptor(curr, 0_nA), "excitatory");
    EXPECT_EQ(receptor(curr, Weight{}), "excitatory");
    EXPECT_EQ(receptor(curr, -1_nA), "inhibitory");
    EXPECT_EQ(receptor(curr, uniform(-2_nA, -1_nA)), "inhibitory");
    EXPECT_EQ(receptor(curr, uniform(1_nA, 2_nA)), "excitatory");
    EXPECT_EQ(receptor(cond, 0.01_uS), "excitatory");
    EXPECT_EQ(receptor(cond, 0.01_uS, "inhibitory"), "inhibitory");
}

TEST(Projection, rounds_delays_to_the_time_step) {
    Simulation sim{world()};
    Population p{sim, 2, IF_curr_exp{}};
    const auto delay = [&](const Delay& given) {
        return Projection{p, p, OneToOneConnector{}, {1_nA, given}}.connections().at(0).delay;
    };

    EXPECT_EQ(delay(0.1_ms), 0.1);
    EXPECT_EQ(delay(0.14_ms), 0.1);
    EXPECT_EQ(delay(0.15_ms), 0.2);  // halves up, although 0.15 / 0.1 is below 1.5 as doubles
    EXPECT_EQ(delay(0.35_ms), 0.4);
    EXPECT_EQ(delay(1.05_ms), 1.1);
    EXPECT_EQ(delay(0.0996_ms), 0.1);  // 0.1 after rounding to 1 us
    EXPECT_EQ(delay(uniform(0.15_ms, 0.15_ms)), 0.2);
    EXPECT_EQ(delay(uniform(0.0996_ms, 0.0996_ms)), 0.1);
}

TEST(Projection, without_a_delay_has_the_min_delay_or_the_time_step) {
    const auto delay = [](const SimulationOptions& options) {
        Simulation sim{world(), options};
        Population p{sim, 2, IF_curr_exp{}};
        Projection slow{p, p, OneToOneConnector{}, {1_nA, 3_ms}};
        return Projection{p, p, OneToOneConnector{}, {.weight = 1_nA}}.connections().at(0).delay;
    };

    EXPECT_EQ(delay({}), 0.1);
    EXPECT_EQ(delay({.timestep = 0.25_ms}), 0.25);
    EXPECT_EQ(delay({.min_delay = 1.5_ms}), 1.5);
}

TEST(Projection, accepts_delays_up_to_the_bounds) {
    Simulation sim{world(), {.min_delay = 1_ms, .max_delay = 3_ms}};
    Population p{sim, 2, IF_curr_exp{}};

    const Projection shortest{p, p, OneToOneConnector{}, {1_nA, 1_ms}};
    const Projection longest{p, p, OneToOneConnector{}, {1_nA, 3_ms}};
    const Projection between{p, p, AllToAllConnector{}, {1_nA, uniform(1_ms, 3_ms)}};

    EXPECT_EQ(sim.num_connections(), 8u);
}

TEST(Projection, holds_weights_in_the_precision_of_the_simulation) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Simulation       sim{world(), {.precision = precision}};
        Population       p{sim, 2, IF_curr_exp{}};
        const Projection one{p, p, OneToOneConnector{}, {0.1_nA, 1_ms}};
        const Projection drawn{p, p, OneToOneConnector{}, {uniform(0.1_nA, 0.1_nA), 1_ms}};

        const double held = precision == Precision::float64 ? 0.1 : static_cast<double>(0.1f);
        EXPECT_EQ(one.connections().at(1).weight, held);
        EXPECT_EQ(drawn.connections().at(1).weight, held);
    }
}

TEST(Projection, keeps_its_connections_when_others_are_added) {
    Simulation                      sim{world(), {.tuning = {.block_cells = 16}}};
    Population                      a{sim, 60, IF_curr_exp{}};
    Population                      b{sim, 50, IF_cond_exp{}};
    const FixedProbabilityConnector third{.p_connect = 0.3};

    const Projection first{a, b, third, {normal_clipped(0.1_uS, 0.1_uS, {.low = 0_uS}), 1_ms}};
    const auto       before = first.connections();
    const Projection second{a, b, third, {0.25_uS, uniform(1_ms, 90_ms)}};
    const Projection third_one{a, a, third, {normal(3_nA, 0.1_nA), 1_ms}};
    const auto       digest = sim.digest();
    const Projection fourth{a, b, third, {0.5_uS, 7_ms}, {.receptor_type = "inhibitory"}};

    EXPECT_EQ(first.connections(), before);
    EXPECT_GT(before.size(), 500u);
    EXPECT_NE(sim.digest(), digest);
    for (const Connection& c : second.local_connections())
        ASSERT_EQ(c.weight, 0.25);
    for (const Connection& c : fourth.local_connections())
        ASSERT_EQ(c.delay, 7);
}

TEST(Projection, lists_several_connections_of_a_pair_by_delay) {
    Simulation       sim{world()};
    Population       p{sim, 2, IF_curr_exp{}};
    const Projection many{
        p, p, FixedTotalNumberConnector{.n = 400}, {uniform(1_nA, 2_nA), uniform(1_ms, 9_ms)}};

    const auto list = many.connections();
    EXPECT_EQ(list.size(), 400u);
    EXPECT_TRUE(is_listed_by_target_then_source(list));
    for (std::size_t k = 1; k < list.size(); ++k) {
        const bool same_pair = list[k].pre == list[k - 1].pre && list[k].post == list[k - 1].post;
        EXPECT_TRUE(!same_pair || list[k].delay >= list[k - 1].delay) << k;
    }
}

TEST(Projection, is_drawn_from_its_labels_and_not_from_when_it_was_made) {
    const FixedProbabilityConnector half{.p_connect = 0.5};
    const StaticSynapse             synapse{uniform(1_nA, 2_nA), 1_ms};
    const auto                      list = [&](bool other_first, const char* label) {
        Simulation sim{world()};
        Population filler{sim, other_first ? 9u : 0u, IF_curr_exp{}, {.label = "filler"}};
        Population a{sim, 20, IF_curr_exp{}, {.label = "a"}};
        Population b{sim, 20, IF_curr_exp{}, {.label = "b"}};
        if (other_first) {
            Projection{b, a, half, synapse};
            Projection{a, b, half, synapse, {.label = "another"}};
        }
        return Projection{a, b, half, synapse, {.label = label}}.connections();
    };

    EXPECT_EQ(list(false, ""), list(true, ""));
    EXPECT_EQ(list(false, "named"), list(true, "named"));
    EXPECT_NE(list(false, "named"), list(false, ""));
}

TEST(Projection, is_refused_between_simulations) {
    Simulation sim{world()}, other{world()};
    Population p{sim, 2, IF_curr_exp{}, {.label = "here"}};
    Population q{other, 2, IF_curr_exp{}, {.label = "there"}};

    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{p, q, AllToAllConnector{}}),
        ConnectionError,
        "Projection \"here→there\": the two populations belong to different simulations."
    );
    EXPECT_EQ(sim.num_connections() + other.num_connections(), 0u);
}

TEST(Projection, is_one_projection_however_many_handles_there_are) {
    Simulation sim{world()};
    Population p{sim, 3, IF_curr_exp{}};
    { const Projection gone{p, p, AllToAllConnector{}, {1_nA, 1_ms}}; }
    EXPECT_EQ(sim.num_connections(), 9u);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/network/Network.hpp"

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

TEST(Network, numbers_cells_in_the_order_in_which_populations_are_made) {
    Simulation       sim{world()};
    const Population a{sim, 5, IF_curr_exp{}};
    const Population b{sim, 0, SpikeSourceArray{}};
    const Population c{sim, 7, SpikeSourcePoisson{}};
    const Population d{sim, 1, IF_cond_exp{}};

    EXPECT_EQ(a.first_gid(), 0u);
    EXPECT_EQ(b.first_gid(), 5u);
    EXPECT_EQ(c.first_gid(), 5u);
    EXPECT_EQ(d.first_gid(), 12u);
    EXPECT_EQ(sim.num_cells(), 13u);
    EXPECT_EQ(c.label(), "population2");
}

TEST(Network, has_the_smallest_delay_of_connections_that_exist) {
    Simulation sim{world()};
    Population p{sim, 4, IF_curr_exp{}};
    EXPECT_EQ(sim.network().min_delay_steps(), std::numeric_limits<Step>::max());
    EXPECT_EQ(sim.min_delay(), 0.1_ms);

    Projection none{p, p, FixedProbabilityConnector{.p_connect = 0}, {1_nA, 0.1_ms}};
    EXPECT_EQ(sim.network().min_delay_steps(), std::numeric_limits<Step>::max());

    Projection slow{p, p, AllToAllConnector{}, {1_nA, 3_ms}};
    Projection slower{p, p, AllToAllConnector{}, {1_nA, 5_ms}};
    EXPECT_EQ(sim.network().min_delay_steps(), 30);
    EXPECT_EQ(sim.min_delay(), 3_ms);
    EXPECT_EQ(sim.max_delay(), 5_ms);
    EXPECT_EQ(sim.num_connections(), 32u);
}

TEST(Network, relies_on_the_min_delay_that_is_given) {
    Simulation sim{world(), {.min_delay = 0.5_ms, .max_delay = 8_ms}};
    Population p{sim, 4, IF_curr_exp{}};
    Projection slow{p, p, AllToAllConnector{}, {1_nA, 3_ms}};

    EXPECT_EQ(sim.min_delay(), 0.5_ms);
    EXPECT_EQ(sim.network().min_delay_steps(), 5);
}

/// Digest of a small network after a change.
std::uint64_t digest_with(
    const std::function<void(Population&, Population&, Population&)>& change,
    const SimulationOptions&                                          options = {}
) {
    Simulation sim{world(), options};
    Population cells{sim, 9, IF_curr_exp{.tau_m = uniform(10_ms, 20_ms)}, {.label = "cells"}};
    Population sources{
        sim, 5, SpikeSourceArray{.spike_times = Sequence{1_ms, 2_ms}}, {.label = "sources"}};
    Population poisson{sim, 9, SpikeSourcePoisson{}, {.label = "poisson"}};
    Projection a{sources, cells, AllToAllConnector{}, {normal(1_nA, 0.1_nA), 1_ms}};
    Projection b{poisson, cells, OneToOneConnector{}, {1_nA, 1_ms}};
    change(cells, sources, poisson);
    const std::uint64_t digest = sim.digest();
    EXPECT_EQ(sim.comm().min(digest), sim.comm().max(digest));
    return digest;
}

TEST(Network, has_a_digest_that_tells_every_kind_of_change) {
    using P           = Population;
    const auto plain  = digest_with([](P&, P&, P&) {});
    const auto single = SimulationOptions{.precision = Precision::float32};
    const auto seed   = SimulationOptions{.seed = 43};

    const std::vector<std::uint64_t> others{
        digest_with([](P&, P&, P&) {}, single),
        digest_with([](P&, P&, P&) {}, seed),
        digest_with([](P& cells, P&, P&) { cells.set("tau_m", 15.0); }),
        digest_with([](P& cells, P&, P&) { cells.initialize("v", -64.0); }),
        digest_with([](P& cells, P&, P&) { cells.initialize("isyn_exc", -0.0); }),
        digest_with([](P&, P& sources, P&) { sources.set("spike_times", Sequence{1_ms}); }),
        digest_with([](P&, P&, P& poisson) { poisson.set("rate", 2.0); }),
        digest_with([](P& cells, P& sources, P&) {
            Projection{sources, cells, OneToOneConnector{}, {1_nA, 1_ms}};
        }),
        digest_with([](P& cells, P& sources, P&) {
            Projection{sources, cells, OneToOneConnector{}, {1_nA, 1.1_ms}};
        }),
        digest_with([](P& cells, P& sources, P&) {
            Projection{sources, cells, OneToOneConnector{}, {1.5_nA, 1_ms}};
        }),
        digest_with([](P& cells, P& sources, P&) {
            Projection{sources, cells, OneToOneConnector{}, {1_nA, 1_ms}, {.label = "other"}};
        })};

    EXPECT_EQ(digest_with([](P&, P&, P&) {}), plain);
    for (std::size_t i = 0; i < others.size(); ++i) {
        EXPECT_NE(others[i], plain) << i;
        for (std::size_t k = 0; k < i; ++k)
            EXPECT_NE(others[i], others[k]) << i << " and " << k;
    }
}

TEST(Network, does_not_depend_on_the_order_in_which_unrelated_projections_are_made) {
    std::vector<std::uint64_t>           digests;
    std::vector<std::vector<Connection>> lists;
    for (const bool reversed : {false, true}) {
        Simulation sim{world()};
        Population a{sim, 30, IF_curr_exp{}, {.label = "a"}};
        Population b{sim, 20, IF_curr_exp{}, {.label = "b"}};
        const auto connect = [&](const Population& pre, const Population& post) {
            return Projection{
                pre,
                post,
                FixedProbabilityConnector{.p_connect = 0.3},
                {normal(1_nA, 0.1_nA), uniform(1_ms, 5_ms)}};
        };
        if (reversed) connect(b, a);
        Projection ab = connect(a, b);
        if (!reversed) connect(b, a);
        lists.push_back(ab.connections());
        digests.push_back(sim.digest());
    }
    EXPECT_EQ(digests[0], digests[1]);
    EXPECT_EQ(lists[0], lists[1]);
    EXPECT_GT(lists[0].size(), 100u);
}

TEST(Network, draws_other_numbers_for_other_labels_and_ordinals) {
    Simulation sim{world()};
    Population a{sim, 40, IF_curr_exp{.tau_m = uniform(10_ms, 20_ms)}, {.label = "a"}};
    Population b{sim, 40, IF_curr_exp{.tau_m = uniform(10_ms, 20_ms)}, {.label = "b"}};
    const FixedProbabilityConnector sparse{.p_connect = 0.2};
    const StaticSynapse             synapse{normal(1_nA, 0.1_nA), 1_ms};
    const std::vector<Projection>   projections{
        {a, b, sparse, synapse},
        {a, b, sparse, synapse},
        {b, a, sparse, synapse},
        {a, b, sparse, synapse, {.label = "named"}},
        {a, b, sparse, {normal(-1_nA, 0.1_nA), 1_ms}}};

    EXPECT_NE(a.get("tau_m"), b.get("tau_m"));
    for (std::size_t i = 0; i < projections.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k)
            EXPECT_NE(projections[i].connections(), projections[k].connections());
    }
}

TEST(Network, refuses_options_outside_their_range) {
    struct Case {
        SimulationOptions options;
        const char*       text;
    };
    const std::vector<Case> cases{
        {{.timestep = 0_ms},
         "Simulation: timestep must lie between 0.001 ms and 1e6 ms, got 0 ms."},
        {{.timestep = 0.5_us},
         "Simulation: timestep must lie between 0.001 ms and 1e6 ms, got 0.0005 ms."},
        {{.min_delay = 0.05_ms},
         "Simulation: min_delay must be at least the time step 0.1 ms, got 0.05 ms."},
        {{.max_delay = 0_ms},
         "Simulation: max_delay must be at least the time step 0.1 ms, got 0 ms."},
        {{.min_delay = 2_ms, .max_delay = 1_ms},
         "Simulation: min_delay 2 ms must not exceed max_delay 1 ms."},
        {{.tuning = {.block_cells = 0}},
         "Simulation: tuning.block_cells must be a multiple of 16 up to 1048576, got 0."},
        {{.tuning = {.block_cells = 272, .page_cells = 16}},
         "Simulation: tuning.block_cells must be a multiple of 16 up to 256, got 272."},
        {{.tuning = {.page_cells = 65552}},
         "Simulation: tuning.page_cells must be a multiple of 16 up to 65536, got 65552."}};
    for (const Case& c : cases) {
        const auto outcome = test::outcome_of<ParameterError>([&] {
            Simulation{world(), c.options};
        });
        EXPECT_EQ(outcome.text, c.text);
        EXPECT_EQ(outcome.kind, test::Outcome::Kind::expected_type);
    }
}

TEST(Network, has_the_times_of_pynns_tests_of_simulation_control) {
    Simulation sim{world(), {.timestep = 0.123_ms, .min_delay = 0.246_ms, .max_delay = 9.87_ms}};
    Population p{sim, 3, IF_curr_exp{}};
    EXPECT_EQ(sim.timestep(), 0.123_ms);
    EXPECT_EQ(sim.min_delay(), 0.246_ms);
    EXPECT_EQ(*sim.options().max_delay, 9.87_ms);
    EXPECT_EQ(sim.run(0_ms), 0_ms);
    EXPECT_EQ(sim.run(1.23_ms), 1.23_ms);
    EXPECT_EQ(sim.current_time(), 1.23_ms);
}

}  // namespace
}  // namespace ranvier

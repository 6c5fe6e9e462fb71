// Sources that draw intervals, in whole simulations: the same trains at every number of ranks and
// for every split of the run, with changes in between.
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

struct Result {
    std::vector<std::uint64_t> counts;
    std::vector<double>        v;

    friend bool operator==(const Result&, const Result&) = default;
};

/// 30 ms of 13 sources that drive 13 cells; parameters change after 10 ms.
template <class M, class Change>
Result run(const Communicator& comm, const M& model, Change change, std::vector<Time> parts) {
    Simulation sim{comm, {.seed = 5}};
    Population sources{sim, 13, model, {.label = "sources"}};
    Population cells{sim, 13, IF_curr_exp{}};
    Projection{
        sources,
        cells,
        AllToAllConnector{},
        StaticSynapse{.weight = normal(0.3_nA, 0.1_nA), .delay = 1_ms}};
    sources.record({"spikes"});
    bool changed = false;
    for (const Time part : parts) {
        sim.run(part);
        if (changed || sim.current_time() < 10_ms) continue;
        change(sources);
        changed = true;
    }
    return {sources.get_spike_counts(), cells.get("v")};
}

template <class M, class Change>
void expect_one_result(const M& model, Change change) {
    const Communicator world;
    const Communicator alone    = world.split(world.rank(), 0);
    const Result       expected = run(alone, model, change, {10_ms, 20_ms});
    std::uint64_t      total    = 0;
    for (const std::uint64_t count : expected.counts)
        total += count;
    EXPECT_GT(total, 50u);
    EXPECT_EQ(run(world, model, change, {10_ms, 20_ms}), expected);
    EXPECT_EQ(run(world, model, change, {0.1_ms, 9.9_ms, 3.3_ms, 16.7_ms}), expected);
    EXPECT_FALSE(run(world, model, [](Population&) {}, {30_ms}) == expected);
}

TEST(spike_sources, with_dead_time_depend_neither_on_ranks_nor_on_runs) {
    expect_one_result(
        SpikeSourcePoissonRefractory{
            .rate = uniform(100_Hz, 500_Hz), .tau_refrac = uniform(0_ms, 1.5_ms)},
        [](Population& p) { p.set("rate", parameters::Specification{600.0}); }
    );
}

TEST(spike_sources, with_gamma_intervals_depend_neither_on_ranks_nor_on_runs) {
    expect_one_result(
        SpikeSourceGamma{.alpha = uniform(0.5, 4), .beta = 800_Hz},
        [](Population& p) { p.set("beta", parameters::Specification{1500.0}); }
    );
}

TEST(spike_sources, with_changing_gamma_intervals_depend_neither_on_ranks_nor_on_runs) {
    expect_one_result(
        SpikeSourceInhGamma{
            .a = {2.0, 3.0},
            .b =
                [](std::size_t i) {
                    return ArrayParameter{0.002, 0.001 * double(i + 1)};
                },
            .tbins = {0_ms, 7_ms}},
        [](Population& p) {
            p.set("b", Param<Sequence>{ArrayParameter{0.0005, 0.001}});
        }
    );
}

TEST(spike_sources, with_poisson_spikes_depend_neither_on_ranks_nor_on_runs) {
    expect_one_result(
        SpikeSourcePoisson{.rate = uniform(100_Hz, 800_Hz), .start = 2_ms},
        [](Population& p) { p.set("rate", parameters::Specification{900.0}); }
    );
}

// Times before 0 are no error: they have passed, as those have that are set during a run.
TEST(spike_sources, of_given_times_leave_out_those_before_0) {
    Simulation sim{Communicator{}};
    Population p{
        sim,
        3,
        SpikeSourceArray{
            .spike_times =
                std::vector<Sequence>{{-5_ms, -0.2_ms}, {-1_ms, 0_ms}, {-0.04_ms, 2_ms}}}};
    p.record({"spikes"});
    sim.run(5_ms);
    EXPECT_EQ(p.get_spike_counts(), (std::vector<std::uint64_t>{0, 1, 1}));
    EXPECT_EQ(p.get_sequences("spike_times")[0], (Sequence{-5_ms, -0.2_ms}));
    p.set("spike_times", Sequence{-1_ms, 4_ms, 7_ms});
    sim.run(5_ms);
    EXPECT_EQ(p.get_spike_counts(), (std::vector<std::uint64_t>{1, 2, 2}));
}

}  // namespace
}  // namespace ranvier

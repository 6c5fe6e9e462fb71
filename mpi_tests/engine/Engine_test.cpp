#include "ranvier/engine/Engine.hpp"

#include <chrono>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier::engine {
namespace {

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

int last_rank() {
    return world().size() - 1;
}

/// The text that a failure of the last rank alone has on all ranks.
std::string of_last_rank(const std::string& text) {
    if (world().size() == 1) return text;
    return fmt::format("{} (rank {} of {})", text, last_rank(), world().size());
}

/// Cells that drive each other, with an interval of 5 steps.
struct Ring {
    Simulation sim{world()};
    Population cells{sim, 20, IF_curr_exp{.i_offset = 2_nA}};
    Projection ring{cells, cells, AllToAllConnector{}, {0.01_nA, 0.5_ms}};
};

TEST(Engine, calls_its_hooks_once_per_interval_on_every_rank) {
    Ring              network;
    std::vector<Step> watched, asked, after;
    const Hooks       hooks{
              .watch = [&](Step now) { watched.push_back(now); },
              .stop =
            [&] {
                asked.push_back(network.sim.network().now());
                return false;
            },
              .after_interval = [&](Step now) { after.push_back(now); }};
    const auto engine = make_engine(network.sim.network());

    engine->run(12, hooks);

    EXPECT_EQ(watched, (std::vector<Step>{5, 10, 12}));
    EXPECT_EQ(after, watched);
    EXPECT_EQ(asked.size(), 3u);
    EXPECT_EQ(network.sim.network().now(), 12);
}

TEST(Engine, ends_at_the_interval_in_which_one_rank_asks_for_it) {
    Ring       network;
    int        asked  = 0;
    const auto engine = make_engine(network.sim.network());

    engine->run(
        100,
        {.watch          = {},
         .stop           = [&] { return ++asked == 3 && world().rank() == last_rank(); },
         .after_interval = {}}
    );

    EXPECT_EQ(network.sim.network().now(), 15);
    EXPECT_EQ(asked, 3);
}

TEST(Engine, throws_on_all_ranks_what_one_rank_throws_in_a_hook) {
    for (const bool in_watch : {true, false}) {
        Ring       network;
        const auto engine = make_engine(network.sim.network());
        int        calls  = 0;
        const auto fail   = [&] {
            if (++calls == 4 && world().rank() == last_rank())
                throw ParameterError{"the third party failed", {.label = "hook"}};
        };
        const Hooks hooks{
            .watch =
                [&](Step) {
                    if (in_watch) fail();
                },
            .stop =
                [&] {
                    if (!in_watch) fail();
                    return false;
                },
            .after_interval = {}};

        EXPECT_COLLECTIVE_THROW(
            world(), engine->run(100, hooks), ParameterError, of_last_rank("the third party failed")
        );
        EXPECT_EQ(calls, 4);
    }
}

TEST(Engine, makes_a_run_error_of_other_exceptions) {
    Ring        network;
    const auto  engine = make_engine(network.sim.network());
    const Hooks hooks{
        .watch =
            [](Step) {
                if (world().rank() == last_rank()) throw std::logic_error{"oops"};
            },
        .stop           = {},
        .after_interval = {}};

    EXPECT_COLLECTIVE_THROW(world(), engine->run(100, hooks), RunError, of_last_rank("oops"));
}

/// A source of which the cells of one rank fail at a step.
class FailingGroup final : public models::SourceGroup {
public:
    FailingGroup(const models::SourceContext& context, Step step, bool fails)
        : SourceGroup("Failing", context.slice.size(), {}),
          step_(step),
          fails_(fails) {}
    void emit(Step step, std::vector<models::Emission>&) override {
        if (step == step_ && fails_) throw std::runtime_error{"no more spikes"};
    }

private:
    void parameters_changed(Step) override {}

    Step step_;
    bool fails_;
};

TEST(Engine, ends_all_ranks_when_one_fails_within_a_step) {
    for (const Step failing : {Step{0}, Step{1}, Step{3}, Step{7}}) {
        Ring  network;
        auto& sources = network.sim.network().add(
            {.size       = 1,
             .label      = "failing",
             .make_group = [&](Precision, const models::SourceContext& context
                           ) -> std::unique_ptr<models::CellGroup> {
                 return std::make_unique<FailingGroup>(
                     context, failing, world().rank() == last_rank()
                 );
             },
             .parameters     = {},
             .initial_values = {}}
        );
        sources.emits = true;

        EXPECT_COLLECTIVE_THROW(
            world(), network.sim.run(5_ms), RunError, of_last_rank("no more spikes")
        );
    }
}

/// Two spikes onto cell 3 alone, whose sum is more than a double holds.
struct Overflow {
    explicit Overflow(Precision precision, SpikeTiming timing)
        : sim(world(), {.precision = precision, .spike_timing = timing}) {}

    Simulation sim;
    double     most = sim.options().precision == Precision::float64 ? 1e308 : 3e38;
    Population sources{
        sim,
        5,
        SpikeSourceArray{
            .spike_times =
                [](std::size_t i) {
                    return i == 3 ? Sequence{2_ms, 2_ms} : Sequence{};
                }},
        {.label = "sources"}};
    Population cells{
        sim, 5, IF_curr_exp{.tau_syn_E = 1000_ms, .v_thresh = most * 1_mV}, {.label = "cells"}};
    Projection input{sources, cells, OneToOneConnector{}, {.weight = most * 1_nA, .delay = 1_ms}};
};

TEST(Engine, says_where_the_state_is_no_longer_finite) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        for (const SpikeTiming timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
            Overflow network{precision, timing};
            EXPECT_COLLECTIVE_THROW(
                world(),
                network.sim.run(5_ms),
                RunError,
                "Population \"cells\": isyn_exc is no longer finite, got inf at cell 3 at t = 3.1 "
                "ms."
            );
        }
    }
}

TEST(Engine, says_which_cell_spikes_without_end) {
    Simulation sim{world(), {.spike_timing = SpikeTiming::off_grid}};
    Population cells{
        sim, 5, IF_curr_exp{.tau_refrac = 0_ms, .v_reset = -49_mV}, {.label = "cells"}};
    cells.initialize(IF_curr_exp::Initial{
        .v = [](std::size_t i) { return i >= 3 ? -50_mV : -65_mV; }});
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.run(1_ms),
        RunError,
        "Population \"cells\": cell 3 spikes without end within the time step before t = 0.1 ms."
    );
}

TEST(Engine, counts_events_and_time) {
    Ring       network;
    const auto engine = make_engine(network.sim.network());
    network.cells.record({"spikes"});

    engine->run(500, {});

    std::uint64_t spikes = 0;
    for (const std::uint64_t count : network.cells.get_spike_counts())
        spikes += count;
    const auto events = world().sum(engine->statistics().events);
    // Twenty cells fire together about every 9 ms; one volley may still be on its way.
    EXPECT_GE(spikes, 60u);
    EXPECT_LE(events, spikes * 20);
    EXPECT_GE(events, (spikes - 20) * 20);
    EXPECT_GT(engine->statistics().run_s, 0);
    for (const double seconds : engine->statistics().seconds)
        EXPECT_GE(seconds, 0);
}

TEST(Engine, books_the_whole_run_to_its_phases) {
    using Seconds = std::chrono::duration<double>;
    Ring        network;
    const auto  engine = make_engine(network.sim.network());
    const auto  pause  = [](Step) { std::this_thread::sleep_for(std::chrono::milliseconds{5}); };
    const Hooks hooks{.watch = pause, .stop = {}, .after_interval = pause};

    const auto begin = std::chrono::steady_clock::now();
    engine->run(10, hooks);
    engine->run(20, hooks);
    const double elapsed = Seconds(std::chrono::steady_clock::now() - begin).count();

    const Statistics& told = engine->statistics();
    const double      sum  = std::accumulate(told.seconds.begin(), told.seconds.end(), 0.0);
    EXPECT_NEAR(sum, told.run_s, 1e-12);  // some roundings of numbers below 1
    // The clock's rate is found within 0.1 us of 40 ms; one in a thousand is ample.
    EXPECT_LE(told.run_s + told.build_s, 1.001 * elapsed);
    // Two calls of at least 5 ms in each of the four intervals.
    EXPECT_GE(told.seconds[static_cast<std::size_t>(Phase::record)], 0.999 * 0.04);
    EXPECT_LE(told.wait_s, 1.001 * told.seconds[static_cast<std::size_t>(Phase::exchange)]);
    EXPECT_EQ(told.peers_s, 0);
}

TEST(Engine, carries_more_equal_spikes_than_a_packed_spike_holds) {
    Simulation sim{world()};
    Population cells{sim, 3, IF_curr_exp{.v_thresh = 1e9_mV}};
    Population source{
        sim, 1, SpikeSourceArray{.spike_times = Sequence::in_ms(std::vector<double>(40000, 1.0))}};
    source.record({"spikes"});
    Projection p{source, cells, AllToAllConnector{}, {1_nA, 0.5_ms}};

    sim.run(1.5_ms);

    EXPECT_EQ(cells.get("isyn_exc"), std::vector<double>(3, 40000.0));
    EXPECT_EQ(source.get_spike_counts(), std::vector<std::uint64_t>{40000});
}

}  // namespace
}  // namespace ranvier::engine

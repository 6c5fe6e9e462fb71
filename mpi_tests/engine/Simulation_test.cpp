#include "ranvier/engine/Simulation.hpp"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// Steps at which a population of one cell has spiked, on every rank.
std::vector<Step> spike_steps(const Population& p) {
    std::vector<Step> steps;
    for (const SpikeRecord& spike : p.local_spikes())
        steps.push_back(spike.step);
    return world().all_gather(steps).values;
}

// ---------------------------------------------------------------- time

TEST(Simulation, moves_its_clock_in_whole_steps) {
    Simulation sim{world()};
    EXPECT_EQ(sim.current_time(), 0_ms);
    EXPECT_EQ(sim.run(0.3_ms), 0.3_ms);
    EXPECT_EQ(sim.run(0_ms), 0.3_ms);
    EXPECT_EQ(sim.run_until(1_ms), 1_ms);
    EXPECT_EQ(sim.run_until(1_ms), 1_ms);
    for (int k = 0; k < 20; ++k)
        sim.run(0.1_ms);
    EXPECT_EQ(sim.current_time(), 3_ms);
    // A length that carries rounding errors of its own is taken for what it is meant to be.
    EXPECT_EQ(sim.run(0.1_ms + 0.2_ms), 3.3_ms);
}

TEST(Simulation, has_the_delays_of_its_connections) {
    Simulation sim{world(), {.timestep = 0.25_ms}};
    EXPECT_EQ(sim.min_delay(), 0.25_ms);
    EXPECT_EQ(sim.max_delay(), 0.25_ms);
    Population p{sim, 3, IF_curr_exp{}};
    Projection a{p, p, AllToAllConnector{}, {1_nA, uniform(1_ms, 1_ms)}};
    Projection b{p, p, AllToAllConnector{}, {1_nA, 70_ms}};
    EXPECT_EQ(sim.min_delay(), 1_ms);
    EXPECT_EQ(sim.max_delay(), 70_ms);
    EXPECT_EQ(sim.timestep(), 0.25_ms);
    EXPECT_EQ(sim.num_processes(), world().size());
    EXPECT_EQ(sim.rank(), world().rank());
}

TEST(Simulation, refuses_lengths_off_the_grid_and_the_past) {
    Simulation sim{world()};
    sim.run(1_ms);
    const auto expect = [&](const auto& statement, const std::string& text) {
        const auto outcome = test::outcome_of<RunError>(statement);
        EXPECT_EQ(outcome.text, text);
        EXPECT_EQ(outcome.kind, test::Outcome::Kind::expected_type);
        EXPECT_EQ(sim.current_time(), 1_ms);
    };
    const std::string run =
        "run: the duration must be a multiple >= 0 of the time step 0.1 ms, got ";
    expect([&] { sim.run(0.25_ms); }, run + "0.25 ms. Use 0.2 or 0.3 ms.");
    expect([&] { sim.run(-1_ms); }, run + "-1 ms. Use 0 or 0.1 ms.");
    expect([&] { sim.run(Time::in_base_units(std::nan(""))); }, run + "nan ms. Use 0 or 0.1 ms.");
    const std::string until =
        "run_until: the time must be a multiple of the time step 0.1 ms and not before the current "
        "time 1 ms, got ";
    expect([&] { sim.run_until(0.5_ms); }, until + "0.5 ms.");
    expect([&] { sim.run_until(1.55_ms); }, until + "1.55 ms.");
    const double infinity = HUGE_VAL;
    EXPECT_COLLECTIVE_THROW(
        world(), sim.run(Time::in_base_units(infinity)), RunError, "got inf ms."
    );
    const bool last = world().rank() + 1 == world().size();
    EXPECT_COLLECTIVE_THROW(world(), sim.run(last ? 0.25_ms : 1_ms), RunError, "got 0.25 ms.");
    EXPECT_COLLECTIVE_THROW(world(), sim.run_until(last ? 0_ms : 2_ms), RunError, "got 0 ms.");
    EXPECT_EQ(sim.current_time(), 1_ms);
}

TEST(Simulation, runs_side_by_side_on_groups_of_ranks) {
    const Communicator half = world().split(world().rank() % 2);
    Simulation         sim{half, {.seed = static_cast<std::uint64_t>(world().rank() % 2)}};
    Population         p{sim, 5, IF_curr_exp{.i_offset = uniform(0.5_nA, 2_nA)}};
    Projection         ring{p, p, AllToAllConnector{}, {0.1_nA, 1_ms}};
    sim.run(20_ms);
    EXPECT_EQ(sim.num_processes(), half.size());
    EXPECT_EQ(half.min(sim.digest()), half.max(sim.digest()));
}

// ---------------------------------------------------------------- exact times, NEST's convention

TEST(Timing, a_spike_at_t_with_delay_d_acts_at_t_plus_d_and_on_v_a_step_later) {
    Simulation sim{world()};
    Population source{sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms}}};
    Population cell{sim, 1, IF_curr_exp{.cm = 0.25_nF, .tau_m = 10_ms, .tau_syn_E = 2_ms}};
    Projection p{source, cell, OneToOneConnector{}, {0.5_nA, 0.3_ms}};

    sim.run_until(1.2_ms);
    EXPECT_THAT(cell.get("isyn_exc"), Each(0));
    sim.run_until(1.3_ms);
    EXPECT_THAT(cell.get("isyn_exc"), Each(0.5));
    EXPECT_THAT(cell.get("v"), Each(-65));
    sim.run_until(1.4_ms);
    // 0.5 exp(-0.1/2) = 0.47561471225035700454; v rises by 0.5 nA times
    // 10*2/(0.25*8) (exp(-0.1/10) - exp(-0.1/2)) Mohm = 0.38820409248454044482 Mohm. A few
    // roundings.
    EXPECT_NEAR(cell.get("isyn_exc")[0], 0.47561471225035700454, 1e-16);
    EXPECT_NEAR(cell.get("v")[0], -65 + 0.5 * 0.38820409248454044482, 3e-14);
}

TEST(Timing, a_cell_spikes_at_the_end_of_the_step_that_reaches_the_threshold) {
    // v = -65 + 20 mV (1 - exp(-t / 10 ms)) passes -55 mV at 10 ln 2 = 6.93147 ms: step 70. Held
    // for 2 ms, it starts again at step 90 and spikes every 20 + 70 steps.
    Simulation sim{world()};
    Population cell{
        sim,
        1,
        IF_curr_exp{
            .v_rest     = -65_mV,
            .cm         = 0.25_nF,
            .tau_m      = 10_ms,
            .tau_refrac = 2_ms,
            .i_offset   = 0.5_nA,
            .v_reset    = -65_mV,
            .v_thresh   = -55_mV}};
    cell.record({"spikes"});

    sim.run_until(6.9_ms);
    EXPECT_NEAR(cell.get("v")[0], -65 + 20 * (1 - std::exp(-0.69)), 1e-12);
    sim.run_until(7_ms);
    EXPECT_THAT(cell.get("v"), Each(-65));
    sim.run_until(9_ms);
    EXPECT_THAT(cell.get("v"), Each(-65));
    sim.run_until(9.1_ms);
    EXPECT_NEAR(cell.get("v")[0], -65 + 20 * (1 - std::exp(-0.01)), 1e-12);
    sim.run_until(30_ms);
    EXPECT_THAT(spike_steps(cell), ElementsAre(70, 160, 250));
}

TEST(Timing, spikes_pass_from_cell_to_cell_with_their_delays) {
    Simulation        sim{world()};
    const IF_curr_exp fast{.cm = 0.25_nF, .tau_m = 10_ms, .tau_refrac = 2_ms, .tau_syn_E = 0.5_ms};
    Population        source{sim, 1, SpikeSourceArray{.spike_times = Sequence{0_ms, 10_ms}}};
    const auto        kick = [&](const Population& from, const Population& to, double delay) {
        Projection{from, to, OneToOneConnector{}, {100_nA, delay * 1_ms}};
    };
    Population a{sim, 1, fast}, b{sim, 1, fast};
    kick(source, a, 0.1);
    kick(a, b, 2.5);
    for (Population& each : std::vector{source, a, b})
        each.record({"spikes"});

    sim.run(20_ms);

    // 100 nA for one step bring 0.25 nF up by some 36 mV: the step after the arrival.
    EXPECT_THAT(spike_steps(source), ElementsAre(0, 100));
    EXPECT_THAT(spike_steps(a), ElementsAre(2, 102));
    EXPECT_THAT(spike_steps(b), ElementsAre(28, 128));
}

TEST(Timing, does_not_depend_on_the_min_delay_that_is_given) {
    const auto digest = [](std::optional<Time> min_delay) {
        Simulation sim{world(), {.min_delay = min_delay}};
        Population p{sim, 30, IF_curr_exp{.i_offset = uniform(0.5_nA, 2_nA)}};
        p.record({"spikes"});
        Projection ring{p, p, AllToAllConnector{}, {uniform(0_nA, 0.2_nA), uniform(1.2_ms, 3_ms)}};
        sim.run(100_ms);
        EXPECT_GT(p.mean_spike_count(), 2);
        return sim.digest();
    };
    const auto automatic = digest({});
    for (const Time min_delay : {0.1_ms, 0.5_ms, 1.2_ms})
        EXPECT_EQ(digest(min_delay), automatic);
}

// ---------------------------------------------------------------- several runs

TEST(Simulation, gives_the_same_bits_in_one_run_or_many) {
    const auto digest = [](const std::vector<Time>& stops) {
        Simulation sim{world()};
        Population source{sim, 20, SpikeSourcePoisson{.rate = 3_kHz}};
        Population cells{sim, 20, IF_curr_exp{.cm = 0.2_nF}};
        Projection drive{source, cells, OneToOneConnector{}, {0.1_nA, 2_ms}};
        Projection ring{cells, cells, AllToAllConnector{}, {uniform(0_nA, 0.02_nA), 7_ms}};
        cells.record({"spikes"});
        for (const Time stop : stops)
            sim.run_until(stop);
        EXPECT_GT(cells.mean_spike_count(), 1);
        return sim.digest();
    };
    const auto expected = digest({30_ms});
    EXPECT_EQ(digest({0_ms, 0.1_ms, 30_ms}), expected);
    EXPECT_EQ(digest({3.3_ms, 6.9_ms, 7_ms, 7.1_ms, 20_ms, 30_ms}), expected);
    EXPECT_NE(digest({29.9_ms}), expected);
}

TEST(Simulation, takes_new_values_between_runs) {
    Simulation sim{world()};
    Population cell{sim, 1, IF_curr_exp{.cm = 0.25_nF, .tau_m = 10_ms}};
    sim.run(5_ms);
    cell.set("i_offset", 0.25);
    cell.initialize("v", -60.0);
    sim.run(3_ms);
    // From -60 towards -65 + 0.25 * 10 / 0.25 = -55 mV.
    EXPECT_NEAR(cell.get("v")[0], -55 - 5 * std::exp(-0.3), 1e-12);
}

TEST(Simulation, lets_spikes_in_flight_arrive_after_their_source_was_changed) {
    Simulation sim{world()};
    Population array{sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms, 3_ms}}};
    Population cell{sim, 1, IF_curr_exp{}};
    Projection p{array, cell, OneToOneConnector{}, {1_nA, 5_ms}};
    sim.run_until(2_ms);

    array.set("spike_times", Sequence{0.5_ms, 2_ms, 2.1_ms});

    sim.run_until(5.9_ms);
    EXPECT_THAT(cell.get("isyn_exc"), Each(0));
    sim.run_until(6_ms);
    EXPECT_THAT(cell.get("isyn_exc"), Each(1));
    sim.run_until(7_ms);
    const double before = cell.get("isyn_exc")[0];  // 2 ms was over when the times were set
    EXPECT_LT(before, 1);
    sim.run_until(7.1_ms);
    EXPECT_GT(cell.get("isyn_exc")[0], 1.5);
}

TEST(Simulation, lets_connections_carry_what_is_emitted_after_they_were_made) {
    for (const bool fuse : {true, false}) {
        Simulation sim{world(), {.tuning = {.fuse_poisson = fuse}}};
        Population array{sim, 2, SpikeSourceArray{.spike_times = Sequence{0_ms, 1_ms, 2_ms, 3_ms}}};
        Population poisson{sim, 2, SpikeSourcePoisson{.rate = 100_kHz, .duration = 2_ms}};
        Population cells{sim, 2, IF_curr_exp{}};
        Projection first{array, cells, OneToOneConnector{}, {1_nA, 8_ms}};
        sim.run(2_ms);
        EXPECT_EQ(sim.min_delay(), 8_ms);

        Projection second{array, cells, OneToOneConnector{}, {-1_nA, 4_ms}};
        Projection drive{poisson, cells, OneToOneConnector{}, {-1_nA, 0.5_ms}};

        EXPECT_EQ(sim.min_delay(), 0.5_ms);
        sim.run_until(6.9_ms);
        EXPECT_THAT(cells.get("isyn_inh"), Each(0));
        sim.run_until(7_ms);  // of 3 ms
        EXPECT_THAT(cells.get("isyn_inh"), Each(-1));
        EXPECT_THAT(cells.get("isyn_exc"), Each(0));
        sim.run_until(8_ms);  // of 0 ms
        EXPECT_THAT(cells.get("isyn_exc"), Each(1));
    }
}

TEST(Simulation, emits_spikes_of_time_0_once) {
    Simulation sim{world()};
    sim.run(0_ms);
    Population source{sim, 1, SpikeSourceArray{.spike_times = Sequence{-1_ms, 0_ms, 0_ms}}};
    Population cell{sim, 1, IF_curr_exp{}};
    Projection p{source, cell, OneToOneConnector{}, {1_nA, 0.5_ms}};
    source.record({"spikes"});
    sim.run(0_ms);
    source.set("spike_times", Sequence{-1_ms, 0_ms, 0_ms});
    sim.run(0.5_ms);

    EXPECT_THAT(cell.get("isyn_exc"), Each(2));
    EXPECT_THAT(source.get_spike_counts(), ElementsAre(2));
    sim.run(5_ms);
    EXPECT_THAT(source.get_spike_counts(), ElementsAre(2));
}

// ---------------------------------------------------------------- watching and stopping

TEST(Simulation, shows_the_time_of_every_interval) {
    Simulation          sim{world()};
    Population          p{sim, 2, IF_curr_exp{}};
    Projection          ring{p, p, AllToAllConnector{}, {1_nA, 0.4_ms}};
    std::vector<double> times;
    sim.on_interval([&](Time now) { times.push_back(now.value()); });

    sim.run(1_ms);

    EXPECT_THAT(times, ElementsAre(0.4, 0.8, 1.0));
}

TEST(Simulation, stops_at_the_next_exchange_if_one_rank_asks) {
    Simulation sim{world()};
    Population p{sim, 2, IF_curr_exp{}};
    Projection ring{p, p, AllToAllConnector{}, {1_nA, 0.4_ms}};
    int        asked = 0;
    sim.stop_when([&] { return ++asked == 2 && world().rank() == world().size() - 1; });

    sim.run(10_ms);
    EXPECT_TRUE(sim.was_stopped());
    EXPECT_EQ(sim.current_time(), 0.8_ms);
    sim.run(1_ms);
    EXPECT_FALSE(sim.was_stopped());
    EXPECT_EQ(sim.current_time(), 1.8_ms);
}

TEST(Simulation, ends_on_all_ranks_with_the_error_of_one) {
    Simulation sim{world()};
    Population p{sim, 4, IF_curr_exp{}};
    Projection ring{p, p, AllToAllConnector{}, {1_nA, 0.4_ms}};
    sim.on_interval([](Time now) {
        if (now > 2_ms && world().rank() == world().size() - 1) throw std::runtime_error{"no disk"};
    });

    const std::string of = fmt::format(" (rank {} of {})", world().size() - 1, world().size());
    EXPECT_COLLECTIVE_THROW(
        world(), sim.run(10_ms), RunError, "no disk" + (world().size() > 1 ? of : "")
    );
}

// ---------------------------------------------------------------- results

/// Notes what its sinks are told.
class NotingSink final : public ResultSink {
public:
    class Spikes final : public SpikeSink {
    public:
        explicit Spikes(NotingSink& notes) : notes_(notes) {}
        void begin(std::span<const RecordedPopulation> populations, double timestep_ms) override {
            notes_.text += fmt::format("begin {} of {} ms;", populations[0].label, timestep_ms);
            notes_.num_populations = populations.size();
        }
        void write(Step first, Step last, std::span<const std::vector<SpikeRecord>> spikes)
            override {
            notes_.text += fmt::format(" ({}, {}]", first, last);
            EXPECT_EQ(spikes.size(), notes_.num_populations);
            std::uint64_t here = 0;
            for (const SpikeRecord& spike : spikes[0]) {
                EXPECT_GT(spike.step, first);
                EXPECT_LE(spike.step, last);
                ++here;
            }
            notes_.text += fmt::format(" {}", world().sum(here));
        }
        void finish(bool complete) override {
            notes_.text += complete ? " complete" : " incomplete";
        }

    private:
        NotingSink& notes_;
    };
    class Signals final : public SignalSink {
    public:
        explicit Signals(NotingSink& notes) : notes_(notes) {}
        void begin(std::span<const RecordedSignal> signals, double) override {
            notes_.text += fmt::format(
                "begin {} of {} {};", signals[0].variable, signals[0].num_columns, signals[0].label
            );
        }
        void write(std::span<const SignalBlock> blocks) override {
            notes_.text += fmt::format(" {}", blocks[0].num_samples);
        }
        void finish(bool complete) override {
            notes_.text += complete ? " complete" : " incomplete";
        }

    private:
        NotingSink& notes_;
    };

    std::unique_ptr<SpikeSink> spikes(const RecordedStretch& stretch) override {
        if (stretch.number > 0)
            text += fmt::format("; file {} after {} resets ", stretch.number, stretch.resets);
        return std::make_unique<Spikes>(*this);
    }
    std::unique_ptr<SignalSink> signals(const std::string& variable, const RecordedStretch& stretch)
        override {
        text += fmt::format("; {} {} ", variable, stretch.number);
        return std::make_unique<Signals>(*this);
    }
    void publish() override { text += " published"; }

    std::string text;
    std::size_t num_populations = 0;
};

TEST(Simulation, hands_over_windows_that_runs_and_intervals_do_not_change) {
    for (const std::vector<Time>& stops :
         {std::vector{25_ms}, std::vector{3_ms, 9.9_ms, 10_ms, 10.1_ms, 25_ms}}) {
        Simulation sim{world()};
        Population source{
            sim,
            1,
            SpikeSourceArray{.spike_times = Sequence{0_ms, 10_ms, 10.1_ms, 20_ms, 24_ms}},
            {.label = "source"}};
        Population cells{sim, 3, IF_curr_exp{}, {.label = "cells"}};
        Population unseen{sim, 3, IF_curr_exp{}};
        source.record({"spikes"});
        cells.record({"spikes"});
        const auto sink = std::make_shared<NotingSink>();
        sim.write_to(sink, 10_ms);

        for (const Time stop : stops)
            sim.run_until(stop);
        EXPECT_EQ(sink->text, "begin source of 0.1 ms; (-1, 100] 2 (100, 200] 2");
        EXPECT_THAT(source.get_spike_counts(), ElementsAre(5));
        sim.finish_writing();

        EXPECT_EQ(
            sink->text,
            "begin source of 0.1 ms; (-1, 100] 2 (100, 200] 2 (200, 250] 1 complete published"
        );
        EXPECT_EQ(sink->num_populations, 2u);
        EXPECT_TRUE(source.local_spikes().empty());
    }
}

TEST(Simulation, tells_sinks_after_how_many_resets_they_begin) {
    Simulation sim{world()};
    Population source{
        sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms, 4_ms}}, {.label = "source"}};
    source.record({"spikes"});
    const auto sink = std::make_shared<NotingSink>();
    sim.write_to(sink, 10_ms);
    sim.run(2_ms);
    source.record({"spikes"});  // nothing new
    sim.run(3_ms);
    sim.reset();
    sim.reset();
    sim.run(3_ms);
    sim.finish_writing();
    EXPECT_EQ(
        sink->text,
        "begin source of 0.1 ms; (-1, 50] 2 complete; file 1 after 2 resets begin source of 0.1 "
        "ms; (-1, 30] 1 complete published"
    );
}

TEST(Simulation, writes_windows_of_whole_steps_at_any_time_step) {
    for (const auto& [timestep_ms, steps] :
         {std::pair{0.123, 813}, {0.3, 333}, {0.7, 143}, {150.0, 1}}) {
        Simulation sim{world(), {.timestep = Time::in_base_units(timestep_ms)}};
        Population source{sim, 1, SpikeSourceArray{}, {.label = "source"}};
        source.record({"spikes"});
        const auto sink = std::make_shared<NotingSink>();
        sim.write_to(sink);
        sim.run(Time::in_base_units(timestep_ms * 900));
        EXPECT_THAT(sink->text, HasSubstr(fmt::format("; (-1, {}] 0", steps)));
        sim.finish_writing();
    }
}

TEST(Simulation, refuses_to_write_twice_too_late_or_in_odd_windows) {
    Simulation sim{world()};
    const auto sink = std::make_shared<NotingSink>();
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.finish_writing(),
        RecordingError,
        "Simulation: there is nothing to finish. Call write_to first."
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.write_to(sink, 0.25_ms),
        ParameterError,
        "Simulation: the write window must be a positive multiple of the time step 0.1 ms, got "
        "0.25 "
        "ms."
    );
    EXPECT_COLLECTIVE_THROW(world(), sim.write_to(sink, 0_ms), ParameterError, "got 0 ms.");
    Population p{sim, 1, IF_curr_exp{}};
    p.record({"spikes"});
    sim.write_to(sink);
    EXPECT_COLLECTIVE_THROW(
        world(),
        sim.write_to(sink),
        RecordingError,
        "Simulation: results are written to one place only, and write_to was called before."
    );
    sim.run(1_ms);

    Simulation other{world()};
    other.run(1_ms);
    EXPECT_COLLECTIVE_THROW(
        world(),
        other.write_to(sink),
        RecordingError,
        "Simulation: write_to must be called before the first run, and the time is 1 ms."
    );
}

}  // namespace
}  // namespace ranvier

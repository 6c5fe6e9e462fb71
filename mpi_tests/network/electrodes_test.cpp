// What PyNN's own scenario tests of current sources check, in intent; the names tell which.
#include <cmath>
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

const IF_curr_exp passive{.v_thresh = 1_V};

double v_of(Population& p) {
    return p.get("v")[0];
}

double v_after(Simulation& sim, Population& p, Time duration) {
    sim.run(duration);
    return v_of(p);
}

TEST(electrodes, changing_electrode) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 0_nA}};
    dc.inject_into(p);
    const double before = v_after(sim, p, 100_ms);
    dc.set("amplitude", dc.get("amplitude") + 0.1);
    EXPECT_LT(before, v_after(sim, p, 100_ms));
}

TEST(electrodes, issue_321_dc_from_0_is_a_step_at_0_and_an_offset) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive}, q{sim, 1, passive};
    Population    r{sim, 1, IF_curr_exp{.i_offset = 0.3_nA, .v_thresh = 1_V}};
    CurrentSource dc{sim, DCSource{.amplitude = 0.3_nA}};
    CurrentSource step{sim, StepCurrentSource{.times = {0_ms}, .amplitudes = {0.3_nA}}};
    dc.inject_into(p);
    step.inject_into(q);
    sim.run(50_ms);
    EXPECT_EQ(v_of(p), v_of(q));
    EXPECT_NEAR(v_of(p), v_of(r), 1e-11);
}

TEST(electrodes, issue_437_noise_begins_and_ends) {
    for (const Time dt : {0.1_ms, 1_ms}) {
        Simulation    sim{world()};
        Population    p{sim, 1, passive};
        CurrentSource noise{
            sim,
            NoisyCurrentSource{
                .mean = 0.5_nA, .stdev = 0.25_nA, .start = 25_ms, .stop = 75_ms, .dt = dt}};
        noise.inject_into(p);
        noise.record();
        EXPECT_EQ(v_after(sim, p, 25_ms), -65);
        EXPECT_NE(v_after(sim, p, 0.1_ms), -65);
        double v = v_after(sim, p, 49.9_ms);
        for (int k = 0; k < 10; ++k) {
            const double later = v_after(sim, p, 1_ms);
            EXPECT_LT(later, v);
            v = later;
        }
        const auto i = noise.get_data().amplitudes;
        ASSERT_EQ(i.size(), 851u);
        const auto every = static_cast<std::size_t>(std::lround(dt.value() / 0.1));
        for (std::size_t k = 251; k < 750; ++k)
            EXPECT_EQ(i[k] != i[k - 1], (k - 250) % every == 0) << k;
    }
}

TEST(electrodes, issue_442_ac_begins_at_its_start_and_peaks_once_per_period) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive};
    CurrentSource ac{
        sim,
        ACSource{
            .amplitude = 0.5_nA,
            .start     = 22.5_ms,
            .stop      = 122.5_ms,
            .frequency = 100_Hz,
            .offset    = 0.1_nA}};
    ac.inject_into(p);
    p.record({"v"});
    sim.run(150_ms);
    const std::vector<double> v = p.get_data().segments.at(0).signal("v").column(0);
    ASSERT_EQ(v.size(), 1501u);
    EXPECT_EQ(v[225], -65);
    EXPECT_NE(v[226], -65);
    std::vector<double> peaks;  // the last is 5.1 ms before the end of the current
    for (std::size_t k = 226; k < 1200; ++k) {
        if (v[k] > v[k - 1] && v[k] >= v[k + 1]) peaks.push_back(v[k]);
    }
    ASSERT_EQ(peaks.size(), 10u);
    EXPECT_LT(peaks[0], peaks[1]);
    EXPECT_LT(peaks[1], peaks[2]);
    for (std::size_t k = 1226; k < v.size(); ++k)
        ASSERT_LT(v[k], v[k - 1]) << k;
}

TEST(electrodes, issue_451_no_current_before_it_is_changed) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 0_nA, .start = 25_ms, .stop = 50_ms}};
    dc.inject_into(p);
    EXPECT_EQ(v_after(sim, p, 60_ms), -65);
    dc.set("amplitude", 1.0);  // its window has passed
    EXPECT_EQ(v_after(sim, p, 10_ms), -65);
}

TEST(electrodes, issue_465_four_sources_in_one_cell_are_recorded_apart) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive};
    CurrentSource dc{sim, DCSource{.amplitude = 0.5_nA, .start = 50_ms, .stop = 125_ms}};
    CurrentSource ac{
        sim, ACSource{.start = 50_ms, .stop = 125_ms, .frequency = 100_Hz, .offset = 2_nA}};
    CurrentSource step{
        sim, StepCurrentSource{.times = {50_ms, 125_ms}, .amplitudes = {0.5_nA, 0_nA}}};
    CurrentSource noise{sim, NoisyCurrentSource{.mean = 5_nA, .start = 50_ms, .stop = 125_ms}};
    for (CurrentSource* source : {&dc, &ac, &step, &noise}) {
        source->inject_into(p);
        source->record();
    }
    EXPECT_EQ(v_after(sim, p, 50_ms), -65);
    EXPECT_NE(v_after(sim, p, 0.1_ms), -65);
    sim.run_until(100_ms);  // two runs, one record
    sim.run_until(200_ms);
    for (const CurrentSource* source : {&dc, &ac, &step, &noise}) {
        const auto data = source->get_data();
        ASSERT_EQ(data.times.size(), 2001u) << source->type();
        EXPECT_EQ(data.times.front(), 0);
        EXPECT_EQ(data.times.back(), 200);
        EXPECT_EQ(data.amplitudes[499], 0);
        EXPECT_NE(data.amplitudes[500], 0);
        EXPECT_NE(data.amplitudes[1249], 0);
        EXPECT_EQ(data.amplitudes[1250], 0);
        EXPECT_EQ(data.amplitudes[2000], 0);
    }
}

TEST(electrodes, issue_487_windows_may_span_runs_or_begin_in_the_second) {
    Simulation    sim{world()};
    Population    p{sim, 1, passive}, q{sim, 1, passive};
    CurrentSource spanning{sim, DCSource{.amplitude = 0.1_nA, .start = 10_ms, .stop = 40_ms}};
    CurrentSource later{sim, StepCurrentSource{.times = {30_ms}, .amplitudes = {0.1_nA}}};
    spanning.inject_into(p);
    later.inject_into(q);
    sim.run(20_ms);
    const double before = v_of(p);
    EXPECT_EQ(v_of(q), -65);
    sim.run(0.1_ms);
    EXPECT_GT(v_of(p), before);
    sim.run_until(30_ms);
    EXPECT_EQ(v_of(q), -65);
    sim.run(0.1_ms);
    EXPECT_GT(v_of(q), -65);
}

TEST(electrodes, issue_497_the_phase_refers_to_the_start_as_it_is) {
    for (const double phase : {0.0, 90.0}) {
        Simulation    sim{world()};
        Population    p{sim, 1, passive};
        CurrentSource ac{
            sim, ACSource{.amplitude = 0.5_nA, .start = 5_ms, .frequency = 100_Hz, .phase = phase}};
        ac.inject_into(p);
        ac.record();
        ac.set("start", 7.5);
        sim.run(8_ms);
        EXPECT_EQ(ac.get_data().amplitudes[74], 0);
        EXPECT_NEAR(ac.get_data().amplitudes[75], phase == 0 ? 0 : 0.5, 1e-15);
    }
}

TEST(electrodes, issue_759_steps_set_between_runs) {
    Simulation    sim{world()};
    Population    p{sim, 1, IF_curr_exp{}};
    CurrentSource step{sim, StepCurrentSource{.times = {0_ms}, .amplitudes = {0_nA}}};
    step.inject_into(p);
    p.record({"spikes"});
    sim.run(50_ms);
    EXPECT_EQ(p.mean_spike_count(), 0);
    step.set({{"times", {50}}, {"amplitudes", {2}}});
    sim.run(50_ms);
    EXPECT_GE(p.mean_spike_count(), 1);
    step.set({{"times", {100, 120}}, {"amplitudes", {2, 0}}});  // of another length
    EXPECT_EQ(step.get_series("times").size(), 2u);
}

TEST(electrodes, brian_issue_648_injecting_cell_by_cell_is_injecting_into_the_group) {
    Simulation    sim{world()};
    Population    p{sim, 5, passive}, q{sim, 5, passive};
    CurrentSource dc{sim, DCSource{}};
    dc.inject_into(p);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto k = static_cast<std::ptrdiff_t>(4 - i);
        dc.inject_into(network::Selection{
            *sim.network().populations()[1], network::Indices{slice(k, k + 1), 5, "q"}});
    }
    sim.run(5_ms);
    EXPECT_EQ(p.get("v"), q.get("v"));
}

}  // namespace
}  // namespace ranvier

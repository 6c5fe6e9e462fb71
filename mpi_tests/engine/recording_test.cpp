// Recording of groups, as a program meets it: what PyNN's tests of recording check, and more.
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

std::vector<std::size_t> indices_of(const AnalogSignal& signal) {
    std::vector<std::size_t> indices;
    for (const RecordedCell& cell : signal.cells)
        indices.push_back(cell.index);
    return indices;
}

/// v of cell i decays from -60 + i towards v_rest with tau_m, without input.
double decayed(double from, double t, double tau_m = 20, double v_rest = -65) {
    return v_rest + (from - v_rest) * std::exp(-t / tau_m);
}

Population decaying(Simulation& sim, std::size_t size, const std::string& label = "p") {
    Population p{sim, size, IF_curr_exp{}, {.label = label}};
    p.initialize("v", [](std::size_t i) { return -60 + static_cast<double>(i); });
    return p;
}

TEST(recording, samples_from_the_initial_value_to_the_end_of_the_run) {
    for (const SpikeTiming timing : {SpikeTiming::on_grid, SpikeTiming::off_grid}) {
        Simulation sim{world(), {.spike_timing = timing}};
        Population p = decaying(sim, 5);
        p.record({"v"});
        sim.run(3_ms);
        sim.run(7_ms);

        const Block block = p.get_data();

        ASSERT_THAT(block.segments, SizeIs(1));
        EXPECT_EQ(block.name, "p");
        EXPECT_EQ(block.segments[0].name, "segment000");
        EXPECT_EQ(block.segments[0].t_stop, 10);
        const AnalogSignal& v = block.segments[0].signal("v");
        EXPECT_EQ(v.units, "mV");
        EXPECT_EQ(v.t_start, 0);
        EXPECT_EQ(v.sampling_interval, 0.1);
        ASSERT_EQ(v.num_samples, 101u);
        EXPECT_THAT(indices_of(v), ElementsAre(0, 1, 2, 3, 4));
        for (std::size_t i = 0; i < 5; ++i) {
            EXPECT_EQ(v.at(0, i), -60 + static_cast<double>(i));
            for (std::size_t k = 0; k < v.num_samples; ++k)  // 100 steps, a rounding or two each
                EXPECT_NEAR(
                    v.at(k, i), decayed(-60 + double(i), 0.1 * double(k)), 200 * 65 * 1.2e-16
                );
        }
    }
}

TEST(recording, takes_views_lists_and_single_cells_and_their_union) {
    Simulation sim{world()};
    Population p = decaying(sim, 9);
    p[slice(6, 9)].record({"v"}, {.sampling_interval = 0.5_ms});
    p[{2, 7}].record({"v", "isyn_exc"});
    p[4].record({"spikes", "v"});
    sim.run(2_ms);

    const Segment segment = p.get_data().segments.at(0);

    EXPECT_THAT(indices_of(segment.signal("v")), ElementsAre(2, 4, 6, 7, 8));
    EXPECT_EQ(segment.signal("v").num_samples, 5u);
    EXPECT_EQ(segment.signal("v").sampling_interval, 0.5);
    EXPECT_THAT(indices_of(segment.signal("isyn_exc")), ElementsAre(2, 7));
    EXPECT_EQ(segment.signal("isyn_exc").num_samples, 21u) << "an interval of its own";
    ASSERT_THAT(segment.spiketrains, SizeIs(1)) << "also silent cells have a train";
    EXPECT_EQ(segment.spiketrains[0].cell, (RecordedCell{"p", 4}));

    const Segment part = p[slice(0, 7)].get_data({"v"}).segments.at(0);
    EXPECT_THAT(indices_of(part.signal("v")), ElementsAre(2, 4, 6));
    EXPECT_EQ(part.signal("v").at(4, 1), segment.signal("v").at(4, 1));
    EXPECT_THAT(part.analogsignals, SizeIs(1));
    EXPECT_THAT(part.spiketrains, IsEmpty());
}

TEST(recording, of_an_assembly_joins_the_columns_of_its_populations) {
    Simulation sim{world()};
    Population p1 = decaying(sim, 11, "p1");
    Population p2{sim, 7, IF_curr_exp{.tau_m = 10_ms}, {.label = "p2"}};
    Assembly   all{"all", p1[slice(2, 7)], p2};
    all.record({"v"});
    p2.record({"isyn_inh"});
    sim.run(100_ms);

    const Segment       joined = all.get_data().segments.at(0);
    const AnalogSignal& v      = joined.signal("v");
    const AnalogSignal  second = p2.get_data().segments.at(0).signal("v");

    EXPECT_EQ(v.num_samples, 1001u);
    EXPECT_THAT(indices_of(v), ElementsAre(2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6));
    EXPECT_EQ(v.cells[5], (RecordedCell{"p2", 0}));
    EXPECT_EQ(v.column(8), second.column(3));
    EXPECT_EQ(joined.signal("isyn_inh").num_cells(), 7u);
}

TEST(recording, local_data_are_the_columns_of_owned_cells) {
    Simulation sim{world()};
    Population p = decaying(sim, 7);
    p.record({"v", "spikes"});
    sim.run(1_ms);

    const AnalogSignal all   = p.get_data().segments.at(0).signal("v");
    const Segment      local = p.get_local_data().segments.at(0);

    std::size_t compared = 0;
    for (std::size_t c = 0; c < local.signal("v").num_cells(); ++c) {
        EXPECT_EQ(local.signal("v").column(c), all.column(local.signal("v").cells[c].index));
        ++compared;
    }
    EXPECT_COMPARED_ALL(world(), compared, 7u);
    EXPECT_COMPARED_ALL(world(), local.spiketrains.size(), 7u);
}

TEST(recording, of_a_rank_without_cells_has_the_shape_and_the_units) {
    Simulation sim{world()};
    Population p = decaying(sim, 1);
    p.record({"v", "spikes"});
    sim.run(1_ms);

    const Segment      local = p.get_local_data().segments.at(0);
    const AnalogSignal all   = p.get_data().segments.at(0).signal("v");
    const AnalogSignal v     = local.signal("v");

    EXPECT_EQ(v.units, "mV");
    EXPECT_EQ(v.num_samples, 11u);
    EXPECT_EQ(v.sampling_interval, 0.1);
    EXPECT_EQ(v.num_cells(), p.local_size());
    EXPECT_EQ(v.values.size(), 11 * p.local_size());
    EXPECT_THAT(local.spiketrains, SizeIs(p.local_size()));
    EXPECT_EQ(local.t_stop, 1);
    EXPECT_EQ(all.num_cells(), 1u);
    EXPECT_EQ(all.num_samples, 11u);
}

TEST(recording, without_a_sample_yet_is_a_signal_of_length_zero) {
    Simulation sim{world()};
    Population p = decaying(sim, 5);
    Population q = decaying(sim, 2, "q");
    p.record({"v", "spikes"});
    EXPECT_THAT(p.get_data().segments, IsEmpty()) << "no time has passed";
    EXPECT_THAT(p.get_local_data().segments, IsEmpty());
    EXPECT_EQ(p.get_data().name, "p");
    p.stop_recording();
    sim.run(2_ms);
    p[{1, 3, 4}].record({"v"}, {.sampling_interval = 0.5_ms});
    q.record({"v"}, {.sampling_interval = 0.5_ms});

    const Segment      segment = (p + q).get_data({"v"}).segments.at(0);
    const AnalogSignal v       = segment.signal("v");
    const AnalogSignal local   = p.get_local_data({"v"}).segments.at(0).signal("v");

    EXPECT_EQ(segment.t_stop, 2);
    EXPECT_THAT(segment.analogsignals, SizeIs(1));
    EXPECT_EQ(v.units, "mV");
    EXPECT_EQ(v.t_start, 2);
    EXPECT_EQ(v.sampling_interval, 0.5);
    EXPECT_EQ(v.num_samples, 0u);
    EXPECT_THAT(v.values, IsEmpty());
    EXPECT_THAT(indices_of(v), ElementsAre(1, 3, 4, 0, 1));
    EXPECT_EQ(v.cells[3].population, "q");
    EXPECT_THAT(v.column(4), IsEmpty());
    EXPECT_EQ(local.units, "mV");
    EXPECT_EQ(local.num_samples, 0u);
    EXPECT_COMPARED_ALL(world(), local.num_cells(), 3u);

    sim.run(1_ms);
    EXPECT_EQ((p + q).get_data({"v"}).segments.at(0).signal("v").num_samples, 3u);
    p[0].record({"v"});  // goes on with other cells: what there is comes first, and alone
    EXPECT_THAT(p.get_data({"v"}).segments.at(0).analogsignals, SizeIs(1));
    EXPECT_EQ(p.get_data({"v"}).segments.at(0).signal("v").num_samples, 3u);
}

TEST(recording, spikes_are_those_of_the_given_times_up_to_now) {
    Simulation sim{world()};
    Population source{
        sim,
        3,
        SpikeSourceArray{
            .spike_times = std::vector<Sequence>{{1_ms, 2_ms, 2_ms}, {}, {0_ms, 3_ms, 30_ms}}},
        {.label = "source"}};
    source[{0, 2}].record({"spikes"});
    sim.run(10_ms);

    const Segment segment = source.get_data().segments.at(0);

    ASSERT_THAT(segment.spiketrains, SizeIs(2));
    EXPECT_THAT(segment.spiketrains[0].times, ElementsAre(1, 2, 2));
    EXPECT_THAT(segment.spiketrains[1].times, ElementsAre(0, 3));
    EXPECT_THAT(source.get_spike_counts(), ElementsAre(3, 0, 2));
    EXPECT_EQ(source.mean_spike_count(), 2.5) << "of the recorded cells";
    EXPECT_EQ(source[slice(1, 3)].num_spikes(), 2u);
    sim.run(30_ms);
    EXPECT_THAT(source.get_data().segments.at(0).spiketrains[1].times, ElementsAre(0, 3, 30));
}

TEST(recording, counts_the_spikes_of_an_assembly_in_its_order) {
    Simulation sim{world()};
    Population one{
        sim, 2, SpikeSourceArray{.spike_times = std::vector<Sequence>{{1_ms, 2_ms}, {}}}};
    Population other{
        sim,
        3,
        SpikeSourceArray{.spike_times = std::vector<Sequence>{{3_ms}, {4_ms, 5_ms, 6_ms}, {}}}};
    Assembly recorded = one + other[{1, 2}];
    recorded.record({"spikes"});
    sim.run(10_ms);

    EXPECT_THAT(recorded.get_spike_counts(), ElementsAre(2, 0, 3, 0));
    EXPECT_EQ(recorded.num_spikes(), 5u);
    EXPECT_EQ(recorded.mean_spike_count(), 1.25);
    EXPECT_COMPARED_ALL(world(), recorded.get_local_spike_counts().size(), 4u);
    EXPECT_THAT((other + one).get_spike_counts(), ElementsAre(0, 3, 0, 2, 0));
    EXPECT_EQ((other + one).mean_spike_count(), 1.25) << "of the recorded cells";
}

TEST(recording, a_reset_begins_a_segment_and_segments_are_equal) {
    Simulation sim{world(), {.timestep = 1_ms}};
    Population p{sim, 3, IF_curr_exp{.i_offset = 0.1_nA}};
    EXPECT_THAT(p.get_data().segments, IsEmpty()) << "nothing has run";
    p.record({"v", "spikes"});
    for (int repetition = 0; repetition < 3; ++repetition) {
        sim.run(10_ms);
        sim.reset();
    }
    sim.reset();

    const Block block = p.get_data();

    ASSERT_THAT(block.segments, SizeIs(3)) << "none without a run";
    EXPECT_EQ(block.segments[2].name, "segment002");
    for (const Segment& segment : block.segments) {
        EXPECT_EQ(segment.signal("v").num_samples, 11u);
        EXPECT_EQ(segment.signal("v").values, block.segments[0].signal("v").values);
        EXPECT_EQ(segment.t_stop, 10);
    }
}

TEST(recording, a_segment_has_what_was_recorded_in_it) {
    Simulation sim{world()};
    Population p{sim, 14, EIF_cond_exp_isfa_ista{.i_offset = 1_nA}};
    p.record({"v"});
    sim.run(12.3_ms);
    sim.run(13.4_ms);
    sim.reset();
    p.record({"spikes", "w"});
    sim.run(14.5_ms);

    const Block block = p.get_data();

    ASSERT_THAT(block.segments, SizeIs(2));
    EXPECT_THAT(block.segments[0].analogsignals, SizeIs(1));
    EXPECT_EQ(block.segments[0].signal("v").num_samples, 258u);
    EXPECT_THAT(block.segments[0].spiketrains, IsEmpty());
    EXPECT_THAT(block.segments[1].analogsignals, SizeIs(2));
    EXPECT_EQ(block.segments[1].signal("w").num_samples, 146u);
    EXPECT_EQ(block.segments[1].signal("w").units, "nA");
    EXPECT_THAT(block.segments[1].spiketrains, SizeIs(14));
    EXPECT_TRUE(p.can_record("w"));
    EXPECT_TRUE(p.can_record("spikes"));
    EXPECT_FALSE(p.can_record("foo"));
}

TEST(recording, cleared_data_begin_with_the_last_sample_and_spikes_come_once) {
    Simulation sim{world()};
    Population source{
        sim, 1, SpikeSourceArray{.spike_times = Sequence{0.1_ms, 10_ms, 10.1_ms, 12.3_ms, 100_ms}}};
    Population p = decaying(sim, 4);
    source.record({"spikes"});
    p.record({"v"});
    std::vector<std::vector<double>> trains;
    std::vector<double>              seams;
    for (int k = 0; k < 3; ++k) {
        sim.run(10_ms);
        trains.push_back(source.get_data({}, {.clear = true}).segments.at(0).spiketrains.at(0).times
        );
        const Segment       segment = p.get_data({}, {.clear = true}).segments.at(0);
        const AnalogSignal& v       = segment.signal("v");
        EXPECT_EQ(v.num_samples, 101u);
        EXPECT_EQ(v.t_start, 10.0 * k);
        EXPECT_EQ(segment.t_start, 10.0 * k);
        seams.push_back(v.at(0, 1));
        seams.push_back(v.at(100, 1));
    }
    EXPECT_THAT(trains, ElementsAre(ElementsAre(0.1, 10), ElementsAre(10.1, 12.3), IsEmpty()));
    EXPECT_EQ(seams[1], seams[2]);
    EXPECT_EQ(seams[3], seams[4]);
    EXPECT_EQ(source.num_spikes(), 0u);
    sim.reset();
    EXPECT_THAT(p.get_data().segments, IsEmpty()) << "what was cleared is no segment";
}

TEST(recording, other_cells_after_a_stop_are_a_signal_of_their_own) {
    Simulation sim{world()};
    Population p = decaying(sim, 6);
    p[3].record({"v"});
    sim.run(10_ms);
    p.stop_recording();
    sim.run(5_ms);
    p[4].record({"v"}, {.sampling_interval = 1_ms});
    sim.run(10_ms);

    const Segment segment = p.get_data().segments.at(0);

    ASSERT_THAT(segment.analogsignals, SizeIs(2));
    EXPECT_THAT(indices_of(segment.analogsignals[0]), ElementsAre(3));
    EXPECT_EQ(segment.analogsignals[0].num_samples, 101u);
    EXPECT_THAT(indices_of(segment.analogsignals[1]), ElementsAre(4));
    EXPECT_EQ(segment.analogsignals[1].t_start, 15);
    EXPECT_EQ(segment.analogsignals[1].num_samples, 11u);
    EXPECT_NEAR(segment.analogsignals[1].at(0, 0), decayed(-56, 15), 1e-11);

    const Segment of_one_cell = p[4].get_data().segments.at(0);
    ASSERT_THAT(of_one_cell.analogsignals, SizeIs(1)) << "none of other cells alone";
    EXPECT_EQ(of_one_cell.signal("v").column(0), segment.analogsignals[1].column(0));

    sim.reset();  // PyNN's reset_recording: each segment has its own channel
    p.stop_recording();
    p[5].record({"v"});
    sim.run(1_ms);
    const Block block = p.get_data();
    ASSERT_THAT(block.segments, SizeIs(2));
    EXPECT_THAT(indices_of(block.segments[1].signal("v")), ElementsAre(5));
    EXPECT_EQ(block.segments[1].signal("v").at(0, 0), -55);
}

TEST(recording, v_of_a_refractory_cell_is_v_reset_and_input_is_seen_when_it_arrives) {
    Simulation sim{world()};
    Population source{sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms}}};
    Population p{sim, 2, IF_cond_exp{.tau_refrac = 2_ms, .v_reset = -70_mV}};
    Projection{source, p, AllToAllConnector{}, {5_uS, 1_ms}};
    p.record({"v", "gsyn_exc"});
    sim.run(4_ms);

    const Segment       segment = p.get_data().segments.at(0);
    const AnalogSignal& g       = segment.signal("gsyn_exc");
    EXPECT_EQ(g.units, "uS");
    EXPECT_EQ(g.at(19, 0), 0);
    EXPECT_EQ(g.at(20, 0), 5) << "the spike of 1 ms with a delay of 1 ms";
    const std::vector<double> v = segment.signal("v").column(1);
    EXPECT_EQ(v[20], -65);
    EXPECT_THAT(std::vector(v.begin() + 21, v.begin() + 40), Each(-70)) << "spikes at 2.1 ms";
    for (const double value : v)
        EXPECT_LT(value, -50) << "no sample shows the threshold crossed";
}

TEST(recording, refuses_what_cannot_be_recorded_on_all_ranks) {
    Simulation sim{world()};
    Population p{sim, 3, IF_curr_exp{}, {.label = "L5I"}};
    Population source{sim, 3, SpikeSourcePoisson{}, {.label = "noise"}};
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.record({"spikes", "V"}),
        RecordingError,
        "Population \"L5I\": cannot record \"V\". IF_curr_exp records \"v\", \"spikes\", "
        "\"isyn_exc\", \"isyn_inh\"."
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p[slice(0, 2)].record({"V"}), RecordingError, "\"L5I\": cannot record \"V\""
    );
    EXPECT_COLLECTIVE_THROW(world(), p[1].record({"V"}), RecordingError, "cannot record \"V\"");
    EXPECT_COLLECTIVE_THROW(world(), p.num_spikes(), RecordingError, "its spikes are not recorded");
    EXPECT_COLLECTIVE_THROW(
        world(), (p + source).record({"v"}), RecordingError, "\"noise\": cannot record \"v\""
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.record({"v"}, {.sampling_interval = 0.25_ms}),
        RecordingError,
        "the sampling interval must be a positive multiple of the time step 0.1 ms, got 0.25 ms."
    );
    p.record({"v"}, {.sampling_interval = 1_ms});
    p.record({"v"}, {.sampling_interval = 1_ms});
    p[0].record({"v"});
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.record({"v"}, {.sampling_interval = 2_ms}),
        RecordingError,
        "Population \"L5I\": v is recorded every 1 ms; it cannot be recorded every 2 ms"
    );
    if (world().size() > 1) {
        const bool odd = world().rank() == 1;
        EXPECT_COLLECTIVE_THROW(
            world(),
            p.record({odd ? "isyn_exc" : "isyn_inh"}),
            CommunicationError,
            "the ranks do not ask for the same"
        );
    }
    sim.run(2_ms);
    EXPECT_EQ(p.get_data().segments.at(0).signal("v").num_samples, 3u);
}

TEST(recording, changes_neither_spikes_nor_state) {
    std::vector<std::uint64_t> digests;
    for (const bool records : {false, true}) {
        Simulation sim{world()};
        Population p{sim, 20, EIF_cond_exp_isfa_ista{.i_offset = uniform(0.5_nA, 1_nA)}};
        Projection{p, p, FixedProbabilityConnector{.p_connect = 0.3}, {0.01_uS, 1_ms}};
        if (records) p.record({"v", "w", "gsyn_exc", "spikes"});
        sim.run(100_ms);
        digests.push_back(sim.digest());
    }
    EXPECT_EQ(digests[0], digests[1]);
}

}  // namespace
}  // namespace ranvier

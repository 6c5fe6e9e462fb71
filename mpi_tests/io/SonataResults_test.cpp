#include "ranvier/io/SonataResults.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/io/run_report.hpp"
#include "ranvier/ranvier.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include "support/result_files.hpp"
#include <fmt/format.h>

namespace ranvier {
namespace {

namespace fs = std::filesystem;
using test::files_in;
using test::read_dataset;
using testing::ElementsAre;

std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const auto& [name, text] : files_in(directory))
        names.insert(name);
    return names;
}

/// A network with everything that is recorded, in files.
struct Recorded {
    Recorded(const Communicator& comm, const fs::path& directory, double flush_interval_s = 60)
        : sim(comm, {.seed = 5}),
          source(sim, 30, SpikeSourcePoisson{.rate = 200_Hz}, {.label = "source"}),
          cells(sim, 50, IF_cond_exp{.tau_m = uniform(10_ms, 20_ms)}, {.label = "cells"}),
          few(sim, 2, IF_curr_exp{.i_offset = 1_nA}, {.label = "few"}) {
        Projection{source, cells, FixedProbabilityConnector{.p_connect = 0.3}, {0.02_uS, 1.5_ms}};
        source[slice(0, 20)].record({"spikes"});
        (cells + few).record({"spikes", "v"});
        cells[{3, 4, 40}].record({"gsyn_exc"}, {.sampling_interval = 0.5_ms});
        sim.write_to(
            std::make_shared<SonataResults>(
                comm, directory, SonataOptions{.flush_interval_s = flush_interval_s}
            ),
            20_ms
        );
    }

    Simulation sim;
    Population source, cells, few;
};

TEST(SonataResults, bytes_depend_neither_on_ranks_nor_on_splits_nor_on_flushes) {
    const Communicator                              world;
    const test::ScratchDirectory                    folder{world};
    std::vector<std::map<std::string, std::string>> runs;
    for (int ranks = 1; ranks <= world.size(); ++ranks) {
        for (const bool in_pieces : {false, true}) {
            const Communicator part      = world.split(world.rank() < ranks ? 0 : -1);
            const fs::path     directory = folder / fmt::format("{}{}", ranks, in_pieces);
            if (part) {
                Recorded network{part, directory, in_pieces ? 0 : 1e9};
                for (const Time stop : in_pieces ? std::vector{0_ms, 3.3_ms, 20_ms, 71.7_ms, 90_ms}
                                                 : std::vector{90_ms})
                    network.sim.run_until(stop);
                network.sim.finish_writing();
            }
            world.barrier();
            runs.push_back(files_in(directory));
            EXPECT_TRUE(runs.back() == runs.front()) << ranks << " ranks, pieces " << in_pieces;
        }
    }
    EXPECT_THAT(names_in(folder / "1false"), ElementsAre("gsyn_exc.h5", "spikes.h5", "v.h5"));
    EXPECT_GT(runs[0]["v.h5"].size(), 901u * 52 * 4);
}

TEST(SonataResults, files_hold_what_memory_would) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Segment                      kept;
    for (const bool in_files : {false, true}) {
        Simulation sim{comm};
        Population p{sim, 9, IF_curr_exp{.i_offset = uniform(0.8_nA, 1.2_nA)}, {.label = "p"}};
        p.record({"spikes", "v"});
        if (in_files) sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
        sim.run(250_ms);
        if (!in_files) {
            kept = p.get_data().segments.at(0);
            continue;
        }
        EXPECT_COLLECTIVE_THROW(comm, p.get_data(), RecordingError, "goes to files (write_to)");
        EXPECT_TRUE(p.local_spikes().size() < 9u * 10) << "windows that are over are written";
        sim.finish_writing();
    }
    comm.barrier();
    const auto v = read_dataset<float>(folder / "v.h5", "/report/p/data", H5T_NATIVE_FLOAT);
    ASSERT_ON_ALL_RANKS(v.size() == 2501u * 9);
    for (std::size_t k = 0; k < v.size(); ++k)
        ASSERT_EQ(v[k], static_cast<float>(kept.signal("v").values[k]));
    const auto times =
        read_dataset<double>(folder / "spikes.h5", "/spikes/p/timestamps", H5T_NATIVE_DOUBLE);
    const auto ids =
        read_dataset<std::uint64_t>(folder / "spikes.h5", "/spikes/p/node_ids", H5T_NATIVE_UINT64);
    std::vector<std::vector<double>> trains(9);
    for (std::size_t k = 0; k < times.size(); ++k)
        trains[ids[k]].push_back(times[k]);
    EXPECT_GT(times.size(), 9u);
    for (std::size_t i = 0; i < 9; ++i)
        EXPECT_EQ(trains[i], kept.spiketrains.at(i).times);
}

TEST(SonataResults, a_gap_other_cells_or_a_reset_go_on_in_a_numbered_file) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Simulation                   sim{comm};
    Population                   p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    p.initialize("v", [](std::size_t i) { return -60 + static_cast<double>(i); });
    p.record({"spikes"});
    p[3].record({"v"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
    sim.run(10_ms);
    p[4].record({"v"});  // other columns
    sim.run(5_ms);
    p.stop_recording();
    sim.run(5_ms);
    p[5].record({"v"}, {.sampling_interval = 1_ms});  // after a gap
    sim.run(10_ms);
    EXPECT_EQ(names_in(folder.path()).count("v.h5"), 0u) << "no final name before the end";
    sim.reset();
    sim.run(2_ms);
    sim.finish_writing();
    comm.barrier();

    EXPECT_THAT(
        names_in(folder.path()),
        ElementsAre("spikes.h5", "v.h5", "v_seg001.h5", "v_seg002.h5", "v_seg003.h5")
    );
    const auto shape = [&](const std::string& name) {
        const auto time =
            read_dataset<double>(folder / name, "/report/p/mapping/time", H5T_NATIVE_DOUBLE);
        const auto ids = read_dataset<std::uint64_t>(
            folder / name, "/report/p/mapping/node_ids", H5T_NATIVE_UINT64
        );
        const auto  data = read_dataset<float>(folder / name, "/report/p/data", H5T_NATIVE_FLOAT);
        std::string text = fmt::format("from {} every {}, cells", time[0], time[2]);
        for (const auto id : ids)
            text += fmt::format(" {}", id);
        return text + fmt::format(", {} samples, first {:.3f}", data.size() / ids.size(), data[0]);
    };
    EXPECT_EQ(shape("v.h5"), "from 0 every 0.1, cells 3, 101 samples, first -57.000");
    EXPECT_EQ(shape("v_seg001.h5"), "from 10 every 0.1, cells 3 4, 51 samples, first -60.148");
    EXPECT_EQ(shape("v_seg002.h5"), "from 20 every 1, cells 5, 11 samples, first -61.321");
    EXPECT_EQ(shape("v_seg003.h5"), "from 0 every 1, cells 5, 3 samples, first -55.000");
}

TEST(SonataResults, replaces_an_earlier_run_when_it_is_complete_and_not_before) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   run = [&](double duration_ms, int segments, bool complete) {
        Simulation sim{comm};
        Population p{sim, 3, IF_curr_exp{.i_offset = 1_nA}, {.label = "p"}};
        p.record({"spikes", "v"});
        sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
        for (int k = 0; k < segments; ++k) {
            sim.run(Time::in_base_units(duration_ms));
            if (k + 1 < segments) sim.reset();
        }
        sim.finish_writing(complete);
        comm.barrier();
        return files_in(folder.path());
    };
    const auto two = run(20, 2, true);
    EXPECT_EQ(two.size(), 4u);
    comm.barrier();
    auto failed = run(30, 1, false);
    EXPECT_EQ(failed.erase("v.h5.part") + failed.erase("spikes.h5.part"), 2u);
    EXPECT_TRUE(failed == two) << "the earlier results are still there";
    comm.barrier();
    const auto one = run(30, 1, true);
    EXPECT_EQ(one.size(), 2u) << "no later segments of the earlier run";
    EXPECT_NE(one.at("v.h5"), two.at("v.h5"));
}

/// How many resets came before what is in a file.
int resets_of(const fs::path& path) {
    const hid_t file      = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t attribute = H5Aopen(file, "ranvier_resets", H5P_DEFAULT);
    int         resets    = -1;
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_INT, &resets), 0);
    H5Aclose(attribute);
    H5Fclose(file);
    return resets;
}

TEST(SonataResults, tell_which_files_belong_together_whatever_their_numbers) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Simulation                   sim{comm};
    Population                   p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    Population                   q{sim, 6, IF_curr_exp{}, {.label = "q"}};
    p.record({"spikes", "v"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
    sim.run(10_ms);
    q.record({"v"});  // another file of v, none of spikes
    sim.run(10_ms);
    sim.reset();
    sim.run(10_ms);
    sim.finish_writing();
    comm.barrier();
    const auto expect = [&](const char* name, int resets) {
        EXPECT_EQ(resets_of(folder / name), resets) << name;
    };
    expect("spikes.h5", 0);
    expect("v.h5", 0);
    expect("v_seg001.h5", 0);
    expect("spikes_seg001.h5", 1);
    expect("v_seg002.h5", 1);
}

TEST(SonataResults, go_on_in_the_same_file_if_the_same_cells_are_recorded_again) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Simulation                   sim{comm};
    Population                   p{sim, 6, IF_curr_exp{.i_offset = 1_nA}, {.label = "p"}};
    p[slice(0, 3)].record({"spikes", "v"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
    sim.run(50_ms);
    for (const std::size_t cell : {0u, 2u})  // on some ranks nothing, on others what they have
        p[cell].record({"spikes", "v"});
    p[slice(0, 3)].record({"spikes", "v"});
    sim.run(50_ms);
    EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{"spikes.h5.part", "v.h5.part"}));
    p[5].record({"spikes"});  // on one rank something new
    sim.run(50_ms);
    sim.finish_writing();
    comm.barrier();
    EXPECT_EQ(
        names_in(folder.path()), (std::set<std::string>{"spikes.h5", "spikes_seg001.h5", "v.h5"})
    );
}

/// A short run that records some variables.
void run_and_write(
    const Communicator&             comm,
    const fs::path&                 directory,
    const std::vector<std::string>& variables,
    const std::string&              text = {}
) {
    Simulation sim{comm};
    Population p{sim, 3, IF_curr_exp{.i_offset = 1_nA}, {.label = "p"}};
    p.record(variables);
    const auto results = std::make_shared<SonataResults>(comm, directory);
    sim.write_to(results);
    sim.run(10_ms);
    if (!text.empty()) results->attach("run.json", text);
    sim.finish_writing();
}

TEST(SonataResults, leave_no_other_kinds_of_an_earlier_run_and_all_that_is_not_theirs) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    RunReport                    report;
    report.network = "small";
    run_and_write(comm, folder.path(), {"spikes", "v", "isyn_exc"}, to_json(report));
    {
        Simulation       sim{comm};
        Population       p{sim, 3, IF_curr_exp{}, {.label = "p"}};
        const Projection made{p, p, OneToOneConnector{}};
        save_connections(made, folder / "edges.h5");
    }
    if (comm.is_root()) {
        fs::copy_file(folder / "v.h5", folder / "v_before.h5");
        fs::copy_file(folder / "v.h5", folder / "w.h5.part");
        fs::create_symlink("v_before.h5", folder / "v_seg100.h5");
        std::ofstream{folder / "u.h5"} << "no HDF5 file";
        std::ofstream{folder / "spikes.h5.earlier"} << "a user's copy";
    }
    comm.barrier();
    EXPECT_EQ(names_in(folder.path()).size(), 10u);
    run_and_write(comm, folder.path(), {"spikes"});
    comm.barrier();
    EXPECT_THAT(
        names_in(folder.path()),
        ElementsAre(
            "edges.h5",
            "spikes.h5",
            "spikes.h5.earlier",
            "u.h5",
            "v_before.h5",
            "v_seg100.h5",
            "w.h5.part"
        )
    );
}

TEST(SonataResults, leave_nothing_of_an_earlier_run_if_nothing_is_recorded) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    run_and_write(comm, folder.path(), {"spikes", "v"});
    run_and_write(comm, folder.path(), {});
    comm.barrier();
    EXPECT_THAT(names_in(folder.path()), ElementsAre("spikes.h5", "v.h5")) << "nothing is replaced";
    comm.barrier();
    run_and_write(comm, folder.path(), {}, "{}");
    comm.barrier();
    EXPECT_THAT(names_in(folder.path()), ElementsAre("run.json"));
    comm.barrier();
}

TEST(SonataResults, of_two_simulations_at_a_time_stay_side_by_side) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Recorded                     first{comm, folder.path()};
    first.sim.run(20_ms);
    Simulation second{comm};
    Population p{second, 3, IF_curr_exp{}, {.label = "p"}};
    p.record({"isyn_exc"});
    second.write_to(std::make_shared<SonataResults>(comm, folder.path()));
    second.run(10_ms);
    first.sim.finish_writing();
    second.finish_writing();
    comm.barrier();
    EXPECT_THAT(
        names_in(folder.path()), ElementsAre("gsyn_exc.h5", "isyn_exc.h5", "spikes.h5", "v.h5")
    );
}

TEST(SonataResults, nothing_looks_finished_if_the_attached_text_cannot_be_written) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const std::set<std::string>  parts{"spikes.h5.part", "v.h5.part"};
    if (comm.is_root()) fs::create_directories(folder / "run.json.part" / "in the way");
    EXPECT_COLLECTIVE_THROW(
        comm, run_and_write(comm, folder.path(), {"spikes", "v"}, "{}"), FileError, "run.json.part"
    );
    comm.barrier();
    EXPECT_EQ(names_in(folder.path()), parts);
    comm.barrier();
    if (comm.is_root()) {
        fs::remove_all(folder / "run.json.part");
        fs::create_directories(folder / "run.json" / "in the way");
    }
    EXPECT_COLLECTIVE_THROW(
        comm, run_and_write(comm, folder.path(), {"spikes", "v"}, "{}"), FileError, "cannot replace"
    );
    comm.barrier();
    EXPECT_EQ(
        names_in(folder.path()).count("spikes.h5") + names_in(folder.path()).count("v.h5"), 0u
    );
    comm.barrier();
}

TEST(SonataResults, of_an_earlier_run_are_back_if_these_cannot_have_their_names) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    run_and_write(comm, folder.path(), {"spikes", "v"}, "{\"first\": 1}");
    comm.barrier();
    const auto before = files_in(folder.path());
    comm.barrier();
    if (comm.is_root()) fs::create_directories(folder / "isyn_exc.h5" / "in the way");
    EXPECT_COLLECTIVE_THROW(
        comm,
        run_and_write(comm, folder.path(), {"spikes", "v", "isyn_exc"}, "{}"),
        FileError,
        "cannot replace"
    );
    comm.barrier();
    auto after = files_in(folder.path());
    EXPECT_EQ(std::erase_if(after, [](const auto& f) { return f.first.ends_with(".part"); }), 4u);
    EXPECT_TRUE(after == before);
    comm.barrier();
}

TEST(SonataResults, that_are_not_finished_are_warned_of_once) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   said = [&](bool finished, bool failed) {
        testing::internal::CaptureStderr();
        try {
            Recorded network{comm, folder.path()};
            network.sim.run(20_ms);
            if (finished) network.sim.finish_writing();
            if (failed) throw RunError("something else");
        } catch (const RunError&) {
        }
        return testing::internal::GetCapturedStderr();
    };
    const std::string text = said(false, false);
    EXPECT_EQ(text.find("finish_writing was not called") != std::string::npos, comm.is_root());
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), comm.is_root() ? 1 : 0);
    EXPECT_EQ(said(false, true), "");
    EXPECT_EQ(said(true, false), "");
}

TEST(SonataResults, are_named_together_or_not_at_all) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    if (comm.is_root()) fs::create_directories(folder / "v.h5" / "in the way");
    Simulation sim{comm};
    Population p{sim, 3, IF_curr_exp{.i_offset = 1_nA}, {.label = "p"}};
    p.record({"spikes", "v"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
    sim.run(10_ms);
    EXPECT_COLLECTIVE_THROW(comm, sim.finish_writing(), FileError, "cannot replace");
    comm.barrier();
    EXPECT_FALSE(fs::exists(folder / "spikes.h5"));
    EXPECT_TRUE(fs::exists(folder / "spikes.h5.part") && fs::exists(folder / "v.h5.part"));
    comm.barrier();
}

TEST(SonataResults, belong_to_one_job_at_a_time) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm}, alone{comm};
    const auto                   results = [&](const fs::path& directory, bool and_another) {
        Recorded first{comm, directory};
        first.sim.run(20_ms);
        if (and_another) {
            Recorded second{comm, directory};
            EXPECT_COLLECTIVE_THROW(comm, second.sim.run(20_ms), FileError, "by another job");
        }
        first.sim.run(20_ms);
        first.sim.finish_writing();
        comm.barrier();
        return files_in(directory);
    };
    EXPECT_TRUE(results(folder.path(), true) == results(alone.path(), false));
    Recorded later{comm, folder.path()};
    later.sim.run(20_ms);
    later.sim.finish_writing();
}

TEST(SonataResults, memory_does_not_grow_with_the_simulated_time) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Simulation                   sim{comm};
    Population                   p{sim, 400, IF_curr_exp{}, {.label = "p"}};
    p.record({"v"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()), 10_ms);
    std::vector<std::size_t> held;
    for (int k = 0; k < 20; ++k) {
        sim.run(50_ms);
        held.push_back(p.record().recording.signals[0].chunk.values.capacity());
    }
    EXPECT_LE(held.back(), held[0]);
    EXPECT_LE(held.back(), 2 * (400 * 102u));
    sim.finish_writing();
}

}  // namespace
}  // namespace ranvier

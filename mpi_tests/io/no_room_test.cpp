// What a file that finds no room leaves of the other files of a run.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/ranvier.hpp"

#include "support/FileSizeLimit.hpp"
#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include "support/result_files.hpp"

namespace ranvier {
namespace {

namespace fs = std::filesystem;
using test::read_dataset;

constexpr double      window_ms = 10;
constexpr std::size_t num_cells = 200;

/// Spikes and v of all cells, and isyn_exc of one, which are flushed at their beginning only.
struct Recorded {
    Recorded(const Communicator& comm, const fs::path& directory)
        : sim(comm),
          p(sim, num_cells, IF_curr_exp{.i_offset = uniform(0.8_nA, 1.2_nA)}, {.label = "p"}) {
        p.record({"spikes", "v"});
        p[7].record({"isyn_exc"});
        sim.write_to(
            std::make_shared<SonataResults>(
                comm, directory, SonataOptions{.flush_interval_s = 1e9}
            ),
            Time::in_base_units(window_ms)
        );
    }

    Simulation sim;
    Population p;
};

struct Content {
    std::vector<double>        times;
    std::vector<std::uint64_t> ids;
    std::vector<float>         v, isyn;
    double                     promised_v_ms = 0, promised_isyn_ms = 0;
};

Content read(const fs::path& directory, const std::string& suffix) {
    const auto promised = [&](const std::string& name) {
        return read_dataset<double>(
            directory / (name + suffix), "/report/p/mapping/time", H5T_NATIVE_DOUBLE
        )[1];
    };
    const auto signal = [&](const std::string& name) {
        return read_dataset<float>(directory / (name + suffix), "/report/p/data", H5T_NATIVE_FLOAT);
    };
    const fs::path spikes = directory / ("spikes.h5" + suffix);
    return {
        read_dataset<double>(spikes, "/spikes/p/timestamps", H5T_NATIVE_DOUBLE),
        read_dataset<std::uint64_t>(spikes, "/spikes/p/node_ids", H5T_NATIVE_UINT64),
        signal("v.h5"),
        signal("isyn_exc.h5"),
        promised("v.h5"),
        promised("isyn_exc.h5")};
}

template <class T>
bool is_prefix(const std::vector<T>& values, const std::vector<T>& of) {
    return values.size() <= of.size() && std::equal(values.begin(), values.end(), of.begin());
}

TEST(no_room, for_one_file_leaves_all_windows_of_the_others) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    {
        Recorded whole{comm, folder / "whole"};
        whole.sim.run(400_ms);
        whole.sim.finish_writing();
    }
    comm.barrier();
    const Content expected = read(folder / "whole", "");

    const fs::path            directory = folder / "limited";
    const test::FileSizeLimit limit{2'000'000};  // v needs a second row of chunks after 102.4 ms
    Recorded                  limited{comm, directory};
    limited.sim.run(50_ms);
    EXPECT_COLLECTIVE_THROW(comm, limited.sim.run(350_ms), FileError, "v.h5.part\": it needs");
    comm.barrier();

    const Content kept = read(directory, ".part");
    EXPECT_TRUE(is_prefix(kept.times, expected.times) && is_prefix(kept.ids, expected.ids));
    EXPECT_TRUE(is_prefix(kept.v, expected.v) && is_prefix(kept.isyn, expected.isyn));
    EXPECT_NEAR(static_cast<double>(kept.v.size()), kept.promised_v_ms * 10 * num_cells, 1e-6);
    EXPECT_NEAR(static_cast<double>(kept.isyn.size()), kept.promised_isyn_ms * 10, 1e-6);
    EXPECT_GT(kept.promised_v_ms, 90);
    EXPECT_GE(kept.promised_isyn_ms, kept.promised_v_ms) << "a file before the one that failed";
    const auto spikes_until =
        std::count_if(expected.times.begin(), expected.times.end(), [&](double t) {
            return t <= kept.promised_isyn_ms;
        });
    EXPECT_GE(kept.times.size(), static_cast<std::size_t>(spikes_until));
    EXPECT_GT(kept.times.size(), 500u);
    comm.barrier();
}

TEST(no_room, is_told_again_by_whatever_would_go_on) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Recorded                     run{comm, folder.path()};
    {
        const test::FileSizeLimit limit{2'000'000};
        EXPECT_COLLECTIVE_THROW(comm, run.sim.run(400_ms), FileError, "v.h5.part\": it needs");
    }
    const Time then = run.sim.current_time();
    EXPECT_COLLECTIVE_THROW(comm, run.sim.run(10_ms), FileError, "v.h5.part\": it needs");
    EXPECT_EQ(run.sim.current_time().value(), then.value());
    EXPECT_COLLECTIVE_THROW(comm, run.sim.reset(), FileError, "v.h5.part\": it needs");
    EXPECT_COLLECTIVE_THROW(comm, run.sim.finish_writing(), FileError, "v.h5.part\": it needs");
    comm.barrier();
    for (const auto& [name, bytes] : test::files_in(folder.path()))
        EXPECT_TRUE(name.ends_with(".part")) << "windows are missing in " << name;
    comm.barrier();
}

TEST(no_room, is_no_error_any_more_for_results_that_are_given_up) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Recorded                     run{comm, folder.path()};
    {
        const test::FileSizeLimit limit{2'000'000};
        EXPECT_COLLECTIVE_THROW(comm, run.sim.run(400_ms), FileError, "v.h5.part\": it needs");
    }
    run.sim.finish_writing(false);
    run.sim.run(10_ms);
    comm.barrier();
}

TEST(no_room, is_the_only_thing_said) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    testing::internal::CaptureStderr();
    {
        Recorded                  run{comm, folder.path()};
        const test::FileSizeLimit limit{2'000'000};
        EXPECT_COLLECTIVE_THROW(comm, run.sim.run(400_ms), FileError, "v.h5.part\": it needs");
    }  // is not finished
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "not that it was not finished";
    comm.barrier();
}

TEST(no_room, for_a_new_file_leaves_all_windows_of_those_that_are_open) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Recorded                     run{comm, folder.path()};
    run.sim.run(50_ms);
    run.p[3].record({"isyn_inh"});
    comm.barrier();
    if (comm.is_root()) fs::create_directory(folder / "isyn_inh.h5.part");
    EXPECT_COLLECTIVE_THROW(comm, run.sim.run(50_ms), FileError, "isyn_inh.h5.part");
    comm.barrier();
    const Content kept = read(folder.path(), ".part");
    EXPECT_NEAR(kept.promised_v_ms, 50.1, 1e-9) << "with the sample at 0";
    EXPECT_EQ(kept.v.size(), 501u * num_cells);
    EXPECT_GT(kept.times.size(), 100u);
    comm.barrier();
}

}  // namespace
}  // namespace ranvier

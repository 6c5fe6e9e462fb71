#include "ranvier/io/SonataSignalWriter.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/partition.hpp"

#include "support/FileSizeLimit.hpp"
#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include "support/result_files.hpp"
#include <fmt/format.h>
#include <sys/wait.h>

namespace ranvier {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::read_dataset;

constexpr double timestep_ms = 0.1;
constexpr double never       = std::numeric_limits<double>::infinity();

/// A population of which every third cell is recorded, from a step on and at an interval.
struct Plan {
    std::string label;
    std::size_t cells;
    Step        first, interval;

    std::size_t num_columns() const { return (cells + 2) / 3; }
};
const std::vector<Plan>& plans() {
    static const std::vector<Plan> all{
        {"exc", 4000, 0, 1}, {"inh", 7, 5, 10}, {"L4 µ", 2, 0, 3}, {"none", 0, 0, 1}};
    return all;
}
constexpr std::array window_ends{Step{100}, Step{200}, Step{300}, Step{347}};

double value_at(std::size_t p, Step step, std::size_t index) {
    return -65 + 0.001 * static_cast<double>(step) + 0.01 * static_cast<double>(index) +
           static_cast<double>(p);
}

std::vector<RecordedSignal> signals(const Communicator& comm) {
    std::vector<RecordedSignal> all;
    for (const Plan& plan : plans()) {
        const IndexRange own = slice_of(plan.cells, comm.rank(), comm.size());
        RecordedSignal   signal{
              .label        = plan.label,
              .variable     = "v",
              .unit         = "mV",
              .first        = plan.first,
              .interval     = plan.interval,
              .num_columns  = plan.num_columns(),
              .first_column = (own.first + 2) / 3,
              .indices      = {}};
        for (std::size_t i = own.first; i < own.last; ++i) {
            if (i % 3 == 0) signal.indices.push_back(i);
        }
        all.push_back(signal);
    }
    return all;
}

/// Samples of steps in (after, last] per signal, this rank's columns.
struct Window {
    std::vector<std::vector<double>> values;
    std::vector<SignalBlock>         blocks;
};
Window window(const std::vector<RecordedSignal>& all, Step after, Step last) {
    Window window;
    window.values.resize(all.size());
    std::vector<std::size_t> samples(all.size());
    for (std::size_t p = 0; p < all.size(); ++p) {
        for (Step step = all[p].first; step <= last; step += all[p].interval) {
            if (step <= after) continue;
            ++samples[p];
            for (const std::uint64_t index : all[p].indices)
                window.values[p].push_back(value_at(p, step, index));
        }
    }
    for (std::size_t p = 0; p < all.size(); ++p)
        window.blocks.push_back({samples[p], window.values[p]});
    return window;
}

fs::path write_run(
    const Communicator& comm, const fs::path& directory, SonataSignalWriter::Options options = {}
) {
    SonataSignalWriter writer{comm, directory, options};
    const auto         all = signals(comm);
    writer.begin(all, timestep_ms);
    Step after = -1;
    for (const Step last : window_ends) {
        writer.write(window(all, after, last).blocks);
        after = last;
    }
    writer.finish(true);
    EXPECT_EQ(writer.transfers().num_collective, writer.transfers().num_writes);
    EXPECT_EQ(writer.transfers().num_writes, 4 * 4u);
    return directory / "v.h5";
}

TEST(SonataSignalWriter, every_sample_is_in_its_row_and_column) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const fs::path               path = write_run(comm, folder.path());
    comm.barrier();

    std::size_t compared = 0;
    for (std::size_t p = 0; p < 3; ++p) {
        const Plan& plan   = plans()[p];
        const auto  group  = fmt::format("/report/{}/", plan.label);
        const auto  values = read_dataset<float>(path, group + "data", H5T_NATIVE_FLOAT);
        const auto  ids =
            read_dataset<std::uint64_t>(path, group + "mapping/node_ids", H5T_NATIVE_UINT64);
        const auto time = read_dataset<double>(path, group + "mapping/time", H5T_NATIVE_DOUBLE);
        ASSERT_ON_ALL_RANKS(ids.size() == plan.num_columns());
        const auto samples = static_cast<std::size_t>((347 - plan.first) / plan.interval + 1);
        ASSERT_ON_ALL_RANKS(values.size() == samples * ids.size());
        EXPECT_EQ(time[0], static_cast<double>(plan.first) / 10);
        EXPECT_EQ(static_cast<std::size_t>((time[1] - time[0]) / time[2]), samples);
        for (std::size_t k = 0; k < samples; ++k) {
            for (std::size_t c = 0; c < ids.size(); ++c) {
                const Step step = plan.first + static_cast<Step>(k) * plan.interval;
                ASSERT_EQ(ids[c], 3 * c);
                ASSERT_EQ(
                    values[k * ids.size() + c], static_cast<float>(value_at(p, step, ids[c]))
                );
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, 1334u * 348);
}

TEST(SonataSignalWriter, bytes_depend_neither_on_ranks_nor_on_flushes) {
    const Communicator           world;
    const test::ScratchDirectory folder{world};
    std::vector<std::string>     files;
    for (int ranks = 1; ranks <= world.size(); ++ranks) {
        const Communicator part      = world.split(world.rank() < ranks ? 0 : -1);
        const fs::path     directory = folder / fmt::format("{}", ranks);
        if (part) {
            write_run(part, directory, {.flush_interval_s = ranks % 2 == 0 ? 0 : never});
            write_run(part, directory / "doubles", {.double_precision = true});
        }
        world.barrier();
        files.push_back(bytes_of(directory / "v.h5"));
        files.push_back(bytes_of(directory / "doubles" / "v.h5"));
        EXPECT_TRUE(files[files.size() - 2] == files[0]) << ranks;
        EXPECT_TRUE(files.back() == files[1]) << ranks;
    }
    EXPECT_GT(files[0].size(), 1334u * 348 * 4);
    EXPECT_GT(files[1].size(), 1334u * 348 * 8);
}

TEST(SonataSignalWriter, is_flushed_once_right_after_creation_and_kept_as_a_part) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    SonataSignalWriter           writer{comm, folder.path(), {.flush_interval_s = never}};
    const auto                   all = signals(comm);
    writer.begin(all, timestep_ms);
    EXPECT_EQ(writer.transfers().num_flushes, 1u);
    comm.barrier();
    const auto time =
        read_dataset<double>(folder / "v.h5.part", "/report/inh/mapping/time", H5T_NATIVE_DOUBLE);
    EXPECT_EQ(time, (std::vector<double>{0.5, 0.5, 1}));
    comm.barrier();
    writer.write(window(all, -1, 100).blocks);
    writer.finish(false);
    EXPECT_FALSE(fs::exists(folder / "v.h5"));
    EXPECT_TRUE(fs::exists(folder / "v.h5.part"));
}

TEST(SonataSignalWriter, a_file_size_limit_of_one_rank_fails_on_all_before_the_window) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    SonataSignalWriter           writer{comm, folder.path(), {.flush_interval_s = never}};
    const auto                   all = signals(comm);
    writer.begin(all, timestep_ms);
    writer.write(window(all, -1, 100).blocks);
    {
        const bool                mine = comm.rank() == comm.size() - 1;
        const test::FileSizeLimit limit{mine ? rlim_t{3'000'000} : RLIM_INFINITY};
        EXPECT_COLLECTIVE_THROW(
            comm,
            writer.write(window(all, 100, 347).blocks),
            FileError,
            "but the file size limit is 3000000 bytes"
        );
    }
    comm.barrier();
    const auto values =
        read_dataset<float>(folder / "v.h5.part", "/report/exc/data", H5T_NATIVE_FLOAT);
    ASSERT_ON_ALL_RANKS(values.size() == 101u * 1334);
    EXPECT_EQ(values[100 * 1334 + 7], static_cast<float>(value_at(0, 100, 21)));
    const auto time =
        read_dataset<double>(folder / "v.h5.part", "/report/exc/mapping/time", H5T_NATIVE_DOUBLE);
    EXPECT_EQ(std::trunc((time.at(1) - time.at(0)) / time.at(2)), 101) << "readers find them";
}

TEST(SonataSignalWriter, h5py_and_the_rules_of_other_readers) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const fs::path               path = write_run(comm, folder.path());
    comm.barrier();
    int code = 0;
    if (comm.is_root()) {
        const std::string command = fmt::format(
            "/usr/bin/python3 \"{}/check_reports.py\" \"{}\" exc=348x1334 inh=35x3 \"L4 µ=116x1\" "
            "none=348x0",
            RANVIER_TEST_IO,
            path.string()
        );
        const int status = std::system(command.c_str());
        code             = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    code = comm.broadcast(code);
    EXPECT_EQ(code, 0) << "77: h5py is missing; install python3-h5py, as scripts/test does";
}

}  // namespace
}  // namespace ranvier

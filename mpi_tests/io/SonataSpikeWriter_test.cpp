#include "ranvier/io/SonataSpikeWriter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
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

constexpr double timestep_ms  = 0.1;
constexpr Step   window_steps = 130;
constexpr int    num_windows  = 12;
constexpr Step   silent_from  = 5 * window_steps;  // one window in which nobody spikes
constexpr double never        = std::numeric_limits<double>::infinity();

const std::vector<RecordedPopulation>& populations() {
    static const std::vector<RecordedPopulation> all{
        {"exc", 2000}, {"inh", 3}, {"silent", 50}, {"L4 -> L5, µ", 700}};
    return all;
}

/// All spikes of a population, ordered by (step, index); some cells spike twice in a step.
std::vector<SpikeRecord> all_spikes(std::size_t p) {
    std::vector<SpikeRecord>     spikes;
    constexpr std::array<int, 4> spikes_per_step{6, 1, 0, 2};
    for (Step step = 1; step <= num_windows * window_steps; ++step) {
        if (step > silent_from && step <= silent_from + window_steps) continue;
        for (int i = 0; i < spikes_per_step[p]; ++i) {
            const auto h = hash_of(p, static_cast<std::uint64_t>(step), i);
            spikes.push_back({step, h % populations()[p].size});
            if (h % 11 == 0) spikes.push_back(spikes.back());
        }
    }
    std::ranges::sort(spikes);
    return spikes;
}

/// Which rank gives a spike.
using Owner = std::function<int(std::size_t size, std::size_t index, int ranks)>;

int in_blocks(std::size_t size, std::size_t index, int ranks) {
    return owner_of(size, index, ranks);
}
int round_robin(std::size_t, std::size_t index, int ranks) {
    return static_cast<int>(index % static_cast<std::size_t>(ranks));
}
int all_on_the_last(std::size_t, std::size_t, int ranks) {
    return ranks - 1;
}

/// This rank's spikes in `(first, last]`, per population.
std::vector<std::vector<SpikeRecord>> my_spikes(
    const Communicator& comm, Step first, Step last, const Owner& owner
) {
    std::vector<std::vector<SpikeRecord>> mine(populations().size());
    for (std::size_t p = 0; p < mine.size(); ++p) {
        for (const SpikeRecord& spike : all_spikes(p)) {
            if (spike.step <= first || spike.step > last) continue;
            if (owner(populations()[p].size, spike.index, comm.size()) == comm.rank())
                mine[p].push_back(spike);
        }
    }
    return mine;
}

void write_windows(
    SpikeSink& sink, const Communicator& comm, int begin, int end, const Owner& owner = in_blocks
) {
    for (int w = begin; w < end; ++w) {
        const Step first = w * window_steps;
        sink.write(
            first, first + window_steps, my_spikes(comm, first, first + window_steps, owner)
        );
    }
}

/// A whole run; the path of its file.
fs::path write_run(
    const Communicator& comm,
    const fs::path&     directory,
    double              flush_interval_s = never,
    const Owner&        owner            = in_blocks
) {
    SonataSpikeWriter writer{comm, directory, {.flush_interval_s = flush_interval_s}};
    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, num_windows, owner);
    writer.finish(true);
    return writer.path();
}

int completeness(const fs::path& path) {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) return -1;
    int         mark      = -1;
    const hid_t attribute = H5Aopen(file, "ranvier_complete", H5P_DEFAULT);
    H5Aread(attribute, H5T_NATIVE_INT, &mark);
    H5Aclose(attribute);
    H5Fclose(file);
    return mark;
}

TEST(SonataSpikeWriter, bytes_are_the_same_on_any_number_of_ranks) {
    const Communicator           world;
    const test::ScratchDirectory folder{world};

    for (int ranks = 1; ranks <= world.size(); ++ranks) {
        const Communicator part = world.split(world.rank() < ranks ? 0 : -1);
        if (part) write_run(part, folder / fmt::format("{}", ranks));
        world.barrier();
    }

    const std::string expected = bytes_of(folder / "1/spikes.h5");
    EXPECT_GT(expected.size(), 100'000u);
    for (int ranks = 2; ranks <= world.size(); ++ranks) {
        EXPECT_TRUE(bytes_of(folder / fmt::format("{}/spikes.h5", ranks)) == expected)
            << "on " << ranks << " ranks";
    }
}

TEST(SonataSpikeWriter, bytes_do_not_depend_on_distribution_or_flushes) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};

    const std::string blocks  = bytes_of(write_run(comm, folder / "blocks"));
    const std::string dealt   = bytes_of(write_run(comm, folder / "dealt", never, round_robin));
    const std::string one     = bytes_of(write_run(comm, folder / "one", never, all_on_the_last));
    const std::string flushed = bytes_of(write_run(comm, folder / "flushed", 0));

    EXPECT_TRUE(dealt == blocks);
    EXPECT_TRUE(one == blocks);
    EXPECT_TRUE(flushed == blocks);
}

TEST(SonataSpikeWriter, spikes_are_read_back_in_order) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const fs::path               path = write_run(comm, folder.path());

    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    ASSERT_ON_ALL_RANKS(file >= 0);
    std::size_t compared = 0;
    for (std::size_t p = 0; p < populations().size(); ++p) {
        const std::string group    = "/spikes/" + populations()[p].label;
        const auto        expected = all_spikes(p);
        const auto times = read_dataset<double>(file, group + "/timestamps", H5T_NATIVE_DOUBLE);
        const auto ids = read_dataset<std::uint64_t>(file, group + "/node_ids", H5T_NATIVE_UINT64);
        EXPECT_EQ(times.size(), expected.size()) << group;
        EXPECT_EQ(ids.size(), expected.size()) << group;
        for (std::size_t i = 0; i < std::min({times.size(), ids.size(), expected.size()}); ++i) {
            EXPECT_EQ(times[i], static_cast<double>(expected[i].step) / 10);
            EXPECT_EQ(ids[i], expected[i].index);
            ++compared;
        }
    }
    H5Fclose(file);
    EXPECT_COMPARED(comm, compared);
}

/// The values of a root attribute, by plain HDF5.
std::vector<double> root_attribute(const fs::path& path, const char* name) {
    const hid_t         file      = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t         attribute = H5Aopen(file, name, H5P_DEFAULT);
    const hid_t         space     = H5Aget_space(attribute);
    std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()), 0);
    H5Sclose(space);
    H5Aclose(attribute);
    H5Fclose(file);
    return values;
}

TEST(SonataSpikeWriter, tells_when_spikes_were_recorded_as_far_as_they_are_flushed) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   recorded = [&](const std::string& name) {
        comm.barrier();
        const auto values = root_attribute(folder / name, "ranvier_recorded_ms");
        comm.barrier();
        return values;
    };
    using Interval = std::vector<double>;
    SonataSpikeWriter writer{
        comm, folder.path(), {.flush_interval_s = 0, .resets = 3, .first = 100}};
    writer.begin(populations(), timestep_ms);
    EXPECT_EQ(recorded("spikes.h5.part"), (Interval{10, 10}));
    const std::vector<std::vector<SpikeRecord>> none(populations().size());
    writer.write(100, 230, none);
    EXPECT_EQ(recorded("spikes.h5.part"), (Interval{10, 23}));
    writer.write(230, 233, none);
    writer.finish(true);
    EXPECT_EQ(recorded("spikes.h5"), (Interval{10, 23.3}));
    EXPECT_EQ(root_attribute(folder / "spikes.h5", "ranvier_resets"), Interval{3});

    SonataSpikeWriter seldom{comm, folder.path(), {.flush_interval_s = never, .name = "seldom"}};
    seldom.begin(populations(), timestep_ms);
    write_windows(seldom, comm, 0, 2);
    EXPECT_EQ(recorded("seldom.h5.part"), (Interval{0, 0})) << "as the spikes, not on the disk yet";
    seldom.finish(false);
    EXPECT_EQ(recorded("seldom.h5.part"), (Interval{0, 2 * window_steps * timestep_ms}));
}

TEST(SonataSpikeWriter, h5py_reads_the_file) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const fs::path               path = write_run(comm, folder.path());

    int code = 0;
    if (comm.is_root()) {
        const fs::path script  = fs::path{RANVIER_TEST_IO} / "check_spikes.py";
        std::string    command = fmt::format("'{}' '{}'", script.string(), path.string());
        for (std::size_t p = 0; p < populations().size(); ++p)
            command += fmt::format(" '{}={}'", populations()[p].label, all_spikes(p).size());
        const int status = std::system(command.c_str());
        code             = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    code = comm.broadcast(code);
    EXPECT_EQ(code, 0) << "77: h5py is missing; install python3-h5py, as scripts/test does";
}

TEST(SonataSpikeWriter, transfers_are_collective) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    SonataSpikeWriter            writer{comm, folder.path(), {.flush_interval_s = 0}};

    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, num_windows, all_on_the_last);
    writer.finish(true);

    // Two datasets of three populations that spike, in all windows but one.
    EXPECT_EQ(writer.transfers().num_writes, 2u * 3 * (num_windows - 1));
    EXPECT_EQ(writer.transfers().num_collective, writer.transfers().num_writes);
    EXPECT_EQ(writer.transfers().num_flushes, static_cast<std::uint64_t>(num_windows) + 1);
}

TEST(SonataSpikeWriter, a_run_without_spikes_or_populations_is_a_file) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};

    SonataSpikeWriter silent{comm, folder / "silent"};
    silent.begin(populations(), timestep_ms);
    silent.write(0, 100, std::vector<std::vector<SpikeRecord>>(populations().size()));
    silent.finish(true);
    SonataSpikeWriter nobody{comm, folder / "nobody"};
    nobody.begin({}, timestep_ms);
    nobody.write(0, 100, {});
    nobody.finish(true);

    EXPECT_EQ(completeness(silent.path()), 1);
    EXPECT_EQ(completeness(nobody.path()), 1);
}

TEST(SonataSpikeWriter, the_file_gets_its_name_when_it_is_complete) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const fs::path               part = folder / "spikes.h5.part";
    SonataSpikeWriter            writer{comm, folder.path(), {.flush_interval_s = 0}};

    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, 3);
    EXPECT_TRUE(fs::exists(part));
    EXPECT_FALSE(fs::exists(writer.path()));
    comm.barrier();
    writer.finish(true);

    EXPECT_FALSE(fs::exists(part));
    EXPECT_EQ(completeness(writer.path()), 1);
}

TEST(SonataSpikeWriter, an_incomplete_file_stays_a_part_and_earlier_results_stay) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const std::string            earlier = bytes_of(write_run(comm, folder.path()));
    SonataSpikeWriter            writer{comm, folder.path()};

    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, 3);
    writer.finish(false);

    EXPECT_EQ(completeness(folder / "spikes.h5.part"), 0);
    EXPECT_TRUE(bytes_of(folder / "spikes.h5") == earlier);
    comm.barrier();
    EXPECT_TRUE(bytes_of(write_run(comm, folder.path())) == earlier);
    EXPECT_FALSE(fs::exists(folder / "spikes.h5.part"));
}

TEST(SonataSpikeWriter, a_flushed_part_can_be_read) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    SonataSpikeWriter            writer{comm, folder.path(), {.flush_interval_s = 0}};

    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, 4);
    comm.barrier();
    if (comm.is_root()) {  // a copy: HDF5 does not open a file twice in one process
        fs::copy_file(folder / "spikes.h5.part", folder / "copy.h5");
        EXPECT_EQ(completeness(folder / "copy.h5"), 0);
        const hid_t file = H5Fopen((folder / "copy.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
        EXPECT_EQ(
            read_dataset<std::uint64_t>(file, "/spikes/exc/node_ids", H5T_NATIVE_UINT64).size(),
            static_cast<std::size_t>(std::ranges::count_if(
                all_spikes(0), [](SpikeRecord s) { return s.step <= 4 * window_steps; }
            ))
        );
        H5Fclose(file);
    }
    comm.barrier();
    writer.finish(true);
}

TEST(SonataSpikeWriter, an_impossible_directory_fails_on_all_ranks) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    if (comm.is_root()) std::ofstream{folder / "file"} << "not a folder";
    SonataSpikeWriter writer{comm, folder / "file"};

    EXPECT_COLLECTIVE_THROW(
        comm, writer.begin(populations(), timestep_ms), FileError, "write_sonata: cannot create"
    );
}

TEST(SonataSpikeWriter, a_file_size_limit_of_one_rank_fails_on_all_before_the_window) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const std::string            earlier = bytes_of(write_run(comm, folder.path()));
    SonataSpikeWriter            writer{comm, folder.path(), {.flush_interval_s = 0}};
    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, 2);
    {
        const bool                mine = comm.rank() == comm.size() - 1;
        const test::FileSizeLimit limit{mine ? rlim_t{150'000} : RLIM_INFINITY};
        EXPECT_COLLECTIVE_THROW(
            comm,
            write_windows(writer, comm, 2, num_windows),
            FileError,
            "but the file size limit is 150000 bytes"
        );
    }
    EXPECT_TRUE(bytes_of(folder / "spikes.h5") == earlier);
    EXPECT_TRUE(fs::exists(folder / "spikes.h5.part"));
}

TEST(SonataSpikeWriter, what_was_written_before_a_failed_window_can_be_read) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const fs::path               copy = folder / "copy.h5";
    SonataSpikeWriter            writer{comm, folder.path(), {.flush_interval_s = never}};
    writer.begin(populations(), timestep_ms);
    write_windows(writer, comm, 0, 2);
    {
        const test::FileSizeLimit limit{220'000};
        EXPECT_COLLECTIVE_THROW(
            comm, write_windows(writer, comm, 2, num_windows), FileError, "limit is 220000 bytes"
        );
    }

    if (comm.is_root()) fs::copy_file(folder / "spikes.h5.part", copy);
    comm.barrier();
    EXPECT_EQ(completeness(copy), 0);
    const hid_t file = H5Fopen(copy.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    ASSERT_ON_ALL_RANKS(file >= 0);
    const auto times = read_dataset<double>(file, "/spikes/exc/timestamps", H5T_NATIVE_DOUBLE);
    const auto all   = all_spikes(0);
    H5Fclose(file);
    EXPECT_GE(times.size(), 1500u);
    for (std::size_t i = 0; i < std::min(times.size(), all.size()); ++i)
        ASSERT_EQ(times[i], static_cast<double>(all[i].step) / 10);
}

TEST(SonataSpikeWriter, a_limit_that_is_there_from_the_beginning_fails_on_all_ranks) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    SonataSpikeWriter            writer{comm, folder.path()};
    const test::FileSizeLimit    limit{10'000};

    EXPECT_COLLECTIVE_THROW(
        comm, writer.begin(populations(), timestep_ms), FileError, "file size limit is 10000"
    );
    EXPECT_FALSE(fs::exists(writer.path()));
}

TEST(SonataSpikeWriter, works_without_ranks_that_were_left_out) {
    const Communicator           world;
    const test::ScratchDirectory folder{world};
    const Communicator           part = world.split(world.rank() == world.size() - 1 ? 0 : -1);

    if (part) {
        EXPECT_EQ(completeness(write_run(part, folder.path())), 1);
    }
}

}  // namespace
}  // namespace ranvier

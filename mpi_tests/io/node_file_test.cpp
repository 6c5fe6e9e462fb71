#include "ranvier/io/node_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include <fmt/format.h>
#include <sys/wait.h>

namespace ranvier {
namespace {

namespace fs = std::filesystem;

/// What check_nodes.py expects.
void write_example(const Communicator& comm, const fs::path& path) {
    Simulation sim{comm};
    Population sources{
        sim,
        4,
        SpikeSourceArray{
            .spike_times =
                [](std::size_t i) {
                    std::vector<double> times;
                    for (std::size_t k = 1; k <= i; ++k)
                        times.push_back(static_cast<double>(k));
                    return Sequence::in_ms(times);
                }},
        {.label = "sources"}};
    Population none{sim, 0, IF_cond_exp{}, {.label = "none"}};
    Population cells{
        sim,
        10,
        IF_curr_exp{.cm = 0.5_nF, .tau_m = [](std::size_t i) { return 10_ms + double(i) * 1_ms; }},
        {.label = "cells", .structure = Line{.dx = 2_um, .y = 5_um}}};
    cells[3].initialize("v", -60.0);
    write_nodes(sim, path);
}

std::string content(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(write_nodes, is_read_by_h5py) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_example(comm, folder / "nodes.h5");

    int code = 0;
    if (comm.is_root()) {
        const fs::path script = fs::path{RANVIER_TEST_IO} / "check_nodes.py";
        const int      status = std::system(
            fmt::format("'{}' '{}'", script.string(), (folder / "nodes.h5").string()).c_str()
        );
        code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    code = comm.broadcast(code);
    EXPECT_EQ(code, 0) << "77: h5py is missing; install python3-h5py, as scripts/test does";
}

TEST(write_nodes, gives_the_same_bytes_at_every_number_of_ranks) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_example(comm, folder / "together.h5");
    const Communicator alone = comm.split(comm.is_root() ? 0 : -1);
    if (alone) write_example(alone, folder / "alone.h5");
    comm.barrier();

    const std::string together = content(folder / "together.h5");
    EXPECT_GT(together.size(), 1000u);
    EXPECT_EQ(together == content(folder / "alone.h5"), true);
}

TEST(write_nodes, can_be_read_again_as_values) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   path = folder / "nodes.h5";
    Simulation                   sim{comm};
    Population                   p{
        sim,
        50,
        IF_cond_exp{.tau_m = uniform(10_ms, 20_ms), .v_thresh = normal(-50_mV, 1_mV)},
        {.label = "p"}};
    p.initialize("v", uniform(-65, -60));
    write_nodes(sim, path);

    Simulation again{comm, {.seed = 1}};
    Population q{
        again,
        50,
        IF_cond_exp{
            .tau_m    = from_hdf5(path, "/nodes/p/0/dynamics_params/tau_m"),
            .v_thresh = from_hdf5(path, "/nodes/p/0/dynamics_params/v_thresh")},
        {.label = "q", .initial_values = {{"v", from_hdf5(path, "/nodes/p/0/initial_values/v")}}}};
    EXPECT_EQ(q.get("tau_m"), p.get("tau_m"));
    EXPECT_EQ(q.get("v_thresh"), p.get("v_thresh"));
    EXPECT_EQ(q.get("v"), p.get("v"));
}

TEST(write_nodes, gives_trains_and_positions_back) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   path = folder / "nodes.h5";
    write_example(comm, path);

    Simulation sim{comm};
    Population trains{
        sim,
        4,
        SpikeSourceArray{
            .spike_times =
                sequences_from_hdf5(path, "/nodes/sources/0/dynamics_params/spike_times")},
        {.label = "trains"}};
    const auto  mine = trains.get_local_sequences("spike_times");
    std::size_t k    = 0;
    for (const Cell& cell : trains.local()) {
        std::vector<double> times;
        for (std::size_t t = 1; t <= cell.index(); ++t)
            times.push_back(static_cast<double>(t));
        EXPECT_EQ(mine.at(k++), Sequence::in_ms(times));
    }
    EXPECT_COLLECTIVE_THROW(
        comm,
        (Population{
            sim,
            5,
            SpikeSourceArray{
                .spike_times =
                    sequences_from_hdf5(path, "/nodes/sources/0/dynamics_params/spike_times")}}),
        ParameterError,
        "4 values for 5 cells"
    );

    const Hdf5Positions kept{path, "/nodes/cells/0"};
    Population          placed{sim, 10, IF_curr_exp{}, {.label = "placed", .structure = kept}};
    for (std::size_t i = 0; i < 10; ++i)
        EXPECT_EQ(placed.positions()[i], (Position{2.0 * static_cast<double>(i), 5, 0}));
    EXPECT_COLLECTIVE_THROW(
        comm,
        (Population{sim, 9, IF_curr_exp{}, {.label = "q", .structure = kept}}),
        SpaceError,
        "10 rows for 9 cells"
    );
    EXPECT_COLLECTIVE_THROW(
        comm,
        (Population{sim, 9, IF_curr_exp{}, {.structure = Hdf5Positions{path, "/nodes/none/1"}}}),
        FileError,
        "none"
    );
}

TEST(write_nodes, says_what_it_cannot_write) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    if (comm.is_root()) std::ofstream{folder / "file"} << "no folder";
    comm.barrier();
    Simulation sim{comm};
    EXPECT_COLLECTIVE_THROW(comm, write_nodes(sim, folder / "file" / "x.h5"), FileError, "file");
}

}  // namespace
}  // namespace ranvier

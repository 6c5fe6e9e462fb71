// What recording costs: samples written per second, beside a plain parallel HDF5 program that
// writes the same bytes in the same windows and chunks; and the memory of a long recording.
//
//     mpirun -n 2 benchmarks_recording [DIRECTORY]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <hdf5.h>
#include <mpi.h>

#include <ranvier/engine/memory.hpp>
#include <ranvier/io/SonataSignalWriter.hpp>
#include <ranvier/parallel/partition.hpp>
#include <ranvier/ranvier.hpp>

#include <fmt/format.h>
#include <unistd.h>

using namespace ranvier;

namespace {

constexpr std::size_t num_cells   = 100'000;
constexpr std::size_t num_samples = 160;  // of a window: 64 MB
constexpr int         num_windows = 10;
constexpr double      megabytes   = 4e-6 * num_cells * num_samples * num_windows;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Nothing of the run before is left to be written while the next one is measured.
void clear(const Communicator& comm, const std::filesystem::path& directory) {
    if (comm.is_root()) {
        std::filesystem::remove_all(directory);
        std::filesystem::create_directories(directory);
        sync();
    }
    comm.barrier();
}

/// What one would write by hand: rows dealt to the ranks, collective, flushed at the end.
double plain_hdf5(const Communicator& comm, const std::string& path) {
    const IndexRange         rows = slice_of(num_samples, comm.rank(), comm.size());
    const std::vector<float> values(rows.size() * num_cells, -65.5F);
    comm.barrier();
    const auto  start  = Clock::now();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_mpio(access, MPI_COMM_WORLD, MPI_INFO_NULL);
    const hid_t                  file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    const std::array<hsize_t, 2> none{0, num_cells}, largest{H5S_UNLIMITED, num_cells},
        chunk{256, 1024};
    const hid_t space  = H5Screate_simple(2, none.data(), largest.data());
    const hid_t create = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(create, 2, chunk.data());
    const hid_t data =
        H5Dcreate2(file, "data", H5T_IEEE_F32LE, space, H5P_DEFAULT, create, H5P_DEFAULT);
    const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    for (hsize_t w = 0; w < num_windows; ++w) {
        const std::array<hsize_t, 2> extent{(w + 1) * num_samples, num_cells};
        const std::array<hsize_t, 2> first{w * num_samples + rows.first, 0};
        const std::array<hsize_t, 2> count{rows.size(), num_cells};
        H5Dset_extent(data, extent.data());
        const hid_t target = H5Dget_space(data);
        H5Sselect_hyperslab(target, H5S_SELECT_SET, first.data(), nullptr, count.data(), nullptr);
        const hid_t memory = H5Screate_simple(2, count.data(), nullptr);
        H5Dwrite(data, H5T_NATIVE_FLOAT, memory, target, transfer, values.data());
        H5Sclose(memory);
        H5Sclose(target);
    }
    H5Dclose(data);
    H5Pclose(transfer);
    H5Pclose(create);
    H5Sclose(space);
    H5Fclose(file);
    H5Pclose(access);
    comm.barrier();
    return seconds_since(start);
}

/// The same through the writer, with samples where the cells are.
double sonata_writer(const Communicator& comm, const std::filesystem::path& directory) {
    const IndexRange own = slice_of(num_cells, comm.rank(), comm.size());
    RecordedSignal   signal{
          .label        = "cells",
          .variable     = "v",
          .unit         = "mV",
          .num_columns  = num_cells,
          .first_column = own.first,
          .indices      = {}};
    for (std::size_t i = own.first; i < own.last; ++i)
        signal.indices.push_back(i);
    const std::vector<double> values(own.size() * num_samples, -65.5);
    comm.barrier();
    const auto         start = Clock::now();
    SonataSignalWriter writer{
        comm, directory, {.name = "v", .flush_interval_s = 1e9, .publish = false}};
    writer.begin(std::array{signal}, 0.1);
    for (int w = 0; w < num_windows; ++w)
        writer.write(std::array{SignalBlock{num_samples, values}});
    writer.finish(true);
    comm.barrier();
    return seconds_since(start);
}

/// A whole simulation that records v of all cells in every step; memory must not grow.
void simulation(Environment& env, const std::filesystem::path& directory) {
    Simulation sim{env};
    Population p{sim, num_cells, IF_curr_exp{.i_offset = uniform(0_nA, 0.7_nA)}, {.label = "p"}};
    p.record({"v", "spikes"});
    sim.write_to(std::make_shared<SonataResults>(sim.comm(), directory));
    for (int k = 0; k < 4; ++k) {
        const double before = sim.statistics().seconds[std::size_t(engine::Phase::record)];
        const double all    = sim.statistics().run_s;
        sim.run(50_ms);
        const double record = sim.statistics().seconds[std::size_t(engine::Phase::record)] - before;
        env.root() << fmt::format(
            "simulation to {:3} ms: {:.0f} MB/s while recording ({:.0f} % of the time), peak "
            "memory of "
            "root {:.0f} MB\n",
            sim.current_time().value(),
            200 / record,
            100 * record / (sim.statistics().run_s - all),
            static_cast<double>(peak_resident_bytes()) / 1e6
        );
    }
    sim.finish_writing();
}

}  // namespace

int main(int argc, char** argv) {
    Environment                 env{argc, argv};
    const Communicator&         comm = env.world();
    const std::filesystem::path directory =
        argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "ranvier_recording";
    env.root() << fmt::format(
        "{} ranks, {} cells, windows of {} samples, {:.0f} MB in {}\n",
        comm.size(),
        num_cells,
        num_samples,
        megabytes,
        directory.string()
    );
    std::vector<double> shares;
    for (int repetition = 0; repetition < 5; ++repetition) {
        clear(comm, directory);
        const double plain = plain_hdf5(comm, directory / "plain.h5");
        clear(comm, directory);
        const double writer = sonata_writer(comm, directory);
        shares.push_back(plain / writer);
        env.root() << fmt::format(
            "plain HDF5 {:.0f} MB/s, SonataSignalWriter {:.0f} MB/s: {:.0f} %\n",
            megabytes / plain,
            megabytes / writer,
            100 * plain / writer
        );
    }
    std::ranges::sort(shares);
    env.root() << fmt::format("median: {:.0f} % of plain HDF5\n", 100 * shares[shares.size() / 2]);
    clear(comm, directory);
    simulation(env, directory);
    comm.barrier();
    if (comm.is_root()) std::filesystem::remove_all(directory);
}

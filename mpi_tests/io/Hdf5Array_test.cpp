#include "ranvier/io/Hdf5Array.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/ranvier.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

/// A file with the datasets "v" 0, 0.5, 1, ..., "counts" (integers) and "table" (two dimensions).
std::filesystem::path make_file(const Communicator& comm, const std::filesystem::path& folder) {
    const auto path = folder / "cells.h5";
    if (comm.is_root()) {
        std::vector<double> v(100);
        std::vector<int>    counts(100);
        for (std::size_t i = 0; i < v.size(); ++i) {
            v[i]      = 0.5 * static_cast<double>(i);
            counts[i] = static_cast<int>(i);
        }
        const hid_t file  = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        const auto  write = [&](const char* name, hid_t type, int rank, const void* data) {
            const hsize_t sizes[] = {rank == 1 ? 100u : 10u, 10};
            const hid_t   space   = H5Screate_simple(rank, sizes, nullptr);
            const hid_t   set =
                H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
            H5Dclose(set);
            H5Sclose(space);
        };
        write("v", H5T_NATIVE_DOUBLE, 1, v.data());
        write("counts", H5T_NATIVE_INT, 1, counts.data());
        write("table", H5T_NATIVE_DOUBLE, 2, v.data());
        H5Fclose(file);
    }
    comm.barrier();
    return path;
}

TEST(from_hdf5, gives_each_member_its_row) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   path = make_file(comm, folder.path());
    Simulation                   sim{comm};
    Population                   p{
        sim,
        100,
        IF_curr_exp{.v_rest = from_hdf5(path, "v"), .i_offset = from_hdf5(path, "counts")},
        {.initial_values = {{"v", from_hdf5(path, "/v")}}}};
    const auto expect = [](const Values& values, double factor) {
        for (std::size_t i = 0; i < 100; ++i)
            EXPECT_EQ(values[i], factor * static_cast<double>(i));
    };

    expect(p.get("v_rest"), 0.5);
    expect(p.get("i_offset"), 1);
    expect(p.get("v"), 0.5);
    p.set(&IF_curr_exp::v_reset, Lazy<Voltage>{from_hdf5(path, "v")} * 4);
    expect(p.get("v_reset"), 2);
    Population q{sim, 300, IF_curr_exp{}};
    q[slice(10, 210, 2)].set("v_rest", from_hdf5(path, "v"));
    expect(q[slice(10, 210, 2)].get("v_rest"), 0.5);
}

TEST(from_hdf5, refuses_what_is_not_there_or_does_not_fit_on_all_ranks) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   path = make_file(comm, folder.path());
    Simulation                   sim{comm};
    Population                   p{sim, 99, IF_curr_exp{}, {.label = "p"}};
    const auto                   refused = [&](const auto& file, const char* dataset, auto part) {
        EXPECT_COLLECTIVE_THROW(comm, p.set("v_rest", from_hdf5(file, dataset)), FileError, part);
    };

    EXPECT_COLLECTIVE_THROW(
        comm,
        p.set("v_rest", from_hdf5(path, "v")),
        ParameterError,
        "Population \"p\": v_rest was given 100 values for 99 cells."
    );
    refused(folder / "none.h5", "v", "none.h5\": no such file");
    refused(path, "w", "from_hdf5: cannot open dataset \"w\"");
    refused(path, "table", "an array of 2 dimensions");
    EXPECT_EQ(p.get("v_rest").number(), -65);
}

}  // namespace
}  // namespace ranvier

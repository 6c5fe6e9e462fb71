#include "ranvier/io/edge_file.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/ranvier.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// A dataset of a file, read by this rank alone.
std::vector<double> dataset(const std::filesystem::path& file, const std::string& name) {
    const hid_t         id    = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t         set   = H5Dopen2(id, name.c_str(), H5P_DEFAULT);
    const hid_t         space = H5Dget_space(set);
    std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(id);
    return values;
}

/// Saves the connections of a network on a group of ranks and returns the file's bytes.
std::string saved(const Communicator& comm, const std::filesystem::path& file, bool delays) {
    Simulation sim{comm};
    Population p{sim, 30, IF_curr_exp{}, {.label = "p"}};
    Population q{sim, 40, IF_curr_exp{}, {.label = "q"}};
    Projection made{
        p,
        q,
        FixedTotalNumberConnector{.n = 1000},
        {normal(5_nA, 0.1_nA), delays ? Delay{uniform(1_ms, 9_ms)} : Delay{}},
        {.label = "p to q"}};
    save_connections(made, file);
    return comm.broadcast(bytes_of(file));
}

TEST(edge_file, has_the_same_bytes_at_every_number_of_ranks) {
    const Communicator           world;
    const test::ScratchDirectory scratch{world};
    for (const char* name : {"edges.h5", "edges.txt"}) {
        const auto         all  = saved(world, scratch.path() / name, true);
        const Communicator part = world.split(world.rank() == 0 ? 0 : -1);
        std::string        one;
        if (part) one = saved(part, scratch.path() / (std::string{"one_"} + name), true);
        EXPECT_TRUE(world.broadcast(one) == all) << name;
        EXPECT_GT(all.size(), 10000u);
    }
}

TEST(edge_file, holds_the_connections_in_list_order) {
    const Communicator           world;
    const test::ScratchDirectory scratch{world};
    const auto                   file = scratch.path() / "edges.h5";
    Simulation                   sim{world};
    Population                   p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    const Projection             made{
        p, p, FixedNumberPreConnector{3}, {expression("i"), expression("1 + j")}, {.label = "x/y"}};
    save_connections(made, file);

    const std::string at = "/edges/x_y/";
    EXPECT_EQ(dataset(file, at + "source_node_id"), made.get("presynaptic_index"));
    EXPECT_EQ(dataset(file, at + "target_node_id"), made.get("postsynaptic_index"));
    EXPECT_EQ(dataset(file, at + "0/syn_weight"), made.get("weight"));
    EXPECT_EQ(dataset(file, at + "0/delay"), made.get("delay"));
    EXPECT_EQ(dataset(file, at + "edge_group_index").back(), 17);
    EXPECT_EQ(
        dataset(file, at + "indices/target_to_source/range_to_edge_id"),
        (std::vector<double>{0, 3, 3, 6, 6, 9, 9, 12, 12, 15, 15, 18})
    );
}

TEST(edge_file, is_refused_where_nothing_can_be_written) {
    const Communicator world;
    Simulation         sim{world};
    Population         p{sim, 6, IF_curr_exp{}};
    const Projection   made{p, p, OneToOneConnector{}};
    EXPECT_COLLECTIVE_THROW(
        world, save_connections(made, "/proc/no/edges.txt"), FileError, "save_connections"
    );
    EXPECT_COLLECTIVE_THROW(
        world, save_connections(made, "/proc/no/edges.h5"), FileError, "/proc/no"
    );
}

}  // namespace
}  // namespace ranvier

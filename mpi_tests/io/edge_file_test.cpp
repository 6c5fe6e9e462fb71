#include "ranvier/io/edge_file.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/ranvier.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include <fmt/format.h>
#include <sys/wait.h>

namespace ranvier {
namespace {

std::string bytes_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream{file, std::ios::binary}.rdbuf();
    return text.str();
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

/// What check_edges.py says of a saved projection.
int checked(const Projection& made, const std::string& pre, const std::string& post) {
    const Communicator           comm = made.network().comm();
    const test::ScratchDirectory scratch{comm};
    const auto                   file = scratch.path() / "edges.h5";
    save_connections(made, file);
    int code = 0;
    if (comm.is_root()) {
        const auto script = std::filesystem::path{RANVIER_TEST_IO} / "check_edges.py";
        const int  status = std::system(fmt::format(
                                           "'{}' '{}' '{}' '{}' {} '{}' {} {}",
                                           script.string(),
                                           file.string(),
                                           made.label(),
                                           pre,
                                           made.num_pre(),
                                           post,
                                           made.num_post(),
                                           made.size()
        )
                                           .c_str());
        code              = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    }
    return comm.broadcast(code);
}

TEST(edge_file, h5py_finds_the_edges_of_every_source_and_target) {
    const Communicator world;
    Simulation         sim{world};
    Population         p{sim, 30, IF_curr_exp{}, {.label = "p"}};
    Population         q{sim, 40, IF_curr_exp{}, {.label = "q"}};
    const Assembly     both{p, q};
    const auto         expect = [&](const auto& pre, const auto& post, const auto& connector) {
        const Projection made{pre, post, connector, {1_nA, 1_ms}};
        EXPECT_EQ(checked(made, pre.label(), post.label()), 0)
            << made.describe()
            << "\n77: h5py is missing; install python3-h5py, as scripts/test does";
    };
    expect(p, q, FixedTotalNumberConnector{.n = 3000});          // several of one pair
    expect(q, p, FixedProbabilityConnector{.p_connect = 0.05});  // cells without any
    expect(p, p, OneToOneConnector{});
    expect(both, both, FixedProbabilityConnector{.p_connect = 0.2});  // ranks interleave
    expect(p, q, FixedProbabilityConnector{.p_connect = 0});
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

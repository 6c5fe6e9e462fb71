#include "ranvier/io/FromFileConnector.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "ranvier/ranvier.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

struct Scene {
    Communicator           world;
    test::ScratchDirectory scratch{world};
    Simulation             sim{world};
    Population             p{sim, 30, IF_curr_exp{}, {.label = "p"}};
    Population             q{sim, 40, IF_curr_exp{}, {.label = "q"}};

    /// A file with this text, written by root.
    std::filesystem::path file(const std::string& name, const std::string& text) const {
        const auto path = scratch.path() / name;
        if (world.is_root()) std::ofstream{path, std::ios::binary} << text;
        world.barrier();
        return path;
    }
    void expect_refused(const std::filesystem::path& path, const char* text) {
        const auto make = [&] { Projection{p, q, FromFileConnector{path}}; };
        try {
            make();
            ADD_FAILURE() << "accepted " << path;
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(text));
        }
        EXPECT_EQ(sim.num_connections(), 0u);
    }
};

TEST(FromFileConnector, reads_what_was_saved) {
    Scene            s;
    const Projection made{
        s.p, s.q, FixedTotalNumberConnector{.n = 500}, {normal(5_nA, 0.1_nA), uniform(1_ms, 9_ms)}};
    for (const char* name : {"edges.h5", "edges.txt"}) {
        save_connections(made, s.scratch.path() / name);
        const Projection read{
            s.p, s.q, FromFileConnector{s.scratch.path() / name}, {}, {.label = name}};
        EXPECT_EQ(read.connections(), made.connections()) << name;
    }
}

TEST(FromFileConnector, reads_text_as_pynn_writes_it) {
    Scene      s;
    const auto plain = s.file("plain.txt", "3 1 0.5 2\n0 0 0.1 1.0\r\n\n2\t1\t0.7\t3\n");
    EXPECT_THAT(
        (Projection{s.p, s.q, FromFileConnector{plain}}.connections()),
        testing::ElementsAre(
            Connection{0, 0, 0.1, 1}, Connection{3, 1, 0.5, 2}, Connection{2, 1, 0.7, 3}
        )
    );
    const auto header =
        s.file("header.txt", "# made by hand\n# columns = [\"i\", \"j\", \"delay\"]\n3 1 2.5\n");
    EXPECT_THAT(
        (Projection{s.p, s.q, FromFileConnector{header}, {2_nA}}.connections()),
        testing::ElementsAre(Connection{3, 1, 2, 2.5})
    );
    EXPECT_EQ((Projection{s.p, s.q, FromFileConnector{s.file("empty.txt", "")}}.size()), 0u);
}

TEST(FromFileConnector, refuses_text_that_does_not_fit) {
    Scene s;
    s.expect_refused(s.scratch.path() / "missing.txt", "missing.txt\": no such file or directory");
    s.expect_refused(s.file("a.txt", "0 0 1\n"), "line 1: rows of 3 numbers need a header");
    s.expect_refused(s.file("b.txt", "0 0\n1 1 2\n"), "line 2: expected 2 numbers, found 3");
    s.expect_refused(
        s.file("c.txt", "0 0\n30 1\n"), "line 2: presynaptic index 30 lies outside the 30 cells"
    );
    s.expect_refused(
        s.file("d.txt", "0 -1\n"), "line 1: postsynaptic index -1 lies outside the 40 cells"
    );
    s.expect_refused(s.file("e.txt", "0 x\n"), "line 1: \"x\" is not a number");
    s.expect_refused(s.file("f.txt", "0 0.5\n"), "line 1: an index must be an integer, found 0.5");
    s.expect_refused(
        s.file("g.txt", "# columns = [\"i\", \"weight\"]\n0 1\n"), "\"i\" and \"j\" must come first"
    );
    s.expect_refused(
        s.file("h.txt", "# columns = [\"i\", \"j\", \"U\"]\n0 1 2\n"), "there is no parameter \"U\""
    );
}

TEST(FromFileConnector, reads_a_large_file_a_part_of_the_targets_at_a_time) {
    Communicator           world;
    test::ScratchDirectory scratch{world};
    Simulation             sim{world};
    Population             p{sim, 1000, IF_curr_exp{}, {.label = "p"}};
    const auto             file = scratch.path() / "edges.h5";
    const Projection       made{
        p, p, FixedNumberPreConnector{1200, {}, true}, {uniform(1_nA, 2_nA), uniform(1_ms, 9_ms)}};
    save_connections(made, file);

    FromFileConnector connector{file};
    const Projection  read{p, p, connector, {}, {.label = "read"}};
    EXPECT_EQ(connector.targets_per_plan({1000, 1000}), 833u);
    EXPECT_EQ(read.size(), 1200000u);
    EXPECT_TRUE(read.local_connections() == made.local_connections());
}

TEST(FromFileConnector, refuses_hdf5_that_lacks_something) {
    Scene            s;
    const Projection made{s.p, s.q, FixedTotalNumberConnector{.n = 50}, {1_nA, 1_ms}};
    const auto       without = [&](const std::string& name) {
        const auto path = s.scratch.path() / ("without" + std::to_string(name.size()) + ".h5");
        save_connections(made, path);
        if (s.world.is_root()) {
            const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
            EXPECT_GE(H5Ldelete(file, name.c_str(), H5P_DEFAULT), 0) << name;
            H5Fclose(file);
        }
        s.world.barrier();
        return path;
    };
    const std::string group  = "/edges/" + made.label();
    const auto        refuse = [&](const std::string& name, const char* text) {
        EXPECT_COLLECTIVE_THROW(
            s.world,
            (Projection{s.p, s.q, FromFileConnector{without(name)}, {}, {.label = name}}),
            ConnectionError,
            text
        );
    };
    refuse("/edges", "it has no group /edges");
    refuse(group, "it has 0 populations of edges");
    refuse(group + "/target_node_id", "it has no dataset ");
    refuse(group + "/source_node_id", "source_node_id");
    EXPECT_COLLECTIVE_THROW(
        s.world,
        (Projection{s.p, s.q, FromFileConnector{without(group + "/indices"), "other"}}),
        ConnectionError,
        "other"
    );
    // Without weights the synapse has them, without an index the whole file is looked through.
    const Projection read{
        s.p, s.q, FromFileConnector{without(group + "/0/syn_weight")}, {3_nA}, {.label = "read"}};
    EXPECT_EQ(read.get("weight"), std::vector<double>(50, 3));
    const Projection unindexed{
        s.p, s.q, FromFileConnector{without(group + "/indices")}, {}, {.label = "unindexed"}};
    EXPECT_EQ(unindexed.connections(), made.connections());
}

TEST(FromFileConnector, refuses_hdf5_that_cannot_be_read) {
    Scene s;
    s.expect_refused(s.scratch.path() / "missing.h5", "cannot read");
    s.expect_refused(s.file("text.h5", "no hdf5 file"), "cannot read");
    {
        Simulation       other{s.world};
        Population       big{other, 100, IF_curr_exp{}, {.label = "big"}};
        const Projection made{big, big, AllToAllConnector{}};
        save_connections(made, s.scratch.path() / "big.h5");
    }
    s.expect_refused(s.scratch.path() / "big.h5", "lies outside the 30 cells");
    if (s.world.is_root())
        std::filesystem::resize_file(
            s.scratch.path() / "big.h5", std::filesystem::file_size(s.scratch.path() / "big.h5") / 2
        );
    s.world.barrier();
    s.expect_refused(s.scratch.path() / "big.h5", "cannot read");
}

}  // namespace
}  // namespace ranvier

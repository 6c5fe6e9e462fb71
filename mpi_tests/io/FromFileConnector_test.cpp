#include "ranvier/io/FromFileConnector.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

// Tests of the test support, most of which must fail; support/run_selftest.py runs them one by one
// on two ranks and looks at what is reported.
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/Quantity.hpp"
#include "ranvier/parallel/Communicator.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"

namespace {

using ranvier::Communicator;
using ranvier::ParameterError;

void throw_on(const Communicator& comm, int rank, const std::string& text) {
    if (rank < 0 || comm.rank() == rank) throw ParameterError{text};
}

TEST(Support, all_ranks_pass) {
    using namespace ranvier::literals;
    const Communicator comm;

    EXPECT_COMPARED(comm, comm.is_root() ? 1u : 0u);
    EXPECT_COMPARED_ALL(comm, 2u, 2u * static_cast<unsigned>(comm.size()));
    EXPECT_COLLECTIVE_THROW(comm, throw_on(comm, -1, "tau_m must be > 0"), ParameterError, "tau_m");
    EXPECT_NEAR_Q(1.0_ms, 1.001_ms, 0.01_ms);
    ASSERT_ON_ALL_RANKS(comm.rank() < comm.size());
}

TEST(Support, scratch_directories_are_common_and_removed) {
    const Communicator                    comm;
    const ranvier::test::ScratchDirectory scratch{comm};

    EXPECT_TRUE(std::filesystem::is_directory(scratch.path()));
    if (comm.is_root()) printf("scratch: %s\n", scratch.path().c_str());
}

TEST(Support, rank_1_fails) {
    const Communicator comm;
    EXPECT_EQ(comm.rank(), 0) << "the reason";
}

TEST(Support, rank_1_throws) {
    const Communicator comm;
    if (comm.rank() == 1) throw std::runtime_error{"thrown alone"};
}

TEST(Support, nothing_is_compared) {
    EXPECT_COMPARED(Communicator{}, 0u);
}

TEST(Support, too_little_is_compared) {
    EXPECT_COMPARED_ALL(Communicator{}, 1u, 3u);
}

TEST(Support, condition_is_false_on_rank_1) {
    const Communicator comm;
    ASSERT_ON_ALL_RANKS(comm.rank() == 0);
    comm.barrier();
    FAIL() << "not left";
}

TEST(Support, only_rank_1_throws) {
    const Communicator comm;
    EXPECT_COLLECTIVE_THROW(comm, throw_on(comm, 1, "alone"), ParameterError, "alone");
}

TEST(Support, texts_differ) {
    const Communicator comm;
    const std::string  text = "text of rank " + std::to_string(comm.rank());
    EXPECT_COLLECTIVE_THROW(comm, throw_on(comm, -1, text), ParameterError, "text");
}

TEST(Support, text_is_another) {
    const Communicator comm;
    EXPECT_COLLECTIVE_THROW(comm, throw_on(comm, -1, "this"), ParameterError, "that");
}

TEST(Support, type_is_another) {
    const Communicator comm;
    EXPECT_COLLECTIVE_THROW(comm, throw_on(comm, -1, "text"), ranvier::FileError, "text");
}

TEST(Support, rank_1_leaves_the_others_waiting) {
    const Communicator comm;
    ASSERT_EQ(comm.rank(), 0) << "left alone";
    comm.barrier();
}

}  // namespace

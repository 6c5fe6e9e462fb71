#include "ranvier/parallel/Environment.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>
#include <mpi.h>

#include "ranvier/base/Error.hpp"

#include "support/mpi_assertions.hpp"

// How a program ends that did not catch an exception is tested by run_uncaught.py.

namespace ranvier {
namespace {

/// A second environment inside that of the test program.
class AnEnvironment : public testing::Test {
protected:
    int         argc_ = 0;
    char**      argv_ = nullptr;
    Environment env_{argc_, argv_};
};

TEST_F(AnEnvironment, world_is_all_ranks) {
    EXPECT_EQ(env_.world().size(), Communicator{}.size());
    EXPECT_EQ(env_.world().sum(1), env_.world().size());
}

TEST_F(AnEnvironment, only_root_prints) {
    EXPECT_EQ(env_.root().rdbuf() == std::cout.rdbuf(), env_.world().is_root());
    if (!env_.world().is_root()) env_.root() << "discarded";
}

TEST_F(AnEnvironment, mpi_runs_with_threads) {
    int level = 0;
    MPI_Query_thread(&level);
    EXPECT_EQ(level, MPI_THREAD_MULTIPLE);
}

TEST_F(AnEnvironment, a_file_size_limit_is_no_signal) {
    struct sigaction action {};
    sigaction(SIGXFSZ, nullptr, &action);
    EXPECT_EQ(action.sa_handler, SIG_IGN);
}

TEST_F(AnEnvironment, can_stand_for_one_rank_of_many_if_it_is_alone) {
    if (Communicator{}.size() > 1) {
        EXPECT_COLLECTIVE_THROW(
            Communicator{},
            env_.stand_for(3, 1000),
            CommunicationError,
            "only a program of one process can stand for one rank of many"
        );
        EXPECT_FALSE(env_.world().is_stand_in());
        return;
    }
    env_.stand_for(3, 1000);

    EXPECT_EQ(env_.world().rank(), 3);
    EXPECT_EQ(env_.world().size(), 1000);
    EXPECT_TRUE(env_.world().is_stand_in());
    EXPECT_EQ(env_.root().rdbuf(), std::cout.rdbuf());
}

TEST(Environment, mpi_that_was_up_stays_up) {
    {
        int         argc = 0;
        char**      argv = nullptr;
        Environment inner{argc, argv};
    }
    EXPECT_EQ(Communicator{}.sum(1), Communicator{}.size());
}

}  // namespace
}  // namespace ranvier

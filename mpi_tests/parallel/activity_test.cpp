#include "ranvier/parallel/activity.hpp"

#include <string>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/faults.hpp"

#include "parallel/watchdog.hpp"
#include "support/mpi_assertions.hpp"

namespace {

using namespace ranvier;
using parallel::Activity;
using parallel::CollectiveCall;
using parallel::State;

std::string what() {
    return parallel::current_status().what.data();
}

TEST(Activity, TheInnermostIsWhatARankDoes) {
    const Activity outer{"reading"};
    EXPECT_EQ(what(), "reading");
    {
        const Activity inner{"parsing"};
        EXPECT_EQ(what(), "parsing");
    }
    EXPECT_EQ(what(), "reading");
}

TEST(Activity, AfterwardsTheProgramItselfIsAtWork) {
    { const Activity activity{"reading"}; }
    EXPECT_EQ(what(), "the program's own code after reading");
}

TEST(Activity, LongTextsAreCutBetweenCharacters) {
    const Activity activity{std::string(198, 'x') + "\u2192"};
    EXPECT_EQ(what(), std::string(198, 'x'));
}

TEST(Activity, KnowsFileOperationsThatRanksAreInTogether) {
    using parallel::FileAccess;
    {
        const FileAccess alone;
        EXPECT_EQ(parallel::current_status().state, State::file);
        EXPECT_FALSE(parallel::current_status().together);
    }
    const FileAccess together{FileAccess::Kind::together};
    EXPECT_TRUE(parallel::current_status().together);
    const FileAccess alone_within;
    EXPECT_FALSE(parallel::current_status().together);
}

TEST(Activity, EveryChangeCountsAsProgress) {
    const auto before = parallel::progress_mark();
    { const Activity activity{"reading"}; }
    tick();
    EXPECT_EQ(parallel::progress_mark(), before + 3);
}

TEST(Activity, TheSimulatedTimeIsReported) {
    parallel::set_simulated_time(12.5);
    EXPECT_EQ(parallel::current_status().time_ms, 12.5);
    parallel::set_simulated_time(0);
}

TEST(Waiting, ShowsTheCallAndItsNumberOnTheCommunicator) {
    const Communicator comm;
    const auto         state = [] { return parallel::current_status().state; };
    EXPECT_EQ(state(), State::working);
    std::uint64_t first = 0;
    {
        const parallel::Waiting waiting{comm, "MPI_Barrier"};
        const auto              status = parallel::current_status();
        first                          = status.call;
        EXPECT_EQ(status.state, State::waiting);
        EXPECT_STREQ(status.waits_in.data(), "MPI_Barrier");
    }
    const parallel::Waiting waiting{comm, "MPI_Barrier"};
    EXPECT_EQ(parallel::current_status().call, first + 1);
    const parallel::FileAccess access;
    EXPECT_EQ(state(), State::file);
}

TEST(Waiting, AnOrderedFaultIsAnError) {
    const Communicator comm;
    faults::arm(faults::Kind::message, 1);
    EXPECT_THROW((parallel::Waiting{comm, "MPI_Bcast"}), CommunicationError);
    faults::disarm();
}

TEST(CollectiveCall, WithinACallNothingIsCompared) {
    const Communicator   comm;
    const CollectiveCall outer{comm, "Simulation: run"};
    const CollectiveCall inner{comm, comm.is_root() ? "write" : "read"};
    EXPECT_EQ(what(), comm.is_root() ? "write" : "read");
}

}  // namespace

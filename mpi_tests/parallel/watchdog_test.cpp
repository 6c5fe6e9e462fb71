#include "parallel/watchdog.hpp"

#include <cstring>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace ranvier::parallel;

constexpr double timeout_s = 60;

Status status(State state, double idle_s, const char* what = "Simulation: run") {
    Status s;
    s.state  = state;
    s.idle_s = idle_s;
    std::strncpy(s.what.data(), what, s.what.size() - 1);
    return s;
}

Status waiting(
    double idle_s, std::uint64_t call, const char* name = "MPI_Barrier", std::uint64_t comm = 0
) {
    Status s = status(State::waiting, idle_s);
    s.call   = call;
    s.comm   = comm;
    std::strncpy(s.waits_in.data(), name, s.waits_in.size() - 1);
    return s;
}

bool fires(const std::vector<Status>& ranks) {
    return verdict(ranks, timeout_s).has_value();
}

TEST(Watchdog, NobodyWaitsForLongSoNothingIsWrong) {
    EXPECT_FALSE(fires({waiting(59, 3), status(State::working, 1000)}));
    EXPECT_FALSE(fires({status(State::working, 1000), status(State::working, 1000)}));
}

TEST(Watchdog, ARankThatMakesProgressIsWaitedFor) {
    EXPECT_FALSE(fires({waiting(1e6, 3), status(State::working, 2)}));
    EXPECT_FALSE(fires({waiting(1e6, 3), waiting(1e6, 3), status(State::working, 59)}));
}

TEST(Watchdog, ARankThatDoesNotComeBackIsNamedWithWhatItDoes) {
    Status stuck  = status(State::working, 61, "the value given for tau_m");
    stuck.time_ms = 12.5;
    EXPECT_EQ(
        verdict(std::vector{waiting(61, 3), waiting(61, 3), stuck}, timeout_s),
        "The ranks do not go on together: rank 0 has waited for 61 s in Simulation: run, but rank "
        "2 has been in the value given for tau_m for 61 s at t = 12.5 ms. Every rank must make "
        "each collective call; if rank 2 only takes long, raise --timeout "
        "or RANVIER_TIMEOUT."
    );
}

TEST(Watchdog, RanksInDifferentCallsAreFound) {
    EXPECT_TRUE(fires({waiting(61, 3), waiting(61, 2)}));
    EXPECT_TRUE(fires({waiting(61, 3), waiting(61, 3, "MPI_Bcast")}));
    EXPECT_FALSE(fires({waiting(61, 3), waiting(5, 2)})) << "it has come there just now";
    EXPECT_FALSE(fires({waiting(61, 3), waiting(61, 3, "MPI_Barrier", 7), status(State::working, 1)}
    )) << "another group of ranks";
}

TEST(Watchdog, TheEndOfTheProgramIsNoExcuse) {
    EXPECT_TRUE(fires({waiting(61, 3), status(State::finished, 61)}));
    EXPECT_TRUE(fires({status(State::finished, 61), status(State::working, 61)}));
    EXPECT_FALSE(fires({status(State::finished, 61), status(State::finished, 61)}));
}

TEST(Watchdog, ASilentRankIsNamed) {
    const auto text = verdict(std::vector{waiting(61, 3), status(State::silent, 61)}, timeout_s);
    ASSERT_TRUE(text);
    EXPECT_NE(text->find("rank 1 has not answered for 61 s"), std::string::npos) << *text;
}

TEST(Watchdog, FilesAndCallsThatAllAreInHaveTenTimesAsLong) {
    EXPECT_FALSE(fires({waiting(599, 3), status(State::file, 599)}));
    EXPECT_TRUE(fires({waiting(601, 3), status(State::file, 601)}));
    EXPECT_FALSE(fires({waiting(599, 3), waiting(599, 3)}));
    EXPECT_TRUE(fires({waiting(601, 3), waiting(601, 3)}));
}

TEST(Watchdog, AFileOperationThatSomebodyMissesIsNoExcuse) {
    Status spins = status(State::file, 61);
    spins.spins  = true;
    EXPECT_FALSE(fires({waiting(59, 3), spins}));
    const auto text = verdict(std::vector{waiting(61, 3), spins, spins}, timeout_s);
    ASSERT_TRUE(text);
    EXPECT_NE(
        text->find("rank 1 has been in a file operation of Simulation: run for 61 s, waiting for "
                   "another rank."),
        std::string::npos
    ) << *text;
    EXPECT_TRUE(fires({spins, status(State::finished, 61)}));
    EXPECT_FALSE(fires({waiting(61, 3), spins, status(State::file, 61)})) << "one is at the disk";
    EXPECT_FALSE(fires({waiting(61, 3), spins, status(State::working, 5)})) << "one may come yet";
    EXPECT_TRUE(fires({spins, spins, spins})) << "no single operation computes for so long";
    const auto other = verdict(std::vector{spins, spins, status(State::working, 61)}, timeout_s);
    ASSERT_TRUE(other);
    EXPECT_NE(other->find("but rank 2 has been in"), std::string::npos) << *other;
    spins.idle_s = 5;
    EXPECT_FALSE(fires({waiting(61, 3), spins})) << "it has come there just now";
}

TEST(Watchdog, WhoDoesNotWaitIsBlamedBeforeWhoWaitsElsewhere) {
    const auto text =
        verdict(std::vector{waiting(61, 3), waiting(61, 2), status(State::working, 61)}, timeout_s);
    ASSERT_TRUE(text);
    EXPECT_NE(text->find("but rank 2"), std::string::npos) << *text;
}

}  // namespace

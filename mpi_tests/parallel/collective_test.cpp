#include "ranvier/parallel/collective.hpp"

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier {
namespace {

TEST(collectively, does_the_work_and_returns_its_result) {
    const Communicator comm;
    int                done = 0;

    collectively(comm, [&] { ++done; });
    const std::string text = collectively(comm, [&] { return fmt::format("{}", comm.rank()); });

    EXPECT_EQ(done, 1);
    EXPECT_EQ(text, fmt::format("{}", comm.rank()));
}

TEST(collectively, one_failing_rank_fails_all_with_its_number) {
    const Communicator comm;
    const int          last = comm.size() - 1;
    const std::string  expected =
        comm.size() == 1 ? "v must be finite."
                          : fmt::format("v must be finite. (rank {} of {})", last, comm.size());

    EXPECT_COLLECTIVE_THROW(
        comm,
        collectively(
            comm,
            [&] {
                if (comm.rank() == last) throw ParameterError("v must be finite.");
            }
        ),
        ParameterError,
        expected
    );
}

TEST(collectively, the_lowest_failing_rank_wins) {
    const Communicator comm;
    const int          lowest = comm.size() > 1 ? 1 : 0;

    EXPECT_COLLECTIVE_THROW(
        comm,
        collectively(
            comm,
            [&] {
                if (comm.rank() == lowest) throw ConnectionError("connection failed");
                if (comm.rank() > lowest) throw SpaceError(fmt::format("no {}", comm.rank()));
            }
        ),
        ConnectionError,
        "connection failed"
    );
}

TEST(collectively, the_same_text_on_all_ranks_stays_as_it_is) {
    const Communicator comm;
    std::string        text;

    try {
        collectively(comm, [] { throw ModelError("the same everywhere"); });
    } catch (const ModelError& error) {
        text = error.what();
    }
    EXPECT_EQ(text, "the same everywhere");
}

TEST(collectively, different_texts_on_all_ranks_name_the_rank) {
    const Communicator comm;
    std::string        text;

    try {
        collectively(comm, [&] { throw ModelError(fmt::format("rank-made {}", comm.rank())); });
    } catch (const ModelError& error) {
        text = error.what();
    }
    EXPECT_EQ(
        text,
        comm.size() == 1 ? "rank-made 0" : fmt::format("rank-made 0 (rank 0 of {})", comm.size())
    );
}

TEST(collectively, facts_arrive_on_all_ranks) {
    const Communicator comm;
    ErrorFacts         facts;

    try {
        collectively(comm, [&] {
            if (comm.rank() == comm.size() - 1)
                throw FileError("x", {.label = "L4E", .parameter = "tau_m", .index = 17});
        });
    } catch (const FileError& error) {
        facts = error.facts();
    }
    EXPECT_EQ(facts.label, "L4E");
    EXPECT_EQ(facts.parameter, "tau_m");
    EXPECT_EQ(facts.index, 17u);
}

template <class Thrown>
void expect_kind_survives(const Communicator& comm) {
    EXPECT_COLLECTIVE_THROW(
        comm,
        collectively(
            comm,
            [&] {
                if (comm.rank() == comm.size() - 1) throw Thrown("kept");
            }
        ),
        Thrown,
        "kept"
    );
}

TEST(collectively, every_kind_of_error_survives_the_way) {
    const Communicator comm;

    expect_kind_survives<ParameterError>(comm);
    expect_kind_survives<ModelError>(comm);
    expect_kind_survives<ConnectionError>(comm);
    expect_kind_survives<RecordingError>(comm);
    expect_kind_survives<SpaceError>(comm);
    expect_kind_survives<FileError>(comm);
    expect_kind_survives<CommunicationError>(comm);
    expect_kind_survives<RunError>(comm);
}

TEST(collectively, other_exceptions_become_run_errors) {
    const Communicator comm;

    EXPECT_COLLECTIVE_THROW(
        comm, collectively(comm, [] { throw std::length_error("too long"); }), RunError, "too long"
    );
    EXPECT_COLLECTIVE_THROW(
        comm, collectively(comm, [] { throw std::bad_alloc(); }), RunError, "std::bad_alloc"
    );
    EXPECT_COLLECTIVE_THROW(comm, collectively(comm, [] { throw 3; }), RunError, "unknown type");
}

TEST(collectively, nests_without_naming_ranks_twice) {
    const Communicator comm;
    std::string        text;

    try {
        collectively(comm, [&] {
            collectively(comm, [&] {
                if (comm.rank() == comm.size() - 1) throw RunError("inner");
            });
        });
    } catch (const RunError& error) {
        text = error.what();
    }
    EXPECT_EQ(
        text,
        comm.size() == 1 ? "inner"
                         : fmt::format("inner (rank {} of {})", comm.size() - 1, comm.size())
    );
}

TEST(collectively, ranks_can_go_on_after_an_error) {
    const Communicator comm;
    for (int i = 0; i < 20; ++i) {
        const int failing = i % comm.size();
        EXPECT_COLLECTIVE_THROW(
            comm,
            collectively(
                comm,
                [&] {
                    if (comm.rank() == failing) throw RunError(fmt::format("round {}", i));
                }
            ),
            RunError,
            fmt::format("round {}", i)
        );
    }
    EXPECT_EQ(comm.sum(1), comm.size());
}

TEST(on_root, runs_on_root_alone) {
    const Communicator comm;
    int                runs = 0;

    on_root(comm, [&] { ++runs; });

    EXPECT_EQ(comm.sum(runs), 1);
    EXPECT_EQ(runs, comm.is_root() ? 1 : 0);
}

TEST(on_root, an_error_of_root_reaches_all_ranks_unchanged) {
    const Communicator comm;
    std::string        text;

    try {
        on_root(comm, [] { throw FileError("disk full"); });
    } catch (const FileError& error) {
        text = error.what();
    }
    EXPECT_EQ(text, "disk full");
}

TEST(require_same, accepts_equal_values) {
    const Communicator comm;

    EXPECT_NO_THROW(require_same(comm, 42, "seed"));
    EXPECT_NO_THROW(require_same(comm, 0.1, "timestep"));
    EXPECT_NO_THROW(require_same(comm, std::string{"exc"}, "label"));
    EXPECT_NO_THROW(require_same(comm, "", "label"));
}

}  // namespace
}  // namespace ranvier

// Values and calls that differ between ranks; on one rank there are none, so these run on two and
// more.

#include <string>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier {
namespace {

using parallel::CollectiveCall;

TEST(disagreement, of_a_value_names_two_ranks_that_differ) {
    const Communicator comm;
    const int          last = comm.size() - 1;

    EXPECT_COLLECTIVE_THROW(
        comm,
        require_same(comm, comm.rank() == last ? 43 : 42, "Simulation: seed"),
        CommunicationError,
        fmt::format(
            "Simulation: seed must be the same on every rank, got 42 on rank 0 and 43 on rank {} "
            "of {}.",
            last,
            comm.size()
        )
    );
    EXPECT_COLLECTIVE_THROW(
        comm,
        require_same(comm, comm.rank() == 0 ? 0.1 : 0.1 + 1e-17 + 1e-16, "timestep"),
        CommunicationError,
        "on rank 1"
    );
}

TEST(disagreement, of_the_call_is_an_error_on_all_ranks) {
    const Communicator comm;
    const bool         last = comm.rank() == comm.size() - 1;
    EXPECT_COLLECTIVE_THROW(
        comm,
        (CollectiveCall{comm, last ? "Population \"a\": set v_rest" : "Population \"a\": set tau_m"}
        ),
        CommunicationError,
        "rank 0 is in Population \"a\": set tau_m and rank"
    );
    const CollectiveCall same{comm, "Simulation: run"};
    comm.barrier();
}

}  // namespace
}  // namespace ranvier

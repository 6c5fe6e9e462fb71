#include "ranvier/parallel/native.hpp"

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/Communicator.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

TEST(native, the_handle_is_the_group) {
    const Communicator comm;
    int                rank = -1;

    ASSERT_EQ(MPI_Comm_rank(native(comm), &rank), MPI_SUCCESS);
    EXPECT_EQ(rank, comm.rank());
}

TEST(native, a_failing_call_names_itself_and_the_reason) {
    const Communicator comm;
    int                value = 0;

    EXPECT_COLLECTIVE_THROW(
        comm,
        check_mpi(MPI_Bcast(&value, 1, MPI_INT, comm.size(), native(comm)), "MPI_Bcast"),
        CommunicationError,
        "MPI_Bcast: MPI_ERR_ROOT"
    );
}

}  // namespace
}  // namespace ranvier

/// @file
/// The MPI handle of a communicator, for code that calls MPI itself. The only public header that
/// includes `<mpi.h>`.
#pragma once

#include <mpi.h>

namespace ranvier {

class Communicator;

/// The handle, valid as long as a copy of the communicator lives; MPI_COMM_NULL if it is empty.
/// Its error handler is MPI_ERRORS_RETURN.
/// @local
/// @throws CommunicationError if it stands for one of many ranks: there is no handle
MPI_Comm native(const Communicator& comm);

/// Turns the result of an MPI call into an error.
/// @local
/// @param call name of the MPI function, for the message
/// @throws CommunicationError with MPI's own text
void check_mpi(int result, const char* call);

}  // namespace ranvier

/// @file
/// What a communicator holds.
#pragma once

#include <mpi.h>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

struct Communicator::Impl {
    MPI_Comm comm  = MPI_COMM_NULL;
    bool     owned = false;  ///< whether to free it
    int      rank  = 0;
    int      size  = 0;

    Impl(MPI_Comm comm, bool owned);
    ~Impl();

    Impl(const Impl&)            = delete;
    Impl& operator=(const Impl&) = delete;
};

}  // namespace ranvier

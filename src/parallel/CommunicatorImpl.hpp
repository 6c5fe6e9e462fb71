/// @file
/// What a communicator holds.
#pragma once

#include <cstdint>

#include <mpi.h>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

struct Communicator::Impl {
    MPI_Comm comm  = MPI_COMM_NULL;
    bool     owned = false;  ///< whether to free it
    bool     alone = false;  ///< stands for one of many ranks; comm is MPI_COMM_NULL
    int      rank  = 0;
    int      size  = 0;

    std::uint64_t         id        = 0;  ///< of the group, the same on its ranks
    mutable std::uint64_t num_calls = 0;  ///< of collective functions so far

    Impl(MPI_Comm comm, bool owned, std::uint64_t id);
    /// Of a communicator that stands for one of many ranks.
    Impl(int rank, int size);
    ~Impl();

    Impl(const Impl&)            = delete;
    Impl& operator=(const Impl&) = delete;
};

}  // namespace ranvier

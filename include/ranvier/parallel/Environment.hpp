/// @file
/// MPI up and down, and how a program ends when something was thrown that nobody caught.
#pragma once

#include <memory>
#include <ostream>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

/// The first object of `main`: MPI runs as long as it lives.
///
/// - MPI is started with MPI_THREAD_MULTIPLE. If more ranks than cores share this machine, waiting
///   ranks are told to yield (Open MPI's mpi_yield_when_idle).
/// - An exception that nobody catches prints one line on the standard error stream, from root if
/// all
///   ranks failed with the same text and with the rank otherwise, and ends the job with exit
///   code 1 on all ranks, without waiting for those that did not fail.
/// - Writing beyond a file size limit is an error and not a signal (SIGXFSZ is ignored).
/// - If the object is destroyed because of an exception, MPI is not finalised: the other ranks may
///   never get there.
///
/// If MPI is up already, it is used and left up. One object at a time.
class Environment {
public:
    /// @collective
    /// @throws CommunicationError if MPI cannot be started, or was finalised before.
    Environment(int& argc, char**& argv);
    ~Environment();

    Environment(const Environment&)            = delete;
    Environment& operator=(const Environment&) = delete;

    /// All ranks of the program. @local
    const Communicator& world() const { return world_; }

    /// The standard output on root, a stream that discards elsewhere. @local
    std::ostream& root() { return *root_; }

private:
    /// Whether this object started MPI.
    class Session;

    std::unique_ptr<Session>      session_;
    Communicator                  world_;
    std::unique_ptr<std::ostream> discard_;
    std::ostream*                 root_;
};

}  // namespace ranvier

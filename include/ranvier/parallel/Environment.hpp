/// @file
/// MPI up and down, and how a program ends when something was thrown that nobody caught.
#pragma once

#include <memory>
#include <ostream>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

/// The first object of `main`: MPI runs as long as it lives.
///
/// - MPI is started with MPI_THREAD_MULTIPLE. If more ranks than cores share this machine, waiting
///   ranks are told to yield (Open MPI's mpi_yield_when_idle).
/// - An exception that nobody catches prints one line on the standard error stream, from root if
/// all
///   ranks failed with the same text and with the rank otherwise, and ends the job with exit
///   code 1 on all ranks, without waiting for those that did not fail. So does std::exit.
/// - Writing beyond a file size limit is an error and not a signal (SIGXFSZ is ignored).
/// - When ranks wait in vain, because a collective function was not called by all of them or one of
///   them does not come back from a function of the user, a watchdog ends the job with one message
///   before 60 s have passed; see `set_timeout`. It waits for ranks that make progress.
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

    /// In what time a job ends of which a rank waits for another one that makes no progress; 0:
    /// never. Root judges after four fifths of it, so that the job is over when it has passed;
    /// MPI's own start and end are given 10 s at least. The environment variable RANVIER_TIMEOUT,
    /// in seconds, sets the value at the start, 60 s if it is not set.
    /// @local
    /// @throws ParameterError if negative or not finite
    void set_timeout(Time timeout);
    Time timeout() const;

    /// Says that the program is making progress, for long work of its own between calls. @local
    void still_working() const;

    /// Makes this program, started as one process, simulate one rank of many: `world` stands for it
    /// from now on, see Communicator::standing_for. The output of `root` still appears.
    ///
    ///     env.stand_for(1, 1000);
    ///     Simulation sim{env};  // the part of rank 1
    ///
    /// @collective Before what is made from `world`.
    /// @throws CommunicationError on all ranks if there are several; ParameterError unless 0 <=
    /// rank < size
    void stand_for(int rank, int size);

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

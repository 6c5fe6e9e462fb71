#include "ranvier/parallel/Environment.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>

#include <mpi.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/native.hpp"

#include "termination.hpp"
#include <unistd.h>

namespace ranvier {

namespace {

/// Discards everything.
class NullStream : public std::ostream {
public:
    NullStream() : std::ostream(nullptr) {}
};

long integer_variable(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtol(value, nullptr, 10);
}

/// Cores this machine offers to the ranks that run on it. A rank that the launcher has bound sees
/// only its own ones, so that the whole machine counts then.
long num_cores() {
    if (integer_variable("OMPI_MCA_orte_bound_at_launch", 0) != 0)
        return sysconf(_SC_NPROCESSORS_ONLN);
    return std::max(1L, static_cast<long>(std::thread::hardware_concurrency()));
}

/// With more ranks than cores a waiting rank must let the others work: a collective call takes
/// milliseconds otherwise. Read by MPI_Init; what the user has set stays.
void yield_if_crowded() {
    if (integer_variable("OMPI_COMM_WORLD_LOCAL_SIZE", 1) > num_cores())
        setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
}

}  // namespace

class Environment::Session {
public:
    Session(int& argc, char**& argv) : exceptions_(std::uncaught_exceptions()) {
        int up   = 0;
        int down = 0;
        MPI_Initialized(&up);
        MPI_Finalized(&down);
        if (down != 0) {
            throw CommunicationError(
                "Environment: MPI was finalised already and cannot be started again. Construct one "
                "Environment at the beginning of main."
            );
        }
        if (up == 0) start(argc, argv);
        std::signal(SIGXFSZ, SIG_IGN);
        check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &report_comm_), "MPI_Comm_dup");
        before_ = parallel::install_terminate_handler(report_comm_);
    }

    ~Session() {
        if (std::uncaught_exceptions() > exceptions_) return;  // the other ranks may be elsewhere
        parallel::restore_termination(before_);
        int down = 0;
        MPI_Finalized(&down);
        if (down != 0) return;
        MPI_Comm_free(&report_comm_);
        if (started_) MPI_Finalize();
    }

    Session(const Session&)            = delete;
    Session& operator=(const Session&) = delete;

private:
    void start(int& argc, char**& argv) {
        yield_if_crowded();
        int level = 0;
        check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &level), "MPI_Init_thread");
        started_ = true;
        if (level < MPI_THREAD_MULTIPLE) {
            throw CommunicationError(
                "Environment: this MPI library does not support MPI_THREAD_MULTIPLE. Use one that "
                "was built with it."
            );
        }
    }

    int                   exceptions_;
    bool                  started_     = false;
    MPI_Comm              report_comm_ = MPI_COMM_NULL;
    parallel::Termination before_;
};

Environment::Environment(int& argc, char**& argv)
    : session_(std::make_unique<Session>(argc, argv)),
      discard_(std::make_unique<NullStream>()),
      root_(world_.is_root() ? &std::cout : discard_.get()) {}

Environment::~Environment() = default;

}  // namespace ranvier

#include "ranvier/parallel/Environment.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <mpi.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/faults.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/native.hpp"

#include "Deadline.hpp"
#include "termination.hpp"
#include "watchdog.hpp"
#include <fmt/format.h>
#include <unistd.h>

namespace ranvier {

namespace {

constexpr double default_timeout_s = 60;

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

void check_timeout(double seconds, const char* name, std::string_view got) {
    if (seconds >= 0 && std::isfinite(seconds)) return;
    throw ParameterError(
        fmt::format("{}: must be a number of seconds >= 0 (0: never), got {}.", name, got),
        {.parameter = name}
    );
}

double initial_timeout() {
    const char* text = std::getenv("RANVIER_TIMEOUT");
    if (text == nullptr) return default_timeout_s;
    char*        end     = nullptr;
    const double seconds = std::strtod(text, &end);
    const bool   whole   = end != text && *end == '\0';
    check_timeout(whole ? seconds : -1, "RANVIER_TIMEOUT", fmt::format("\"{}\"", text));
    return seconds;
}

/// Before there is anybody to throw a bad value at.
double timeout_of_start() {
    const char*  text    = std::getenv("RANVIER_TIMEOUT");
    const double seconds = text == nullptr ? default_timeout_s : std::atof(text);
    return std::isfinite(seconds) ? std::max(seconds, 0.0) : default_timeout_s;
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
        std::signal(SIGXFSZ, SIG_IGN);  // MPI makes files, too
        const parallel::Deadline in_time{"the start of MPI", timeout_of_start()};
        if (up == 0) start(argc, argv);
        check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &report_comm_), "MPI_Comm_dup");
        before_  = parallel::install_terminate_handler(report_comm_);
        int rank = 0;
        int size = 1;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        MPI_Comm_size(MPI_COMM_WORLD, &size);
        if (const char* fault = std::getenv("RANVIER_FAULT")) faults::arm_from_text(fault, rank);
        timeout_s_ = initial_timeout();
        if (size > 1) {
            check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &watchdog_comm_), "MPI_Comm_dup");
            watchdog_.emplace(watchdog_comm_, timeout_s_);
        }
    }

    ~Session() {
        if (std::uncaught_exceptions() > exceptions_) {  // the other ranks may be elsewhere
            parallel::permit_exit();
            return;
        }
        int down = 0;
        MPI_Finalized(&down);
        if (down == 0 && watchdog_) watchdog_->finish();
        watchdog_.reset();
        const parallel::Deadline in_time{"the end of MPI", timeout_s_};
        parallel::restore_termination(before_);
        if (down != 0) return;
        if (watchdog_comm_ != MPI_COMM_NULL) MPI_Comm_free(&watchdog_comm_);
        MPI_Comm_free(&report_comm_);
        if (started_) MPI_Finalize();
    }

    Session(const Session&)            = delete;
    Session& operator=(const Session&) = delete;

    void set_timeout(double seconds) {
        timeout_s_ = seconds;
        if (watchdog_) watchdog_->set_timeout(seconds);
    }
    double timeout() const { return timeout_s_; }

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
    MPI_Comm              watchdog_comm_ = MPI_COMM_NULL;
    double                timeout_s_     = 0;

    std::optional<parallel::Watchdog> watchdog_;
};

Environment::Environment(int& argc, char**& argv)
    : session_(std::make_unique<Session>(argc, argv)),
      discard_(std::make_unique<NullStream>()),
      root_(world_.is_root() ? &std::cout : discard_.get()) {}

Environment::~Environment() = default;

void Environment::set_timeout(Time timeout) {
    const double seconds = timeout.value() / 1000;
    check_timeout(seconds, "timeout", fmt::format("{} s", number(seconds)));
    session_->set_timeout(seconds);
}

Time Environment::timeout() const {
    return Time::in_base_units(1000 * session_->timeout());
}

void Environment::stand_for(int rank, int size) {
    if (!world_.is_stand_in() && world_.size() > 1) {
        throw CommunicationError(fmt::format(
            "Environment: only a program of one process can stand for one rank of many, and there "
            "are {} processes. Start it without mpirun, or with mpirun -n 1.",
            world_.size()
        ));
    }
    world_ = Communicator::standing_for(rank, size);
}

void Environment::still_working() const {
    tick();
}

}  // namespace ranvier

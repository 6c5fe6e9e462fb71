#include "termination.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

#include "ranvier/base/hash.hpp"
#include "ranvier/base/progress.hpp"

#include "BrokenCommunication.hpp"
#include "objects.hpp"
#include <fmt/format.h>
#include <unistd.h>

namespace ranvier::parallel {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// How long root waits for the others to fail as well, which tells a common error from its own.
constexpr auto patience_of_root = 1s;

/// How long another rank waits for root or a lower rank to report, which ends the job meanwhile.
constexpr auto patience_for_root = 2s;
constexpr auto patience_per_rank = 100ms;
constexpr auto longest_patience  = 5s;

/// Ranks whose messages fail cannot tell each other: they report in turn, so that the first one
/// has ended the job before the next one prints.
constexpr auto turn_per_rank = 200ms;
constexpr auto last_turn     = 1s;

constexpr int tag_failed = 1;

MPI_Comm         report_comm = MPI_COMM_NULL;
pid_t            process     = 0;  ///< the one that must not exit; its children may
std::atomic_flag ending      = ATOMIC_FLAG_INIT;

/// A rank whose messages fail cannot be waited for, and the others know nothing of it.
bool is_broken() {
    const auto exception = std::current_exception();
    if (!exception) return false;
    try {
        std::rethrow_exception(exception);
    } catch (const BrokenCommunication&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// One thread ends the job; others wait for it.
void enter_end() {
    if (ending.test_and_set())
        while (true)
            std::this_thread::sleep_for(1s);
    std::signal(SIGTERM, SIG_DFL);  // sent by mpirun as soon as another rank has reported
}

std::string text_of_failure() {
    if (const auto exception = std::current_exception()) return record_of(exception).text;
    return "The program was terminated without an exception.";
}

/// One line and one write, so that those of several ranks cannot mix.
void print(std::string text) {
    std::cout.flush();
    std::fflush(nullptr);
    std::ranges::replace_if(
        text, [](char c) { return c == '\n' || c == '\r'; }, ' '
    );
    const std::string line = "Error: " + text + "\n";
    if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;  // nobody is left to tell
}

/// Root only: whether all other ranks fail now, with this text.
bool is_common(std::uint64_t hash, int ranks) {
    const auto deadline = Clock::now() + patience_of_root;
    int        missing  = ranks - 1;
    while (missing > 0 && Clock::now() < deadline) {
        int        found = 0;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, tag_failed, report_comm, &found, &status);
        if (found == 0) {
            std::this_thread::sleep_for(1ms);
            continue;
        }
        std::uint64_t other = 0;
        MPI_Recv(
            &other, 1, MPI_UINT64_T, status.MPI_SOURCE, tag_failed, report_comm, MPI_STATUS_IGNORE
        );
        if (other != hash) return false;
        --missing;
    }
    return missing == 0;
}

/// Tells root that this rank fails, and leaves it the time to report.
void defer_to_lower_ranks(std::uint64_t hash, int rank) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Isend(&hash, 1, MPI_UINT64_T, 0, tag_failed, report_comm, &request);
    const auto deadline =
        Clock::now() +
        std::min<Clock::duration>(patience_for_root + rank * patience_per_rank, longest_patience);
    while (Clock::now() < deadline) {
        int done = 0;
        MPI_Test(&request, &done, MPI_STATUS_IGNORE);
        tick();  // the watchdog is not to report this rank before it does so itself
        std::this_thread::sleep_for(1ms);
    }
}

/// One message for all ranks that fail now, or with the rank if others do not; then the end.
[[noreturn]] void report_and_abort(std::string text) {
    int rank  = 0;
    int ranks = 1;
    MPI_Comm_rank(report_comm, &rank);
    MPI_Comm_size(report_comm, &ranks);
    const std::uint64_t hash = hash_of_text(text);

    bool common = false;
    if (is_broken()) {
        common = ranks == 1;
        std::this_thread::sleep_for(std::min<Clock::duration>(rank * turn_per_rank, last_turn));
    } else if (rank == 0) {
        common = is_common(hash, ranks);
    } else {
        defer_to_lower_ranks(hash, rank);
    }
    if (!common) text += fmt::format(" (rank {} of {})", rank, ranks);
    print(text);
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    std::_Exit(EXIT_FAILURE);
}

bool mpi_is_down() {
    int down = 0;
    MPI_Finalized(&down);
    return down != 0;
}

[[noreturn]] void end_job() {
    enter_end();
    const std::string text = text_of_failure();
    if (!mpi_is_down()) report_and_abort(text);
    print(text);
    std::_Exit(EXIT_FAILURE);
}

/// A rank that leaves by std::exit would let the others wait until mpirun notices, without a
/// reason.
void report_exit(int status, void* /*unused*/) {
    if (report_comm == MPI_COMM_NULL || getpid() != process || ending.test() || mpi_is_down())
        return;
    enter_end();
    report_and_abort(fmt::format(
        "exit({}) was called while the Environment lives. Return from main instead, or throw a "
        "ranvier::Error.",
        status
    ));
}

}  // namespace

Termination install_terminate_handler(MPI_Comm comm) {
    process                      = getpid();
    static const bool registered = on_exit(report_exit, nullptr) == 0;
    static_cast<void>(registered);
    return {std::exchange(report_comm, comm), std::set_terminate(end_job)};
}

void end_job_with(const std::string& text) {
    enter_end();
    print(text);
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    std::_Exit(EXIT_FAILURE);
}

void end_process_with(const std::string& text) {
    enter_end();
    print(text);
    std::_Exit(EXIT_FAILURE);
}

void permit_exit() {
    process = 0;
}

void restore_termination(const Termination& before) {
    report_comm = before.comm;
    std::set_terminate(before.handler);
}

}  // namespace ranvier::parallel

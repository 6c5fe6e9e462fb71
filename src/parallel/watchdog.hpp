/// @file
/// Ends the job when the ranks wait for each other in vain.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <mpi.h>

namespace ranvier::parallel {

/// What a rank is doing.
enum class State : std::int32_t {
    working,   ///< computing, in the library or in the program
    waiting,   ///< in a message-passing call
    file,      ///< in a file operation
    finished,  ///< at the end of the program
    silent     ///< its watchdog does not answer
};

/// One rank as its watchdog sees it; travels as bytes.
struct Status {
    State         state   = State::working;
    double        idle_s  = 0;  ///< since anything of this rank has changed
    double        time_ms = 0;  ///< simulated
    std::uint64_t comm    = 0;  ///< waiting: on which communicator,
    std::uint64_t call    = 0;  ///< and in its how manieth call there

    bool together = false;  ///< file: an operation that all ranks take part in
    bool spins    = false;  ///< such a one: has computed ever since; who waits for a disk sleeps

    std::array<char, 24>  waits_in{};  ///< waiting: name of the call of MPI
    std::array<char, 200> what{};      ///< the library's call, or what it is part of
};

/// What is wrong, if somebody waits in vain for longer than the timeout. A rank that makes progress
/// is waited for, and so is a rank in a file operation and a call that all ranks are in, both for
/// ten times as long. If no rank moves and those in file operations spin, they are not at a disk:
/// they wait inside MPI for a rank that has failed there, and the plain timeout counts.
/// @local
/// @param ranks `[size]`
std::optional<std::string> verdict(std::span<const Status> ranks, double timeout_s);

/// A thread that reports to the one on root what this rank is doing, and on root ends the job with
/// one message if `verdict` finds something. On other ranks it ends the job if root is silent.
class Watchdog {
public:
    /// @param comm a duplicate that nobody else sends messages on; at least two ranks
    Watchdog(MPI_Comm comm, double timeout_s);
    /// Ends the thread without communication.
    ~Watchdog();

    /// Waits for all ranks, watched still, and ends the threads. @collective
    void finish();

    void   set_timeout(double timeout_s);  ///< 0: never @local
    double timeout() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What this rank is doing now; `idle_s` is 0. @local
Status current_status();
/// Changes whenever something of this rank changes. @local
std::uint64_t progress_mark();
/// This rank has come to the end of the program. @local
void set_finished(bool finished);

}  // namespace ranvier::parallel

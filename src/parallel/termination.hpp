/// @file
/// How the job ends when an exception reaches the end of `main`.
#pragma once

#include <exception>
#include <string>

#include <mpi.h>

namespace ranvier::parallel {

/// How exceptions that nobody catches are handled.
struct Termination {
    MPI_Comm               comm    = MPI_COMM_NULL;  ///< for reports of failing ranks
    std::terminate_handler handler = nullptr;
};

/// From now on an exception that nobody catches prints one message and ends the job, and so does
/// std::exit.
/// @local
/// @param comm all ranks; a duplicate that nobody else sends messages on
/// @return what was before, for `restore_termination`
Termination install_terminate_handler(MPI_Comm comm);

/// Prints the text as an error and ends the job, from any thread. @local
[[noreturn]] void end_job_with(const std::string& text);

/// Prints the text as an error and ends this process, which ends the job; for when MPI is not up or
/// does not answer. From any thread. @local
[[noreturn]] void end_process_with(const std::string& text);

/// The program may exit now, without MPI's end: the Environment is gone because of an exception.
/// @local
void permit_exit();

/// @local
void restore_termination(const Termination& before);

}  // namespace ranvier::parallel

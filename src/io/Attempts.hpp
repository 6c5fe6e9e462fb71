/// @file
/// Going on after a failure, because the other ranks count on it.
#pragma once

#include <exception>
#include <utility>

#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "H5.hpp"

namespace ranvier::io {

/// A sequence of collective calls that may fail on one rank. The rank takes part in the remaining
/// calls all the same, so that the others find their partner, and all throw together at the end.
class Attempts {
public:
    /// Runs one call and keeps the first exception.
    template <class Call>
    void operator()(Call&& call) {
        const parallel::FileAccess access{parallel::FileAccess::Kind::together};
        try {
            std::forward<Call>(call)();
        } catch (...) {
            if (!first_) first_ = std::current_exception();
        }
    }

    /// @collective
    void agree(const Communicator& comm) {
        (*this)([] { raise_ordered_fault(); });
        parallel::agree_on_failure(comm, first_);
    }

private:
    std::exception_ptr first_;
};

/// `collectively` for work on files.
/// @collective
template <class Work>
void collectively_in_file(const Communicator& comm, Work&& work) {
    Attempts attempt;
    attempt(std::forward<Work>(work));
    attempt.agree(comm);
}

}  // namespace ranvier::io

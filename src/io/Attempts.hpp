/// @file
/// Going on after a failure, because the other ranks count on it.
#pragma once

#include <exception>
#include <utility>

#include "ranvier/parallel/collective.hpp"

namespace ranvier::io {

/// A sequence of collective calls that may fail on one rank. The rank takes part in the remaining
/// calls all the same, so that the others find their partner, and all throw together at the end.
class Attempts {
public:
    /// Runs one call and keeps the first exception.
    template <class Call>
    void operator()(Call&& call) {
        try {
            std::forward<Call>(call)();
        } catch (...) {
            if (!first_) first_ = std::current_exception();
        }
    }

    /// @collective
    void agree(const Communicator& comm) const { parallel::agree_on_failure(comm, first_); }

private:
    std::exception_ptr first_;
};

}  // namespace ranvier::io

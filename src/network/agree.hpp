/// @file
/// The first thing that a collective call on a group does: see that all ranks call alike.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <span>
#include <string>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/collective.hpp"

#include <fmt/format.h>

namespace ranvier::network {

/// Runs local checks; throws on all ranks if they fail on one, and if the ranks do not ask for the
/// same. @collective One reduction of three integers.
/// @param fingerprint a hash of what must be the same on every rank, names above all
/// @param call the call as the message names it: `Population "L4E": set`
template <class Work>
void agree_on_call(
    const Communicator& comm, std::uint64_t fingerprint, const std::string& call, Work&& check
) {
    std::exception_ptr failure;
    try {
        check();
    } catch (...) {
        failure = std::current_exception();
    }
    std::array<std::uint64_t, 3> words{fingerprint, ~fingerprint, failure ? 1u : 0u};
    comm.max(std::span<std::uint64_t>{words});
    if (words[2] != 0) parallel::agree_on_failure(comm, failure);
    if (words[0] != ~words[1])
        throw CommunicationError(fmt::format(
            "{}: the ranks do not ask for the same. All of them must call with the same group, the "
            "same names in the same order, and the same values.",
            call
        ));
}

}  // namespace ranvier::network

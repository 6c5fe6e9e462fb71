/// @file
/// The first thing that a collective call does: see that all ranks call alike.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "ranvier/models/Column.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parameters/ConnectionSpecification.hpp"

namespace ranvier::network {

/// One thing that all ranks must ask for alike, in words and, where these do not say all, by a
/// hash, which no message shows.
struct Asked {
    std::string   what;       ///< `tau_m`
    std::string   given;      ///< `an array of 6 values`
    std::uint64_t rest = 0;   ///< of what the words leave out
    std::string   of_rest{};  ///< what that is, for "but ... differ": `its numbers`
};

Asked asked_of(std::string what, const models::Value& value);
Asked asked_of(std::string what, const parameters::ConnectionSpecification& values);
Asked asked_of(std::string what, const Selection& members);

std::uint64_t fingerprint(const std::string& call, const std::vector<Asked>& asked);

/// Says what the ranks do not ask for alike, and which of them. @collective
/// @pre their fingerprints differ
/// @throws CommunicationError on all ranks
[[noreturn]] void refuse_disagreement(
    const Communicator& comm, const std::string& call, const std::vector<Asked>& asked
);

/// Runs local checks; throws on all ranks if they fail on one, and if the ranks do not ask for the
/// same. @collective One reduction of three integers.
/// @param call the call as the message names it: `Population "L4E": set`
template <class Work>
void agree_on_call(
    const Communicator& comm, const std::string& call, const std::vector<Asked>& asked, Work&& check
) {
    std::exception_ptr failure;
    try {
        check();
    } catch (...) {
        failure = std::current_exception();
    }
    const std::uint64_t          mine = fingerprint(call, asked);
    std::array<std::uint64_t, 3> words{mine, ~mine, failure ? 1u : 0u};
    comm.max(std::span<std::uint64_t>{words});
    if (words[2] != 0) parallel::agree_on_failure(comm, failure);
    if (words[0] != ~words[1]) refuse_disagreement(comm, call, asked);
}

}  // namespace ranvier::network

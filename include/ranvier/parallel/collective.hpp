/// @file
/// All ranks succeed, or all ranks throw the same error.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ranvier/parallel/Communicator.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace parallel {

/// Throws on all ranks if any rank passes an exception; see `collectively`. @collective
void agree_on_failure(const Communicator& comm, std::exception_ptr mine);

/// How many errors all ranks have thrown together so far; tells such a one from an exception that
/// one rank has thrown by itself. @local
std::uint64_t num_agreed_failures() noexcept;

/// Throws root's exception on all ranks if it passes one; see `on_root`. @collective
void agree_with_root(const Communicator& comm, std::exception_ptr mine);

/// Throws on all ranks if the texts differ; see `require_same`. @collective
void require_same_text(const Communicator& comm, std::string_view value, std::string_view what);

/// Throws on all ranks if they are in different calls; see `CollectiveCall`. @collective
void require_same_call(const Communicator& comm, std::string_view what);

}  // namespace parallel

/// Runs work that may fail on some ranks only. If it fails anywhere, all ranks throw the error of
/// the lowest failing rank, of the same type and with the same facts, its text followed by
/// `(rank 3 of 8)`. Nothing is appended on a single rank, nor if all ranks failed with the same
/// text. Exceptions that are no Error, exhausted memory included, become RunError with their text.
///
///     collectively(comm, [&] { resolve_parameters(owned_cells); });
///
/// @collective Costs one integer if nothing fails.
/// @pre the work does not communicate, or its communication fails on all ranks alike: a rank that
///      leaves alone would be waited for
/// @return what the work returned
template <class Work>
std::invoke_result_t<Work> collectively(const Communicator& comm, Work&& work) {
    using Result = std::invoke_result_t<Work>;
    std::exception_ptr failure;
    if constexpr (std::is_void_v<Result>) {
        try {
            std::forward<Work>(work)();
        } catch (...) {
            failure = std::current_exception();
        }
        parallel::agree_on_failure(comm, failure);
    } else {
        std::optional<Result> result;
        try {
            result.emplace(std::forward<Work>(work)());
        } catch (...) {
            failure = std::current_exception();
        }
        parallel::agree_on_failure(comm, failure);
        return *std::move(result);
    }
}

/// Runs work on root only; if it fails, all ranks throw the same error, its text unchanged.
/// @collective Costs the broadcast of one integer if nothing fails.
/// @pre the work is local
template <std::invocable Work>
void on_root(const Communicator& comm, Work&& work) {
    std::exception_ptr failure;
    if (comm.is_root()) {
        try {
            std::forward<Work>(work)();
        } catch (...) {
            failure = std::current_exception();
        }
    }
    parallel::agree_with_root(comm, failure);
}

/// Makes sure that an argument is the same on every rank; compared as formatted text, in which
/// numbers keep all their digits.
/// @collective Costs one reduction of two integers if they agree.
/// @param what names the argument in the message, e.g. `Simulation: seed`
/// @throws CommunicationError on all ranks, naming two values that differ and their ranks.
template <class T>
void require_same(const Communicator& comm, const T& value, std::string_view what) {
    parallel::require_same_text(comm, fmt::format("{}", value), what);
}

}  // namespace ranvier

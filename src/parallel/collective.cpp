#include "ranvier/parallel/collective.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/parallel/activity.hpp"

#include "BrokenCommunication.hpp"
#include "objects.hpp"
#include <fmt/format.h>

namespace ranvier::parallel {

namespace {

/// Where messages no longer get through, the ranks cannot agree any more.
void rethrow_if_broken(const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const BrokenCommunication&) {
        throw;
    } catch (...) {
        return;
    }
}

std::uint64_t num_agreed = 0;

/// What a rank is in that tells the others of its failure, which they may never ask for.
std::optional<Activity> activity_of(const std::exception_ptr& failure) {
    if (!failure) return std::nullopt;
    try {
        return std::optional<Activity>{std::in_place, "the report of: " + record_of(failure).text};
    } catch (...) {  // no memory for that
        return std::nullopt;
    }
}

/// Whether all ranks have the same text; exact, as far as 64 bits tell.
bool all_same(const Communicator& comm, std::string_view text) {
    const std::uint64_t hash = hash_of_text(text);
    std::array          ends{hash, ~hash};  // the largest value, and the complement of the smallest
    comm.max(std::span<std::uint64_t>{ends});
    return ends[0] == ~ends[1];
}

/// A rank whose text is not that of rank 0, and all texts. @pre there is one
std::pair<std::size_t, std::vector<std::string>> first_difference(
    const Communicator& comm, std::string_view text
) {
    auto        all   = comm.all_gather(std::string{text});
    std::size_t other = 1;
    while (all[other] == all[0])
        ++other;
    return {other, std::move(all)};
}

}  // namespace

void agree_on_failure(const Communicator& comm, std::exception_ptr mine) {
    rethrow_if_broken(mine);
    const auto activity = activity_of(mine);
    const int  lowest   = comm.min(mine ? comm.rank() : comm.size());
    if (lowest == comm.size()) return;

    const ErrorRecord own    = mine ? record_of(mine) : ErrorRecord{};
    ErrorRecord       common = broadcast_record(comm, own, lowest);
    const bool        same   = mine && own.text == common.text;
    if (!comm.all(same)) common.text += fmt::format(" (rank {} of {})", lowest, comm.size());
    ++num_agreed;
    throw_record(common);
}

void agree_with_root(const Communicator& comm, std::exception_ptr mine) {
    rethrow_if_broken(mine);
    const auto activity = activity_of(mine);
    if (comm.broadcast(mine ? 1 : 0) == 0) return;
    const ErrorRecord common = broadcast_record(comm, mine ? record_of(mine) : ErrorRecord{}, 0);
    ++num_agreed;
    throw_record(common);
}

std::uint64_t num_agreed_failures() noexcept {
    return num_agreed;
}

void require_same_text(const Communicator& comm, std::string_view value, std::string_view what) {
    if (all_same(comm, value)) return;
    const auto [other, all] = first_difference(comm, value);
    throw CommunicationError(fmt::format(
        "{} must be the same on every rank, got {} on rank 0 and {} on rank {} of {}.",
        what,
        all[0],
        all[other],
        other,
        comm.size()
    ));
}

void require_same_call(const Communicator& comm, std::string_view what) {
    if (all_same(comm, what)) return;
    const auto [other, all] = first_difference(comm, what);
    throw CommunicationError(fmt::format(
        "The ranks must make the same calls in the same order, but rank 0 is in {} and rank {} of "
        "{} in {}. Make collective calls on all ranks, with the same names.",
        all[0],
        other,
        comm.size(),
        all[other]
    ));
}

}  // namespace ranvier::parallel

#include "ranvier/parallel/collective.hpp"

#include <array>
#include <cstdint>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"

#include "objects.hpp"
#include <fmt/format.h>

namespace ranvier::parallel {

void agree_on_failure(const Communicator& comm, std::exception_ptr mine) {
    const int lowest = comm.min(mine ? comm.rank() : comm.size());
    if (lowest == comm.size()) return;

    const ErrorRecord own    = mine ? record_of(mine) : ErrorRecord{};
    ErrorRecord       common = broadcast_record(comm, own, lowest);
    const bool        same   = mine && own.text == common.text;
    if (!comm.all(same)) common.text += fmt::format(" (rank {} of {})", lowest, comm.size());
    throw_record(common);
}

void agree_with_root(const Communicator& comm, std::exception_ptr mine) {
    if (comm.broadcast(mine ? 1 : 0) == 0) return;
    throw_record(broadcast_record(comm, mine ? record_of(mine) : ErrorRecord{}, 0));
}

void require_same_text(const Communicator& comm, std::string_view value, std::string_view what) {
    const std::uint64_t hash = hash_of_text(value);
    std::array          ends{hash, ~hash};  // the largest value, and the complement of the smallest
    comm.max(std::span<std::uint64_t>{ends});
    if (ends[0] == ~ends[1]) return;

    const auto all   = comm.all_gather(std::string{value});
    int        other = 1;
    while (all[static_cast<std::size_t>(other)] == all[0])
        ++other;
    throw CommunicationError(fmt::format(
        "{} must be the same on every rank, got {} on rank 0 and {} on rank {} of {}.",
        what,
        all[0],
        all[static_cast<std::size_t>(other)],
        other,
        comm.size()
    ));
}

}  // namespace ranvier::parallel

#include "ranvier/engine/SpikeExchange.hpp"

#include <algorithm>
#include <bit>

#include <mpi.h>

#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/native.hpp"

namespace ranvier::engine {

namespace {
constexpr std::size_t smallest_capacity = 16;
constexpr int         status_bits       = 2;
}  // namespace

SpikeExchange::SpikeExchange(const Communicator& comm)
    : comm_(comm),
      counts_(comm.is_stand_in() ? 0 : static_cast<std::size_t>(comm.size())) {}

SpikeExchange::Result SpikeExchange::exchange(
    std::span<const std::uint64_t> mine, unsigned status, std::span<const std::uint64_t> others
) {
    if (comm_.is_stand_in()) {
        all_.assign(mine.begin(), mine.end());
        all_.insert(all_.end(), others.begin(), others.end());
        std::sort(all_.begin(), all_.end());
        return {all_, status};
    }
    if (comm_.size() == 1) return {mine, status};
    const auto        ranks = static_cast<std::size_t>(comm_.size());
    const std::size_t fits  = std::min(mine.size(), capacity_);
    sent_.resize(capacity_ + 1);
    sent_[0] = mine.size() << status_bits | status;
    std::copy_n(mine.begin(), fits, sent_.begin() + 1);
    received_.resize(ranks * (capacity_ + 1));
    const int               length = static_cast<int>(capacity_ + 1);
    const TickClock::Ticks  begin  = clock_.now();
    const parallel::Waiting waiting{comm_, "MPI_Allgather"};
    check_mpi(
        MPI_Allgather(
            sent_.data(),
            length,
            MPI_UINT64_T,
            received_.data(),
            length,
            MPI_UINT64_T,
            native(comm_)
        ),
        "MPI_Allgather"
    );
    waited_ += clock_.now() - begin;

    unsigned      any  = 0;
    std::uint64_t most = 0;
    all_.clear();
    for (std::size_t r = 0; r < ranks; ++r) {
        const auto block = received_.begin() + static_cast<std::ptrdiff_t>(r * (capacity_ + 1));
        any |= static_cast<unsigned>(*block & ((1u << status_bits) - 1));
        counts_[r] = *block >> status_bits;
        most       = std::max(most, counts_[r]);
        all_.insert(
            all_.end(),
            block + 1,
            block + 1 + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(counts_[r], capacity_))
        );
    }
    if (most > capacity_) gather_rest(mine);
    // Grows at once, shrinks slowly; from facts that every rank has.
    capacity_ = std::max({smallest_capacity, std::bit_ceil(most), capacity_ - capacity_ / 64});
    std::sort(all_.begin(), all_.end());
    return {all_, any};
}

void SpikeExchange::gather_rest(std::span<const std::uint64_t> mine) {
    std::vector<int> counts, offsets;
    int              total = 0;
    for (const std::uint64_t count : counts_) {
        offsets.push_back(total);
        counts.push_back(static_cast<int>(count > capacity_ ? count - capacity_ : 0));
        total += counts.back();
    }
    const auto rest  = mine.subspan(std::min(mine.size(), capacity_));
    const auto first = all_.size();
    all_.resize(first + static_cast<std::size_t>(total));
    const TickClock::Ticks  begin = clock_.now();
    const parallel::Waiting waiting{comm_, "MPI_Allgatherv"};
    check_mpi(
        MPI_Allgatherv(
            rest.data(),
            static_cast<int>(rest.size()),
            MPI_UINT64_T,
            all_.data() + first,
            counts.data(),
            offsets.data(),
            MPI_UINT64_T,
            native(comm_)
        ),
        "MPI_Allgatherv"
    );
    waited_ += clock_.now() - begin;
}

}  // namespace ranvier::engine

/// @file
/// All ranks' spikes of an interval, on every rank, in one collective.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranvier/base/TickClock.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::engine {

/// A spike packed into 64 bits: step within the interval, gid, multiplicity, from high to low, so
/// that ascending numbers are ascending (step, gid).
///
///     lag 2, gid 7, one spike: 2 << 50 | 7 << 14 | 1
struct PackedSpike {
    static constexpr int           lag_bits = 14, gid_bits = 36, count_bits = 14;
    static constexpr std::uint64_t max_lag   = (std::uint64_t{1} << lag_bits) - 1;
    static constexpr std::uint64_t max_gid   = (std::uint64_t{1} << gid_bits) - 1;
    static constexpr std::uint64_t max_count = (std::uint64_t{1} << count_bits) - 1;

    static constexpr std::uint64_t pack(std::uint64_t lag, Gid gid, std::uint64_t count) {
        return lag << (gid_bits + count_bits) | gid << count_bits | count;
    }
    static constexpr std::uint64_t lag(std::uint64_t packed) {
        return packed >> (gid_bits + count_bits);
    }
    static constexpr Gid gid(std::uint64_t packed) { return (packed >> count_bits) & max_gid; }
    static constexpr std::uint32_t count(std::uint64_t packed) {
        return static_cast<std::uint32_t>(packed & max_count);
    }
};

/// Exchanges spikes. Each rank sends a block of fixed length in which the number of its spikes and
/// a status travel first; only when a rank has more spikes than fit does a second collective
/// follow. The length follows the numbers that all ranks have seen.
class SpikeExchange {
public:
    explicit SpikeExchange(const Communicator& comm);

    struct Result {
        std::span<const std::uint64_t> spikes;  ///< of all ranks, ascending; valid until the next
        unsigned                       status;  ///< bits that some rank has passed
    };

    static constexpr unsigned failed = 1;  ///< this rank cannot go on
    static constexpr unsigned stop   = 2;  ///< this rank asks to end the run

    /// @collective
    /// @param mine   packed spikes of this rank, ascending
    /// @param status bits of `failed` and `stop`
    /// @param others where this process stands for one of many ranks: what it is to find in place
    ///               of the spikes of the others
    Result exchange(
        std::span<const std::uint64_t> mine,
        unsigned                       status,
        std::span<const std::uint64_t> others = {}
    );

    /// Seconds in MPI so far: waiting for slower ranks and sending. 0 where there is one rank.
    /// @local
    double wait_s() const { return clock_.seconds(waited_); }

private:
    void gather_rest(std::span<const std::uint64_t> mine);

    Communicator               comm_;
    TickClock                  clock_;
    TickClock::Ticks           waited_   = 0;
    std::size_t                capacity_ = 16;  ///< spikes per rank in the first collective
    std::vector<std::uint64_t> sent_, received_, all_;
    std::vector<std::uint64_t> counts_;
};

}  // namespace ranvier::engine

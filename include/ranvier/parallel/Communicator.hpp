/// @file
/// A group of ranks and what they do together. No MPI here; `parallel/native.hpp` gives the handle.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ranvier {

namespace parallel {
class Waiting;
}

/// What travels as plain bytes. Strings and tables travel as serialised objects instead.
template <class T>
concept Transferable =
    std::is_trivially_copyable_v<T> && std::default_initializable<T> && !std::is_pointer_v<T> &&
    !std::ranges::view<T> && !std::same_as<T, bool>;

/// Integers that can be summed over ranks.
template <class T>
concept Summable = std::integral<T> && !std::same_as<T, bool>;

/// One block of values per rank, in rank order.
///
///     rank 0 gives 7 8, rank 1 nothing, rank 2 gives 9:
///     values   7 8 9
///     offsets  0 2 2 3     [size + 1]
template <class T>
struct RankBlocks {
    std::vector<T>           values;   ///< `[offsets.back()]`
    std::vector<std::size_t> offsets;  ///< `[size + 1]`, in values

    std::size_t count(int rank) const { return of(rank).size(); }

    /// The block of one rank.
    std::span<const T> of(int rank) const {
        const auto r = static_cast<std::size_t>(rank);
        return std::span{values}.subspan(offsets[r], offsets[r + 1] - offsets[r]);
    }
};

/// Named numbers, for small facts that are collected from all ranks.
using Table = std::map<std::string, double>;

/// A group of ranks. Copies are cheap and mean the same group; ranks that were left out by `split`
/// hold an empty communicator, which converts to false and on which nothing else may be called.
///
/// Every function marked collective must be called by all ranks of the group in the same order.
/// A rank that has nothing to contribute contributes an empty block; it may not stay away:
///
///     wrong    if (!spikes.empty()) all = comm.all_gather(spikes);   // the silent rank is missing
///     wrong    for (auto& cell : owned) n += comm.sum(cell.spikes);  // numbers of calls differ
///     correct  all = comm.all_gather(spikes);
///     correct  n = comm.sum(spikes_of(owned));
///
/// Functions throw CommunicationError if MPI reports a failure.
class Communicator {
public:
    /// All ranks of the program. @local
    /// @throws CommunicationError before MPI is up or after it is down.
    Communicator();

    /// One rank of a group whose other ranks do not exist, to find out alone what it costs there:
    /// no message is sent. Every function behaves as if all other ranks had passed the same as this
    /// one: a sum is the value times `size`, a broadcast gives the value itself, every rank
    /// contributes this one's block. So what only another rank knows is not known here, and numbers
    /// of the whole group are estimates. Files cannot be written.
    ///
    ///     const Communicator comm = Communicator::standing_for(1, 1000);
    ///
    /// @local
    /// @throws ParameterError unless 0 <= rank < size
    static Communicator standing_for(int rank, int size);

    /// Whether this is a communicator of `standing_for`, or a part of one.
    bool is_stand_in() const;

    /// The ranks of equal `color`, ordered by `key`, then by rank here.
    /// @collective
    /// @param color a rank with a negative color gets the empty communicator
    Communicator split(int color, int key = 0) const;

    explicit operator bool() const { return impl_ != nullptr; }

    int  rank() const;
    int  size() const;
    bool is_root() const { return rank() == 0; }

    /// Returns when all ranks have called. @collective
    void barrier() const;

    /// Sum, smallest and largest over ranks, the same on every rank. Unsigned sums wrap modulo
    /// 2^64; real numbers are never summed here, since the result would depend on the number of
    /// ranks.
    /// @collective
    /// @pre a double is not NaN
    template <Summable T>
    T sum(T value) const {
        return reduced(value, Operation::sum);
    }
    template <class T>
    requires Summable<T> || std::same_as<T, double> T min(T value)
    const { return reduced(value, Operation::min); }
    template <class T>
    requires Summable<T> || std::same_as<T, double> T max(T value)
    const { return reduced(value, Operation::max); }

    /// Whether it holds on all ranks, on at least one rank. @collective
    bool all(bool here) const { return min(static_cast<int>(here)) != 0; }
    bool any(bool here) const { return max(static_cast<int>(here)) != 0; }

    /// Element by element, in place; the length must be the same on every rank. @collective
    void sum(std::span<std::uint64_t> values) const;
    void sum(std::span<std::int64_t> values) const;
    void max(std::span<std::uint64_t> values) const;
    void max(std::span<std::int64_t> values) const;
    void max(std::span<double> values) const;

    /// Sum of the values of lower ranks; 0 on rank 0. @collective
    std::uint64_t exclusive_sum(std::uint64_t value) const;
    /// The same element by element, in place. @collective
    void exclusive_sum(std::span<std::uint64_t> values) const;

    /// The value of rank `from`, on every rank. @collective
    template <Transferable T>
    T broadcast(T value, int from = 0) const {
        broadcast_bytes(&value, sizeof(T), from);
        return value;
    }
    /// The same in place; the length must be the same on every rank. @collective
    template <Transferable T>
    void broadcast_values(std::span<T> values, int from = 0) const {
        broadcast_bytes(values.data(), values.size_bytes(), from);
    }
    /// The same for a text of any length. @collective
    std::string broadcast(std::string_view text, int from = 0) const;

    /// One value per rank, `[size]`. @collective
    template <Transferable T>
    std::vector<T> all_gather(const T& value) const {
        std::vector<T> all(static_cast<std::size_t>(size()));
        all_gather_bytes(&value, all.data(), sizeof(T));
        return all;
    }
    /// The blocks of all ranks, which may differ in length and be empty. @collective
    template <class T>
    requires Transferable<std::remove_const_t<T>> RankBlocks<std::remove_const_t<T>> all_gather(
        std::span<T> block
    )
    const {
        RankBlocks<std::remove_const_t<T>> all{{}, offsets_of(block.size())};
        all.values.resize(all.offsets.back());
        all_gather_bytes(block.data(), all.values.data(), all.offsets, sizeof(T));
        return all;
    }
    template <Transferable T>
    RankBlocks<T> all_gather(const std::vector<T>& block) const {
        return all_gather(std::span<const T>{block});
    }
    /// One text, one table per rank, `[size]`. @collective
    std::vector<std::string> all_gather(const std::string& text) const;
    std::vector<Table>       all_gather(const Table& table) const;

    /// Sends block r to rank r and returns what the ranks sent here, in rank order.
    /// @collective
    /// @param values `[sum of counts]`, the blocks one after the other
    /// @param counts `[size]`, lengths of the blocks, may be 0
    template <class T>
    requires Transferable<std::remove_const_t<T>> RankBlocks<std::remove_const_t<T>> all_to_all(
        std::span<T> values, std::span<const std::size_t> counts
    )
    const {
        RankBlocks<std::remove_const_t<T>> received{{}, exchanged_offsets(counts)};
        received.values.resize(received.offsets.back());
        all_to_all_bytes(
            values.data(), counts, received.values.data(), received.offsets, sizeof(T)
        );
        return received;
    }
    template <Transferable T>
    RankBlocks<T> all_to_all(const std::vector<T>& values, std::span<const std::size_t> counts)
        const {
        return all_to_all(std::span<const T>{values}, counts);
    }
    /// The same into memory of the caller, where both sides know the lengths.
    /// @collective
    /// @param counts          `[size]`, lengths of the blocks sent
    /// @param received        `[sum of received_counts]`, in rank order
    /// @param received_counts `[size]`, what each rank has as its count for this one
    template <Transferable T>
    void all_to_all(
        const std::vector<T>&        values,
        std::span<const std::size_t> counts,
        std::vector<T>&              received,
        std::span<const std::size_t> received_counts
    ) const {
        all_to_all_bytes(
            values.data(), counts, received.data(), offsets_from(received_counts), sizeof(T)
        );
    }

private:
    struct Impl;
    friend struct NativeAccess;
    friend class parallel::Waiting;
    enum class Operation { sum, min, max };

    explicit Communicator(std::shared_ptr<const Impl> impl);

    template <class T>
    T reduced(T value, Operation operation) const {
        using Wide = std::conditional_t<
            std::same_as<T, double>,
            double,
            std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>>;
        Wide wide{value};
        all_reduce(std::span{&wide, 1}, operation);
        return static_cast<T>(wide);
    }
    void all_reduce(std::span<std::int64_t> values, Operation operation) const;
    void all_reduce(std::span<std::uint64_t> values, Operation operation) const;
    void all_reduce(std::span<double> values, Operation operation) const;

    void broadcast_bytes(void* data, std::size_t num_bytes, int from) const;
    void all_gather_bytes(const void* mine, void* all, std::size_t num_bytes) const;
    void all_gather_bytes(
        const void* mine, void* all, std::span<const std::size_t> offsets, std::size_t item_bytes
    ) const;
    void all_to_all_bytes(
        const void*                  sent,
        std::span<const std::size_t> counts,
        void*                        received,
        std::span<const std::size_t> offsets,
        std::size_t                  item_bytes
    ) const;
    static std::vector<std::size_t> offsets_from(std::span<const std::size_t> counts);
    std::vector<std::size_t>        offsets_of(std::size_t count) const;
    std::vector<std::size_t>        exchanged_offsets(std::span<const std::size_t> counts) const;

    std::shared_ptr<const Impl> impl_;
};

}  // namespace ranvier

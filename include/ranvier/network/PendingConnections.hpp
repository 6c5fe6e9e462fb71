/// @file
/// Connections that were made and wait to be sorted into rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"

namespace ranvier::network {

/// A channel, by its place in the network's list.
using ChannelId = std::uint16_t;

/// The connections of groups of 256 sources, each group in the order in which they were added.
/// There are groups from the first to the last source that has connections: memory follows these,
/// not the size of the population.
///
/// A record is a word of 32 bits with the target (16 bits), the source within its group (8) and the
/// delay (its 8 low bits); in chunks begun after a delay that needs more, a second word with the
/// rest of it; then the weight. So it takes 8 bytes in single and 12 in double precision. What a
/// group holds goes back to the system when it is released: records and the rows that are made of
/// them do not exist together.
template <class T>
class PendingConnections {
public:
    static constexpr std::size_t group_size = 256;

    /// Frees the memory of a chunk.
    struct Free {
        std::size_t bytes = 0;
        void        operator()(std::uint32_t* words) const noexcept;
    };

    /// Where connections act: a channel, and a page of the block (see ConnectionTable).
    struct Onto {
        ChannelId    channel = 0;
        std::uint8_t page    = 0;

        friend bool operator==(Onto, Onto) = default;
    };

    /// Records of one channel and page, one behind the other.
    struct Chunk {
        Onto                                   onto;
        bool                                   wide;  ///< records have the second word
        std::size_t                            size = 0;
        std::unique_ptr<std::uint32_t[], Free> words;
    };

    /// Words of a record.
    static constexpr std::size_t width(bool wide) {
        return 1 + (wide ? 1 : 0) + sizeof(T) / sizeof(std::uint32_t);
    }
    static std::uint32_t source_of(const std::uint32_t* record) { return *record >> 16 & 0xff; }
    static std::uint16_t target_of(const std::uint32_t* record) {
        return static_cast<std::uint16_t>(*record);
    }
    template <bool wide>
    static std::uint32_t delay_of(const std::uint32_t* record) {
        return *record >> 24 | (wide ? record[1] << 8 : 0);
    }
    template <bool wide>
    static T weight_of(const std::uint32_t* record) {
        T weight;
        std::memcpy(&weight, record + (wide ? 2 : 1), sizeof weight);
        return weight;
    }

    /// Numbers of connections of the groups that have some, ascending by group.
    struct GroupSize {
        std::size_t group, size;
    };
    using Mark = std::vector<GroupSize>;

    /// Adds connections onto one target of a page: `weights[k]` after `delays[k]` steps.
    /// @pre delays are below 2^24
    void add(
        std::span<const std::uint32_t> sources,
        Onto                           onto,
        std::uint16_t                  target,
        std::span<const std::uint32_t> delays,
        std::span<const double>        weights
    );
    /// The same, the k-th one onto `targets[k]`.
    void add(
        std::span<const std::uint32_t> sources,
        Onto                           onto,
        std::span<const std::uint16_t> targets,
        std::span<const std::uint32_t> delays,
        std::span<const double>        weights
    );

    /// The groups there are; group g is that of the sources from 256 g on.
    IndexRange  groups() const { return {first_group_, first_group_ + groups_.size()}; }
    std::size_t bytes() const;  ///< of memory taken

    /// What there is now; `roll_back` returns to it.
    Mark mark();
    void roll_back(const Mark& mark);

    /// What any group holds, in the order in which it was added.
    std::span<const Chunk> chunks(std::size_t group);
    /// Bounds of all delays that were added; the lower one above the upper one: none was.
    std::uint32_t min_delay() const { return min_delay_; }
    std::uint32_t max_delay() const { return max_delay_; }
    /// Forgets what a group holds and gives its memory back.
    void release(std::size_t group);

private:
    using Group = std::vector<Chunk>;

    /// Where the next record of a group goes, and the end of its last chunk; both null before
    /// records of the kind at hand were added to the group.
    struct Cursor {
        std::uint32_t* at  = nullptr;
        std::uint32_t* end = nullptr;
    };
    /// What records are added: those onto one page by one channel, of one width.
    struct Kind {
        Onto onto{};
        bool wide = false;

        friend bool operator==(Kind, Kind) = default;
    };
    /// Connections to add; `target(k)` is the k-th one's.
    template <class F>
    struct Batch {
        std::span<const std::uint32_t> sources;
        F                              target;
        const std::uint32_t*           delays;
        const double*                  weights;
    };

    template <class F>
    void add(const Batch<F>& batch, Onto onto);
    template <bool wide, class F>
    void add_one_by_one(const Batch<F>& batch);
    template <bool wide, class F>
    void add_in_runs(const Batch<F>& batch);
    template <bool wide, class F>
    static void write(const Batch<F>& batch, std::size_t k, std::uint32_t* at);

    Cursor& make_room(std::size_t group, std::size_t num_expected);
    void    open_chunk(Group& group, Cursor& cursor, std::size_t num_expected);
    void    reach(std::size_t group);
    void    begin(Kind kind);
    void    settle(std::size_t g);
    void    roll_back(std::size_t g, std::size_t size);

    std::size_t         first_group_ = 0;
    std::vector<Group>  groups_;
    std::vector<Cursor> cursors_;  ///< `[groups]`; apart, since few lines of the cache hold them
    Kind                kind_;
    std::uint32_t       min_delay_ = 0xffffffff;
    std::uint32_t       max_delay_ = 0;
};

extern template class PendingConnections<double>;
extern template class PendingConnections<float>;

}  // namespace ranvier::network

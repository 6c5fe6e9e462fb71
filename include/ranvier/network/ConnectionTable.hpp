/// @file
/// The connections from one population into one block of local cells, stored by source.
///
/// New connections are filed by groups of 256 sources (PendingConnections). Before they are used,
/// each group is sorted into rows: one per source and channel, the segments of a row ordered by
/// delay, so that the spikes of a source are delivered by walking its row once, one segment per
/// step.
///
///     row of a source:   first delay 3 | segment | segment
///     segment:           n = 2, steps to the next segment 4 | targets 7 9 | weights 0.1 0.2
///     last segment:      n = 1, end                         | targets 7   | weights 0.3
///
/// means: 3 steps after a spike add 0.1 to target 7 and 0.2 to target 9; 4 steps later 0.3 to 7.
///
/// A target is known by its page, up to 65536 cells of the block, and by its place there. The
/// targets of a segment are on one page; segments of one delay follow each other by page, so that
/// what a source sends at a time is read in one piece however many cells a block has.
///
/// Where weights are multiples of a power of two, rows hold how many (16 bits each, padded as the
/// targets are). The product with a power of two is exact, so these act as the same weights stored
/// in full would.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/network/PendingConnections.hpp"

namespace ranvier::network {

/// Where and how connections act on a block: one receptor, and the weights either one per
/// connection or one for all. Several projections between the same populations onto the same
/// receptor differ in `ordinal`, so that a connection is known by (channel, source, target).
struct Channel {
    std::uint64_t epoch    = 0;   ///< number of resets before it was made; 0 if since is -1
    Step          since    = -1;  ///< in that epoch, spikes emitted after this step travel here
    std::uint16_t ordinal  = 0;
    std::uint16_t receptor = 0;
    bool          drive    = false;  ///< Poisson input, one to one, one delay: summed apart
    bool          constant = false;  ///< all connections have `weight`; none is stored
    double        weight   = 0;
    double        quantum  = 0;  ///< weights are multiples of this power of two; 0: any

    friend auto operator<=>(const Channel&, const Channel&) = default;
};

/// Header of a segment: how many connections (14 bits), the page of their targets (4), and the gap
/// (14), which is the number of steps to the next segment; 0 continues at the same delay; `last`
/// ends the row.
class SegmentHeader {
public:
    static constexpr std::uint32_t max_count = 0x3fff;
    static constexpr std::uint32_t max_pages = 16;
    static constexpr std::uint32_t last      = 0x3fff;

    SegmentHeader() = default;
    SegmentHeader(std::size_t count, std::size_t page, std::uint32_t gap)
        : bits_(static_cast<std::uint32_t>(count | page << 14) | gap << 18) {}

    std::uint32_t count() const { return bits_ & max_count; }
    std::uint32_t page() const { return bits_ >> 14 & (max_pages - 1); }
    std::uint32_t gap() const { return bits_ >> 18; }

private:
    std::uint32_t bits_ = 0;
};

/// Bytes of the targets of a segment, padded so that what follows is aligned to 4 bytes.
constexpr std::size_t target_bytes(std::size_t count) {
    return (2 * count + 3) / 4 * 4;
}

/// A weight as it stands in rows of channels with a quantum.
using WeightMultiple = std::int16_t;

/// The largest one; the smallest is as far from 0.
inline constexpr double max_weight_multiple = 32767;

/// Bytes of the weights of a segment, padded in the same way.
template <class T>
constexpr std::size_t weight_bytes(const Channel& channel, std::size_t count) {
    if (channel.constant) return 0;
    return channel.quantum > 0 ? target_bytes(count) : count * sizeof(T);
}

/// How many quanta a weight is. @pre it is a multiple within the bounds
template <class T>
WeightMultiple weight_multiple(T weight, double quantum) {
    return static_cast<WeightMultiple>(weight / static_cast<T>(quantum));
}

template <class T>
class ConnectionTable {
public:
    static constexpr std::size_t   group_size = PendingConnections<T>::group_size;
    static constexpr std::uint32_t max_delay  = (1u << 24) - 1;

    using Mark = typename PendingConnections<T>::Mark;

    /// @pre pages of 1 to 65536 cells; targets are on the first 16 pages
    explicit ConnectionTable(std::size_t page_cells = 65536) : page_cells_(page_cells) {}

    /// Files connections onto one target. Of connections that agree in source, channel and target
    /// those added first come first for ever.
    void add(
        std::span<const std::uint32_t> sources,
        ChannelId                      channel,
        std::uint32_t                  target,
        std::span<const std::uint32_t> delays,
        std::span<const double>        weights
    ) {
        has_pending_ = has_pending_ || !sources.empty();
        pending_.add(sources, onto(channel, target), place_on_page(target), delays, weights);
    }
    /// The same, the k-th one onto `targets[k]`, all on one page.
    void add(
        std::span<const std::uint32_t> sources,
        ChannelId                      channel,
        std::span<const std::uint32_t> targets,
        std::span<const std::uint32_t> delays,
        std::span<const double>        weights
    );

    bool has_pending() const { return has_pending_; }

    /// What is filed and not yet built; `roll_back` returns to it.
    Mark mark() { return pending_.mark(); }
    void roll_back(const Mark& mark) { pending_.roll_back(mark); }

    /// Sorts all that was added into rows. `channels` is the network's list.
    void build(const std::vector<Channel>& channels);

    /// Removes the built connections of a channel onto the marked targets (`[cells of the block]`).
    void remove(
        const std::vector<Channel>& channels, ChannelId channel, const std::vector<bool>& targets
    );

    /// The row of a source on a channel of this table (place in `channels()`); nullptr if empty.
    const std::byte* row(std::uint32_t source, std::size_t place) const {
        const std::uint32_t* const offset = offset_of(source, place);
        if (!offset || *offset == no_row) return nullptr;
        return groups_[group_of(source)].bytes + std::size_t{4} * *offset;
    }
    /// Asks the memory for what `row` will read.
    void fetch(std::uint32_t source, std::size_t place) const {
        if (const std::uint32_t* const offset = offset_of(source, place))
            __builtin_prefetch(offset);
    }

    /// Channels that occur here, in canonical order (of `Channel`).
    const std::vector<ChannelId>& channels() const { return channels_; }

    /// Calls `f(target, delay, weight)` for the connections of a source on a channel, by delay,
    /// then page of the target, then as added. @pre built
    template <class F>
    void for_each(std::uint32_t source, std::size_t place, const Channel& channel, F&& f) const {
        const_cast<ConnectionTable*>(this)->update_each(source, place, channel, f);
    }
    /// The same with a reference to the weight: what f assigns is kept unless the channel is
    /// constant. @pre built; f keeps multiples of the quantum of the channel, if it has one
    template <class F>
    void update_each(std::uint32_t source, std::size_t place, const Channel& channel, F&& f);

    std::size_t bytes() const;

private:
    static constexpr std::uint32_t no_row = 0xffffffff;

    using Pending = PendingConnections<T>;
    using Chunk   = typename Pending::Chunk;
    using Onto    = typename Pending::Onto;
    using Drop    = std::function<bool(ChannelId, std::uint32_t target)>;

    /// What the rows of a group held before, and what was added to it.
    using Parts = std::array<std::span<const Chunk>, 2>;

    struct Group {
        std::vector<std::uint32_t> rows;  ///< [channels][group_size], in units of 4 bytes
        const std::byte*           bytes     = nullptr;
        std::size_t                num_bytes = 0;
    };
    /// Records that are sorted into rows, ordered by source, place and page; buffers used again.
    struct Sorting;

    std::size_t group_of(std::uint32_t source) const {
        return source / group_size - first_group_;  // wraps before the first
    }
    /// Where it stands where a row begins; nullptr if no source of its group has one.
    const std::uint32_t* offset_of(std::uint32_t source, std::size_t place) const {
        const std::size_t g = group_of(source);
        if (g >= groups_.size() || groups_[g].rows.empty()) return nullptr;
        return &groups_[g].rows[place * group_size + source % group_size];
    }
    Onto onto(ChannelId channel, std::uint32_t target) const {
        return {channel, static_cast<std::uint8_t>(target / page_cells_)};
    }
    std::uint16_t place_on_page(std::uint32_t target) const {
        return static_cast<std::uint16_t>(target % page_cells_);
    }

    void    reach(IndexRange groups);
    void    rebuild(const std::vector<Channel>& channels, const Drop& drop);
    Pending read_back(const std::vector<Channel>& channels, std::size_t group, const Drop& drop);
    void    sort_group(
           const std::vector<Channel>& channels, const Parts& parts, Sorting& sorting, Group& group
       );
    template <bool from_wide, bool to_wide>
    static void scatter(const Chunk& chunk, Sorting& sorting);
    template <bool wide>
    void write_rows(const std::vector<Channel>& channels, Sorting& sorting, Group& group);
    const std::byte* keep(std::span<const std::byte> bytes);

    /// The weight of the i-th connection of a segment.
    static T    read_weight(const Channel& channel, const std::byte* weights, std::size_t i);
    static void write_weight(const Channel& channel, std::byte* weights, std::size_t i, T weight);

    std::size_t                page_cells_;
    Pending                    pending_;
    std::size_t                first_group_ = 0;
    std::vector<Group>         groups_;  ///< from there on, as far as there are rows
    std::vector<ChannelId>     channels_;
    bool                       has_pending_ = false;
    std::vector<std::uint16_t> places_;  ///< of targets on their page, while they are filed
    std::vector<AlignedArray<std::byte>> slabs_;
    std::size_t                          slab_used_      = 0;
    std::size_t                          expected_bytes_ = 0;  ///< still to come in this build
};

template <class T>
template <class F>
void ConnectionTable<T>::update_each(
    std::uint32_t source, std::size_t place, const Channel& channel, F&& f
) {
    auto* at = const_cast<std::byte*>(row(source, place));
    if (!at) return;
    std::uint32_t delay;
    std::memcpy(&delay, at, sizeof delay);
    at += sizeof delay;
    for (;;) {
        SegmentHeader header;
        std::memcpy(&header, at, sizeof header);
        at += sizeof header;
        std::byte* const    weights    = at + target_bytes(header.count());
        const std::uint32_t first_cell = header.page() * static_cast<std::uint32_t>(page_cells_);
        for (std::size_t i = 0; i < header.count(); ++i) {
            std::uint16_t target;
            T             weight = read_weight(channel, weights, i);
            std::memcpy(&target, at + i * sizeof target, sizeof target);
            const T before = weight;
            f(first_cell + target, delay, weight);
            if (!channel.constant && std::memcmp(&weight, &before, sizeof weight) != 0)
                write_weight(channel, weights, i, weight);
        }
        if (header.gap() == SegmentHeader::last) return;
        delay += header.gap();
        at = weights + weight_bytes<T>(channel, header.count());
    }
}

template <class T>
T ConnectionTable<T>::read_weight(const Channel& channel, const std::byte* weights, std::size_t i) {
    if (channel.constant) return static_cast<T>(channel.weight);
    if (channel.quantum > 0) {
        WeightMultiple multiple;
        std::memcpy(&multiple, weights + i * sizeof multiple, sizeof multiple);
        return static_cast<T>(multiple) * static_cast<T>(channel.quantum);
    }
    T weight;
    std::memcpy(&weight, weights + i * sizeof weight, sizeof weight);
    return weight;
}

template <class T>
void ConnectionTable<T>::write_weight(
    const Channel& channel, std::byte* weights, std::size_t i, T weight
) {
    if (channel.quantum > 0) {
        const WeightMultiple multiple = weight_multiple(weight, channel.quantum);
        std::memcpy(weights + i * sizeof multiple, &multiple, sizeof multiple);
    } else {
        std::memcpy(weights + i * sizeof weight, &weight, sizeof weight);
    }
}

extern template class ConnectionTable<double>;
extern template class ConnectionTable<float>;

}  // namespace ranvier::network

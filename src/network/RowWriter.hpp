/// @file
/// Writes connections as rows, see ConnectionTable.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "ranvier/network/ConnectionTable.hpp"

namespace ranvier::network {

/// Rows one behind the other. A row is made from the records of a PendingConnections that belong to
/// one source and channel; those with the same delay keep their order.
template <class T>
class RowWriter {
public:
    /// Begins anew; all delays to come lie within these bounds.
    void begin(std::uint32_t min_delay, std::uint32_t max_delay) {
        used_      = 0;
        min_delay_ = min_delay;
        max_delay_ = max_delay;
    }
    std::span<const std::byte> bytes() const { return {bytes_.data(), used_}; }

    /// Appends a row. @return where it begins, in units of 4 bytes
    template <bool wide>
    std::uint32_t write(const Channel& channel, const std::uint32_t* records, std::size_t count) {
        const auto begin = static_cast<std::uint32_t>(used_ / 4);
        make_room(count);
        if (count == 1) {
            write_one<wide>(channel, records);
            return begin;
        }
        std::uint32_t low = min_delay_, high = max_delay_;
        if (high - low >= count) {  // perhaps closer together in this row
            low = high = Pending::template delay_of<wide>(records);
            for (std::size_t k = 1; k < count; ++k) {
                const auto delay = Pending::template delay_of<wide>(records + k * width<wide>);
                low              = std::min(low, delay);
                high             = std::max(high, delay);
            }
        }
        const std::size_t range = high - low + std::size_t{1};
        if (count < few || range > std::min(4 * count, std::size_t{SegmentHeader::last} - 1) ||
            !write_by_counting<wide>(channel, records, count, low, range))
            write_by_sorting<wide>(channel, records, count);
        return begin;
    }

private:
    using Pending = PendingConnections<T>;
    template <bool wide>
    static constexpr std::size_t width = Pending::width(wide);
    static constexpr std::size_t few   = 16;

    struct Entry {
        std::uint32_t delay;
        std::uint16_t target;
        T             weight;
    };
    /// Where targets and weights go.
    struct Cursor {
        std::size_t target, weight;
    };
    /// Where the next target of a delay goes, and its weight: both move on, so one of them and
    /// what to add to a multiple of it are enough.
    struct Next {
        std::size_t target, weight_from_target;
    };

    /// For any row of so many records: each a segment, and bridges over long gaps.
    void make_room(std::size_t count) {
        constexpr std::size_t bridges = 2 + ConnectionTable<T>::max_delay / SegmentHeader::last;
        const std::size_t     most =
            8 + count * (sizeof(SegmentHeader) + 4 + sizeof(T)) + bridges * sizeof(SegmentHeader);
        if (bytes_.size() < used_ + most) bytes_.resize(std::max(used_ + most, 2 * bytes_.size()));
    }

    template <class V>
    void put(std::size_t at, const V& value) {
        std::memcpy(bytes_.data() + at, &value, sizeof value);
    }

    /// The room of a segment. @return where its targets and weights go
    Cursor begin_segment(const Channel& channel, std::size_t count, std::uint16_t gap) {
        put(used_, SegmentHeader{static_cast<std::uint16_t>(count), gap});
        const std::size_t targets = used_ + sizeof(SegmentHeader);
        const std::size_t weights = targets + target_bytes(count);
        used_                     = weights + weight_bytes<T>(channel, count);
        if (count % 2 != 0) {
            put(weights - 2, std::uint16_t{0});
            if (!channel.constant && channel.quantum > 0) put(used_ - 2, std::uint16_t{0});
        }
        return {targets, weights};
    }

    template <bool wide>
    void write_one(const Channel& channel, const std::uint32_t* record) {
        put(used_, Pending::template delay_of<wide>(record));
        used_ += sizeof(std::uint32_t);
        const Cursor cursor = begin_segment(channel, 1, SegmentHeader::last);
        put(cursor.target, Pending::target_of(record));
        put_weight(channel, cursor.weight, 0, Pending::template weight_of<wide>(record));
    }

    /// The weight of the k-th connection of a segment whose weights begin there.
    void put_weight(const Channel& channel, std::size_t weights, std::size_t k, T weight) {
        if (channel.constant) return;
        if (channel.quantum > 0)
            put(weights + k * sizeof(WeightMultiple), weight_multiple(weight, channel.quantum));
        else
            put(weights + k * sizeof weight, weight);
    }

    /// Counts the records of each delay, then puts every record in its place.
    /// @return false, with nothing written, if a delay has more records than a segment can have
    template <bool wide>
    bool write_by_counting(
        const Channel&       channel,
        const std::uint32_t* records,
        std::size_t          count,
        std::uint32_t        low,
        std::size_t          range
    ) {
        counts_.assign(range, 0);
        std::uint32_t* const counts = counts_.data();
        for (std::size_t k = 0; k < count; ++k)
            ++counts[Pending::template delay_of<wide>(records + k * width<wide>) - low];
        if (count > 0xffff && *std::max_element(counts_.begin(), counts_.end()) > 0xffff)
            return false;
        next_.resize(std::max(next_.size(), range));
        const std::size_t weight_per_target = channel.constant ? 0
                                              : channel.quantum > 0
                                                  ? sizeof(WeightMultiple) / sizeof(std::uint16_t)
                                                  : sizeof(T) / sizeof(std::uint16_t);
        std::size_t       first             = 0;
        while (counts_[first] == 0)
            ++first;
        put(used_, static_cast<std::uint32_t>(low + first));
        used_ += sizeof low;
        for (std::size_t d = first; d < range;) {
            std::size_t next = d + 1;
            while (next < range && counts_[next] == 0)
                ++next;
            const auto gap =
                next == range ? SegmentHeader::last : static_cast<std::uint16_t>(next - d);
            const Cursor cursor = begin_segment(channel, counts_[d], gap);
            next_[d] = {cursor.target, cursor.weight - weight_per_target * cursor.target};
            d        = next;
        }
        if (channel.constant)
            scatter<wide, false>(records, count, low, [](T weight) { return weight; });
        else if (channel.quantum > 0)
            scatter<wide, true>(records, count, low, [per_unit = 1 / channel.quantum](T weight) {
                return static_cast<WeightMultiple>(weight * static_cast<T>(per_unit));  // exact
            });
        else
            scatter<wide, true>(records, count, low, [](T weight) { return weight; });
        return true;
    }

    /// Puts every record where the next one of its delay goes, its weight in the form `stored`.
    template <bool wide, bool weighted, class F>
    void scatter(const std::uint32_t* records, std::size_t count, std::uint32_t low, F&& stored) {
        std::byte* const bytes = bytes_.data();
        Next* const      next  = next_.data();
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t* const record = records + k * width<wide>;
            const std::uint16_t        target = Pending::target_of(record);
            Next&                      at = next[Pending::template delay_of<wide>(record) - low];
            const std::size_t          to = at.target;
            std::memcpy(bytes + to, &target, sizeof target);
            at.target = to + sizeof target;
            if constexpr (weighted) {
                const auto        weight = stored(Pending::template weight_of<wide>(record));
                const std::size_t weight_at =
                    at.weight_from_target + to * (sizeof weight / sizeof target);
                std::memcpy(bytes + weight_at, &weight, sizeof weight);
            }
        }
    }

    template <bool wide>
    void write_by_sorting(const Channel& channel, const std::uint32_t* records, std::size_t count) {
        entries_.resize(count);
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t* const record = records + k * width<wide>;
            const Entry                entry{
                Pending::template delay_of<wide>(record),
                Pending::target_of(record),
                Pending::template weight_of<wide>(record)};
            std::size_t at = k;
            for (; count < few && at > 0 && entries_[at - 1].delay > entry.delay; --at)
                entries_[at] = entries_[at - 1];
            entries_[at] = entry;
        }
        if (count >= few)
            std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
                return a.delay < b.delay;
            });
        put(used_, entries_[0].delay);
        used_ += sizeof entries_[0].delay;
        for (std::size_t first = 0; first < count;) {
            std::size_t last = first;
            while (last < count && entries_[last].delay == entries_[first].delay &&
                   last - first < 0xffff)
                ++last;
            write_segment(channel, first, last);
            first = last;
        }
    }

    /// The entries of a segment; a gap too long for its field is bridged by empty segments.
    void write_segment(const Channel& channel, std::size_t first, std::size_t last) {
        constexpr std::uint16_t longest = SegmentHeader::last - 1;
        const bool              is_end  = last == entries_.size();
        std::uint32_t           gap     = is_end ? 0 : entries_[last].delay - entries_[first].delay;
        const auto   now = static_cast<std::uint16_t>(std::min<std::uint32_t>(gap, longest));
        const Cursor cursor =
            begin_segment(channel, last - first, is_end ? SegmentHeader::last : now);
        for (std::size_t k = first; k < last; ++k) {
            put(cursor.target + (k - first) * sizeof(std::uint16_t), entries_[k].target);
            put_weight(channel, cursor.weight, k - first, entries_[k].weight);
        }
        for (gap -= now; gap > 0;) {
            const auto step = static_cast<std::uint16_t>(std::min<std::uint32_t>(gap, longest));
            begin_segment(channel, 0, step);
            gap -= step;
        }
    }

    std::vector<std::byte>     bytes_;
    std::size_t                used_      = 0;
    std::uint32_t              min_delay_ = 0;
    std::uint32_t              max_delay_ = 0xffffffff;
    std::vector<std::uint32_t> counts_;
    std::vector<Next>          next_;
    std::vector<Entry>         entries_;
};

}  // namespace ranvier::network

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

    /// Appends the row of the records from `first` on; those onto page p end before `ends[p]`.
    /// @return where it begins, in units of 4 bytes
    template <bool wide>
    std::uint32_t write(
        const Channel&               channel,
        const std::uint32_t*         records,
        std::size_t                  first,
        std::span<const std::size_t> ends
    ) {
        const auto          begin = static_cast<std::uint32_t>(used_ / 4);
        const Records<wide> row{records, first, ends};
        const std::size_t   count = row.size();
        make_room(count);
        if (count == 1) {
            write_one(channel, row);
            return begin;
        }
        std::uint32_t low = min_delay_, high = max_delay_;
        if (high - low >= count) {  // perhaps closer together in this row
            low  = 0xffffffff;
            high = 0;
            row.for_each([&](const std::uint32_t* record, std::size_t) {
                const auto delay = Pending::template delay_of<wide>(record);
                low              = std::min(low, delay);
                high             = std::max(high, delay);
            });
        }
        const std::size_t range = high - low + std::size_t{1};
        if (count < few || range >= SegmentHeader::last || range * ends.size() > 4 * count ||
            !write_by_counting(channel, row, low, range))
            write_by_sorting(channel, row);
        return begin;
    }

private:
    using Pending = PendingConnections<T>;
    template <bool wide>
    static constexpr std::size_t width = Pending::width(wide);
    static constexpr std::size_t few   = 16;

    /// Those of one row.
    template <bool wide>
    struct Records {
        const std::uint32_t*         words;
        std::size_t                  first;
        std::span<const std::size_t> ends;  ///< by page

        std::size_t size() const { return ends.back() - first; }
        /// Calls `f(record, page)` for each, by page.
        template <class F>
        void for_each(F&& f) const {
            const std::uint32_t* record = words + first * width<wide>;
            for (std::size_t page = 0; page < ends.size(); ++page) {
                const std::uint32_t* const end = words + ends[page] * width<wide>;
                for (; record != end; record += width<wide>)
                    f(record, page);
            }
        }
    };

    struct Entry {
        std::uint32_t delay;
        std::uint16_t target;
        std::uint16_t page;
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
    Cursor begin_segment(
        const Channel& channel, std::size_t count, std::size_t page, std::uint32_t gap
    ) {
        put(used_, SegmentHeader{count, page, gap});
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
    void write_one(const Channel& channel, const Records<wide>& row) {
        row.for_each([&](const std::uint32_t* record, std::size_t page) {
            put(used_, Pending::template delay_of<wide>(record));
            used_ += sizeof(std::uint32_t);
            const Cursor cursor = begin_segment(channel, 1, page, SegmentHeader::last);
            put(cursor.target, Pending::target_of(record));
            put_weight(channel, cursor.weight, 0, Pending::template weight_of<wide>(record));
        });
    }

    /// The weight of the k-th connection of a segment whose weights begin there.
    void put_weight(const Channel& channel, std::size_t weights, std::size_t k, T weight) {
        if (channel.constant) return;
        if (channel.quantum > 0)
            put(weights + k * sizeof(WeightMultiple), weight_multiple(weight, channel.quantum));
        else
            put(weights + k * sizeof weight, weight);
    }

    /// Counts the records of each delay and page, then puts every record in its place.
    /// @return false, with nothing written, if some have more records than a segment can have
    template <bool wide>
    bool write_by_counting(
        const Channel& channel, const Records<wide>& row, std::uint32_t low, std::size_t range
    ) {
        const std::size_t pages = row.ends.size();
        counts_.assign(range * pages, 0);
        std::uint32_t* const counts = counts_.data();
        row.for_each([&](const std::uint32_t* record, std::size_t page) {
            ++counts[(Pending::template delay_of<wide>(record) - low) * pages + page];
        });
        if (row.size() > SegmentHeader::max_count &&
            *std::max_element(counts_.begin(), counts_.end()) > SegmentHeader::max_count)
            return false;
        begin_segments(channel, low, range, pages);
        if (channel.constant)
            scatter<false>(row, low, [](T weight) { return weight; });
        else if (channel.quantum > 0)
            scatter<true>(row, low, [per_unit = 1 / channel.quantum](T weight) {
                return static_cast<WeightMultiple>(weight * static_cast<T>(per_unit));  // exact
            });
        else
            scatter<true>(row, low, [](T weight) { return weight; });
        return true;
    }

    /// Begins the row that `counts_` tells of: all segments, without their connections.
    void begin_segments(
        const Channel& channel, std::uint32_t low, std::size_t range, std::size_t pages
    ) {
        next_.resize(std::max(next_.size(), range * pages));
        const std::size_t weight_per_target = channel.constant ? 0
                                              : channel.quantum > 0
                                                  ? sizeof(WeightMultiple) / sizeof(std::uint16_t)
                                                  : sizeof(T) / sizeof(std::uint16_t);
        // The header before is complete once the next delay is known.
        std::size_t   before = 0, count = 0, on_page = 0;
        std::uint32_t delay = 0;
        for (std::size_t d = 0; d < range; ++d) {
            for (std::size_t page = 0; page < pages; ++page) {
                const std::size_t bucket = d * pages + page;
                if (counts_[bucket] == 0) continue;
                const auto now = static_cast<std::uint32_t>(d);
                if (count == 0) {
                    put(used_, low + now);
                    used_ += sizeof low;
                } else {
                    put(before, SegmentHeader{count, on_page, now - delay});
                }
                before              = used_;
                count               = counts_[bucket];
                on_page             = page;
                delay               = now;
                const Cursor cursor = begin_segment(channel, count, page, SegmentHeader::last);
                next_[bucket] = {cursor.target, cursor.weight - weight_per_target * cursor.target};
            }
        }
    }

    /// Puts every record where the next one of its delay and page goes, its weight in the form
    /// `stored`.
    template <bool weighted, bool wide, class F>
    void scatter(const Records<wide>& row, std::uint32_t low, F&& stored) {
        std::byte* const  bytes = bytes_.data();
        Next* const       next  = next_.data();
        const std::size_t pages = row.ends.size();
        row.for_each([&](const std::uint32_t* record, std::size_t page) {
            const std::uint16_t target = Pending::target_of(record);
            Next& at = next[(Pending::template delay_of<wide>(record) - low) * pages + page];
            const std::size_t to = at.target;
            std::memcpy(bytes + to, &target, sizeof target);
            at.target = to + sizeof target;
            if constexpr (weighted) {
                const auto        weight = stored(Pending::template weight_of<wide>(record));
                const std::size_t weight_at =
                    at.weight_from_target + to * (sizeof weight / sizeof target);
                std::memcpy(bytes + weight_at, &weight, sizeof weight);
            }
        });
    }

    template <bool wide>
    void write_by_sorting(const Channel& channel, const Records<wide>& row) {
        const std::size_t count = row.size();
        std::size_t       k     = 0;
        entries_.resize(count);
        row.for_each([&](const std::uint32_t* record, std::size_t page) {
            const Entry entry{
                Pending::template delay_of<wide>(record),
                Pending::target_of(record),
                static_cast<std::uint16_t>(page),
                Pending::template weight_of<wide>(record)};
            std::size_t at = k++;
            for (; count < few && at > 0 && entries_[at - 1].delay > entry.delay; --at)
                entries_[at] = entries_[at - 1];
            entries_[at] = entry;
        });
        if (count >= few)
            std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
                return a.delay < b.delay;
            });
        put(used_, entries_[0].delay);
        used_ += sizeof entries_[0].delay;
        for (std::size_t first = 0; first < count;) {
            std::size_t last = first;
            while (last < count && entries_[last].delay == entries_[first].delay &&
                   entries_[last].page == entries_[first].page &&
                   last - first < SegmentHeader::max_count)
                ++last;
            write_segment(channel, first, last);
            first = last;
        }
    }

    /// The entries of a segment; a gap too long for its field is bridged by empty segments.
    void write_segment(const Channel& channel, std::size_t first, std::size_t last) {
        constexpr std::uint32_t longest = SegmentHeader::last - 1;
        const bool              is_end  = last == entries_.size();
        const std::size_t       page    = entries_[first].page;
        std::uint32_t           gap     = is_end ? 0 : entries_[last].delay - entries_[first].delay;
        const std::uint32_t     now     = std::min(gap, longest);
        const Cursor            cursor =
            begin_segment(channel, last - first, page, is_end ? SegmentHeader::last : now);
        for (std::size_t k = first; k < last; ++k) {
            put(cursor.target + (k - first) * sizeof(std::uint16_t), entries_[k].target);
            put_weight(channel, cursor.weight, k - first, entries_[k].weight);
        }
        for (gap -= now; gap > 0;) {
            const std::uint32_t step = std::min(gap, longest);
            begin_segment(channel, 0, 0, step);
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

#include "ranvier/network/ConnectionTable.hpp"

#include <iterator>

namespace ranvier::network {

namespace {
// Slabs are large so that large pages back them, and few so that little is left over.
constexpr std::size_t largest_slab = std::size_t{64} << 20;
}  // namespace

template <class T>
void ConnectionTable<T>::build(const std::vector<Channel>& channels) {
    if (has_pending_) rebuild(channels, {});
}

template <class T>
void ConnectionTable<T>::remove(
    const std::vector<Channel>& channels, ChannelId channel, const std::vector<bool>& targets
) {
    rebuild(channels, [&](const Record& record) {
        return record.channel == channel && targets[record.target];
    });
}

/// All groups are built anew: rows of earlier builds are read back and come first.
template <class T>
void ConnectionTable<T>::rebuild(
    const std::vector<Channel>& channels, const std::function<bool(const Record&)>& drop
) {
    std::vector<char> used(channels.size());
    for (const ChannelId id : channels_)
        used[id] = 1;
    std::size_t num_records = 0;
    for (const Group& group : groups_) {
        for (const auto& chunk : group.pending) {
            num_records += chunk.size();
            for (const Record& record : chunk)
                used[record.channel] = 1;
        }
        num_records += group.num_bytes / (2 + sizeof(T));
    }
    const std::vector<ChannelId> before = channels_;
    std::vector<ChannelId>       after;
    for (std::size_t id = 0; id < channels.size(); ++id) {
        if (used[id]) after.push_back(static_cast<ChannelId>(id));
    }
    std::sort(after.begin(), after.end(), [&](ChannelId a, ChannelId b) {
        return channels[a] < channels[b];
    });

    std::vector<AlignedArray<std::byte>> old_slabs = std::move(slabs_);
    slabs_.clear();
    slab_used_      = 0;
    expected_bytes_ = num_records * (2 + sizeof(T)) * 9 / 8;
    for (Group& group : groups_) {
        channels_ = before;
        sorted_   = collect(channels, group);
        if (drop) std::erase_if(sorted_, drop);
        channels_ = after;
        sort_group(channels, group);
    }
    has_pending_ = false;
    sorted_      = {};
    by_delay_    = {};
    histogram_   = {};
    row_bytes_   = {};
}

template <class T>
std::vector<std::size_t> ConnectionTable<T>::mark() const {
    std::vector<std::size_t> counts(groups_.size());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        for (const auto& chunk : groups_[g].pending)
            counts[g] += chunk.size();
    }
    return counts;
}

template <class T>
void ConnectionTable<T>::roll_back(const std::vector<std::size_t>& mark) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        std::size_t wanted = mark[g];
        auto&       chunks = groups_[g].pending;
        chunks.resize((wanted + chunk_size - 1) / chunk_size);
        if (!chunks.empty()) chunks.back().resize(wanted - (chunks.size() - 1) * chunk_size);
    }
}

/// Everything a group holds: what was built before, then what was added, in that order.
template <class T>
auto ConnectionTable<T>::collect(const std::vector<Channel>& channels, Group& group)
    -> std::vector<Record> {
    std::vector<Record> records = std::move(sorted_);
    records.clear();
    const auto first_source =
        static_cast<std::uint32_t>((&group - groups_.data()) * static_cast<long>(group_size));
    if (!group.rows.empty()) {
        for (std::size_t place = 0; place < channels_.size(); ++place) {
            const ChannelId id = channels_[place];
            for (std::uint32_t s = 0; s < group_size; ++s) {
                for_each(
                    first_source + s,
                    place,
                    channels[id],
                    [&](std::uint16_t target, std::uint32_t delay, T weight) {
                        records.push_back({target, id, delay << 8 | s, weight});
                    }
                );
            }
        }
    }
    for (auto& chunk : group.pending) {
        records.insert(records.end(), chunk.begin(), chunk.end());
        chunk = {};
    }
    group.pending = {};
    return records;
}

/// Counting sort by (source, channel), stable; then each row by delay.
template <class T>
void ConnectionTable<T>::sort_group(const std::vector<Channel>& channels, Group& group) {
    const std::size_t num_places = channels_.size();
    group.rows.clear();
    group.bytes     = nullptr;
    group.num_bytes = 0;
    if (sorted_.empty()) return;

    std::vector<std::uint16_t> place_of(channels.size());
    for (std::size_t place = 0; place < num_places; ++place)
        place_of[channels_[place]] = static_cast<std::uint16_t>(place);
    const auto bucket = [&](const Record& record) {
        return record.source() * num_places + place_of[record.channel];
    };
    std::vector<std::size_t> first(group_size * num_places + 1);
    for (const Record& record : sorted_)
        ++first[bucket(record) + 1];
    for (std::size_t b = 1; b < first.size(); ++b)
        first[b] += first[b - 1];
    std::vector<std::size_t> next = first;
    by_delay_.resize(sorted_.size());
    for (const Record& record : sorted_)
        by_delay_[next[bucket(record)]++] = record;

    group.rows.assign(num_places * group_size, no_row);
    row_bytes_.clear();
    for (std::size_t source = 0; source < group_size; ++source) {
        for (std::size_t place = 0; place < num_places; ++place) {
            const std::size_t b = source * num_places + place;
            if (first[b] == first[b + 1]) continue;
            group.rows[place * group_size + source] =
                static_cast<std::uint32_t>(row_bytes_.size() / 4);
            write_row(
                channels[channels_[place]],
                by_delay_.data() + first[b],
                by_delay_.data() + first[b + 1]
            );
        }
    }
    group.bytes     = keep(row_bytes_);
    group.num_bytes = row_bytes_.size();
}

/// Sorts the records of one row by delay (stable) and appends the row to `row_bytes_`.
template <class T>
void ConnectionTable<T>::write_row(const Channel& channel, Record* first, Record* last) {
    const auto    count   = static_cast<std::size_t>(last - first);
    std::uint32_t minimum = max_delay;
    std::uint32_t maximum = 0;
    for (const Record* r = first; r != last; ++r) {
        minimum = std::min(minimum, r->delay());
        maximum = std::max(maximum, r->delay());
    }
    const std::size_t range = maximum - minimum + std::size_t{1};
    if (range > 1 && range <= 4 * count + 64) {
        histogram_.assign(range + 1, 0);
        for (const Record* r = first; r != last; ++r)
            ++histogram_[r->delay() - minimum + 1];
        for (std::size_t d = 1; d <= range; ++d)
            histogram_[d] += histogram_[d - 1];
        sorted_.resize(std::max(sorted_.size(), count));
        for (const Record* r = first; r != last; ++r)
            sorted_[histogram_[r->delay() - minimum]++] = *r;
        std::copy_n(sorted_.begin(), count, first);
    } else if (range > 1) {
        std::stable_sort(first, last, [](const Record& a, const Record& b) {
            return a.delay() < b.delay();
        });
    }

    const std::size_t at = row_bytes_.size();
    row_bytes_.resize(at + sizeof minimum);
    std::memcpy(row_bytes_.data() + at, &minimum, sizeof minimum);
    for (const Record* r = first; r != last;) {
        const Record* end = r;
        while (end != last && end->delay() == r->delay() && end - r < 0xffff)
            ++end;
        std::uint32_t gap = end == last ? SegmentHeader::last : end->delay() - r->delay();
        const auto    n   = static_cast<std::size_t>(end - r);
        if (end == last || gap < SegmentHeader::last) {
            write_segment(channel, r, n, static_cast<std::uint16_t>(gap));
        } else {  // a gap too long for its field is bridged by empty segments
            constexpr std::uint16_t longest = SegmentHeader::last - 1;
            write_segment(channel, r, n, longest);
            for (gap -= longest; gap > longest; gap -= longest)
                write_segment(channel, r, 0, longest);
            write_segment(channel, r, 0, static_cast<std::uint16_t>(gap));
        }
        r = end;
    }
}

template <class T>
void ConnectionTable<T>::write_segment(
    const Channel& channel, const Record* first, std::size_t count, std::uint16_t gap
) {
    const SegmentHeader header{static_cast<std::uint16_t>(count), gap};
    const std::size_t   targets = row_bytes_.size() + sizeof header;
    const std::size_t   weights = targets + target_bytes(count);
    row_bytes_.resize(weights + (channel.constant ? 0 : count * sizeof(T)));
    std::memcpy(row_bytes_.data() + targets - sizeof header, &header, sizeof header);
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(row_bytes_.data() + targets + 2 * i, &first[i].target, 2);
        if (!channel.constant)
            std::memcpy(row_bytes_.data() + weights + i * sizeof(T), &first[i].weight, sizeof(T));
    }
}

/// Copies the rows of a group to where they stay. Rows are read ahead of their end by prefetching
/// only, never by loads.
template <class T>
const std::byte* ConnectionTable<T>::keep(const std::vector<std::byte>& bytes) {
    if (slabs_.empty() || slab_used_ + bytes.size() > slabs_.back().size()) {
        const std::size_t expected = std::min(largest_slab, expected_bytes_);
        slabs_.emplace_back(std::max(bytes.size(), expected));
        slab_used_ = 0;
    }
    std::byte* const at = slabs_.back().data() + slab_used_;
    std::memcpy(at, bytes.data(), bytes.size());
    slab_used_ += (bytes.size() + 63) / 64 * 64;
    slab_used_ = std::min(slab_used_, slabs_.back().size());
    expected_bytes_ -= std::min(expected_bytes_, bytes.size());
    return at;
}

template <class T>
std::size_t ConnectionTable<T>::bytes() const {
    std::size_t total = groups_.capacity() * sizeof(Group);
    for (const Group& group : groups_) {
        total += group.num_bytes + group.rows.capacity() * sizeof(std::uint32_t);
        for (const auto& chunk : group.pending)
            total += chunk.capacity() * sizeof(Record);
    }
    return total;
}

template class ConnectionTable<double>;
template class ConnectionTable<float>;

}  // namespace ranvier::network

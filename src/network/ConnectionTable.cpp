#include "ranvier/network/ConnectionTable.hpp"

#include <algorithm>
#include <deque>

#include "RowWriter.hpp"

namespace ranvier::network {

namespace {
// Slabs are large so that large pages back them, and few so that little is left over.
constexpr std::size_t largest_slab = std::size_t{64} << 20;

template <class Parts, class F>
void for_each_chunk(const Parts& parts, F&& f) {
    for (const auto& chunks : parts) {
        for (const auto& chunk : chunks)
            f(chunk);
    }
}
}  // namespace

template <class T>
void ConnectionTable<T>::add(
    std::span<const std::uint32_t> sources,
    ChannelId                      channel,
    std::span<const std::uint32_t> targets,
    std::span<const std::uint32_t> delays,
    std::span<const double>        weights
) {
    if (sources.empty()) return;
    has_pending_ = true;
    places_.resize(targets.size());
    std::transform(targets.begin(), targets.end(), places_.begin(), [this](std::uint32_t target) {
        return place_on_page(target);
    });
    pending_.add(sources, onto(channel, targets.front()), places_, delays, weights);
}

template <class T>
void ConnectionTable<T>::build(const std::vector<Channel>& channels) {
    if (has_pending_) rebuild(channels, {});
}

template <class T>
void ConnectionTable<T>::remove(
    const std::vector<Channel>& channels, ChannelId channel, const std::vector<bool>& targets
) {
    rebuild(channels, [&](ChannelId id, std::uint32_t target) {
        return id == channel && targets[target];
    });
}

template <class T>
struct ConnectionTable<T>::Sorting {
    std::vector<ChannelId>   places;     ///< channels in canonical order
    std::vector<std::size_t> place_of;   ///< of each channel of the network
    std::size_t              pages = 1;  ///< of this group: from the first to the last one used
    /// `[sources][places][pages]` and one more, in records: where those of a bucket go next.
    std::vector<std::size_t>    next;
    AlignedArray<std::uint32_t> words;  ///< records by source, place, page, as added
    std::uint32_t               min_delay = 0, max_delay = 0;
    RowWriter<T>                writer;

    /// Of the first source.
    std::size_t bucket(Onto onto) const { return place_of[onto.channel] * pages + onto.page; }
};

/// Makes the groups of a range.
template <class T>
void ConnectionTable<T>::reach(IndexRange groups) {
    if (groups.empty()) return;
    const IndexRange old{first_group_, first_group_ + groups_.size()};
    const IndexRange all =
        old.empty()
            ? groups
            : IndexRange{std::min(old.first, groups.first), std::max(old.last, groups.last)};
    if (all == old) return;
    std::vector<Group> more(all.size());
    std::move(
        groups_.begin(),
        groups_.end(),
        more.begin() + static_cast<std::ptrdiff_t>(old.empty() ? 0 : old.first - all.first)
    );
    groups_      = std::move(more);
    first_group_ = all.first;
}

/// All groups are built anew: rows of earlier builds are read back and come first.
template <class T>
void ConnectionTable<T>::rebuild(const std::vector<Channel>& channels, const Drop& drop) {
    std::vector<char> used(channels.size());
    for (const ChannelId id : channels_)
        used[id] = 1;
    std::size_t num_bytes = 0;  // without headers and padding
    reach(pending_.groups());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        for (const Chunk& chunk : pending_.chunks(first_group_ + g)) {
            const bool in_16_bits = channels[chunk.onto.channel].quantum > 0;
            num_bytes += chunk.size * (2 + (in_16_bits ? sizeof(WeightMultiple) : sizeof(T)));
            used[chunk.onto.channel] = 1;
        }
        num_bytes += groups_[g].num_bytes;
    }
    const std::vector<ChannelId> before = channels_;
    Sorting                      sorting;
    for (std::size_t id = 0; id < channels.size(); ++id) {
        if (used[id]) sorting.places.push_back(static_cast<ChannelId>(id));
    }
    std::sort(sorting.places.begin(), sorting.places.end(), [&](ChannelId a, ChannelId b) {
        return channels[a] < channels[b];
    });

    sorting.place_of = std::vector<std::size_t>(channels.size());
    for (std::size_t place = 0; place < sorting.places.size(); ++place)
        sorting.place_of[sorting.places[place]] = place;

    std::deque<AlignedArray<std::byte>> old_slabs;
    for (auto& slab : slabs_)
        old_slabs.push_back(std::move(slab));
    slabs_.clear();
    slab_used_      = 0;
    expected_bytes_ = num_bytes * 9 / 8;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        Group& group = groups_[g];
        // Slabs are filled in the order of groups: those before this one's are done with.
        const auto holds = [&](const AlignedArray<std::byte>& slab) {
            return slab.begin() <= group.bytes && group.bytes < slab.end();
        };
        while (group.bytes && !holds(old_slabs.front()))
            old_slabs.pop_front();
        Pending old       = read_back(channels, g, drop);
        sorting.min_delay = std::min(old.min_delay(), pending_.min_delay());
        sorting.max_delay = std::max(old.max_delay(), pending_.max_delay());
        sort_group(
            channels,
            {old.chunks(first_group_ + g), pending_.chunks(first_group_ + g)},
            sorting,
            group
        );
        pending_.release(first_group_ + g);
    }
    channels_    = sorting.places;
    pending_     = {};
    has_pending_ = false;
}

/// The connections in the rows of a group, without those to drop; page by page, since records of
/// one page are filed together.
template <class T>
auto ConnectionTable<T>::read_back(
    const std::vector<Channel>& channels, std::size_t g, const Drop& drop
) -> Pending {
    Pending       result;
    std::uint32_t last_page = 0;
    for (std::uint32_t page = 0; page <= last_page && !groups_[g].rows.empty(); ++page) {
        for (std::size_t place = 0; place < channels_.size(); ++place) {
            const ChannelId id = channels_[place];
            for (std::uint32_t s = 0; s < group_size; ++s) {
                const auto source = static_cast<std::uint32_t>((first_group_ + g) * group_size) + s;
                const auto keep   = [&](std::uint32_t target, std::uint32_t delay, T value) {
                    const auto weight = static_cast<double>(value);
                    const Onto to     = onto(id, target);
                    last_page         = std::max<std::uint32_t>(last_page, to.page);
                    if (to.page != page || (drop && drop(id, target))) return;
                    result.add({&source, 1}, to, place_on_page(target), {&delay, 1}, {&weight, 1});
                };
                for_each(source, place, channels[id], keep);
            }
        }
    }
    return result;
}

/// Counting sort by (source, channel, page), stable; then each row by delay and page.
template <class T>
void ConnectionTable<T>::sort_group(
    const std::vector<Channel>& channels, const Parts& parts, Sorting& sorting, Group& group
) {
    group            = {};
    std::size_t size = 0;
    bool        wide = false;
    sorting.pages    = 1;
    for_each_chunk(parts, [&](const Chunk& chunk) {
        size += chunk.size;
        wide          = wide || chunk.wide;
        sorting.pages = std::max<std::size_t>(sorting.pages, chunk.onto.page + 1u);
    });
    if (size == 0) return;

    const std::size_t per_source = sorting.places.size() * sorting.pages;
    sorting.next.assign(group_size * per_source + 1, 0);
    for_each_chunk(parts, [&](const Chunk& chunk) {
        const std::size_t    width  = Pending::width(chunk.wide);
        const std::uint32_t* record = chunk.words.get();
        std::size_t* const   after  = &sorting.next[sorting.bucket(chunk.onto) + 1];
        for (std::size_t k = 0; k < chunk.size; ++k, record += width)
            ++after[Pending::source_of(record) * per_source];
    });
    for (std::size_t b = 1; b < sorting.next.size(); ++b)
        sorting.next[b] += sorting.next[b - 1];
    if (const std::size_t needed = size * Pending::width(wide); sorting.words.size() < needed) {
        sorting.words = {};  // frees first
        sorting.words = AlignedArray<std::uint32_t>(needed);
    }
    for_each_chunk(parts, [&](const Chunk& chunk) {
        if (!wide)
            scatter<false, false>(chunk, sorting);
        else if (chunk.wide)
            scatter<true, true>(chunk, sorting);
        else
            scatter<false, true>(chunk, sorting);
    });
    if (wide)
        write_rows<true>(channels, sorting, group);
    else
        write_rows<false>(channels, sorting, group);
}

/// Puts the records of a chunk where they belong; `next` moves on.
template <class T>
template <bool from_wide, bool to_wide>
void ConnectionTable<T>::scatter(const Chunk& chunk, Sorting& sorting) {
    constexpr std::size_t to_width = Pending::width(to_wide);
    const std::size_t     buckets  = sorting.places.size() * sorting.pages;
    const std::uint32_t*  record   = chunk.words.get();
    std::uint32_t* const  words    = sorting.words.data();
    std::size_t* const    next     = &sorting.next[sorting.bucket(chunk.onto)];
    for (std::size_t k = 0; k < chunk.size; ++k, record += Pending::width(from_wide)) {
        std::uint32_t* const to = words + to_width * next[Pending::source_of(record) * buckets]++;
        if constexpr (from_wide == to_wide) {
            std::memcpy(to, record, to_width * sizeof *to);
        } else {
            to[0] = record[0];
            to[1] = 0;
            std::memcpy(to + 2, record + 1, sizeof(T));
        }
    }
}

/// @pre `next` of a bucket is where the following one begins
template <class T>
template <bool wide>
void ConnectionTable<T>::write_rows(
    const std::vector<Channel>& channels, Sorting& sorting, Group& group
) {
    const std::size_t num_places = sorting.places.size();
    group.rows.assign(num_places * group_size, no_row);
    sorting.writer.begin(sorting.min_delay, sorting.max_delay);
    std::size_t first = 0;
    for (std::size_t b = 0; b < group_size * num_places; ++b) {
        const std::span<const std::size_t> ends{&sorting.next[b * sorting.pages], sorting.pages};
        if (ends.back() == first) continue;
        const std::size_t place                         = b % num_places;
        group.rows[place * group_size + b / num_places] = sorting.writer.template write<wide>(
            channels[sorting.places[place]], sorting.words.data(), first, ends
        );
        first = ends.back();
    }
    group.bytes     = keep(sorting.writer.bytes());
    group.num_bytes = sorting.writer.bytes().size();
}

/// Copies the rows of a group to where they stay. Rows are read ahead of their end by prefetching
/// only, never by loads.
template <class T>
const std::byte* ConnectionTable<T>::keep(std::span<const std::byte> bytes) {
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
    std::size_t total = groups_.capacity() * sizeof(Group) + (has_pending_ ? pending_.bytes() : 0);
    for (const Group& group : groups_)
        total += group.num_bytes + group.rows.capacity() * sizeof(std::uint32_t);
    return total;
}

template class ConnectionTable<double>;
template class ConnectionTable<float>;

}  // namespace ranvier::network

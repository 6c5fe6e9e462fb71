#include "ranvier/network/PendingConnections.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <new>

#include "ranvier/base/faults.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace ranvier::network {

namespace {

constexpr std::size_t smallest_chunk = 1024;  // bytes
// Chunks of this size have pages of their own, of which the untouched ones cost nothing, and all go
// back to the system at once.
constexpr std::size_t largest_chunk = std::size_t{256} << 10;

std::uint32_t* allocate(std::size_t bytes) {
    if (faults::fails(faults::Kind::memory)) throw std::bad_alloc{};
    if (bytes < largest_chunk) return static_cast<std::uint32_t*>(::operator new(bytes));
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc{};
    return static_cast<std::uint32_t*>(memory);
}

/// Gives the whole pages of a block of the heap back to the system. The heap itself would keep
/// them: its blocks belong to groups in turn, and rows of the groups go elsewhere.
void drop_pages(void* memory, std::size_t bytes) {
    static const auto page  = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void*             first = memory;
    if (bytes >= 2 * page && std::align(page, page, first, bytes))
        madvise(first, bytes / page * page, MADV_DONTNEED);
}

}  // namespace

template <class T>
void PendingConnections<T>::Free::operator()(std::uint32_t* words) const noexcept {
    if (bytes >= largest_chunk) {
        munmap(words, bytes);
        return;
    }
    drop_pages(words, bytes);
    ::operator delete(words);
}

/// Makes the groups up to this one.
template <class T>
void PendingConnections<T>::reach(std::size_t group) {
    if (groups_.empty()) first_group_ = group;
    if (group < first_group_) {
        const std::size_t  before = first_group_ - group;
        std::vector<Group> more(before);
        for (Group& old : groups_)
            more.push_back(std::move(old));
        groups_ = std::move(more);
        cursors_.insert(cursors_.begin(), before, {});
        first_group_ = group;
    }
    if (group - first_group_ >= groups_.size()) {
        groups_.resize(group - first_group_ + 1);
        cursors_.resize(groups_.size());
    }
}

/// Notes how much the last chunk of a group holds.
template <class T>
void PendingConnections<T>::settle(std::size_t g) {
    if (!cursors_[g].at) return;
    Chunk& last = groups_[g].back();
    last.size   = static_cast<std::size_t>(cursors_[g].at - last.words.get()) / width(last.wide);
}

/// From now on records of this kind are added.
template <class T>
void PendingConnections<T>::begin(Kind kind) {
    if (kind == kind_) return;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        settle(g);
        cursors_[g] = {};
    }
    kind_ = kind;
}

/// Begins a chunk, or continues the last one; those of a channel grow from one to the next.
template <class T>
void PendingConnections<T>::open_chunk(Group& group, Cursor& cursor, std::size_t num_expected) {
    const std::size_t record = width(kind_.wide) * sizeof(std::uint32_t);
    std::size_t       bytes  = smallest_chunk;
    if (!group.empty() && kind_ == Kind{group.back().onto, group.back().wide}) {
        Chunk&            last     = group.back();
        const std::size_t capacity = last.words.get_deleter().bytes / record;
        if (last.size < capacity) {
            cursor.at  = last.words.get() + last.size * width(kind_.wide);
            cursor.end = last.words.get() + capacity * width(kind_.wide);
            return;
        }
        bytes = 4 * last.words.get_deleter().bytes;
    }
    bytes = std::min(largest_chunk, std::max(bytes, std::bit_ceil(num_expected * record)));
    std::unique_ptr<std::uint32_t[], Free> words{allocate(bytes), Free{bytes}};
    group.push_back({kind_.onto, kind_.wide, 0, std::move(words)});
    cursor.at  = group.back().words.get();
    cursor.end = cursor.at + bytes / record * width(kind_.wide);
}

/// Where the next records of a group go: one at least.
template <class T>
auto PendingConnections<T>::make_room(std::size_t group, std::size_t num_expected) -> Cursor& {
    if (group - first_group_ >= groups_.size()) reach(group);  // also if it is before the first
    const std::size_t g      = group - first_group_;
    Cursor&           cursor = cursors_[g];
    if (cursor.at == cursor.end) {
        settle(g);
        open_chunk(groups_[g], cursor, num_expected);
    }
    return cursor;
}

template <class T>
template <bool wide, class F>
void PendingConnections<T>::write(const Batch<F>& batch, std::size_t k, std::uint32_t* at) {
    const T             weight = static_cast<T>(batch.weights[k]);
    const std::uint32_t delay = batch.delays[k], source = batch.sources[k] % group_size;
    const std::uint32_t head = delay << 24 | source << 16 | batch.target(k);
    if constexpr (!wide && sizeof weight == sizeof head) {
        // In one piece: fewer stores wait for lines of the cache.
        const std::uint64_t record = head | std::uint64_t{std::bit_cast<std::uint32_t>(weight)}
                                                << 32;
        std::memcpy(at, &record, sizeof record);
    } else {
        at[0] = head;
        if constexpr (wide) at[1] = delay >> 8;
        std::memcpy(at + (wide ? 2 : 1), &weight, sizeof weight);
    }
}

/// For sources of many groups.
template <class T>
template <bool wide, class F>
void PendingConnections<T>::add_one_by_one(const Batch<F>& batch) {
    Cursor*     cursors    = cursors_.data();
    std::size_t num_groups = cursors_.size(), first = first_group_;
    for (std::size_t k = 0; k < batch.sources.size(); ++k) {
        const std::size_t group = batch.sources[k] / group_size;
        std::size_t       g     = group - first;
        if (g >= num_groups || cursors[g].at == cursors[g].end) [[unlikely]] {
            make_room(group, 1);
            cursors    = cursors_.data();
            num_groups = cursors_.size();
            first      = first_group_;
            g          = group - first;
        }
        std::uint32_t* const at = cursors[g].at;
        write<wide>(batch, k, at);
        cursors[g].at = at + width(wide);
    }
}

/// For sources of which many in a row belong to one group.
template <class T>
template <bool wide, class F>
void PendingConnections<T>::add_in_runs(const Batch<F>& batch) {
    for (std::size_t k = 0; k < batch.sources.size();) {
        const std::size_t group = batch.sources[k] / group_size;
        std::size_t       end   = k + 1;
        while (end < batch.sources.size() && batch.sources[end] / group_size == group)
            ++end;
        while (k < end) {
            Cursor&              cursor = make_room(group, end - k);
            std::uint32_t* const at     = cursor.at;
            const auto           room   = static_cast<std::size_t>(cursor.end - at) / width(wide);
            const std::size_t    count  = std::min(end - k, room);
            for (std::size_t i = 0; i < count; ++i)
                write<wide>(batch, k + i, at + i * width(wide));
            cursor.at = at + count * width(wide);
            k += count;
        }
    }
}

template <class T>
template <class F>
void PendingConnections<T>::add(const Batch<F>& batch, Onto onto) {
    constexpr std::size_t long_run = 8;

    if (batch.sources.empty()) return;
    std::uint32_t low = min_delay_, high = max_delay_;
    for (std::size_t k = 0; k < batch.sources.size(); ++k) {
        low  = std::min(low, batch.delays[k]);
        high = std::max(high, batch.delays[k]);
    }
    min_delay_ = low;
    max_delay_ = high;
    begin({onto, high > 0xff});
    // Most rules give ascending sources; for others this is a guess.
    const std::size_t from = batch.sources.front() / group_size;
    const std::size_t to   = batch.sources.back() / group_size;
    const bool        runs = to >= from && batch.sources.size() / long_run > to - from;
    if (runs)
        kind_.wide ? add_in_runs<true>(batch) : add_in_runs<false>(batch);
    else
        kind_.wide ? add_one_by_one<true>(batch) : add_one_by_one<false>(batch);
}

template <class T>
void PendingConnections<T>::add(
    std::span<const std::uint32_t> sources,
    Onto                           onto,
    std::uint16_t                  target,
    std::span<const std::uint32_t> delays,
    std::span<const double>        weights
) {
    const auto same = [target](std::size_t) { return target; };
    add(Batch<decltype(same)>{sources, same, delays.data(), weights.data()}, onto);
}

template <class T>
void PendingConnections<T>::add(
    std::span<const std::uint32_t> sources,
    Onto                           onto,
    std::span<const std::uint16_t> targets,
    std::span<const std::uint32_t> delays,
    std::span<const double>        weights
) {
    const auto each = [at = targets.data()](std::size_t k) { return at[k]; };
    add(Batch<decltype(each)>{sources, each, delays.data(), weights.data()}, onto);
}

template <class T>
std::size_t PendingConnections<T>::bytes() const {
    std::size_t total = groups_.capacity() * sizeof(Group) + cursors_.capacity() * sizeof(Cursor);
    for (const Group& group : groups_) {
        for (const Chunk& chunk : group)
            total += sizeof chunk + chunk.words.get_deleter().bytes;
    }
    return total;
}

template <class T>
auto PendingConnections<T>::chunks(std::size_t g) -> std::span<const Chunk> {
    if (!groups().contains(g)) return {};
    settle(g - first_group_);
    return groups_[g - first_group_];
}

template <class T>
void PendingConnections<T>::release(std::size_t g) {
    if (!groups().contains(g)) return;
    groups_[g - first_group_]  = Group{};
    cursors_[g - first_group_] = {};
}

template <class T>
auto PendingConnections<T>::mark() -> Mark {
    Mark mark;
    for (std::size_t g = groups().first; g < groups().last; ++g) {
        std::size_t size = 0;
        for (const Chunk& chunk : chunks(g))
            size += chunk.size;
        if (size > 0) mark.push_back({g, size});
    }
    return mark;
}

template <class T>
void PendingConnections<T>::roll_back(const Mark& mark) {
    auto marked = mark.begin();
    for (std::size_t g = groups().first; g < groups().last; ++g) {
        const bool held = marked != mark.end() && marked->group == g;
        roll_back(g - first_group_, held ? marked->size : 0);
        if (held) ++marked;
    }
}

template <class T>
void PendingConnections<T>::roll_back(std::size_t g, std::size_t size) {
    settle(g);
    cursors_[g]       = {};
    Group&      group = groups_[g];
    std::size_t kept = 0, before = 0;  // chunks, records in those before the last
    while (kept < group.size() && before + group[kept].size < size)
        before += group[kept++].size;
    if (size == 0) {
        group = Group{};
        return;
    }
    while (group.size() > kept + 1)
        group.pop_back();
    group.back().size = size - before;
}

template class PendingConnections<double>;
template class PendingConnections<float>;

}  // namespace ranvier::network

#include "ranvier/network/PendingConnections.hpp"

#include <algorithm>
#include <new>

#include "ranvier/base/faults.hpp"

#include <sys/mman.h>

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

constexpr std::uint32_t tag_of(ChannelId channel, bool wide) {
    return std::uint32_t{channel} << 1 | (wide ? 1 : 0);
}

}  // namespace

template <class T>
void PendingConnections<T>::Free::operator()(std::uint32_t* words) const noexcept {
    if (bytes < largest_chunk)
        ::operator delete(words);
    else
        munmap(words, bytes);
}

/// Makes the groups up to this one.
template <class T>
void PendingConnections<T>::reach(std::size_t group) {
    if (groups_.empty()) first_group_ = group;
    if (group < first_group_) {
        std::vector<Group> more(first_group_ - group);
        for (Group& old : groups_)
            more.push_back(std::move(old));
        groups_      = std::move(more);
        first_group_ = group;
    }
    if (group - first_group_ >= groups_.size()) groups_.resize(group - first_group_ + 1);
}

/// Begins a chunk; those of a channel grow from one to the next.
template <class T>
void PendingConnections<T>::open_chunk(Group& group, ChannelId channel) {
    const std::uint32_t tag   = tag_of(channel, wide_);
    std::size_t         bytes = smallest_chunk;
    if (!group.chunks.empty()) {
        Chunk& last = group.chunks.back();
        last.size   = static_cast<std::size_t>(group.at - last.words.get()) / width(last.wide);
        if (group.tag == tag) bytes = std::min(largest_chunk, 4 * last.words.get_deleter().bytes);
    }
    std::unique_ptr<std::uint32_t[], Free> words{allocate(bytes), Free{bytes}};
    group.chunks.push_back({channel, wide_, 0, std::move(words)});
    group.at  = group.chunks.back().words.get();
    group.end = group.at + bytes / sizeof(std::uint32_t) / width(wide_) * width(wide_);
    group.tag = tag;
}

template <class T>
template <bool wide>
void PendingConnections<T>::add_records(
    std::span<const std::uint32_t> sources,
    ChannelId                      channel,
    std::uint16_t                  target,
    const std::uint32_t*           delays,
    const double*                  weights
) {
    const std::uint32_t tag = tag_of(channel, wide);
    for (std::size_t k = 0; k < sources.size(); ++k) {
        const std::size_t g = sources[k] / group_size;
        if (g - first_group_ >= groups_.size()) reach(g);  // also if it is before the first
        Group& group = groups_[g - first_group_];
        if (group.at == group.end || group.tag != tag) open_chunk(group, channel);
        std::uint32_t* const at     = group.at;
        const T              weight = static_cast<T>(weights[k]);
        at[0]                       = delays[k] << 24 | (sources[k] & 0xff) << 16 | target;
        if constexpr (wide) at[1] = delays[k] >> 8;
        std::memcpy(at + (wide ? 2 : 1), &weight, sizeof weight);
        group.at = at + width(wide);
    }
}

template <class T>
void PendingConnections<T>::add(
    std::span<const std::uint32_t> sources,
    ChannelId                      channel,
    std::uint16_t                  target,
    std::span<const std::uint32_t> delays,
    std::span<const double>        weights
) {
    std::uint32_t low = min_delay_, high = max_delay_;
    for (const std::uint32_t delay : delays) {
        low  = std::min(low, delay);
        high = std::max(high, delay);
    }
    min_delay_ = low;
    max_delay_ = high;
    wide_      = high > 0xff;
    if (wide_)
        add_records<true>(sources, channel, target, delays.data(), weights.data());
    else
        add_records<false>(sources, channel, target, delays.data(), weights.data());
}

template <class T>
std::size_t PendingConnections<T>::bytes() const {
    std::size_t total = groups_.capacity() * sizeof(Group);
    for (const Group& group : groups_) {
        for (const Chunk& chunk : group.chunks)
            total += sizeof chunk + chunk.words.get_deleter().bytes;
    }
    return total;
}

template <class T>
auto PendingConnections<T>::chunks(std::size_t g) -> std::span<const Chunk> {
    if (!groups().contains(g)) return {};
    Group& group = groups_[g - first_group_];
    if (!group.chunks.empty()) {
        Chunk& last = group.chunks.back();
        last.size   = static_cast<std::size_t>(group.at - last.words.get()) / width(last.wide);
    }
    return group.chunks;
}

template <class T>
void PendingConnections<T>::release(std::size_t g) {
    if (groups().contains(g)) groups_[g - first_group_] = {};
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
        chunks(g);  // settles the size of the last one
        roll_back(groups_[g - first_group_], held ? marked->size : 0);
        if (held) ++marked;
    }
}

template <class T>
void PendingConnections<T>::roll_back(Group& group, std::size_t size) {
    std::size_t kept = 0, before = 0;  // chunks, records in those before the last
    while (kept < group.chunks.size() && before + group.chunks[kept].size < size)
        before += group.chunks[kept++].size;
    if (size == 0) {
        group = {};
        return;
    }
    while (group.chunks.size() > kept + 1)
        group.chunks.pop_back();
    Chunk&            last  = group.chunks.back();
    const std::size_t words = last.words.get_deleter().bytes / sizeof(std::uint32_t);
    group.at                = last.words.get() + (size - before) * width(last.wide);
    group.end               = last.words.get() + words / width(last.wide) * width(last.wide);
    group.tag               = tag_of(last.channel, last.wide);
}

template class PendingConnections<double>;
template class PendingConnections<float>;

}  // namespace ranvier::network

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
        Group& group = groups_[sources[k] / group_size];
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
    Group& group = groups_[g];
    if (!group.chunks.empty()) {
        Chunk& last = group.chunks.back();
        last.size   = static_cast<std::size_t>(group.at - last.words.get()) / width(last.wide);
    }
    return group.chunks;
}

template <class T>
void PendingConnections<T>::release(std::size_t g) {
    groups_[g] = {};
}

template <class T>
std::vector<std::size_t> PendingConnections<T>::mark() {
    std::vector<std::size_t> counts(groups_.size());
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        for (const Chunk& chunk : chunks(g))
            counts[g] += chunk.size;
    }
    return counts;
}

template <class T>
void PendingConnections<T>::roll_back(const std::vector<std::size_t>& mark) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        Group&      group  = groups_[g];
        std::size_t wanted = mark[g], kept = 0;
        for (const Chunk& chunk : chunks(g)) {
            if (wanted == 0) break;
            wanted -= std::min(wanted, chunk.size);
            ++kept;
        }
        std::size_t size = mark[g];
        for (std::size_t k = 0; k + 1 < kept; ++k)
            size -= group.chunks[k].size;
        while (group.chunks.size() > kept)
            group.chunks.pop_back();
        if (kept == 0) {
            group = {};
            continue;
        }
        Chunk&            last  = group.chunks.back();
        const std::size_t words = last.words.get_deleter().bytes / sizeof(std::uint32_t);
        group.at                = last.words.get() + size * width(last.wide);
        group.end               = last.words.get() + words / width(last.wide) * width(last.wide);
        group.tag               = tag_of(last.channel, last.wide);
    }
}

template class PendingConnections<double>;
template class PendingConnections<float>;

}  // namespace ranvier::network

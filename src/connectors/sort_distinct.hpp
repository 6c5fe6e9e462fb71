/// @file
/// Sorting different numbers below a limit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranvier/base/bits.hpp"
#include "ranvier/connectors/Connector.hpp"

namespace ranvier::connectors {

/// Sorts sources, all different and below `num_pre`. Those that lie dense are marked in a field of
/// bits and read off.
inline void sort_distinct(std::size_t num_pre, Sources& sources) {
    if (sources.size() < 32 || num_pre / 512 > sources.size()) {
        std::sort(sources.begin(), sources.end());
        return;
    }
    thread_local std::vector<std::uint64_t> marks;  // all 0 between calls
    if (marks.size() * 64 < num_pre) marks.resize((num_pre + 63) / 64);
    std::size_t low = marks.size(), high = 0;
    for (const std::uint32_t pre : sources) {
        const std::size_t word = pre / 64;
        marks[word] |= std::uint64_t{1} << pre % 64;
        low  = std::min(low, word);
        high = std::max(high, word);
    }
    const std::size_t size = sources.size();
    sources.resize(size + bits_written_ahead);
    std::uint32_t* out = sources.data();
    for (std::size_t word = low; word <= high; ++word) {
        out         = write_set_bits(marks[word], static_cast<std::uint32_t>(word * 64), out);
        marks[word] = 0;
    }
    sources.resize(size);
}

}  // namespace ranvier::connectors

/// @file
/// Choosing some of N things, with or without repetition, addressed like every other draw.
#pragma once

#include <cstdint>
#include <vector>

#include "ranvier/random/Stream.hpp"

namespace ranvier::random {

/// How many of `draws` things taken without replacement out of `good + bad` are good: inversion
/// from the mode, so the cost grows with the standard deviation.
///
/// @pre draws <= good + bad <= 2^53
std::uint64_t hypergeometric(
    Stream& stream, std::uint64_t good, std::uint64_t bad, std::uint64_t draws
);

/// Chooses numbers below N in ascending order; holds buffers that are reused between calls.
///
/// The numbers depend only on key, index and arguments. Sub-streams from `first_sub` on are used.
class Chooser {
public:
    /// `count` independent uniform numbers below `n`, sorted.
    /// @pre 1 <= n <= 2^32
    void with_replacement(
        Key                         key,
        std::uint64_t               index,
        std::uint64_t               n,
        std::size_t                 count,
        std::vector<std::uint32_t>& out
    );
    /// `count` different numbers below `n`: every subset has the same probability.
    /// @pre count <= n <= 2^32
    void without_replacement(
        Key                         key,
        std::uint64_t               index,
        std::uint64_t               n,
        std::size_t                 count,
        std::vector<std::uint32_t>& out
    );

private:
    void mark_distinct(Key key, std::uint64_t index, std::uint64_t n, std::size_t count);
    void sort_distinct(
        Key                         key,
        std::uint64_t               index,
        std::uint64_t               n,
        std::size_t                 count,
        std::vector<std::uint32_t>& out
    );

    std::vector<double>        gaps_;
    std::vector<std::uint32_t> drawn_;
    std::vector<std::uint32_t> buckets_;
    std::vector<std::uint64_t> marks_;
};

}  // namespace ranvier::random

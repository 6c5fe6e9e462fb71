/// @file
/// A random order of n things of which any place can be told without the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranvier/random/Key.hpp"

namespace ranvier::random {

/// A keyed permutation of 0, 1, ... n - 1: `p(0), p(1), ... p(n - 1)` are these numbers in random
/// order, the same on every rank; the first k of them are a sample of k without replacement.
///
/// Up to `table_size` things the permutation is uniform among all n! (Fisher and Yates) and held as
/// a table. Beyond, it is computed for each place in constant time and memory: a Feistel network of
/// `num_rounds` rounds on the next power of 4, walked until the result lies below n.
class Permutation {
public:
    static constexpr std::uint64_t table_size = 4096;
    static constexpr int           num_rounds = 8;

    /// @local
    Permutation(Key key, std::uint64_t n);

    std::uint64_t size() const { return size_; }

    /// What is at this place. @pre place < size()
    std::uint64_t operator()(std::uint64_t place) const;

private:
    std::uint64_t              size_;
    std::vector<std::uint32_t> table_;
    std::uint64_t              keys_[num_rounds] = {};
    unsigned                   half_bits_        = 0;
};

}  // namespace ranvier::random

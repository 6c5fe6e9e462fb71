/// @file
/// Which rank owns which part: balanced contiguous blocks, by arithmetic alone.
///
///     7 cells, 3 ranks:  0 1 | 2 3 | 4 5 6
///     2 cells, 4 ranks:  | 0 | | 1
#pragma once

#include <cstddef>

#include "ranvier/base/types.hpp"

namespace ranvier {

namespace parallel {
__extension__ typedef unsigned __int128 Wide;  // products of two sizes
}

/// First index of a rank's block, floor(size rank / ranks); `size` for rank == ranks. @local
/// @pre 0 <= rank <= ranks, ranks > 0
constexpr std::size_t first_index(std::size_t size, int rank, int ranks) {
    return static_cast<std::size_t>(
        parallel::Wide{size} * static_cast<unsigned>(rank) / static_cast<unsigned>(ranks)
    );
}

/// The block of a rank; empty if there are fewer cells than ranks and none is left. @local
constexpr IndexRange slice_of(std::size_t size, int rank, int ranks) {
    return {first_index(size, rank, ranks), first_index(size, rank + 1, ranks)};
}

/// A block widened on both sides until it has `least` indices, or all there are: a sample of at
/// least so many cells around those of a rank. @local
constexpr IndexRange widened(IndexRange block, std::size_t size, std::size_t least) {
    const std::size_t wanted = least < size ? least : size;
    if (block.size() >= wanted) return block;
    const std::size_t before = (wanted - block.size()) / 2;
    const std::size_t first  = block.first > before ? block.first - before : 0;
    const std::size_t last   = size - first < wanted ? size : first + wanted;
    return {last - wanted, last};
}

/// The rank whose block holds an index. @local
/// @pre index < size
constexpr int owner_of(std::size_t size, std::size_t index, int ranks) {
    return static_cast<int>(
        ((parallel::Wide{index} + 1) * static_cast<unsigned>(ranks) - 1) / size
    );
}

}  // namespace ranvier

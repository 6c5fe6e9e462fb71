/// @file
/// From the values of all ranks to the order of a group.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/parallel/partition.hpp"

#include <fmt/format.h>

namespace ranvier::network {

/// From the values of all ranks, each in ascending order of its members, to the group's order.
/// Where they go follows from the sizes alone.
/// @local
/// @throws CommunicationError if values are missing, where a process stands for one of many ranks
template <class T>
std::vector<T> in_group_order(const Selection& members, const RankBlocks<T>& blocks) {
    if (blocks.values.size() != members.size())
        throw CommunicationError(fmt::format(
            "Values of {} cells were asked for, but this process stands for one of many ranks and "
            "knows its own only. Ask for local values.",
            members.size()
        ));
    std::vector<T> all(members.size());
    const int      ranks = static_cast<int>(blocks.offsets.size()) - 1;
    for (int rank = 0; rank < ranks; ++rank) {
        auto from = blocks.of(rank).begin();
        for (const Selection::Part& part : members.parts()) {
            const IndexRange places =
                part.indices.places_in(slice_of(part.population->size, rank, ranks));
            std::copy_n(
                from,
                places.size(),
                all.begin() + static_cast<std::ptrdiff_t>(part.first + places.first)
            );
            from += static_cast<std::ptrdiff_t>(places.size());
        }
    }
    return all;
}

}  // namespace ranvier::network

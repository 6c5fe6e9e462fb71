/// @file
/// Values of several parameters of the local slice, resolved and not yet committed.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "ranvier/network/Network.hpp"

namespace ranvier::network {

struct Network::ResolvedColumns {
    std::vector<std::pair<std::size_t, models::Column>> columns;  ///< place in the model's list
};

/// Refuses values that do not fit the other values of their cell, as the model sees it. @collective
void check_conflicts(
    const Communicator&                                        comm,
    const PopulationRecord&                                    population,
    const std::vector<std::pair<std::size_t, models::Column>>& resolved
);

}  // namespace ranvier::network

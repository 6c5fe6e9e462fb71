/// @file
/// Values of one cell that limit each other.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "ranvier/network/records.hpp"
#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::network {

/// Refuses values that do not fit the other values of their cell, as the model sees it. @collective
void check_conflicts(
    const Communicator&                                        comm,
    const PopulationRecord&                                    population,
    const std::vector<std::pair<std::size_t, models::Column>>& resolved
);

}  // namespace ranvier::network

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

}  // namespace ranvier::network

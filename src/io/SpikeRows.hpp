/// @file
/// From spikes on the ranks that own the cells to blocks of rows on the ranks that write them.
#pragma once

#include <span>
#include <vector>

#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/recording/SpikeSink.hpp"

namespace ranvier::io {

/// Deals the steps in `(first, last]` out to the ranks in order and moves each spike to the rank
/// that has its step.
/// @collective
/// @param spikes `[num_populations]`, this rank's spikes ascending by (step, index)
/// @return `[num_populations]`, the spikes of this rank's steps, ascending by (step, index): the
///         lists of all ranks one after the other are sorted too
std::vector<std::vector<SpikeRecord>> spikes_of_my_steps(
    const Communicator&                       comm,
    Step                                      first,
    Step                                      last,
    std::span<const std::vector<SpikeRecord>> spikes
);

}  // namespace ranvier::io

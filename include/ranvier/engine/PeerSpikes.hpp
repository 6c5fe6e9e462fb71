/// @file
/// Spikes of ranks that do not exist, for a process that stands for one of many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/random/Key.hpp"

namespace ranvier::engine {

/// Synthetic spikes of the cells that other ranks own, of all populations whose spikes are
/// exchanged. Per population and step their number is Poisson with the mean rate times the number
/// of these cells, and each comes from any of them with the same probability; keyed by population
/// and step, so that they do not depend on how a run is divided into intervals.
class PeerSpikes {
public:
    explicit PeerSpikes(const network::Network& network) : network_(network) {}

    /// Of every cell, as a mean; 0 until it is set. @local @pre rate >= 0
    void set_rate(Frequency rate) { per_step_ = rate * network_.grid().timestep(); }

    /// After the network has changed. @local
    void refresh();

    /// The spikes of steps first to last, packed with their lag behind `first`, by population, step
    /// and as they were drawn; valid until the next call.
    /// @local
    /// @pre last - first <= PackedSpike::max_lag
    std::span<const std::uint64_t> draw(Step first, Step last);

private:
    struct Peers {
        random::Key   key;
        Gid           first_gid;
        IndexRange    here;  ///< cells of this rank, which are left out
        std::uint64_t num_elsewhere;
    };

    const network::Network&    network_;
    double                     per_step_ = 0;
    std::vector<Peers>         peers_;
    std::vector<std::uint64_t> spikes_;
};

}  // namespace ranvier::engine

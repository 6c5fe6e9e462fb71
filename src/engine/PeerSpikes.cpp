#include "ranvier/engine/PeerSpikes.hpp"

#include "ranvier/base/hash.hpp"
#include "ranvier/engine/SpikeExchange.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::engine {

void PeerSpikes::refresh() {
    peers_.clear();
    if (!network_.comm().is_stand_in()) return;
    for (const auto& population : network_.populations()) {
        const std::uint64_t elsewhere = population->size - population->slice.size();
        if (!population->emits || elsewhere == 0) continue;
        peers_.push_back(
            {random::make_key(
                 network_.options().seed,
                 random::Purpose::spike_source,
                 hash_of_text(population->label),
                 hash_of_text("spikes of other ranks")
             ),
             population->first_gid,
             population->slice,
             elsewhere}
        );
    }
}

std::span<const std::uint64_t> PeerSpikes::draw(Step first, Step last) {
    spikes_.clear();
    if (per_step_ == 0) return spikes_;
    for (const Peers& peers : peers_) {
        const double mean = per_step_ * static_cast<double>(peers.num_elsewhere);
        for (Step step = first; step <= last; ++step) {
            random::Stream      stream{peers.key, static_cast<std::uint64_t>(step)};
            const std::uint64_t count = stream.poisson(mean);
            const auto          lag   = static_cast<std::uint64_t>(step - first);
            for (std::uint64_t k = 0; k < count; ++k) {
                std::uint64_t index = stream.below32(peers.num_elsewhere);
                if (index >= peers.here.first) index += peers.here.size();
                spikes_.push_back(PackedSpike::pack(lag, peers.first_gid + index, 1));
            }
        }
    }
    return spikes_;
}

}  // namespace ranvier::engine

/// @file
/// Carries spikes to their targets: every step each pending spike adds the one segment of its row
/// that is due ("pull per delay"), straight into input arrays that stay in the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/Store.hpp"

namespace ranvier::engine {

/// A spike on its way.
struct PendingSpike {
    Step          step  = 0;  ///< of emission
    Gid           gid   = 0;
    std::uint32_t count = 1;
};

/// Delivery of one rank. Per target the order of additions is (emission step, source gid,
/// connection), whatever the number of ranks: cursors stay in the order in which spikes are added,
/// and spikes are added ascending by (step, gid).
template <class T>
class Delivery {
public:
    explicit Delivery(network::Network& network);

    /// After the network has changed: sorts new connections and finds the rows of pending spikes.
    void refresh(Step now);

    /// The network is at step 0 again: forgets pending spikes; what was connected during the
    /// simulation carries all spikes from now on. `refresh` must follow.
    void reset();

    /// Adds spikes, ascending by (step, gid) and not before those added earlier.
    void add(std::span<const PendingSpike> spikes);

    /// Adds all input that arrives at `step` to the cells of a block.
    void deliver(std::size_t block, Step step);

    std::uint64_t num_events() const { return num_events_; }  ///< synaptic events so far

private:
    /// Rows being walked, in canonical order; arrays of equal length.
    struct Cursors {
        std::vector<std::uint32_t>    due;  ///< low bits of the step at which the next segment acts
        std::vector<const std::byte*> at;   ///< header of that segment
        std::vector<std::uint32_t>    what;  ///< channel << 16 | multiplicity
        std::vector<std::uint32_t>    size;  ///< of that segment, about: lines to fetch
        std::size_t                   ended = 0;

        void resize(std::size_t number) {
            due.resize(number);
            at.resize(number);
            what.resize(number);
            size.resize(number);
        }
    };

    /// Drives of the cells of one piece onto one receptor.
    struct DriveTarget {
        std::size_t              population, receptor;
        std::uint32_t            slot;
        IndexRange               cells;
        std::vector<std::size_t> fused;      ///< places in the store's list, in order
        bool                     by_events;  ///< the block's drive array may hold sums
    };

    /// Where a channel's weights are added, in one block.
    struct ChannelTarget {
        Step since    = -1;
        T*   input    = nullptr;
        bool constant = false;
        T    weight   = 0;
        T    quantum  = 0;  ///< stored weights are multiples of it; 0: they are exact
        /// About what a segment takes, for each connection onto its first page.
        std::uint32_t bytes_per_connection = 0;
    };

    /// Where the rows of a spike's source are, in one block: no table if it has none.
    struct Source {
        const network::ConnectionTable<T>* table = nullptr;
        std::uint32_t                      index = 0;

        std::size_t num_places() const { return table ? table->channels().size() : 0; }
    };

    struct BlockState {
        Cursors                    cursors;
        std::vector<ChannelTarget> channels;
        std::vector<DriveTarget>   drives;
    };

    Source source_of(const network::Block<T>& block, Gid gid) const;

    void start(
        BlockState& state, const network::Block<T>& block, std::span<const PendingSpike> spikes
    );
    void move_to(BlockState& state, std::size_t k, const std::byte* segment, std::uint32_t due);
    void add_segments(BlockState& state, std::size_t k, std::uint32_t step);
    void drop_ended(Cursors& cursors);
    void skip_to(BlockState& state, Step now);
    void find_drives(std::size_t block);
    void apply_drives(std::size_t block, Step step);
    void apply_drive(network::Block<T>& block, const DriveTarget& drive, Step step);
    std::span<const std::uint16_t> counts_of(std::size_t fused, Step step);

    network::Network&                       network_;
    network::Store<T>&                      store_;
    std::size_t                             page_cells_;
    std::vector<Gid>                        first_gids_;
    std::vector<BlockState>                 blocks_;
    std::vector<PendingSpike>               history_;  ///< spikes that may still have to act
    Step                                    max_delay_ = 0;
    std::vector<std::uint32_t>              active_;
    std::vector<std::vector<std::uint16_t>> counts_;  ///< per fused drive, of `counts_step_`
    std::vector<Step>                       counts_step_;
    std::vector<T>                          sums_;
    std::uint64_t                           num_events_ = 0;
};

extern template class Delivery<double>;
extern template class Delivery<float>;

}  // namespace ranvier::engine

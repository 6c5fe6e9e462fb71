/// @file
/// This rank's cells and connections in one precision, as the engine walks them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/network/ConnectionTable.hpp"
#include "ranvier/network/records.hpp"
#include "ranvier/parameters/ConnectionSpecification.hpp"

namespace ranvier::network {

/// Local cells that fit a 16-bit address: the arrays into which their connections add stay in the
/// cache. `input[r][slot]` is at the same time the state variable that receptor r drives.
template <class T>
struct Block {
    std::size_t                  used = 0;                    ///< slots, a multiple of the padding
    std::vector<AlignedArray<T>> input;                       ///< [receptors][capacity]
    std::vector<AlignedArray<T>> drive;                       ///< the same, sums of Poisson drives
    std::vector<std::unique_ptr<ConnectionTable<T>>> tables;  ///< by presynaptic population

    struct Piece {
        std::size_t             population;
        std::size_t             piece;  ///< of its group
        models::NeuronGroup<T>* group;
        std::uint32_t           slot;
        IndexRange              cells;
    };
    std::vector<Piece> pieces;
};

/// One-to-one input of a Poisson population to a population of the same size: source and target
/// live on the same rank, so the spikes go straight into the input array and are neither exchanged
/// nor stored.
template <class T>
struct FusedDrive {
    std::size_t          projection;
    std::size_t          pre, post, receptor;
    Step                 delay;
    Step                 since;   ///< as in Channel
    std::vector<T>       weight;  ///< one, or one per local cell
    models::SourceGroup* source;
};

/// The first rule that local connections break, if any.
struct Violation {
    enum class What { none, weight_sign, weight_finite, delay_short, delay_bounds };
    What                         what  = What::none;
    std::uint64_t                post  = std::numeric_limits<std::uint64_t>::max();
    double                       value = 0;
    std::array<std::uint64_t, 5> counts{};  ///< of connections, by What
};

/// What `Store::connect` needs besides the record.
struct ConnectRequest {
    connectors::Rule*                   rule = nullptr;
    connectors::Shape                   shape;
    parameters::ConnectionSpecification weight;
    parameters::ConnectionSpecification delay;  ///< ms
    random::Key                         connectivity_key{}, weight_key{}, delay_key{};
    int                                 weight_sign = 0;  ///< +1: must be >= 0, -1: <= 0, 0: any
    Step                                min_delay = 1, max_delay = 0;  ///< allowed, in steps
    Step                                since = -1;                    ///< as in Channel
};

template <class T>
class Store {
public:
    Store(const TimeGrid& grid, std::size_t block_capacity)
        : grid_(grid),
          capacity_(block_capacity) {}

    /// Gives the cells of a new population their memory; sources need none.
    void place(PopulationRecord& population);

    /// Generates this rank's connections of a projection into the tables.
    /// @local On a violation nothing is kept.
    Violation connect(
        ProjectionRecord&       projection,
        const PopulationRecord& pre,
        const PopulationRecord& post,
        const ConnectRequest&   request
    );

    /// Forgets the connections that the last `connect` has filed.
    void undo_connect();

    /// Sorts what was added since the last call; before spikes are delivered.
    void build();

    /// This rank's connections of a projection, by target, then source, then delay.
    std::vector<Connection> connections(
        const ProjectionRecord& projection,
        const PopulationRecord& pre,
        const PopulationRecord& post
    );

    /// Sum over this rank's connections of a hash of (projection, pre, post, delay, weight bits).
    std::uint64_t digest(
        const ProjectionRecord& projection,
        const PopulationRecord& pre,
        const PopulationRecord& post
    );

    std::vector<Block<T>>&            blocks() { return blocks_; }
    const std::vector<Channel>&       channels() const { return channels_; }
    const std::vector<FusedDrive<T>>& fused_drives() const { return fused_; }
    std::size_t                       connection_bytes() const;

    /// The channel of that kind, made if it is new. Every rank makes the same ones in the same
    /// order.
    ChannelId channel_for(Channel channel);

private:
    struct Draws;  ///< weights and delays of the connections of one target

    void ensure_receptors(Block<T>& block, std::size_t receptors);
    void connect_fused(
        ProjectionRecord&       projection,
        const PopulationRecord& pre,
        const PopulationRecord& post,
        const ConnectRequest&   request,
        Violation&              violation
    );
    void connect_target(std::size_t post, const ConnectRequest&, Draws&, Violation&) const;

    /// Calls f(pre, post, delay_steps, weight) for every local connection of a projection.
    template <class F>
    void for_each_connection(
        const ProjectionRecord& projection,
        const PopulationRecord& pre,
        const PopulationRecord& post,
        F&&                     f
    );

    TimeGrid                   grid_;
    std::size_t                capacity_;
    std::vector<Block<T>>      blocks_;
    std::vector<Channel>       channels_;
    std::vector<FusedDrive<T>> fused_;

    struct Mark {
        ConnectionTable<T>*      table;
        std::vector<std::size_t> sizes;
    };
    std::vector<Mark> marks_;  ///< of the last connect
    bool              last_was_fused_ = false;
};

extern template class Store<double>;
extern template class Store<float>;

}  // namespace ranvier::network

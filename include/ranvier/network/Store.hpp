/// @file
/// This rank's cells and connections in one precision, as the engine walks them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/connectors/Connector.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/network/ConnectionTable.hpp"
#include "ranvier/network/ProjectionRecord.hpp"
#include "ranvier/network/records.hpp"
#include "ranvier/parameters/ConnectionSpecification.hpp"

namespace ranvier::network {

/// Local cells that are updated and reached together; pages of them fit a 16-bit address.
/// `input[r][slot]` is at the same time the state variable that receptor r drives.
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
    enum class What {
        none,
        weight_sign,
        weight_finite,
        weight_single,  ///< beyond single precision
        weight_range,
        delay_short,
        delay_bounds
    };
    What                         what  = What::none;
    std::uint64_t                post  = std::numeric_limits<std::uint64_t>::max();
    double                       value = 0;
    std::array<std::uint64_t, 7> counts{};     ///< of connections, by What
    double                       largest = 0;  ///< size of the weights beyond the range
};

/// What `Store::connect` needs besides the record.
struct ConnectRequest {
    connectors::Rule*                   rule = nullptr;
    connectors::Shape                   shape;
    std::string                         receptor;
    parameters::ConnectionSpecification weight;
    parameters::ConnectionSpecification delay;  ///< ms
    random::Key                         connectivity_key{}, weight_key{}, delay_key{};
    int                                 weight_sign = 0;  ///< +1: must be >= 0, -1: <= 0, 0: any
    Step                                min_delay = 1, max_delay = 0;  ///< allowed, in steps
    Step                                since = -1;                    ///< as in Channel
    std::optional<std::size_t>          weight_column{};  ///< of the rule, in place of `weight`
    std::optional<std::size_t>          delay_column{};
    std::vector<std::uint64_t>          first{};  ///< place in the list where each part's
                                                  ///< local connections begin; if an array needs it
    double quantum = 0;  ///< as in Channel: weights are rounded to multiples of it
    double largest = std::numeric_limits<double>::max();  ///< size of a weight that can be held
};

/// Local connections of a projection in the order in which it lists them; `pre`, `steps`, `weight`
/// as far as asked for.
struct Listing {
    std::vector<std::uint32_t> posts;  ///< local targets, ascending
    std::vector<std::uint64_t> first;  ///< `[posts + 1]`, where the connections of each begin
    std::vector<std::uint32_t> pre, steps;
    std::vector<double>        weight;

    std::uint64_t size() const { return first.back(); }
};

template <class T>
class Store {
public:
    /// @pre numbers of cells as in Tuning
    Store(const TimeGrid& grid, std::size_t block_cells, std::size_t page_cells)
        : grid_(grid),
          capacity_(block_cells),
          page_cells_(page_cells) {}

    /// Gives the cells of a new population their memory; sources need none.
    void place(PopulationRecord& population);

    /// Generates this rank's connections of a projection into the tables.
    /// @local On a violation nothing is kept.
    Violation connect(ProjectionRecord& projection, const ConnectRequest& request);

    /// Numbers of local connections that `connect` would make, per part of the targets. @local
    std::vector<std::uint64_t> count(
        const ProjectionRecord& projection, const ConnectRequest& request
    ) const;

    /// Forgets the connections that the last `connect` has filed.
    void undo_connect();

    /// Sorts what was added since the last call; before spikes are delivered.
    void build();

    /// This rank's connections of a projection. @local
    enum Wanted : unsigned { sources = 1, delays = 2, weights = 4 };
    Listing list(const ProjectionRecord& projection, unsigned wanted);

    /// Gives the local connections new weights, in list order: one per connection, or one for all.
    /// @local @pre their channel is not constant; weights are multiples of its quantum
    void set_weights(ProjectionRecord& projection, std::span<const double> weights, bool one);
    /// Moves the connections to a channel in which all have this weight, or each has its own.
    /// @local
    void set_constant(ProjectionRecord& projection, std::optional<double> weight);
    /// Makes the local connections anew as listed (all of pre, steps, weight), with other delays.
    /// They carry the spikes emitted after step `since`. @local
    void set_delays(ProjectionRecord& projection, const Listing& listing, Step since);
    /// The same for a drive that keeps one delay. @local
    void set_drive_delay(ProjectionRecord& projection, Step delay, Step since);

    /// Sum over this rank's connections of a hash of (projection, pre, post, delay, weight bits).
    std::uint64_t digest(const ProjectionRecord& projection);

    std::vector<Block<T>>&            blocks() { return blocks_; }
    const std::vector<Channel>&       channels() const { return channels_; }
    const std::vector<FusedDrive<T>>& fused_drives() const { return fused_; }
    std::vector<FusedDrive<T>>&       fused_drives() { return fused_; }
    std::size_t                       connection_bytes() const;
    std::size_t                       page_cells() const { return page_cells_; }

    /// The channel of that kind, made if it is new. Every rank makes the same ones in the same
    /// order.
    ChannelId channel_for(Channel channel);

private:
    struct Draws;   ///< weights and delays of the connections of one target
    struct Order;   ///< of creation, as far as it must be remembered
    struct Filing;  ///< where the connections onto the targets of one part go

    void ensure_receptors(Block<T>& block, std::size_t receptors);
    void connect_fused(ProjectionRecord& projection, const ConnectRequest&, Violation& violation);
    void connect_run(
        ProjectionRecord&          projection,
        const Selection::LocalRun& run,
        const ConnectRequest&      request,
        Violation&                 violation,
        Order&                     noted
    );
    void connect_one_to_one(
        ProjectionRecord&          projection,
        const Selection::LocalRun& run,
        const ConnectRequest&      request,
        Violation&                 violation
    );
    void draw_target(
        const ProjectionRecord& projection,
        std::size_t             post,
        std::uint64_t           first,
        const ConnectRequest&   request,
        Draws&                  draws,
        Violation&              violation
    ) const;
    void           note_order(ProjectionRecord& projection, Draws& draws, Order& noted) const;
    void           take_out(const ProjectionRecord& projection);
    void           file_again(ProjectionRecord& projection, const Listing& listing);
    void           sort_drives();
    FusedDrive<T>* drive_of(const ProjectionRecord& projection);

    /// Calls f(local target, pre, delay_steps, weight) for every local connection of a projection;
    /// those of one target by source, then delay. What f assigns to the weight is kept, unless the
    /// channel is constant.
    template <class F>
    void walk(const ProjectionRecord& projection, F&& f);
    template <class F>
    void walk_block(
        const ProjectionRecord&           projection,
        Block<T>&                         block,
        ChannelId                         channel,
        const std::vector<std::uint32_t>& target_of_slot,
        F&                                f
    );

    TimeGrid                   grid_;
    std::size_t                capacity_, page_cells_;
    std::vector<Block<T>>      blocks_;
    std::vector<Channel>       channels_;
    std::vector<FusedDrive<T>> fused_;

    struct Mark {
        ConnectionTable<T>*               table;
        typename ConnectionTable<T>::Mark before;
    };
    std::vector<Mark> marks_;  ///< of the last connect
    bool              last_was_fused_ = false;
};

extern template class Store<double>;
extern template class Store<float>;

}  // namespace ranvier::network

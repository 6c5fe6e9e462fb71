/// @file
/// A projection: all connections of one kind between two groups of cells.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/connectors/Connector.hpp"
#include "ranvier/models/synapses/StaticSynapse.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/parameters/Matrix.hpp"
#include "ranvier/random/RandomDistribution.hpp"
#include "ranvier/space/Space.hpp"

namespace ranvier {

using network::Connection;

/// A population, a view or an assembly.
template <class G>
concept GroupOfCells = requires(const G& group) {
    { group.selection() } -> std::convertible_to<network::Selection>;
    { group.label() } -> std::convertible_to<std::string>;
    { group.network() } -> std::same_as<network::Network&>;
};

struct ProjectionOptions {
    /// "excitatory" or another receptor of the target; empty: the first for a weight >= 0, the
    /// second otherwise. Where weights differ, the last pair decides, as in PyNN; where they are a
    /// function in C++, the last connection that there is with either receptor, so that it is asked
    /// for connections only, once each. A function within a combination decides nothing: then the
    /// receptor must be named.
    std::string receptor_type{};
    /// Part of what keys the random streams; empty: "<pre>→<post>", and several of those are told
    /// apart by the order in which they are made.
    std::string label{};
    Space       space{};  ///< what distance means between the two groups
    /// Given: weights are kept in 16 bits, as multiples of the largest power of two (in nA, uS or
    /// mV) not above this, and each is rounded to the nearest one, halves away from 0; also a
    /// weight that is the same for all, and what is set later. The largest is 32767 times that
    /// power of two. Not given: weights are exact, as far as the precision goes.
    Weight weight_resolution{};
};

/// What an array says of a pair that has several connections.
enum class MultipleSynapses { sum, first, last, min, max };

/// How many values lie in each of several bins of equal width.
struct Histogram {
    std::vector<std::uint64_t> counts;  ///< `[bins]`
    std::vector<double>        edges;   ///< `[bins + 1]`; the last bin holds its right edge
};

/// A handle to a projection: the network owns it, copies mean the same one, and letting the
/// variable go removes nothing.
///
/// A connection lives on the rank that owns its target, and is made there, without messages, from
/// draws keyed by the projection and the target. It carries the spikes that are emitted after it
/// was made.
///
/// **Order.** Connections are listed by the index of the target, then as they were created: a rule
/// creates those of one target by ascending index of the source, and several of one pair by
/// ascending delay; a list, or an array of delays, in its own order. All values of connections are
/// given and returned in this order, and indices are those in the two groups.
class Projection {
public:
    /// Makes the connections now.
    /// @collective
    /// @throws ConnectionError for a rule that cannot apply, a weight in the wrong unit or with the
    ///         wrong sign, a delay below the time step or outside [min_delay, max_delay], values
    ///         that do not fit; on all ranks, and nothing is made
    template <GroupOfCells Pre, GroupOfCells Post, connectors::Connector C>
    Projection(
        const Pre&           pre,
        const Post&          post,
        const C&             connector,
        const StaticSynapse& synapse = {},
        ProjectionOptions    options = {}
    )
        : Projection(
              End{&pre.network(), pre.selection(), pre.label()},
              End{&post.network(), post.selection(), post.label()},
              rule_of(pre.selection(), post.selection(), connector),
              synapse,
              std::move(options)
          ) {}

    const std::string& label() const { return record_->label; }
    std::uint64_t      size() const { return record_->size; }         ///< on all ranks
    std::uint64_t local_size() const { return record_->local_size; }  ///< onto this rank's cells
    const std::string&        receptor_type() const { return record_->receptor; }
    std::size_t               num_pre() const { return record_->pre.size(); }
    std::size_t               num_post() const { return record_->post.size(); }
    const network::Selection& pre() const { return record_->pre; }
    const network::Selection& post() const { return record_->post; }

    /// This rank's connections, in list order. @local
    std::vector<Connection> local_connections() const;
    /// All connections, the same on every rank and at every number of ranks.
    /// @collective @note Memory for all connections on every rank: meant for small projections.
    std::vector<Connection> connections() const;

    /// One value per connection, in PyNN's unit and in list order: "weight", "delay",
    /// "presynaptic_index" or "postsynaptic_index".
    /// @collective @throws ParameterError for another name
    std::vector<double> get(std::string_view name) const;
    /// The same for this rank's connections. @local
    std::vector<double> get_local(std::string_view name) const;
    /// Rows of the two indices and the named values, one per connection.
    /// @collective
    std::vector<std::vector<double>> get_list(std::initializer_list<std::string_view> names) const;
    /// One value per pair, `[num_pre][num_post]`; NaN where there is no connection.
    /// @collective
    Matrix<double> get_array(
        std::string_view name, MultipleSynapses multiple = MultipleSynapses::sum
    ) const;
    /// The same with NaN in the columns of other ranks. @local
    Matrix<double> get_local_array(
        std::string_view name, MultipleSynapses multiple = MultipleSynapses::sum
    ) const;

    /// Gives the connections new values, in any form in which a synapse takes them: those that are
    /// given in `values`. A distribution is drawn anew by every call.
    ///
    /// Weights take effect at once, also for spikes that are under way. A connection whose delay is
    /// set carries the spikes that are emitted from then on.
    /// @collective @throws ConnectionError; nothing is changed then
    /// @note New delays make the connections anew: 16 bytes per connection meanwhile.
    void set(const StaticSynapse& values);
    /// The same by name, in PyNN's unit: `p.set("weight", "0.1 * d")`.
    /// @collective @throws ParameterError for another name
    void set(std::string_view name, const parameters::ConnectionSpecification& values) {
        set({{name, values}});
    }
    void set(std::string_view name, std::initializer_list<double> values) {
        set({{name, std::vector<double>{values}}});
    }
    /// Several at once, each once: `p.set({{"weight", 1.0}, {"delay", "0.2 + d / 300"}})`.
    /// @collective @throws ParameterError for another name, or for one that is given twice
    void set(std::initializer_list<std::pair<std::string_view, parameters::ConnectionSpecification>>
                 values);
    /// By name with a unit, which must be that of the parameter: `p.set("delay", 2_ms)`.
    /// @collective @throws ParameterError for another name or the unit of the other parameter
    template <class V>
    requires(!std::convertible_to<const V&, parameters::ConnectionSpecification>) &&
        (std::convertible_to<const V&, Delay> ||
         std::convertible_to<const V&, Weight>)void set(std::string_view name, const V& values) {
        if constexpr (std::convertible_to<const V&, Delay>)
            set_with_unit(name, {.delay = values});
        else
            set_with_unit(name, {.weight = values});
    }

    /// Numbers of connections per target, per source. @collective
    std::vector<std::uint64_t> in_degrees() const;
    std::vector<std::uint64_t> out_degrees() const;

    /// Weights in `num_bins` bins between two weights; by default the smallest and the largest.
    /// @collective @throws ParameterError without bins or for an empty interval
    Histogram weight_histogram(
        std::size_t           num_bins = 10,
        std::optional<double> min      = std::nullopt,
        std::optional<double> max      = std::nullopt
    ) const;

    /// A few lines about what is connected and how. @local
    std::string describe() const;

    network::Network&                network() const { return *network_; }
    const network::ProjectionRecord& record() const { return *record_; }

private:
    struct End {
        network::Network*  network;
        network::Selection cells;
        std::string        label;
    };
    Projection(
        End, End, std::unique_ptr<connectors::Rule>, const StaticSynapse&, ProjectionOptions
    );

    /// No rule if the connector knows its groups, and these are others.
    template <class C>
    static std::unique_ptr<connectors::Rule> rule_of(
        const network::Selection& pre, const network::Selection& post, const C& connector
    ) {
        if constexpr (requires { connector.fits(pre, post); }) {
            if (!connector.fits(pre, post)) return nullptr;
        }
        return std::make_unique<connectors::RuleOf<C>>(connector);
    }

    void set_with_unit(std::string_view name, const StaticSynapse& values);

    network::Network*          network_;
    network::ProjectionRecord* record_;
};

}  // namespace ranvier

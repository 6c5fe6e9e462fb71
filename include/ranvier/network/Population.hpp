/// @file
/// A population: cells of one type, spread over the ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/models/NeuronGroupOf.hpp"
#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/Selection.hpp"
#include "ranvier/parameters/Param.hpp"

namespace ranvier {

struct PopulationOptions {
    std::string             label{};           ///< unique, without "/"; default "population<k>"
    std::vector<NamedValue> initial_values{};  ///< over the model's defaults
};

/// A handle to a population: the network owns it, copies mean the same one, and letting the
/// variable go removes nothing.
///
/// Cells are dealt to the ranks in balanced contiguous blocks; each rank resolves the values of its
/// own cells only, so a function of the index is called once per cell in the whole job.
class Population {
public:
    /// `size` cells of type `model`; values are resolved now.
    /// @collective
    /// @param size number of cells in the whole network, 0 allowed
    /// @throws ParameterError for a value that breaks a rule, an array of another length, a label
    ///         that is taken; on all ranks, and nothing is created
    template <class M>
    Population(
        network::Network& network, std::size_t size, const M& model, PopulationOptions options = {}
    );

    std::size_t        size() const { return record_->size; }  ///< cells on all ranks
    std::size_t        local_size() const { return record_->slice.size(); }
    IndexRange         local_indices() const { return record_->slice; }
    const std::string& label() const { return record_->label; }
    network::Selection selection() const { return network::Selection{*record_}; }
    std::string_view   celltype() const { return record_->group->model(); }
    Gid                first_gid() const { return record_->first_gid; }

    /// Sets a parameter of all cells, checked by the compiler: `p.set(&IF_curr_exp::tau_m, 10_ms)`.
    /// A distribution is drawn anew by every call.
    /// @collective @throws ParameterError; nothing is changed then
    template <class M, class Q>
    void set(Param<Q> M::*parameter, std::type_identity_t<Param<Q>> value);
    /// The same by name, in PyNN's units: `p.set("tau_m", 10.0)`. @collective
    void set(std::string_view name, const parameters::Specification& value);
    void set(std::string_view name, const Param<Sequence>& value);
    /// Several at once; if one is refused, none is set. @collective
    void set(std::initializer_list<NamedValue> values);

    /// Gives state variables their values now: `p.initialize(IF_curr_exp::Initial{.v = -60_mV})`.
    /// Variables that are not given keep theirs.
    /// @collective @throws ParameterError
    template <class I>
    requires requires { typename I::Model; }
    void initialize(const I& initial) {
        require_model(I::Model::name);
        network_->set_states(*record_, models::given_states<typename I::Model>(initial));
    }
    /// The same by name, in PyNN's units. @collective
    void initialize(std::string_view name, const parameters::Specification& value);

    /// Values of a parameter or of a state variable, in PyNN's unit.
    /// @collective
    /// @return `[size]` in index order, the same on every rank
    /// @throws ParameterError for an unknown name
    std::vector<double> get(std::string_view name) const;
    /// The same for this rank's cells. @local @return `[local_size]`
    std::vector<double> get_local(std::string_view name) const;
    /// Spike times of this rank's cells, for a parameter that is a Sequence. @local
    std::vector<Sequence> get_local_sequences(std::string_view name) const;

    /// Records variables from now on; "spikes" for the time being.
    /// @collective @throws RecordingError for a variable that cannot be recorded
    void record(std::initializer_list<std::string_view> variables);

    /// Spikes of each cell since recording began. @collective @return `[size]`
    /// @throws RecordingError if "spikes" is not recorded
    std::vector<std::uint64_t> spike_counts() const;
    /// Mean number of spikes per cell since recording began. @collective @return 0 without cells
    /// @throws RecordingError if "spikes" is not recorded
    double mean_spike_count() const;
    /// Recorded spikes of this rank's cells that are kept in memory, ascending by (step, index).
    /// @local Empty while a sink takes them.
    std::span<const SpikeRecord> local_spikes() const { return record_->spikes; }

    const network::PopulationRecord& record() const { return *record_; }
    network::Network&                network() const { return *network_; }

private:
    void require_model(std::string_view model) const;
    void require_recorded() const;

    network::Network*          network_;
    network::PopulationRecord* record_;
};

namespace network {

/// The factory for local cells of a model: neurons in the network's precision, or a spike source.
template <class M>
GroupFactory group_factory() {
    return [](Precision                    precision,
              const models::SourceContext& context) -> std::unique_ptr<models::CellGroup> {
        if constexpr (models::CellModel<M>) {
            const std::size_t           size = context.slice.size();
            const models::NeuronContext self{context.timing, context.slice.first, context.key};
            if (precision == Precision::float64)
                return std::make_unique<models::NeuronGroupOf<M, double>>(size, context.grid, self);
            return std::make_unique<models::NeuronGroupOf<M, float>>(size, context.grid, self);
        } else {
            return M::make_group(context);
        }
    };
}

}  // namespace network

template <class M>
Population::Population(
    network::Network& network, std::size_t size, const M& model, PopulationOptions options
)
    : network_(&network),
      record_(&network.add(
          {size,
           std::move(options.label),
           network::group_factory<M>(),
           models::given_parameters(model),
           std::move(options.initial_values)}
      )) {}

template <class M, class Q>
void Population::set(Param<Q> M::*parameter, std::type_identity_t<Param<Q>> value) {
    require_model(M::name);
    std::apply(
        [&](const auto&... entry) {
            (
                [&] {
                    if constexpr (std::same_as<decltype(entry.member), Param<Q> M::*>) {
                        if (entry.member != parameter) return;
                        if constexpr (std::same_as<Q, Sequence>)
                            set(entry.name, value);
                        else
                            set(entry.name, value.specification());
                    }
                }(),
                ...
            );
        },
        M::parameters()
    );
}

}  // namespace ranvier

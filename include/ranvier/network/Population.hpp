/// @file
/// A population: cells of one type, spread over the ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/models/make_neurons.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/network/PopulationView.hpp"
#include "ranvier/parameters/Param.hpp"

namespace ranvier {

namespace network {

/// The factory for local cells of a model: neurons in the network's precision, or a spike source.
template <class M>
GroupFactory group_factory(const M& model) {
    return [model](
               Precision precision, const models::SourceContext& context
           ) -> std::unique_ptr<models::CellGroup> {
        if constexpr (models::IsNeuron<M>) {
            const std::size_t           size = context.slice.size();
            const models::NeuronContext self{context.timing, context.slice.first, context.key};
            if (precision == Precision::float64)
                return models::make_neurons<double>(model, size, context.grid, self);
            return models::make_neurons<float>(model, size, context.grid, self);
        } else {
            return M::make_group(context);
        }
    };
}

}  // namespace network

struct PopulationOptions {
    std::string             label{};           ///< unique, without "/"; default "population<k>"
    std::vector<NamedValue> initial_values{};  ///< over the model's defaults
    Structure               structure = Line{};
};

/// A handle to a population: the network owns it, copies mean the same one, and letting the
/// variable go removes nothing.
///
/// Cells are dealt to the ranks in balanced contiguous blocks; each rank resolves the values of its
/// own cells only, so a function of the index is called once per cell in the whole job. A
/// population is the view of all its cells: PopulationView and Group say what can be done with it.
class Population : public PopulationView {
public:
    /// `size` cells of type `model`; values are resolved now.
    /// @collective
    /// @param size number of cells in the whole network, 0 allowed
    /// @throws ParameterError for a value that breaks a rule, an array of another length, a label
    ///         that is taken; SpaceError for a structure that does not fit; on all ranks, and
    ///         nothing is created
    template <class M>
    Population(
        network::Network& network, std::size_t size, const M& model, PopulationOptions options = {}
    )
        : Population(
              network,
              network.add(
                  {size,
                   std::move(options.label),
                   network::group_factory(model),
                   models::given_parameters(model),
                   std::move(options.initial_values),
                   std::move(options.structure)}
              )
          ) {}

    IndexRange local_indices() const { return record_->slice; }
    Gid        first_gid() const { return record_->first_gid; }

    /// Lays the cells out anew; and at given points, one per cell. Connections that exist keep what
    /// they were made with.
    /// @collective @throws SpaceError if it does not fit the number of cells
    void set_structure(const Structure& structure);
    void set_positions(std::vector<Position> positions);
    /// How the cells are laid out; nothing if positions were given. @local
    const std::optional<Structure>& structure() const { return record_->structure; }

    /// Recorded spikes of this rank's cells that are kept in memory, ascending by (step, index).
    /// @local Empty while a sink takes them.
    std::span<const SpikeRecord> local_spikes() const { return record_->recording.spikes; }

private:
    Population(network::Network& network, network::PopulationRecord& record);
    std::string name() const override;

    network::PopulationRecord* record_;
};

}  // namespace ranvier

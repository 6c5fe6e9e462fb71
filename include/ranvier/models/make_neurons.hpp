/// @file
/// This rank's cells of any type that has a membrane.
#pragma once

#include <cstddef>
#include <memory>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/models/NeuronGroupOf.hpp"

namespace ranvier::models {

/// Cell types that have a membrane: models, and types that say themselves what their cells are.
template <class M>
concept IsNeuron = NeuronModel<M> ||
    requires(const M& model, const TimeGrid& grid, const NeuronContext& context) {
    model.template make_neurons<double>(std::size_t{}, grid, context);
};

/// Cells of one of the library's own models; compiled once, in the source generated from its
/// file, so that programs need not compile every model they use.
template <class M, class T>
std::unique_ptr<NeuronGroup<T>> library_neurons(
    std::size_t num_cells, const TimeGrid& grid, const NeuronContext& context
);

/// This rank's cells of a model, in precision T; their parameters have to be given to them. Those
/// of a user's own model are compiled where they are used. @local
template <class T, IsNeuron M>
std::unique_ptr<NeuronGroup<T>> make_neurons(
    const M& model, std::size_t num_cells, const TimeGrid& grid, const NeuronContext& context
) {
    if constexpr (requires { requires M::in_library; })
        return library_neurons<M, T>(num_cells, grid, context);
    else if constexpr (NeuronModel<M>)
        return std::make_unique<NeuronGroupOf<M, T>>(num_cells, grid, context);
    else
        return model.template make_neurons<T>(num_cells, grid, context);
}

}  // namespace ranvier::models

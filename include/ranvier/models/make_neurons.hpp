/// @file
/// Making the neurons of a model.
#pragma once

#include <cstddef>
#include <memory>

#include "ranvier/models/NeuronGroupOf.hpp"

namespace ranvier::models {

/// Neurons of one of the library's own models; compiled once, in the source generated from its
/// file, so that programs need not compile every model they use.
template <class M, class T>
std::unique_ptr<NeuronGroup<T>> library_neurons(
    std::size_t num_cells, const TimeGrid& grid, const NeuronContext& context
);

/// Neurons of any model in precision T: those of a user's own model are compiled where they are
/// used. @local
template <class M, class T>
std::unique_ptr<NeuronGroup<T>> make_neurons(
    std::size_t num_cells, const TimeGrid& grid, const NeuronContext& context
) {
    if constexpr (requires { requires M::in_library; })
        return library_neurons<M, T>(num_cells, grid, context);
    else
        return std::make_unique<NeuronGroupOf<M, T>>(num_cells, grid, context);
}

}  // namespace ranvier::models

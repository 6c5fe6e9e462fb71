/// @file
/// What the loop that advances cells is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace ranvier::models {

/// Arrays are padded to a multiple of this many cells, so that no loop has a remainder.
inline constexpr std::size_t lane_padding = 16;

/// One of the parts of which cells consist beside what all of them have (see PartsModel).
struct Part {
    std::uint32_t kind     = 0;  ///< place of its type among those of the model
    std::uint32_t number   = 0;  ///< which one it is, as the model counts
    std::uint32_t state    = 0;  ///< place of its first state variable among those of the cell
    std::uint32_t constant = 0;  ///< place of its first constant
};

/// Marks a cell of which conductances change so much in the step that it has to be made in shorter
/// ones; whether it spikes is not known yet.
inline constexpr std::uint32_t finely = 1u << 30;

/// Structure of arrays of the cells of one piece. A constant that all cells share is an array of
/// `lane_padding` equal values with stride 0.
template <class T>
struct KernelArguments {
    T* const*           state;      ///< [num_states][count]
    const T* const*     constants;  ///< [num_constants][count], or [..][lane_padding]
    const std::uint8_t* stride;     ///< [num_constants] 1, or 0 where all cells share the value
    bool                uniform;    ///< all strides are 0
    std::size_t         count;      ///< a multiple of lane_padding
    std::uint32_t*      spikes;     ///< [count] receives the cells that spiked, ascending, and
                                    ///< those to be made finely with `finely` added
    const T* injected = nullptr;    ///< [count] nA during the step; null: none
    T* before = nullptr;  ///< [count][num_states] off the grid, and of models that need it on it:
                          ///< receives the state before the step of the cells in `spikes`
    std::size_t* not_finite = nullptr;  ///< receives in how many lanes some
                                        ///< state variable is not finite, v of held cells included;
                                        ///< null: not wanted
    const Part* parts     = nullptr;    ///< [num_parts] of models that have them
    std::size_t num_parts = 0;
};

/// Advances all cells and returns how many spiked. Cells whose v is NaN never spike.
template <class T>
using Kernel = std::size_t (*)(const KernelArguments<T>&);

struct KernelTable {
    Kernel<double> advance_double  = nullptr;
    Kernel<float>  advance_single  = nullptr;
    Kernel<double> off_grid_double = nullptr;  ///< the same for cells that spike off the grid
    Kernel<float>  off_grid_single = nullptr;
    Kernel<double> settle_double   = nullptr;  ///< of models that have `settle`
    Kernel<float>  settle_single   = nullptr;

    template <class T>
    Kernel<T> advance() const {
        if constexpr (std::is_same_v<T, double>)
            return advance_double;
        else
            return advance_single;
    }
    template <class T>
    Kernel<T> advance_off_grid() const {
        if constexpr (std::is_same_v<T, double>)
            return off_grid_double;
        else
            return off_grid_single;
    }
    template <class T>
    Kernel<T> settle() const {
        if constexpr (std::is_same_v<T, double>)
            return settle_double;
        else
            return settle_single;
    }
};

}  // namespace ranvier::models

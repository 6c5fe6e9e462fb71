/// @file
/// This rank's cells of a population of neurons, as the engine sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/models/CellGroup.hpp"
#include "ranvier/random/Key.hpp"

namespace ranvier::models {

/// What a group of neurons is told besides its parameters.
struct NeuronContext {
    SpikeTiming timing = SpikeTiming::on_grid;
    std::size_t first  = 0;  ///< index in the population of the first cell of the slice
    random::Key key{};       ///< for models that draw; the same on every rank
};

/// A run of cells of the slice that lies in one block. `input[r]` is where receptor r of its first
/// cell receives weights; it is at the same time the state variable that the receptor drives.
template <class T>
struct PieceMemory {
    IndexRange      cells;  ///< within the slice
    std::vector<T*> input;  ///< [num_receptors]
};

/// Cells that spiked in one step, counted within the slice.
struct CellSpikes {
    std::span<const std::uint32_t> cells;  ///< ascending; a cell that spiked twice stands twice

    /// Time of each spike relative to the end of the step, in (-dt, 0] ms; empty if all spikes are
    /// on the grid. Ascending among the spikes of one cell.
    std::span<const double> offsets;
};

/// Neurons of any model in precision T, as the engine sees them.
template <class T>
class NeuronGroup : public CellGroup {
public:
    using CellGroup::CellGroup;

    bool is_source() const final { return false; }

    /// Gives the group the memory of its receptors; called once, before anything else.
    virtual void bind(std::vector<PieceMemory<T>> pieces) = 0;

    /// Advances the cells of one piece to `step`.
    /// @return Valid until the next call.
    virtual CellSpikes advance(std::size_t piece, Step step) = 0;

    /// A cell whose state was not finite after the last `advance` of a piece, if there is one.
    /// Cells that are held after a spike are looked at when they are released.
    struct NotFinite {
        std::size_t cell  = 0;  ///< within the slice
        std::size_t state = 0;
        double      value = 0;
        std::size_t count = 0;  ///< of such cells in the piece
    };
    virtual std::optional<NotFinite> not_finite(std::size_t piece) const = 0;

    /// A cell of a piece that wanted to spike more often within one step than is followed, counted
    /// within the slice.
    virtual std::optional<std::size_t> endless(std::size_t piece) const = 0;

    /// Whether input steps v at the end of a time step, so that `settle` must follow the delivery.
    virtual bool settles() const = 0;
    /// Adds what has arrived at the end of `step` to v. @return as `advance`; spikes of this step
    virtual CellSpikes settle(std::size_t piece, Step step) = 0;

    virtual std::size_t num_pieces() const                = 0;
    virtual IndexRange  cells_of(std::size_t piece) const = 0;  ///< within the slice

    /// The current injected into each cell of a piece during the next steps, in nA, beside
    /// `i_offset`.
    ///
    /// What stands there when `advance(piece, step)` is called acts from step - 1 to step, on v at
    /// the end of that very step, and stays until it is changed. Current sources write into it: the
    /// group neither clears nor copies it. It is all zero when it is first asked for; a group that
    /// is never asked has no such array and spends no time on it.
    /// @return `[num_cells of the piece]`
    virtual std::span<T> injected(std::size_t piece) = 0;
};

}  // namespace ranvier::models

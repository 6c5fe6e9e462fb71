/// @file
/// What cells need that are taken through a step one by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/OffGridStep.hpp"

namespace ranvier::models {

/// One cell of a piece by itself, in double precision.
template <class M, class T>
class LoneCell {
public:
    using Piece  = NeuronPiece<M, T>;
    using Scalar = typename Piece::Scalar;

    /// @param before  [num_states] its state at the beginning of the step
    LoneCell(
        Piece&                     piece,
        const std::vector<Column>& columns,
        const TimeGrid&            grid,
        std::uint32_t              i,
        const T*                   before
    )
        : state(piece.template assembled<double>([&](std::size_t s) {
              return static_cast<double>(before[s]);
          })),
          piece_(piece),
          i_(i),
          values_(piece.values_of(columns, piece.cells.first + i)),
          step(
              values_,
              grid.timestep(),
              piece.injected.size() ? static_cast<double>(piece.injected[i]) : 0
          ) {}
    LoneCell(const LoneCell&)            = delete;
    LoneCell& operator=(const LoneCell&) = delete;

    void store() const {
        Piece::take_apart(state, [&](std::size_t s, double value) {
            piece_.state[s][i_] = static_cast<T>(value);
        });
    }

    typename Scalar::template State<double> state;

private:
    Piece&                                           piece_;
    std::uint32_t                                    i_;
    decltype(std::declval<Piece>().values_of({}, 0)) values_;

public:
    const OffGridStep<Scalar> step;
};

/// Beside a NeuronPiece. Its kernel takes all cells through a step; those that it says cannot be
/// left at that are taken through it again, one by one. Off the grid, these are cells that cross
/// the threshold or are released in it; on the grid, cells whose conductances change much.
template <class M, class T>
struct LonePiece {
    using Piece = NeuronPiece<M, T>;
    using Cell  = LoneCell<M, T>;

    AlignedArray<T>            before;      ///< see KernelArguments
    std::vector<double>        release;     ///< [padded] ms of it in the step of the release
    std::vector<std::uint32_t> due;         ///< cells to be taken through the step alone
    std::vector<T>             due_before;  ///< [due][num_states] before the step
    std::vector<double>        offsets;     ///< of spikes, see CellSpikes
    std::vector<std::uint32_t> spikes;      ///< of cells of the slice, in the last step
    std::vector<double>        times;       ///< of one cell's spikes in it

    /// Called again when cells get other parts.
    void bind(const Piece& piece) {
        before = AlignedArray<T>(piece.padded * piece.num_states());
        release.resize(piece.padded);
    }

    /// Off the grid.
    /// @param run_kernel  called with the number of cells that are released in this step
    /// @param on_spike    called as `on_spike(i, k, state, constants)` for the k-th spike of cell i
    template <class Run, class Spike>
    CellSpikes advance(
        Piece&                     piece,
        const std::vector<Column>& columns,
        const TimeGrid&            grid,
        Step                       step,
        Run&&                      run_kernel,
        Spike&&                    on_spike
    ) {
        due.clear();
        due_before.clear();
        piece.refractory.release(step, [&](std::uint32_t i) {
            due.push_back(i);
            for (const T* values : piece.state)
                due_before.push_back(values[i]);
        });
        const std::size_t num_released = due.size();
        const std::size_t count        = run_kernel(num_released);
        for (std::size_t k = 0; k < count; ++k)
            due.push_back(piece.spikes[k]);
        const T* const from = before.data();
        due_before.insert(due_before.end(), from, from + count * piece.num_states());
        spikes.clear();
        offsets.clear();
        std::vector<std::size_t> order(due.size());
        for (std::size_t k = 0; k < order.size(); ++k)
            order[k] = k;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return due[a] < due[b];
        });
        for (const std::size_t k : order) {
            const T* const row = due_before.data() + k * piece.num_states();
            Cell           cell{piece, columns, grid, due[k], row};
            step_alone(piece, grid, step, due[k], cell, k < num_released, on_spike);
        }
        return {spikes, offsets};
    }

    /// On the grid, after the kernel has run: takes cells through the step that it has marked, and
    /// cells that have spiked and go on in the same step.
    ///
    /// A cell whose potential runs away is followed through its crossing in steps of more than
    /// 0.1 ms, where it counts how late the end of the step is, and where it is not held to that.
    /// @param count     of entries in the piece's `spikes`
    /// @param spike     called as `spike(i)` for spikes at the end of the step
    /// @param on_spike  called as `on_spike(i, k, state, constants)` for those within it
    /// @param hold      called as `hold(i)` for cells that are held after those
    template <class AtEnd, class Spike, class Hold>
    CellSpikes finish_on_grid(
        Piece&                     piece,
        const std::vector<Column>& columns,
        const TimeGrid&            grid,
        std::size_t                count,
        AtEnd&&                    spike,
        Spike&&                    on_spike,
        Hold&&                     hold
    ) {
        spikes.clear();
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t i     = piece.spikes[k] & ~finely;
            const auto          index = static_cast<std::uint32_t>(piece.cells.first) + i;
            const bool          holds = piece.refractory_steps_of(i) > 0;
            const bool crosses = RunsAway<M> && (!holds || grid.timestep().value() > hardness_unit);
            std::size_t number = 1;
            if (crosses || (piece.spikes[k] & finely) != 0) {
                Cell cell{piece, columns, grid, i, before.data() + k * piece.num_states()};
                if (crosses) {
                    run(piece, i, cell, 0, on_spike, holds);
                    number = times.size();
                } else {
                    number = cell.step.advance_finely(cell.state) ? 1 : 0;
                }
                cell.store();
            }
            spikes.insert(spikes.end(), number, index);
            if (number == 0) continue;
            if (!crosses)
                spike(i);
            else if (holds)
                hold(i);
        }
        return {spikes, {}};
    }

private:
    /// Takes a cell through the step that is held until `held`; see OffGridStep.
    template <class Spike>
    double run(
        Piece& piece, std::uint32_t i, Cell& cell, double held, Spike& on_spike, bool once = false
    ) {
        times.clear();
        std::uint32_t k = 0;
        held            = cell.step.run(
            cell.state,
            held,
            times,
            [&](auto& at, const auto& constants) { on_spike(i, k++, at, constants); },
            once
        );
        if (times.size() == cell.step.max_spikes && !piece.endless) piece.endless = i;
        return held;
    }

    template <class Spike>
    void step_alone(
        Piece&          piece,
        const TimeGrid& grid,
        Step            step,
        std::uint32_t   i,
        Cell&           cell,
        bool            released,
        Spike&          on_spike
    ) {
        const double dt   = grid.timestep().value();
        const double held = run(piece, i, cell, released ? release[i] : 0, on_spike);
        cell.store();
        if (const Release later = release_after(held, dt); later.steps > 0) {
            piece.hold(i, step + later.steps);
            release[i] = later.rest;
        }
        for (const double time : times) {
            spikes.push_back(static_cast<std::uint32_t>(piece.cells.first) + i);
            offsets.push_back(time - dt);
        }
    }
};

}  // namespace ranvier::models

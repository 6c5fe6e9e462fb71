/// @file
/// What cells need whose spikes and releases fall between the points of the time grid.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/OffGridStep.hpp"

namespace ranvier::models {

/// Beside a NeuronPiece: the kernel takes all cells through a step, and those that cross the
/// threshold or are released in it are taken through it again, one by one.
template <class M, class T>
struct OffGridPiece {
    using Piece  = NeuronPiece<M, T>;
    using Scalar = typename Piece::Scalar;

    AlignedArray<T>            before;      ///< see KernelArguments
    std::vector<double>        release;     ///< [padded] ms of it in the step of the release
    std::vector<std::uint32_t> due;         ///< cells to be taken through the step alone
    std::vector<T>             due_before;  ///< [due][num_states] before the step
    std::vector<double>        offsets;     ///< of spikes, see CellSpikes

    /// Called again when cells get other parts.
    void bind(const Piece& piece) {
        before = AlignedArray<T>(piece.padded * piece.num_states());
        release.resize(piece.padded);
    }

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
        piece.spikes.clear();
        offsets.clear();
        std::vector<std::size_t> order(due.size());
        for (std::size_t k = 0; k < order.size(); ++k)
            order[k] = k;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return due[a] < due[b];
        });
        for (const std::size_t k : order)
            step_alone(piece, columns, grid, step, k, k < num_released, on_spike);
        const std::size_t num_spikes = piece.spikes.size();
        if (piece.spikes.size() < piece.padded) piece.spikes.resize(piece.padded);
        return {{piece.spikes.data(), num_spikes}, offsets};
    }

private:
    template <class Spike>
    void step_alone(
        Piece&                     piece,
        const std::vector<Column>& columns,
        const TimeGrid&            grid,
        Step                       step,
        std::size_t                which,
        bool                       released,
        Spike&&                    on_spike
    ) {
        const std::uint32_t i     = due[which];
        auto                state = piece.template assembled<double>([&](std::size_t s) {
            return static_cast<double>(due_before[which * piece.num_states() + s]);
        });
        const double        dt    = grid.timestep().value();
        const double injected = piece.injected.size() ? static_cast<double>(piece.injected[i]) : 0;
        const auto   values   = piece.values_of(columns, piece.cells.first + i);
        const OffGridStep<Scalar> path{values, grid.timestep(), injected};
        if (released && !(release[i] > 0)) path.release(state);
        std::vector<double> times;
        std::uint32_t       k = 0;
        const double        held =
            path.run(state, released ? release[i] : 0, times, [&](auto& at, const auto& constants) {
                on_spike(i, k++, at, constants);
            });
        piece.take_apart(state, [&](std::size_t s, double value) {
            piece.state[s][i] = static_cast<T>(value);
        });
        if (const Release later = release_after(held, dt); later.steps > 0) {
            piece.hold(i, step + later.steps);
            release[i] = later.rest;
        }
        for (const double time : times) {
            piece.spikes.push_back(static_cast<std::uint32_t>(piece.cells.first) + i);
            offsets.push_back(time - dt);
        }
    }
};

}  // namespace ranvier::models

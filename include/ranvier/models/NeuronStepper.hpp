/// @file
/// How the cells of one piece are taken through a time step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/LonePiece.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/kernel.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::models {

/// Takes pieces of cells of model M through a step: all of them by the kernel, and those for which
/// that is not enough by themselves (see LonePiece); then what spikes do to their cells.
template <class M, class T>
class NeuronStepper {
    using Piece     = NeuronPiece<M, T>;
    using Alone     = LonePiece<M, T>;
    using Scalar    = typename ScalarOf<M>::type;
    using State     = typename Scalar::template State<double>;
    using Constants = typename Scalar::template Constants<double>;

public:
    NeuronStepper(const TimeGrid& grid, const NeuronContext& context)
        : grid_(grid),
          context_(context),
          kernels_(kernels_of<M>()) {}

    /// Whether kernels keep states, so that cells can be taken through their step again.
    bool keeps_states() const { return off_grid() || ChangesConductances<M>; }

    /// After a reset, random spikes are other ones.
    void restart(std::uint64_t resets) { resets_ = resets; }

    /// @param alone bound to the piece if kernels keep states
    CellSpikes advance(Piece& piece, Alone& alone, const std::vector<Column>& columns, Step step)
        const {
        if constexpr (stochastic) draw_first(piece);
        const auto within = [&](std::uint32_t i, std::uint32_t k, auto& state, const auto& c) {
            apply_spike(piece, i, step, k, state, c);
        };
        if (off_grid()) {
            return alone.advance(
                piece,
                columns,
                grid_,
                step,
                [&](std::size_t num_due) { return run_kernel(piece, alone, num_due); },
                within
            );
        }
        piece.refractory.release(step - 1, [&](std::uint32_t i) {
            piece.state[0][i] = piece.reset_value(i);
        });
        const std::size_t count = run_kernel(piece, alone, 0);
        if constexpr (ChangesConductances<M>) {
            return alone.finish_on_grid(
                piece,
                columns,
                grid_,
                count,
                [&](std::uint32_t i) { spike_at_end(piece, alone, step, i); },
                within,
                [&](std::uint32_t i) { hold(piece, alone, step, i); }
            );
        }
        return spike_at_end(piece, alone, step, count);
    }

    /// Adds input that steps v, and what has become of it; see NeuronGroup.
    CellSpikes settle(Piece& piece, Alone& alone, Step step) const {
        if constexpr (Settles<M>)
            return spike_at_end(
                piece, alone, step, kernels_.template settle<T>()(arguments(piece, alone))
            );
        return {};
    }

private:
    static constexpr bool stochastic = requires(State & state, const Constants& k) {
        Scalar::on_spike(state, k, 0.5);
    };

    bool               off_grid() const { return context_.timing == SpikeTiming::off_grid; }
    KernelArguments<T> arguments(Piece& piece, Alone& alone) const {
        return {
            piece.state.data(),
            piece.constants.data(),
            piece.stride.data(),
            piece.uniform,
            piece.padded,
            piece.spikes.data(),
            piece.injected.data(),
            keeps_states() ? alone.before.data() : nullptr,
            nullptr,
            piece.parts.data(),
            piece.parts.size()};
    }

    /// Returns how many spiked. `num_due` more cells than those held have no v yet.
    std::size_t run_kernel(Piece& piece, Alone& alone, std::size_t num_due) const {
        auto        with_count = arguments(piece, alone);
        std::size_t lanes      = 0;
        with_count.not_finite  = &lanes;
        const Kernel<T> kernel =
            off_grid() ? kernels_.template advance_off_grid<T>() : kernels_.template advance<T>();
        const std::size_t count = kernel(with_count);
        const std::size_t held  = piece.refractory.size() + num_due;
        piece.not_finite        = lanes - (piece.padded - piece.cells.size() + held);
        return count;
    }

    /// A number in (0, 1) for the k-th spike of a cell in a step; keyed, so it does not matter who
    /// asks when.
    double draw(const Piece& piece, std::size_t i, Step step, std::uint32_t k) const {
        const auto        time = static_cast<std::uint64_t>(step);
        const random::Key key{
            resets_ > 0 ? hash_of(context_.key.value, time, resets_)
                        : hash_of(context_.key.value, time)};
        const std::uint64_t index = context_.first + piece.cells.first + i;
        return random::Stream{key, index, k}.uniform_open();
    }

    template <class S, class C>
    void apply_spike(
        const Piece& piece, std::size_t i, Step step, std::uint32_t k, S& state, const C& constants
    ) const {
        if constexpr (stochastic)
            Scalar::on_spike(state, constants, draw(piece, i, step, k));
        else
            Scalar::on_spike(state, constants);
    }

    /// Before the first step, every cell draws what it needs for its first spike.
    void draw_first(Piece& piece) const {
        if (piece.drawn) return;
        piece.drawn = true;
        for (std::size_t i = 0; i < piece.cells.size(); ++i) {
            auto state = piece.load(i);
            Scalar::start(state, draw(piece, i, 0, 0));
            piece.store(i, state);
        }
    }

    /// What follows for the `count` cells that the kernel has found to spike at the end of `step`.
    CellSpikes spike_at_end(Piece& piece, Alone& alone, Step step, std::size_t count) const {
        const auto spikes = std::span{piece.spikes}.first(count);
        for (std::uint32_t& spike : spikes) {
            spike_at_end(piece, alone, step, spike);
            spike += static_cast<std::uint32_t>(piece.cells.first);
        }
        return {spikes, {}};
    }
    void spike_at_end(Piece& piece, Alone& alone, Step step, std::uint32_t i) const {
        auto state = piece.load(i);
        apply_spike(piece, i, step, 0, state, piece.constants_of(i));
        piece.store(i, state);
        hold(piece, alone, step, i);
    }

    /// The refractory period of a cell that has spiked in `step`, from its end on.
    void hold(Piece& piece, Alone& alone, Step step, std::uint32_t i) const {
        const Step held = piece.refractory_steps_of(i);
        if (held > 0 && off_grid()) {
            const Release later = release_after(piece.refractory_ms_of(i), grid_.ms(1));
            piece.hold(i, step + 1 + later.steps);
            alone.release[i] = later.rest;
        } else if (held > 0) {
            piece.hold(i, step + held);
        }
    }

    TimeGrid      grid_;
    NeuronContext context_;
    std::uint64_t resets_ = 0;
    KernelTable   kernels_;
};

}  // namespace ranvier::models

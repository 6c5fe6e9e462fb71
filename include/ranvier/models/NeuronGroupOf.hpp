/// @file
/// Neurons of one model: structure of arrays, advanced by vector kernels.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/OffGridStep.hpp"
#include "ranvier/models/kernel.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::models {

/// What a group of neurons is told besides its parameters.
struct NeuronContext {
    SpikeTiming timing = SpikeTiming::on_grid;
    std::size_t first  = 0;  ///< index in the population of the first cell of the slice
    random::Key key{};       ///< for models that draw; the same on every rank
};

/// Neurons of model M in precision T.
template <CellModel M, class T>
class NeuronGroupOf final : public NeuronGroup<T> {
    using State                                = typename M::template State<double>;
    using Constants                            = typename M::template Constants<double>;
    static constexpr std::size_t num_states    = sizeof(State) / sizeof(double);
    static constexpr std::size_t num_constants = sizeof(Constants) / sizeof(double);

public:
    NeuronGroupOf(std::size_t num_cells, const TimeGrid& grid, const NeuronContext& context = {})
        : NeuronGroup<T>(M::name, num_cells, parameter_infos<M>()),
          grid_(grid),
          context_(context),
          states_(state_infos<M>()),
          receptors_(receptor_infos<M>()),
          kernels_(kernels_of<M>()) {}

    const std::vector<StateInfo>&    states() const override { return states_; }
    const std::vector<ReceptorInfo>& receptors() const override { return receptors_; }
    Input                            input() const override { return M::input; }
    bool                             settles() const override { return Settles<M>; }
    std::size_t                      num_pieces() const override { return pieces_.size(); }
    IndexRange cells_of(std::size_t piece) const override { return pieces_[piece].cells; }

    void bind(std::vector<PieceMemory<T>> pieces) override {
        for (PieceMemory<T>& memory : pieces) {
            Piece& piece = pieces_.emplace_back();
            piece.bind(memory, receptors_);
            if (off_grid()) piece.before = AlignedArray<T>(piece.padded * num_states);
            if (off_grid()) piece.release.resize(piece.padded);
        }
    }

    CellSpikes advance(std::size_t which, Step step) override {
        Piece& piece = pieces_[which];
        if constexpr (stochastic) draw_first(piece);
        if (off_grid()) return advance_off_grid(piece, step);
        piece.refractory.release(step - 1, [&](std::uint32_t i) {
            piece.state[0][i] = piece.reset_value(i);
        });
        return spike_on_grid(piece, step, run_kernel(piece, 0));
    }

    std::optional<typename NeuronGroup<T>::NotFinite> not_finite(std::size_t which) const override {
        if (pieces_[which].not_finite == 0) return std::nullopt;
        return pieces_[which].first_not_finite();
    }

    CellSpikes settle(std::size_t which, Step step) override {
        Piece& piece = pieces_[which];
        if constexpr (Settles<M>)
            return spike_on_grid(piece, step, settle_kernel()(arguments(piece)));
        return {};
    }

    std::span<T> injected(std::size_t which) override {
        Piece& piece = pieces_[which];
        if (piece.injected.size() == 0) piece.injected = AlignedArray<T>(piece.padded);
        return {piece.injected.data(), piece.cells.size()};
    }

    void read_state(std::size_t state, std::span<double> out) const override {
        for (const Piece& piece : pieces_)
            for (std::size_t i = 0; i < piece.cells.size(); ++i)
                out[piece.cells.first + i] = static_cast<double>(piece.canonical(state, i));
    }

    void sample(std::size_t state, std::span<const std::uint32_t> cells, std::span<double> out)
        const override {
        if (cells.size() == this->num_cells()) return read_state(state, out);
        auto piece = pieces_.begin();
        for (std::size_t k = 0; k < cells.size(); ++k) {
            while (!piece->cells.contains(cells[k]))
                ++piece;
            out[k] = static_cast<double>(piece->canonical(state, cells[k] - piece->cells.first));
        }
    }

    void write_state(std::size_t state, std::span<const double> values) override {
        for (Piece& piece : pieces_) {
            const auto at    = [&](std::size_t i) { return values[piece.cells.first + i]; };
            const auto given = [&](std::size_t i) { return !std::isnan(at(i)); };
            if (state == 0) piece.refractory.forget(given);
            for (std::size_t i = 0; i < piece.cells.size(); ++i)
                if (given(i)) piece.state[state][i] = static_cast<T>(at(i));
        }
    }

    std::uint64_t state_bits(std::size_t state, std::size_t cell) const override {
        for (const Piece& piece : pieces_) {
            if (piece.cells.contains(cell))
                return bits_of(piece.canonical(state, cell - piece.cells.first));
        }
        return 0;
    }

private:
    using TypedState     = typename M::template State<T>;
    using TypedConstants = typename M::template Constants<T>;

    static constexpr bool stochastic = requires(State & state, const Constants& k) {
        M::on_spike(state, k, 0.5);
    };

    using Piece = NeuronPiece<M, T>;

    bool      off_grid() const { return context_.timing == SpikeTiming::off_grid; }
    Kernel<T> advance_kernel() const {
        if constexpr (std::is_same_v<T, double>)
            return kernels_.advance_double;
        else
            return kernels_.advance_single;
    }
    Kernel<T> settle_kernel() const {
        if constexpr (std::is_same_v<T, double>)
            return kernels_.settle_double;
        else
            return kernels_.settle_single;
    }

    KernelArguments<T> arguments(Piece& piece) const {
        return {
            piece.state.data(),
            piece.constants.data(),
            piece.stride.data(),
            piece.uniform,
            piece.padded,
            piece.spikes.data(),
            piece.injected.data(),
            piece.before.data()};
    }

    /// Returns how many spiked. `num_due` more cells than those held have no v yet.
    std::size_t run_kernel(Piece& piece, std::size_t num_due) {
        auto        with_count  = arguments(piece);
        std::size_t lanes       = 0;
        with_count.not_finite   = &lanes;
        const std::size_t count = advance_kernel()(with_count);
        const std::size_t held  = piece.refractory.size() + num_due;
        piece.not_finite        = lanes - (piece.padded - piece.cells.size() + held);
        return count;
    }

    /// A number in (0, 1) for the k-th spike of a cell in a step; keyed, so it does not matter who
    /// asks when.
    double draw(const Piece& piece, std::size_t i, Step step, std::uint32_t k) const {
        const random::Key   key{hash_of(context_.key.value, static_cast<std::uint64_t>(step))};
        const std::uint64_t index = context_.first + piece.cells.first + i;
        return random::Stream{key, index, k}.uniform_open();
    }

    template <class S, class C>
    void apply_spike(
        const Piece& piece, std::size_t i, Step step, std::uint32_t k, S& state, const C& constants
    ) const {
        if constexpr (stochastic)
            M::on_spike(state, constants, draw(piece, i, step, k));
        else
            M::on_spike(state, constants);
    }

    /// Before the first step, every cell draws what it needs for its first spike.
    void draw_first(Piece& piece) {
        if (piece.drawn) return;
        piece.drawn = true;
        for (std::size_t i = 0; i < piece.cells.size(); ++i) {
            auto state = std::bit_cast<TypedState>(piece.load(i));
            M::start(state, draw(piece, i, 0, 0));
            piece.store(i, std::bit_cast<std::array<T, num_states>>(state));
        }
    }

    /// What follows for the `count` cells that the kernel has found to spike at the end of `step`.
    CellSpikes spike_on_grid(Piece& piece, Step step, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t i     = piece.spikes[k];
            auto                state = std::bit_cast<TypedState>(piece.load(i));
            apply_spike(piece, i, step, 0, state, piece.constants_of(i));
            piece.store(i, std::bit_cast<std::array<T, num_states>>(state));
            const Step held = piece.refractory_steps_of(i);
            if (held > 0) hold(piece, i, step + held);
            if (held > 0 && off_grid()) {
                const double ms  = piece.refractory_ms_of(i);
                piece.release[i] = ms - grid_.ms(held - 1);
            }
            piece.spikes[k] = static_cast<std::uint32_t>(piece.cells.first) + i;
        }
        return {{piece.spikes.data(), count}, {}};
    }

    void hold(Piece& piece, std::uint32_t i, Step until) const {
        piece.state[0][i] = std::numeric_limits<T>::quiet_NaN();
        piece.refractory.hold(i, until);
    }

    /// Cells that cross or whose refractory period ends in this step are taken through it again.
    CellSpikes advance_off_grid(Piece& piece, Step step) {
        piece.due.clear();
        piece.due_before.clear();
        piece.refractory.release(step, [&](std::uint32_t i) {
            const auto state = piece.load(i);
            piece.due.push_back(i);
            piece.due_before.insert(piece.due_before.end(), state.begin(), state.end());
        });
        const std::size_t num_released = piece.due.size();
        const std::size_t count        = run_kernel(piece, num_released);
        for (std::size_t k = 0; k < count; ++k)
            piece.due.push_back(piece.spikes[k]);
        piece.due_before.insert(
            piece.due_before.end(), piece.before.data(), piece.before.data() + count * num_states
        );
        piece.spikes.clear();
        piece.offsets.clear();
        std::vector<std::size_t> order(piece.due.size());
        for (std::size_t k = 0; k < order.size(); ++k)
            order[k] = k;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return piece.due[a] < piece.due[b];
        });
        for (const std::size_t k : order)
            step_alone(piece, k, step, k < num_released);
        const std::size_t num_spikes = piece.spikes.size();
        if (piece.spikes.size() < piece.padded) piece.spikes.resize(piece.padded);
        return {{piece.spikes.data(), num_spikes}, piece.offsets};
    }

    void step_alone(Piece& piece, std::size_t which, Step step, bool released) {
        const std::uint32_t            i = piece.due[which];
        std::array<double, num_states> values;
        for (std::size_t s = 0; s < num_states; ++s)
            values[s] = static_cast<double>(piece.due_before[which * num_states + s]);
        auto         state    = std::bit_cast<State>(values);
        const double dt       = grid_.timestep().value();
        const double injected = piece.injected.size() ? static_cast<double>(piece.injected[i]) : 0;
        const CellValues<M>  parameters{this->columns(), piece.cells.first + i};
        const OffGridStep<M> path{parameters, grid_.timestep(), injected};
        std::vector<double>  times;
        std::uint32_t        k    = 0;
        const double         held = path.run(
            state,
            released ? piece.release[i] : 0,
            times,
            [&](State& at, const Constants& constants) {
                apply_spike(piece, i, step, k++, at, constants);
            }
        );
        values = std::bit_cast<std::array<double, num_states>>(state);
        for (std::size_t s = 0; s < num_states; ++s)
            piece.state[s][i] = static_cast<T>(values[s]);
        if (held > dt) {
            // The release falls into ((later) dt, (later + 1) dt].
            const double later = std::ceil(std::min(held / dt, 1e15)) - 1;
            hold(piece, i, step + static_cast<Step>(later));
            piece.release[i] = held - later * dt;
        }
        for (const double time : times) {
            piece.spikes.push_back(static_cast<std::uint32_t>(piece.cells.first) + i);
            piece.offsets.push_back(time - dt);
        }
    }

    void parameters_changed(Step) override {
        bool uniform = true;
        for (const Column& column : this->columns())
            uniform = uniform && column.is_uniform;
        for (Piece& piece : pieces_)
            piece.derive(this->columns(), uniform, grid_);
    }

    TimeGrid                  grid_;
    NeuronContext             context_;
    std::vector<StateInfo>    states_;
    std::vector<ReceptorInfo> receptors_;
    KernelTable               kernels_;
    std::vector<Piece>        pieces_;
};

}  // namespace ranvier::models

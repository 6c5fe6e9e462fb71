/// @file
/// Neurons of one model: structure of arrays, advanced by vector kernels.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/OffGridPiece.hpp"
#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/kernel.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::models {

/// Neurons of model M in precision T.
template <NeuronModel M, class T>
class NeuronGroupOf final : public NeuronGroup<T> {
    using Scalar    = typename ScalarOf<M>::type;
    using State     = typename Scalar::template State<double>;
    using Constants = typename Scalar::template Constants<double>;

public:
    NeuronGroupOf(std::size_t num_cells, const TimeGrid& grid, const NeuronContext& context = {})
        : NeuronGroupOf(num_cells, grid, context, model_info<M>(), {}) {}
    /// Of a model that is known in part only when it is used.
    /// @param parts of every cell
    NeuronGroupOf(
        std::size_t          num_cells,
        const TimeGrid&      grid,
        const NeuronContext& context,
        ModelInfo            info,
        std::vector<Part>    parts
    )
        : NeuronGroup<T>(info.name, num_cells, std::move(info.parameters)),
          grid_(grid),
          context_(context),
          input_(info.input),
          states_(std::move(info.states)),
          receptors_(std::move(info.receptors)),
          parts_(std::move(parts)),
          kernels_(kernels_of<M>()) {}

    bool is_a(std::string_view model) const override {
        if constexpr (requires { M::component; })
            if (model == M::component) return true;
        return NeuronGroup<T>::is_a(model);
    }
    const std::vector<StateInfo>&    states() const override { return states_; }
    const std::vector<ReceptorInfo>& receptors() const override { return receptors_; }
    Input                            input() const override { return input_; }
    bool                             settles() const override { return Settles<M>; }
    std::size_t                      num_pieces() const override { return pieces_.size(); }
    IndexRange cells_of(std::size_t piece) const override { return pieces_[piece].cells; }

    void bind(std::vector<PieceMemory<T>> pieces) override {
        for (PieceMemory<T>& memory : pieces) {
            Piece& piece = pieces_.emplace_back();
            piece.bind(memory, receptors_, parts_);
            if (off_grid()) off_grid_.emplace_back().bind(piece);
        }
    }

    CellSpikes advance(std::size_t which, Step step) override {
        Piece& piece = pieces_[which];
        if constexpr (stochastic) draw_first(piece);
        if (off_grid()) {
            return off_grid_[which].advance(
                piece,
                this->columns(),
                grid_,
                step,
                [&](std::size_t num_due) { return run_kernel(piece, num_due); },
                [&](std::uint32_t i, std::uint32_t k, auto& state, const auto& constants) {
                    apply_spike(piece, i, step, k, state, constants);
                }
            );
        }
        piece.refractory.release(step - 1, [&](std::uint32_t i) {
            piece.state[0][i] = piece.reset_value(i);
        });
        return spike_on_grid(piece, step, run_kernel(piece, 0));
    }

    std::optional<typename NeuronGroup<T>::NotFinite> not_finite(std::size_t which) const override {
        if (pieces_[which].not_finite == 0) return std::nullopt;
        return pieces_[which].first_not_finite(states_.size());
    }

    CellSpikes settle(std::size_t which, Step step) override {
        Piece& piece = pieces_[which];
        if constexpr (Settles<M>)
            return spike_on_grid(piece, step, kernels_.template settle<T>()(arguments(piece)));
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
            if (!piece.cells.contains(cell)) continue;
            const std::size_t   i    = cell - piece.cells.first;
            const std::uint64_t bits = bits_of(piece.canonical(state, i));
            if (hides_parts && state + 1 == states_.size())
                return hash_of(bits, piece.bits_of_hidden(state, i));
            return bits;
        }
        return 0;
    }

    /// After a reset, random spikes are other ones.
    void restart(std::uint64_t resets) override {
        resets_ = resets;
        for (Piece& piece : pieces_)
            piece.forget();
        NeuronGroup<T>::restart(resets);
    }

    bool has_conflicts() const override {
        return requires(std::span<const Column* const> columns) {
            M::conflict(columns, 0);
        };
    }
    std::optional<Conflict> conflict(std::span<const Column* const> proposed, std::size_t cell)
        const override {
        if constexpr (requires { M::conflict(proposed, cell); }) return M::conflict(proposed, cell);
        return std::nullopt;
    }

private:
    /// Whether some parts are no state variables of their own.
    static constexpr bool hides_parts = requires(const std::vector<Column>& columns) {
        M::parts(columns, IndexRange{});
    };
    static constexpr bool stochastic = requires(State & state, const Constants& k) {
        Scalar::on_spike(state, k, 0.5);
    };

    using Piece = NeuronPiece<M, T>;

    bool        off_grid() const { return context_.timing == SpikeTiming::off_grid; }
    std::size_t index_of(const Piece& piece) const {
        return static_cast<std::size_t>(&piece - pieces_.data());
    }

    KernelArguments<T> arguments(Piece& piece) {
        return {
            piece.state.data(),
            piece.constants.data(),
            piece.stride.data(),
            piece.uniform,
            piece.padded,
            piece.spikes.data(),
            piece.injected.data(),
            off_grid() ? off_grid_[index_of(piece)].before.data() : nullptr,
            nullptr,
            piece.parts.data(),
            piece.parts.size()};
    }

    /// Returns how many spiked. `num_due` more cells than those held have no v yet.
    std::size_t run_kernel(Piece& piece, std::size_t num_due) {
        auto        with_count = arguments(piece);
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
    void draw_first(Piece& piece) {
        if (piece.drawn) return;
        piece.drawn = true;
        for (std::size_t i = 0; i < piece.cells.size(); ++i) {
            auto state = piece.load(i);
            Scalar::start(state, draw(piece, i, 0, 0));
            piece.store(i, state);
        }
    }

    /// What follows for the `count` cells that the kernel has found to spike at the end of `step`.
    CellSpikes spike_on_grid(Piece& piece, Step step, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t i     = piece.spikes[k];
            auto                state = piece.load(i);
            apply_spike(piece, i, step, 0, state, piece.constants_of(i));
            piece.store(i, state);
            const Step held = piece.refractory_steps_of(i);
            if (held > 0 && off_grid()) {
                const Release later = release_after(piece.refractory_ms_of(i), grid_.ms(1));
                piece.hold(i, step + 1 + later.steps);
                off_grid_[index_of(piece)].release[i] = later.rest;
            } else if (held > 0) {
                piece.hold(i, step + held);
            }
            piece.spikes[k] = static_cast<std::uint32_t>(piece.cells.first) + i;
        }
        return {{piece.spikes.data(), count}, {}};
    }

    void parameters_changed(Step) override {
        bool uniform = true;
        for (const Column& column : this->columns())
            uniform = uniform && column.is_uniform;
        for (Piece& piece : pieces_) {
            update_parts(piece);
            piece.derive(this->columns(), uniform, grid_);
        }
    }

    /// Where parameters are lists, which parts cells have follows from them.
    void update_parts(Piece& piece) {
        if constexpr (hides_parts) {
            piece.set_parts(M::parts(this->columns(), piece.cells));
            piece.clear_parts([&](const Part& part, std::size_t i) {
                return !M::has_part(this->columns(), piece.cells.first + i, part);
            });
            if (off_grid()) off_grid_[index_of(piece)].bind(piece);
        }
    }

    TimeGrid                  grid_;
    NeuronContext             context_;
    std::uint64_t             resets_ = 0;
    Input                     input_;
    std::vector<StateInfo>    states_;
    std::vector<ReceptorInfo> receptors_;
    std::vector<Part>         parts_;  ///< in the beginning
    KernelTable               kernels_;
    std::vector<Piece>        pieces_;

    std::vector<OffGridPiece<M, T>> off_grid_;  ///< [pieces] off the grid only
};

}  // namespace ranvier::models

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
#include "ranvier/models/LonePiece.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/NeuronPiece.hpp"
#include "ranvier/models/NeuronStepper.hpp"
#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::models {

/// Neurons of model M in precision T.
template <NeuronModel M, class T>
class NeuronGroupOf final : public NeuronGroup<T> {
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
          stepper_(grid, context),
          input_(info.input),
          states_(std::move(info.states)),
          receptors_(std::move(info.receptors)),
          parts_(std::move(parts)) {}

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
            alone_.emplace_back();
            if (stepper_.keeps_states()) alone_.back().bind(piece);
        }
    }

    CellSpikes advance(std::size_t which, Step step) override {
        return stepper_.advance(pieces_[which], alone_[which], this->columns(), step);
    }

    std::optional<typename NeuronGroup<T>::NotFinite> not_finite(std::size_t which) const override {
        if (pieces_[which].not_finite == 0) return std::nullopt;
        return pieces_[which].first_not_finite(states_.size());
    }

    std::optional<std::size_t> endless(std::size_t which) const override {
        const Piece& piece = pieces_[which];
        if (!piece.endless) return std::nullopt;
        return piece.cells.first + *piece.endless;
    }

    CellSpikes settle(std::size_t which, Step step) override {
        return stepper_.settle(pieces_[which], alone_[which], step);
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
        stepper_.restart(resets);
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
    using Piece = NeuronPiece<M, T>;

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
            if (stepper_.keeps_states())
                alone_[static_cast<std::size_t>(&piece - pieces_.data())].bind(piece);
        }
    }

    TimeGrid                  grid_;
    NeuronStepper<M, T>       stepper_;
    Input                     input_;
    std::vector<StateInfo>    states_;
    std::vector<ReceptorInfo> receptors_;
    std::vector<Part>         parts_;  ///< in the beginning
    std::vector<Piece>        pieces_;

    std::vector<LonePiece<M, T>> alone_;  ///< [pieces] bound where kernels keep states
};

}  // namespace ranvier::models

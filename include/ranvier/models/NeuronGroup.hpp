/// @file
/// This rank's cells of a population of neurons: structure of arrays, advanced by vector kernels.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/CellGroup.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Refractory.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::models {

/// A run of cells of the slice that lies in one block. `input[r]` is where receptor r of its first
/// cell receives weights; it is at the same time the state variable that the receptor drives.
template <class T>
struct PieceMemory {
    IndexRange      cells;  ///< within the slice
    std::vector<T*> input;  ///< [num_receptors]
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
    /// @return The cells that spiked, ascending, counted within the slice; valid until the next
    /// call.
    virtual std::span<const std::uint32_t> advance(std::size_t piece, Step step) = 0;
};

/// Neurons of model M.
template <CellModel M, class T>
class NeuronGroupOf final : public NeuronGroup<T> {
    using Constants = typename M::template Constants<double>;
    static constexpr std::size_t num_states =
        sizeof(typename M::template State<double>) / sizeof(double);
    static constexpr std::size_t num_constants = sizeof(Constants) / sizeof(double);

public:
    NeuronGroupOf(std::size_t num_cells, const TimeGrid& grid)
        : NeuronGroup<T>(M::name, num_cells, parameter_infos<M>()),
          grid_(grid),
          states_(state_infos<M>()),
          receptors_(receptor_infos<M>()),
          kernel_(kernel()) {}

    const std::vector<StateInfo>&    states() const override { return states_; }
    const std::vector<ReceptorInfo>& receptors() const override { return receptors_; }
    Input                            input() const override { return M::input; }

    void bind(std::vector<PieceMemory<T>> pieces) override {
        for (PieceMemory<T>& memory : pieces) {
            Piece& piece = pieces_.emplace_back();
            piece.cells  = memory.cells;
            piece.padded = (memory.cells.size() + lane_padding - 1) / lane_padding * lane_padding;
            for (std::size_t r = 0; r < receptors_.size(); ++r)
                piece.state[receptors_[r].state] = memory.input[r];
            for (std::size_t s = 0; s < num_states; ++s) {
                if (piece.state[s]) continue;
                piece.own[s]   = AlignedArray<T>(piece.padded);
                piece.state[s] = piece.own[s].data();
            }
            // The first state variable is v; NaN in it marks lanes that hold no cell.
            for (std::size_t i = piece.cells.size(); i < piece.padded; ++i)
                piece.state[0][i] = std::numeric_limits<T>::quiet_NaN();
            piece.spikes.resize(piece.padded);
        }
    }

    std::span<const std::uint32_t> advance(std::size_t which, Step step) override {
        Piece& piece = pieces_[which];
        piece.refractory.release(step - 1, [&](std::uint32_t i) {
            piece.state[0][i] = reset_value(piece, i);
        });
        const std::size_t count = kernel_(
            {piece.state.data(),
             piece.constants.data(),
             piece.stride.data(),
             piece.uniform,
             piece.padded,
             piece.spikes.data()}
        );
        for (std::size_t k = 0; k < count; ++k) {
            const std::uint32_t i = piece.spikes[k];
            spike(piece, i, step);
            piece.spikes[k] = static_cast<std::uint32_t>(piece.cells.first) + i;
        }
        return {piece.spikes.data(), count};
    }

    void read_state(std::size_t state, std::span<double> out) const override {
        for (const Piece& piece : pieces_) {
            for (std::size_t i = 0; i < piece.cells.size(); ++i)
                out[piece.cells.first + i] = static_cast<double>(canonical(piece, state, i));
        }
    }

    void write_state(std::size_t state, std::span<const double> values) override {
        for (Piece& piece : pieces_) {
            if (state == 0) piece.refractory.clear();
            for (std::size_t i = 0; i < piece.cells.size(); ++i)
                piece.state[state][i] = static_cast<T>(values[piece.cells.first + i]);
        }
    }

    std::uint64_t state_bits(std::size_t state, std::size_t cell) const override {
        for (const Piece& piece : pieces_) {
            if (piece.cells.contains(cell))
                return bits_of(canonical(piece, state, cell - piece.cells.first));
        }
        return 0;
    }

private:
    struct Piece {
        IndexRange                                 cells;
        std::size_t                                padded = 0;
        std::array<T*, num_states>                 state{};
        std::array<AlignedArray<T>, num_states>    own;
        std::array<const T*, num_constants>        constants{};
        std::array<AlignedArray<T>, num_constants> constant_values;
        std::array<std::uint8_t, num_constants>    stride{};
        bool                                       uniform = true;
        std::vector<Step>                          refractory_steps;  ///< one, or one per cell
        Refractory                                 refractory;
        std::vector<std::uint32_t>                 spikes;
    };

    static Kernel<T> kernel() {
        const KernelTable table = kernels_of<M>();
        if constexpr (std::is_same_v<T, double>)
            return table.advance_double;
        else
            return table.advance_single;
    }

    using TypedConstants = typename M::template Constants<T>;

    TypedConstants constants_of(const Piece& piece, std::size_t i) const {
        std::array<T, num_constants> values;
        for (std::size_t j = 0; j < num_constants; ++j)
            values[j] = piece.constants[j][i * piece.stride[j]];
        return std::bit_cast<TypedConstants>(values);
    }

    void spike(Piece& piece, std::uint32_t i, Step step) {
        std::array<T, num_states> values;
        for (std::size_t s = 0; s < num_states; ++s)
            values[s] = piece.state[s][i];
        auto state = std::bit_cast<typename M::template State<T>>(values);
        M::on_spike(state, constants_of(piece, i));
        values = std::bit_cast<std::array<T, num_states>>(state);
        for (std::size_t s = 0; s < num_states; ++s)
            piece.state[s][i] = values[s];
        const Step held = piece.refractory_steps[piece.refractory_steps.size() > 1 ? i : 0];
        if (held > 0) {
            piece.state[0][i] = std::numeric_limits<T>::quiet_NaN();
            piece.refractory.hold(i, step + held);
        }
    }

    T reset_value(const Piece& piece, std::size_t i) const {
        return constants_of(piece, i).v_reset;
    }

    T canonical(const Piece& piece, std::size_t state, std::size_t i) const {
        const T value = piece.state[state][i];
        return state == 0 && value != value ? reset_value(piece, i) : value;
    }

    void parameters_changed(Step) override {
        bool uniform = true;
        for (const Column& column : this->columns())
            uniform = uniform && column.is_uniform;
        for (Piece& piece : pieces_)
            derive(piece, uniform);
    }

    void derive(Piece& piece, bool uniform) {
        const std::size_t count = uniform ? 1 : piece.cells.size();
        const std::size_t size  = uniform ? lane_padding : piece.padded;
        for (auto& values : piece.constant_values) {
            if (values.size() != size) values = AlignedArray<T>(size);
        }
        piece.refractory_steps.assign(count, 0);
        for (std::size_t i = 0; i < count && !piece.cells.empty(); ++i) {
            const auto derived =
                M::prepare(CellValues<M>{this->columns(), piece.cells.first + i}, grid_.timestep());
            const auto numbers =
                std::bit_cast<std::array<double, num_constants>>(derived.constants);
            for (std::size_t j = 0; j < num_constants; ++j)
                piece.constant_values[j][i] = static_cast<T>(numbers[j]);
            piece.refractory_steps[i] = grid_.up(derived.refractory.value());
        }
        for (std::size_t j = 0; j < num_constants; ++j) {
            T* const values = piece.constant_values[j].data();
            for (std::size_t i = count; i < size && count > 0; ++i)
                values[i] = values[count - 1];
            bool same = true;
            for (std::size_t i = 1; i < size; ++i)
                same = same && bits_of(values[i]) == bits_of(values[0]);
            piece.constants[j] = values;
            piece.stride[j]    = same ? 0 : 1;
        }
        piece.uniform = true;
        for (const std::uint8_t stride : piece.stride)
            piece.uniform = piece.uniform && stride == 0;
    }

    TimeGrid                  grid_;
    std::vector<StateInfo>    states_;
    std::vector<ReceptorInfo> receptors_;
    Kernel<T>                 kernel_;
    std::vector<Piece>        pieces_;
};

}  // namespace ranvier::models

/// @file
/// The memory of neurons that lie together in one block, and the constants of each.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/Refractory.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::models {

/// Structure of arrays, padded with lanes that hold no cell:
///
///     state[s][i]       state variable s of cell i; receptors' variables are the block's memory
///     constants[j][i]   constant j; with stride 0, `lane_padding` equal values for all cells
template <class M, class T>
struct NeuronPiece {
    using Constants                            = typename M::template Constants<T>;
    static constexpr std::size_t num_states    = sizeof(typename M::template State<T>) / sizeof(T);
    static constexpr std::size_t num_constants = sizeof(Constants) / sizeof(T);

    IndexRange                                 cells;  ///< within the slice
    std::size_t                                padded = 0;
    std::array<T*, num_states>                 state{};
    std::array<AlignedArray<T>, num_states>    own;
    std::array<const T*, num_constants>        constants{};
    std::array<AlignedArray<T>, num_constants> constant_values;
    std::array<std::uint8_t, num_constants>    stride{};
    bool                                       uniform = true;    ///< all strides are 0
    std::vector<double>                        refractory_ms;     ///< one, or one per cell
    std::vector<Step>                          refractory_steps;  ///< the same, rounded up
    Refractory                                 refractory;
    AlignedArray<T>                            injected;  ///< nA; empty: none
    std::vector<std::uint32_t>                 spikes;
    std::size_t                                not_finite = 0;  ///< lanes beyond those held
    bool                                       drawn = false;   ///< first draws of a random model

    // Off the grid only:
    AlignedArray<T>            before;      ///< see KernelArguments
    std::vector<double>        release;     ///< [padded] ms of it in the step of the release
    std::vector<std::uint32_t> due;         ///< cells to be taken through the step alone
    std::vector<T>             due_before;  ///< [due][num_states] before the step
    std::vector<double>        offsets;     ///< of spikes, see CellSpikes

    void bind(const PieceMemory<T>& memory, const std::vector<ReceptorInfo>& receptors) {
        cells  = memory.cells;
        padded = (cells.size() + lane_padding - 1) / lane_padding * lane_padding;
        for (std::size_t r = 0; r < receptors.size(); ++r)
            state[receptors[r].state] = memory.input[r];
        for (std::size_t s = 0; s < num_states; ++s) {
            if (state[s]) continue;
            own[s]   = AlignedArray<T>(padded);
            state[s] = own[s].data();
        }
        // The first state variable is v; NaN in it marks lanes that hold no cell.
        for (std::size_t i = cells.size(); i < padded; ++i)
            state[0][i] = std::numeric_limits<T>::quiet_NaN();
        spikes.resize(padded);
    }

    std::array<T, num_states> load(std::size_t i) const {
        std::array<T, num_states> values;
        for (std::size_t s = 0; s < num_states; ++s)
            values[s] = state[s][i];
        return values;
    }
    void store(std::size_t i, const std::array<T, num_states>& values) {
        for (std::size_t s = 0; s < num_states; ++s)
            state[s][i] = values[s];
    }
    Constants constants_of(std::size_t i) const {
        std::array<T, num_constants> values;
        for (std::size_t j = 0; j < num_constants; ++j)
            values[j] = constants[j][i * stride[j]];
        return std::bit_cast<Constants>(values);
    }
    double refractory_ms_of(std::size_t i) const {
        return refractory_ms[refractory_ms.size() > 1 ? i : 0];
    }
    Step refractory_steps_of(std::size_t i) const {
        return refractory_steps[refractory_steps.size() > 1 ? i : 0];
    }

    /// Where a refractory cell is held; models without refractoriness stay where they are.
    T reset_value(std::size_t i) const {
        if constexpr (requires(Constants k) { k.v_reset; })
            return constants_of(i).v_reset;
        else
            return state[0][i];
    }
    T canonical(std::size_t s, std::size_t i) const {
        const T value = state[s][i];
        return s == 0 && value != value ? reset_value(i) : value;
    }

    /// The first cell whose state is not finite; v of held cells does not count.
    std::optional<typename NeuronGroup<T>::NotFinite> first_not_finite() const {
        std::optional<typename NeuronGroup<T>::NotFinite> first;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            std::size_t s = refractory.holds(static_cast<std::uint32_t>(i)) ? 1 : 0;
            while (s < num_states && std::isfinite(state[s][i]))
                ++s;
            if (s == num_states) continue;
            if (!first) first = {cells.first + i, s, static_cast<double>(state[s][i]), 0};
            ++first->count;
        }
        return first;
    }

    /// Derives the constants of all cells from the parameters.
    void derive(const std::vector<Column>& columns, bool all_alike, const TimeGrid& grid) {
        const std::size_t count = all_alike ? 1 : cells.size();
        const std::size_t size  = all_alike ? lane_padding : padded;
        for (auto& values : constant_values) {
            if (values.size() != size) values = AlignedArray<T>(size);
        }
        refractory_steps.assign(count, 0);
        refractory_ms.assign(count, 0);
        for (std::size_t i = 0; i < count && !cells.empty(); ++i) {
            const auto derived =
                M::prepare(CellValues<M>{columns, cells.first + i}, grid.timestep());
            const auto numbers =
                std::bit_cast<std::array<double, num_constants>>(derived.constants);
            for (std::size_t j = 0; j < num_constants; ++j)
                constant_values[j][i] = static_cast<T>(numbers[j]);
            refractory_ms[i]    = derived.refractory.value();
            refractory_steps[i] = grid.up(derived.refractory.value());
        }
        uniform = true;
        for (std::size_t j = 0; j < num_constants; ++j) {
            T* const values = constant_values[j].data();
            for (std::size_t i = count; i < size && count > 0; ++i)
                values[i] = values[count - 1];
            bool same = true;
            for (std::size_t i = 1; i < size; ++i)
                same = same && bits_of(values[i]) == bits_of(values[0]);
            constants[j] = values;
            stride[j]    = same ? 0 : 1;
            uniform      = uniform && same;
        }
    }
};

}  // namespace ranvier::models

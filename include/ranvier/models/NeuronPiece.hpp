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
#include <type_traits>
#include <utility>
#include <vector>

#include "ranvier/base/AlignedArray.hpp"
#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/hash.hpp"
#include "ranvier/models/NeuronGroup.hpp"
#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/Refractory.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::models {

/// Structure of arrays, padded with lanes that hold no cell:
///
///     state[s][i]       state variable s of cell i; receptors' variables are the block's memory
///     constants[j][i]   constant j; with stride 0, `lane_padding` equal values for all cells
template <class M, class T>
struct NeuronPiece {
    using Scalar    = typename ScalarOf<M>::type;
    using State     = typename Scalar::template State<T>;
    using Constants = typename Scalar::template Constants<T>;

    IndexRange                   cells;  ///< within the slice
    std::size_t                  padded = 0;
    std::vector<Part>            parts;  ///< of models that have them
    std::vector<T*>              state;
    std::vector<AlignedArray<T>> own;
    std::vector<const T*>        constants;
    std::vector<AlignedArray<T>> constant_values;
    std::vector<std::uint8_t>    stride;
    bool                         uniform = true;    ///< all strides are 0
    std::vector<double>          refractory_ms;     ///< one, or one per cell
    std::vector<Step>            refractory_steps;  ///< the same, rounded up
    Refractory                   refractory;
    AlignedArray<T>              injected;  ///< nA; empty: none
    std::vector<std::uint32_t>   spikes;
    std::size_t                  not_finite = 0;  ///< lanes beyond those held
    std::optional<std::uint32_t> endless;         ///< spikes too often in a step
    bool                         drawn = false;   ///< first draws of a random model

    std::size_t num_states() const { return state.size(); }

    void bind(
        const PieceMemory<T>&            memory,
        const std::vector<ReceptorInfo>& receptors,
        std::vector<Part>                with = {}
    ) {
        cells  = memory.cells;
        padded = (cells.size() + lane_padding - 1) / lane_padding * lane_padding;
        set_parts(std::move(with));
        for (const ReceptorInfo& receptor : receptors) {
            own[receptor.state] = {};
            state[receptor.state] =
                memory.input[static_cast<std::size_t>(&receptor - receptors.data())];
        }
        // The first state variable is v; NaN in it marks lanes that hold no cell.
        for (std::size_t i = cells.size(); i < padded; ++i)
            state[0][i] = std::numeric_limits<T>::quiet_NaN();
        spikes.resize(padded);
    }

    /// Gives the cells other parts. A part that was there, of the same kind and number, keeps its
    /// state, another one begins at 0.
    void set_parts(std::vector<Part> with) {
        const std::vector<Part> before   = std::exchange(parts, std::move(with));
        auto [num_states, num_constants] = count_numbers();
        auto       old_state             = std::exchange(state, std::vector<T*>(num_states));
        auto       old_own = std::exchange(own, std::vector<AlignedArray<T>>(num_states));
        const auto keep    = [&](std::size_t from, std::size_t to) {
            if (from >= old_state.size()) return;
            state[to] = old_state[from];
            own[to]   = std::move(old_own[from]);
        };
        if constexpr (PartsModel<M>) {
            for (std::size_t s = 0; s < count_of<typename M::template State<T>, T>; ++s)
                keep(s, s);
            for (const Part& part : parts) {
                for (const Part& old : before) {
                    if (old.kind != part.kind || old.number != part.number) continue;
                    with_kind<M>(part, [&]<class Kind>() {
                        for (std::size_t s = 0; s < count_of<typename Kind::template State<T>, T>;
                             ++s)
                            keep(old.state + s, part.state + s);
                    });
                }
            }
        }
        for (std::size_t s = 0; s < num_states; ++s) {
            if (state[s]) continue;
            own[s]   = AlignedArray<T>(padded);
            state[s] = own[s].data();
        }
        constants.assign(num_constants, nullptr);
        constant_values.resize(num_constants);
        stride.assign(num_constants, 0);
    }

    /// The state of one cell, and what it becomes.
    State load(std::size_t i) const {
        return assembled<T>([&](std::size_t s) { return state[s][i]; });
    }
    void store(std::size_t i, const State& values) {
        take_apart(values, [&](std::size_t s, T value) { state[s][i] = value; });
    }
    /// A state from its numbers: `value_of(s)` is that of state variable s.
    template <class U, class F>
    auto assembled(F&& value_of) const {
        using S = typename Scalar::template State<U>;
        if constexpr (PartsModel<M>) {
            S result{head<typename M::template State<U>, U>(value_of), {}};
            for (std::size_t s = count_of<typename M::template State<U>, U>; s < num_states(); ++s)
                result.parts.push_back(value_of(s));
            return result;
        } else {
            return head<S, U>(value_of);
        }
    }
    /// Calls `put(s, value)` for the numbers of a state.
    template <class S, class F>
    static void take_apart(const S& values, F&& put) {
        using U = std::decay_t<decltype(values.v)>;
        if constexpr (PartsModel<M>) {
            using Head = typename M::template State<U>;
            head_apart<U>(static_cast<const Head&>(values), put);
            for (std::size_t k = 0; k < values.parts.size(); ++k)
                put(count_of<Head, U> + k, values.parts[k]);
        } else {
            head_apart<U>(values, put);
        }
    }
    Constants constants_of(std::size_t i) const {
        const auto value_of = [&](std::size_t j) { return constants[j][i * stride[j]]; };
        if constexpr (PartsModel<M>) {
            using Head = typename M::template Constants<T>;
            Constants result{head<Head, T>(value_of), {}, &parts};
            for (std::size_t j = count_of<Head, T>; j < constants.size(); ++j)
                result.parts.push_back(value_of(j));
            return result;
        } else {
            return head<Constants, T>(value_of);
        }
    }
    double refractory_ms_of(std::size_t i) const {
        return refractory_ms[refractory_ms.size() > 1 ? i : 0];
    }
    Step refractory_steps_of(std::size_t i) const {
        return refractory_steps[refractory_steps.size() > 1 ? i : 0];
    }

    /// Where a refractory cell is held; models without refractoriness stay where they are.
    T reset_value(std::size_t i) const {
        using Own = typename M::template Constants<T>;  // those of parts need not be gathered
        if constexpr (requires(Own k) { k.v_reset; })
            return head<Own, T>([&](std::size_t j) { return constants[j][i * stride[j]]; }).v_reset;
        else
            return state[0][i];
    }
    T canonical(std::size_t s, std::size_t i) const {
        const T value = state[s][i];
        return s == 0 && value != value ? reset_value(i) : value;
    }

    /// The first cell of which one of the first `shown` state variables is not finite; v of held
    /// cells does not count.
    std::optional<typename NeuronGroup<T>::NotFinite> first_not_finite(std::size_t shown) const {
        std::optional<typename NeuronGroup<T>::NotFinite> first;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            std::size_t s = refractory.holds(static_cast<std::uint32_t>(i)) ? 1 : 0;
            while (s < shown && std::isfinite(state[s][i]))
                ++s;
            if (s == shown) continue;
            if (!first) first = {cells.first + i, s, static_cast<double>(state[s][i]), 0};
            ++first->count;
        }
        return first;
    }

    /// Sets the state of parts to 0 for the cells of which `absent(part, i)` holds.
    template <class F>
    void clear_parts(F&& absent) {
        for (const Part& part : parts) {
            with_kind<M>(part, [&]<class Kind>() {
                for (std::size_t i = 0; i < cells.size(); ++i)
                    for (std::size_t s = 0; s < count_of<typename Kind::template State<T>, T>; ++s)
                        if (absent(part, i)) state[part.state + s][i] = 0;
            });
        }
    }
    /// Hash of the state behind the first `shown` + 1 variables of a cell, of what is not 0: which
    /// parts there are beside may differ from rank to rank.
    std::uint64_t bits_of_hidden(std::size_t shown, std::size_t i) const {
        std::uint64_t hash = 0;
        for (const Part& part : parts) {
            const T value = state[part.state][i];
            if (part.state > shown && value != 0)
                hash = hash_of(hash, part.kind, part.number, bits_of(value));
        }
        return hash;
    }
    /// Forgets what was drawn, and what parts had become.
    void forget() {
        drawn = false;
        if constexpr (PartsModel<M>) clear_parts([](const Part&, std::size_t) { return true; });
    }

    /// Holds a cell from now on.
    void hold(std::uint32_t i, Step until) {
        state[0][i] = std::numeric_limits<T>::quiet_NaN();
        refractory.hold(i, until);
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
            const auto derived = derived_of(columns, cells.first + i, grid.timestep());
            const auto put     = [&](std::size_t j, double value) {
                constant_values[j][i] = static_cast<T>(value);
            };
            if constexpr (PartsModel<M>) {
                using Head = typename M::template Constants<double>;
                head_apart<double>(static_cast<const Head&>(derived.constants), put);
                for (std::size_t k = 0; k < derived.constants.parts.size(); ++k)
                    put(count_of<Head, double> + k, derived.constants.parts[k]);
            } else {
                head_apart<double>(derived.constants, put);
            }
            refractory_ms[i]    = derived.refractory.value();
            refractory_steps[i] = grid.up(derived.refractory.value());
        }
        uniform = true;
        for (std::size_t j = 0; j < constants.size(); ++j) {
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

    /// How the model reads the parameters of a cell of the slice.
    auto values_of(const std::vector<Column>& columns, std::size_t cell) const {
        if constexpr (PartsModel<M>)
            return WholeValues<M>{columns, cell, parts};
        else
            return CellValues<M>{columns, cell};
    }

private:
    auto derived_of(const std::vector<Column>& columns, std::size_t cell, Time h) const {
        return Scalar::prepare(values_of(columns, cell), h);
    }

    std::pair<std::size_t, std::size_t> count_numbers() const {
        if constexpr (PartsModel<M>)
            return totals<M>(parts);
        else
            return {count_of<State, T>, count_of<Constants, T>};
    }
    template <class S, class U, class F>
    static S head(F&& value_of) {
        std::array<U, count_of<S, U>> values;
        for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = static_cast<U>(value_of(k));
        return std::bit_cast<S>(values);
    }
    template <class U, class S, class F>
    static void head_apart(const S& numbers, F&& put) {
        const auto values = std::bit_cast<std::array<U, count_of<S, U>>>(numbers);
        for (std::size_t k = 0; k < values.size(); ++k)
            put(k, values[k]);
    }
};

}  // namespace ranvier::models

/// @file
/// The loop that advances many cells of one model by one step, compiled per instruction set.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "ranvier/base/Pack.hpp"
#include "ranvier/base/isa.hpp"
#include "ranvier/base/math.hpp"

namespace ranvier::models {

/// Arrays are padded to a multiple of this many cells, so that no loop has a remainder.
inline constexpr std::size_t lane_padding = 16;

/// The injected current of a step where there is none: adds nothing and costs nothing.
struct NoCurrent {
    template <class V>
    RANVIER_INLINE V add_to(V base) const {
        return base;
    }
    template <class V>
    RANVIER_INLINE V add_to(V base, V) const {
        return base;
    }
};

/// The current injected into each lane during a step, nA.
template <class V>
struct InjectedCurrent {
    V nA;
    /// base + nA
    RANVIER_INLINE V add_to(V base) const { return base + nA; }
    /// base + per_nA nA
    RANVIER_INLINE V add_to(V base, V per_nA) const { return base + per_nA * nA; }
};

/// Structure of arrays of the cells of one piece. A constant that all cells share is an array of
/// `lane_padding` equal values with stride 0.
template <class T>
struct KernelArguments {
    T* const*           state;      ///< [num_states][count]
    const T* const*     constants;  ///< [num_constants][count], or [..][lane_padding]
    const std::uint8_t* stride;     ///< [num_constants] 1, or 0 where all cells share the value
    bool                uniform;    ///< all strides are 0
    std::size_t         count;      ///< a multiple of lane_padding
    std::uint32_t*      spikes;     ///< [count] receives the cells that spiked, ascending
    const T*            injected = nullptr;  ///< [count] nA during the step; null: none
    T* before = nullptr;  ///< [count][num_states] receives the state before the step of the cells
                          ///< that spiked, in the order of `spikes`; null: not wanted
    std::size_t* not_finite = nullptr;  ///< receives in how many lanes some
                                        ///< state variable is not finite, v of held cells included;
                                        ///< null: not wanted
};

/// Advances all cells and returns how many spiked. Cells whose v is NaN never spike.
template <class T>
using Kernel = std::size_t (*)(const KernelArguments<T>&);

struct KernelTable {
    Kernel<double> advance_double = nullptr;
    Kernel<float>  advance_single = nullptr;
    Kernel<double> settle_double  = nullptr;  ///< of models that have `settle`
    Kernel<float>  settle_single  = nullptr;
};

/// Whether input of model M steps its potential at the end of a time step.
template <class M>
concept Settles = requires(
    typename M::template State<double>& state, const typename M::template Constants<double>& k
) {
    M::settle(state, k);
};

/// Lanes in which some state variable is infinite or NaN: x - x is 0 otherwise. A potential that
/// has just run away beyond the threshold is about to be reset.
template <class V, std::size_t N>
RANVIER_INLINE unsigned lanes_not_finite(const std::array<V, N>& lanes, unsigned spiking) {
    const unsigned v = bits(simd::isnan(lanes[0] - lanes[0])) & ~spiking;
    if constexpr (N == 1) {
        return v;
    } else {
        V sum = lanes[1];
        for (std::size_t j = 2; j < N; ++j)
            sum = sum + lanes[j];
        return v | bits(simd::isnan(sum - sum));
    }
}

/// The kernel of model M for lanes V; its symbol differs per instruction set because V does.
template <class M, class V, class T>
std::size_t advance_cells(const KernelArguments<T>& a) {
    using State                         = typename M::template State<V>;
    using Constants                     = typename M::template Constants<V>;
    constexpr std::size_t num_states    = sizeof(State) / sizeof(V);
    constexpr std::size_t num_constants = sizeof(Constants) / sizeof(V);
    constexpr auto        width         = static_cast<std::size_t>(V::width);

    std::array<T*, num_states>             state_arrays;
    std::array<const T*, num_constants>    constant_arrays;
    std::array<std::size_t, num_constants> stride;
    for (std::size_t j = 0; j < num_states; ++j)
        state_arrays[j] = a.state[j];
    for (std::size_t j = 0; j < num_constants; ++j) {
        constant_arrays[j] = a.constants[j];
        stride[j]          = a.stride[j];
    }

    std::array<V, num_constants> shared;
    for (std::size_t j = 0; j < num_constants; ++j)
        shared[j] = V::load(constant_arrays[j]);

    std::size_t num_spikes = 0, num_not_finite = 0;
    const auto  step = [&](std::size_t i, const Constants& constants, auto injected)
        __attribute__((always_inline)) {
        std::array<V, num_states> lanes;
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j] = V::load(state_arrays[j] + i);
        State      state   = std::bit_cast<State>(lanes);
        const auto spiking = M::advance(state, constants, injected);
        lanes              = std::bit_cast<std::array<V, num_states>>(state);
        num_not_finite +=
            static_cast<std::size_t>(std::popcount(lanes_not_finite(lanes, bits(spiking))));
        for (unsigned rest = bits(spiking); rest != 0; rest &= rest - 1) {
            const std::size_t cell = i + static_cast<std::size_t>(__builtin_ctz(rest));
            for (std::size_t j = 0; a.before && j < num_states; ++j)
                a.before[num_spikes * num_states + j] = state_arrays[j][cell];
            a.spikes[num_spikes++] = static_cast<std::uint32_t>(cell);
        }
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j].store(state_arrays[j] + i);
    };

    if (a.uniform && !a.injected) {
        const Constants constants = std::bit_cast<Constants>(shared);
        for (std::size_t i = 0; i < a.count; i += width)
            step(i, constants, NoCurrent{});
    } else {
        // One loop for the other cases: where there is no current, the same zeros again and again.
        alignas(64) const std::array<T, width> zeros{};
        const T* const                         injected = a.injected ? a.injected : zeros.data();
        const std::size_t                      injected_stride = a.injected ? 1 : 0;
        for (std::size_t i = 0; i < a.count; i += width) {
            std::array<V, num_constants> own;
            for (std::size_t j = 0; j < num_constants; ++j)
                own[j] = V::load(constant_arrays[j] + i * stride[j]);
            const InjectedCurrent<V> current{V::load(injected + i * injected_stride)};
            step(i, std::bit_cast<Constants>(own), current);
        }
    }
    if (a.not_finite) *a.not_finite = num_not_finite;
    return num_spikes;
}

/// For models whose input is added to v at the end of a step, after it has arrived (they have
/// `settle`): adds it and looks at the threshold.
template <class M, class V, class T>
std::size_t settle_cells(const KernelArguments<T>& a) {
    using State                         = typename M::template State<V>;
    using Constants                     = typename M::template Constants<V>;
    constexpr std::size_t num_states    = sizeof(State) / sizeof(V);
    constexpr std::size_t num_constants = sizeof(Constants) / sizeof(V);
    constexpr auto        width         = static_cast<std::size_t>(V::width);

    std::size_t num_spikes = 0;
    for (std::size_t i = 0; i < a.count; i += width) {
        std::array<V, num_constants> own;
        for (std::size_t j = 0; j < num_constants; ++j)
            own[j] = V::load(a.constants[j] + i * a.stride[j]);
        std::array<V, num_states> lanes;
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j] = V::load(a.state[j] + i);
        State      state   = std::bit_cast<State>(lanes);
        const auto spiking = M::settle(state, std::bit_cast<Constants>(own));
        lanes              = std::bit_cast<std::array<V, num_states>>(state);
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j].store(a.state[j] + i);
        for (unsigned rest = bits(spiking); rest != 0; rest &= rest - 1)
            a.spikes[num_spikes++] =
                static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(__builtin_ctz(rest));
    }
    return num_spikes;
}

/// The kernels of M for lanes of the instruction set that the including source file is compiled
/// for.
template <class M, class Doubles = simd::Pack<double>, class Singles = simd::Pack<float>>
constexpr KernelTable kernel_table() {
    KernelTable table{&advance_cells<M, Doubles, double>, &advance_cells<M, Singles, float>};
    if constexpr (Settles<M>) {
        table.settle_double = &settle_cells<M, Doubles, double>;
        table.settle_single = &settle_cells<M, Singles, float>;
    }
    return table;
}

/// Tags of the builds of the library's own models.
struct BaselineBuild;
struct Avx2Build;

/// The library's kernels of one of its own models; defined in the sources generated from its file.
template <class M, class Build>
const KernelTable& library_kernels();

/// Kernels of any model. Those of the library (they say `in_library`) exist once per instruction
/// set, of which the best that this machine has is taken; those of a user's own model are compiled
/// here.
template <class M>
KernelTable kernels_of() {
    if constexpr (requires { requires M::in_library; })
        return active_isa() == Isa::avx2 ? library_kernels<M, Avx2Build>()
                                         : library_kernels<M, BaselineBuild>();
    else
        return kernel_table<M>();
}

}  // namespace ranvier::models

/// @file
/// The loop that advances many cells of one model by one step, compiled per instruction set.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "ranvier/base/PackPair.hpp"
#include "ranvier/base/isa.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/kernel_arguments.hpp"
#include "ranvier/models/kernel_hard_steps.hpp"
#include "ranvier/models/kernel_injected_current.hpp"
#include "ranvier/models/kernel_not_finite.hpp"
#include "ranvier/models/kernel_peaks.hpp"

namespace ranvier::models {

/// Whether input of model M steps its potential at the end of a time step.
template <class M>
concept Settles = requires(
    typename M::template State<double>& state, const typename M::template Constants<double>& k
) {
    M::settle(state, k);
};

/// Packs of N arrays at cell i, kept in registers: without the pragma they become a loop in memory.
template <class V, class P, std::size_t N>
RANVIER_INLINE std::array<V, N> load_packs(const std::array<P, N>& from, std::size_t i) {
    std::array<V, N> packs;
#pragma GCC unroll 64
    for (std::size_t j = 0; j < N; ++j)
        packs[j] = V::load(from[j] + i);
    return packs;
}

/// Lists the lanes from `first` on that spike or are marked, with their states if these are kept.
/// @param num_spikes  grows by their number
template <bool keeps_states, class T>
RANVIER_INLINE void list_cells(
    const KernelArguments<T>& a,
    std::size_t               num_states,
    std::size_t               first,
    unsigned                  spiking,
    unsigned                  marked,
    std::size_t&              num_spikes
) {
    for (unsigned rest = spiking | marked; rest != 0; rest &= rest - 1) {
        const auto        lane = static_cast<unsigned>(__builtin_ctz(rest));
        const std::size_t cell = first + lane;
        for (std::size_t j = 0; keeps_states && j < num_states; ++j)
            a.before[num_spikes * num_states + j] = a.state[j][cell];
        a.spikes[num_spikes++] = static_cast<std::uint32_t>(cell) | (marked >> lane & 1) * finely;
    }
}

/// The constants that are not the same for all cells, which every pack of cells has put in place.
template <class Constants, class V, class T>
class DifferingConstants {
public:
    explicit DifferingConstants(const KernelArguments<T>& a) {
        for (std::size_t j = 0; j < list_.size(); ++j)
            if (a.stride[j] != 0) list_[size_++] = {a.constants[j], j};
    }
    RANVIER_INLINE void put_into(Constants& constants, std::size_t i) const {
        for (std::size_t k = 0; k < size_; ++k) {
            const V own = V::load(list_[k].from + i);
            std::memcpy(reinterpret_cast<V*>(&constants) + list_[k].place, &own, sizeof own);
        }
    }

private:
    struct Entry {
        const T*    from;
        std::size_t place;
    };
    std::array<Entry, sizeof(Constants) / sizeof(V)> list_;
    std::size_t                                      size_ = 0;
};

/// Clears the upper halves of vector registers when a kernel ends, which the rest of the program
/// calls. The rest is compiled for narrower ones, and on processors of Intel every switch between
/// the two takes some 70 cycles while upper halves are in use. Compilers do this by themselves, but
/// not where the function ends with a call that takes vectors.
class VectorScope {
public:
    VectorScope() = default;
    RANVIER_INLINE ~VectorScope() {
#if defined(__AVX__)
        _mm256_zeroupper();
#endif
    }
    VectorScope(const VectorScope&)            = delete;
    VectorScope& operator=(const VectorScope&) = delete;
};

/// The kernel of model M for lanes V; its symbol differs per instruction set because V does.
/// @tparam off_grid  whether to count as spiking cells those that may have been above the threshold
///                   within the step
template <class M, class V, class T, bool off_grid = false>
std::size_t advance_cells(const KernelArguments<T>& a) {
    const VectorScope scope;
    using State                         = typename M::template State<V>;
    using Constants                     = typename M::template Constants<V>;
    constexpr std::size_t num_states    = sizeof(State) / sizeof(V);
    constexpr std::size_t num_constants = sizeof(Constants) / sizeof(V);
    constexpr auto        width         = static_cast<std::size_t>(V::width);
    constexpr bool        keeps_states  = off_grid || ChangesConductances<M>;

    std::array<T*, num_states> state_arrays;
    for (std::size_t j = 0; j < num_states; ++j)
        state_arrays[j] = a.state[j];
    std::array<const T*, num_constants> constant_arrays;
    for (std::size_t j = 0; j < num_constants; ++j)
        constant_arrays[j] = a.constants[j];
    auto constants = std::bit_cast<Constants>(load_packs<V>(constant_arrays, 0));

    std::size_t              num_spikes = 0;
    NotFinite<simd::Pack<T>> not_finite;
    HardStepsOf<M, V>        hard_steps{a, off_grid};
    const auto               step = [&](std::size_t i, const Constants& k, auto injected)
        __attribute__((always_inline)) {
        auto     lanes = load_packs<V>(state_arrays, i);
        unsigned hard;
        unsigned spiking = advance_lanes<M>(lanes, k, injected, hard_steps, i, hard);
        unsigned marked  = 0;
        if constexpr (keeps_states) {
            const auto before = std::bit_cast<State>(load_packs<V>(state_arrays, i));
            const auto after  = std::bit_cast<State>(lanes);
            if constexpr (off_grid)
                spiking |= to_be_looked_at_with<M>(before, after, k, injected) & ~hard;
            else
                marked = to_be_made_finely<M>(before, after, k, injected) & ~hard;
        }
        not_finite.look_at(lanes);
        list_cells<keeps_states>(a, num_states, i, spiking, marked, num_spikes);
#pragma GCC unroll 64
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j].store(state_arrays[j] + i);
    };

    if (a.uniform && !a.injected) {
        for (std::size_t i = 0; i < a.count; i += width)
            step(i, constants, NoCurrent{});
    } else {
        // One loop for the other cases: where there is no current, the same zeros again and again.
        const DifferingConstants<Constants, V, T> differing{a};
        alignas(64) const std::array<T, width>    zeros{};
        const T* const                            injected = a.injected ? a.injected : zeros.data();
        const std::size_t                         injected_stride = a.injected ? 1 : 0;
        for (std::size_t i = 0; i < a.count; i += width) {
            differing.put_into(constants, i);
            const InjectedCurrent<V> current{V::load(injected + i * injected_stride)};
            step(i, constants, current);
        }
    }
    if constexpr (DividesSteps<M>) {
        if (!hard_steps.empty()) num_spikes = hard_steps.advance(num_spikes, not_finite);
    }
    if (a.not_finite) *a.not_finite = not_finite.count(a, num_states, num_spikes);
    return num_spikes;
}

/// For models whose input is added to v at the end of a step, after it has arrived (they have
/// `settle`): adds it and looks at the threshold.
template <class M, class V, class T>
std::size_t settle_cells(const KernelArguments<T>& a) {
    const VectorScope scope;
    using State                         = typename M::template State<V>;
    using Constants                     = typename M::template Constants<V>;
    constexpr std::size_t num_states    = sizeof(State) / sizeof(V);
    constexpr std::size_t num_constants = sizeof(Constants) / sizeof(V);
    constexpr auto        width         = static_cast<std::size_t>(V::width);

    std::array<T*, num_states> state_arrays;
    for (std::size_t j = 0; j < num_states; ++j)
        state_arrays[j] = a.state[j];

    std::size_t num_spikes = 0;
    for (std::size_t i = 0; i < a.count; i += width) {
        std::array<V, num_constants> own;
#pragma GCC unroll 64
        for (std::size_t j = 0; j < num_constants; ++j)
            own[j] = V::load(a.constants[j] + i * a.stride[j]);
        auto       lanes   = load_packs<V>(state_arrays, i);
        State      state   = std::bit_cast<State>(lanes);
        const auto spiking = M::settle(state, std::bit_cast<Constants>(own));
        lanes              = std::bit_cast<std::array<V, num_states>>(state);
#pragma GCC unroll 64
        for (std::size_t j = 0; j < num_states; ++j)
            lanes[j].store(state_arrays[j] + i);
        for (unsigned rest = bits(spiking); rest != 0; rest &= rest - 1)
            a.spikes[num_spikes++] =
                static_cast<std::uint32_t>(i) + static_cast<std::uint32_t>(__builtin_ctz(rest));
    }
    return num_spikes;
}

/// Lanes of T that keep the processor busy: two packs where a step is a long chain of operations.
template <class M, class T>
using LanesOf = std::conditional_t<DividesSteps<M>, simd::PackPair<T>, simd::Pack<T>>;

/// The kernels of M for lanes of the instruction set that the including source file is compiled
/// for.
template <class M, class Doubles = LanesOf<M, double>, class Singles = LanesOf<M, float>>
constexpr KernelTable kernel_table() {
    KernelTable table{
        &advance_cells<M, Doubles, double>,
        &advance_cells<M, Singles, float>,
        &advance_cells<M, Doubles, double, true>,
        &advance_cells<M, Singles, float, true>};
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

/// @file
/// The loop that advances many cells with parts by one step, compiled per instruction set.
#pragma once

#include "ranvier/models/PartsModel.hpp"
#include "ranvier/models/kernel.hpp"

namespace ranvier::models {

/// The lanes from `i` on of the numbers of a struct, the first in array `first`.
template <class S, class V, class Arrays>
RANVIER_INLINE S load_struct(const Arrays* arrays, std::size_t first, std::size_t i) {
    std::array<V, count_of<S, V>> lanes;
    for (std::size_t j = 0; j < lanes.size(); ++j)
        lanes[j] = V::load(arrays[first + j] + i);
    return std::bit_cast<S>(lanes);
}
/// The same of constants, of which cells may share one.
template <class S, class V, class T>
RANVIER_INLINE S load_constants(const KernelArguments<T>& a, std::size_t first, std::size_t i) {
    std::array<V, count_of<S, V>> lanes;
    for (std::size_t j = 0; j < lanes.size(); ++j)
        lanes[j] = V::load(a.constants[first + j] + i * a.stride[first + j]);
    return std::bit_cast<S>(lanes);
}
template <class V, class S, class T>
RANVIER_INLINE void store_struct(
    const S& value, T* const* arrays, std::size_t first, std::size_t i
) {
    const auto lanes = std::bit_cast<std::array<V, count_of<S, V>>>(value);
    for (std::size_t j = 0; j < lanes.size(); ++j)
        lanes[j].store(arrays[first + j] + i);
}

/// One step of all parts of the cells from `i` on.
template <class M, class V, class T>
RANVIER_INLINE void advance_parts(
    const KernelArguments<T>& a, std::size_t i, NotFinite<simd::Pack<T>>& not_finite
) {
    for (const Part* part = a.parts; part != a.parts + a.num_parts; ++part) {
        with_kind<M>(
            *part,
            [&]<class Kind>() __attribute__((always_inline)) {
                using S = typename Kind::template State<V>;
                using C = typename Kind::template Constants<V>;
                S state = load_struct<S, V>(a.state, part->state, i);
                Kind::advance(state, load_constants<C, V>(a, part->constant, i));
                store_struct<V>(state, a.state, part->state, i);
                not_finite.look_at_more(std::bit_cast<std::array<V, count_of<S, V>>>(state));
            }
        );
    }
}

/// The Sum of the parts of the cells from `i` on.
template <class M, class V, class T, class S, class K>
RANVIER_INLINE auto sum_of_parts(
    const KernelArguments<T>& a, std::size_t i, const S& state, const K& constants
) {
    auto sum = M::begin(state, constants);
    for (const Part* part = a.parts; part != a.parts + a.num_parts; ++part) {
        with_kind<M>(
            *part,
            [&]<class Kind>() __attribute__((always_inline)) {
                using PartState = typename Kind::template State<V>;
                const auto k =
                    load_constants<typename Kind::template Constants<V>, V>(a, part->constant, i);
                const auto s = load_struct<PartState, V>(a.state, part->state, i);
                Kind::add_to(sum, s, k);
            }
        );
    }
    return sum;
}

/// As `advance_cells`. The parts are read twice, for what they do and to go on, so that in between
/// the state before the step is still there.
template <class M, class V, class T, bool off_grid = false>
std::size_t advance_with_parts(const KernelArguments<T>& a) {
    const VectorScope scope;
    using State                        = typename M::template State<V>;
    using Constants                    = typename M::template Constants<V>;
    constexpr std::size_t num_own      = count_of<State, V>;
    constexpr auto        width        = static_cast<std::size_t>(V::width);
    constexpr bool        keeps_states = off_grid || ChangesConductances<M>;
    std::size_t           num_states   = num_own;
    for (const Part* part = a.parts; part != a.parts + a.num_parts; ++part) {
        with_kind<M>(
            *part,
            [&]<class Kind>() __attribute__((always_inline)) {
                num_states += count_of<typename Kind::template State<V>, V>;
            }
        );
    }

    alignas(64) const std::array<T, width> zeros{};
    const T* const                         injected        = a.injected ? a.injected : zeros.data();
    const std::size_t                      injected_stride = a.injected ? 1 : 0;

    std::size_t              num_spikes = 0;
    NotFinite<simd::Pack<T>> not_finite;
    for (std::size_t i = 0; i < a.count; i += width) {
        State                        state     = load_struct<State, V>(a.state, 0, i);
        const auto                   constants = load_constants<Constants, V>(a, 0, i);
        const auto                   sum       = sum_of_parts<M, V>(a, i, state, constants);
        const InjectedCurrent<V>     current{V::load(injected + i * injected_stride)};
        [[maybe_unused]] const State before  = state;
        unsigned                     spiking = bits(M::advance(state, constants, sum, current));
        unsigned                     marked  = 0;
        if constexpr (off_grid)
            spiking |= to_be_looked_at_with<M>(before, state, constants, current, sum);
        else
            marked = to_be_made_finely<M>(before, state, constants, current, sum);
        list_cells<keeps_states>(a, num_states, i, spiking, marked, num_spikes);
        store_struct<V>(state, a.state, 0, i);
        not_finite.look_at(std::bit_cast<std::array<V, num_own>>(state));
        advance_parts<M, V>(a, i, not_finite);
    }
    if (a.not_finite) *a.not_finite = not_finite.count(a, num_states, num_spikes);
    return num_spikes;
}

/// The kernels of M for lanes of the instruction set that the including source file is compiled
/// for.
template <class M, class Doubles = simd::Pack<double>, class Singles = simd::Pack<float>>
constexpr KernelTable parts_kernel_table() {
    return {
        &advance_with_parts<M, Doubles, double>,
        &advance_with_parts<M, Singles, float>,
        &advance_with_parts<M, Doubles, double, true>,
        &advance_with_parts<M, Singles, float, true>};
}

}  // namespace ranvier::models

/// @file
/// Finding cells of which the end of a step does not tell what happened to them within it.
#pragma once

#include "ranvier/base/PackPair.hpp"
#include "ranvier/models/AdaptiveExponential.hpp"
#include "ranvier/models/Climb.hpp"
#include "ranvier/models/kernel_injected_current.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// A model of which is known how far v may get within a step: `climb(before, after, constants,
/// injected)`, given the states at both ends, is its Climb; a model with parts is given their Sum
/// before `injected`.
template <class M>
concept Climbs = requires(
    const typename M::template State<double>&     state,
    const typename M::template Constants<double>& constants
) {
    M::climb(state, state, constants, NoCurrent{});
}
|| requires(
       const typename M::template State<double>&     state,
       const typename M::template Constants<double>& constants,
       const typename M::template Sum<double>&       sum
   ) {
    M::climb(state, state, constants, sum, NoCurrent{});
};

/// A model whose potential may have a maximum within a step. If it does not know its Climb, it says
/// at what rate v changes: `rise(state, constants, injected)` is how far v would go in a step at
/// the rate it has in that state, mV. What counts is the sign, and the size but for a factor of
/// two.
template <class M>
concept Peaks = Climbs<M> || requires(
    const typename M::template State<double>&     state,
    const typename M::template Constants<double>& constants
) {
    M::rise(state, constants, NoCurrent{});
};

/// A model that resets its potential: cells that are above the threshold at the beginning of a step
/// have been put there, and spike at once.
template <class M>
concept Resets = requires(const typename M::template Constants<double>& k) {
    k.v_reset;
};

/// A model with conductances that change within a step. Its kernels keep the states of spiking
/// cells on the grid, too.
template <class M>
concept ChangesConductances = Climbs<M> &&
    requires(const typename M::template Constants<double>& k) {
    k.membrane;
};

/// The `change` of a Climb (see there) above which steps are made in shorter ones where this can be
/// done: of those of all cells, where it is cheap to be too strict, and of those of one cell.
inline constexpr double most_change = 0.02;

/// A model whose potential runs away at a spike: `explodes(before, after, constants)` tells whether
/// it is about to do so, or rises so fast towards it that the step should be divided.
template <class M>
concept RunsAway = requires(
    const typename M::template State<double>&     state,
    const typename M::template Constants<double>& constants
) {
    M::explodes(state, state, constants);
};

/// A model whose spikes may begin and end within a step although v, which is not concave then, has
/// tangents that do not tell: `hides_spike(before, after, constants)` does.
template <class M>
concept HidesSpikes = requires(
    const typename M::template State<double>&     state,
    const typename M::template Constants<double>& constants
) {
    M::hides_spike(state, state, constants);
};

/// Whether v may have been above the threshold during a step that begins and ends below it.
///
/// If v rises at the beginning and falls at the end, and is concave, it stays below its tangents at
/// both ends, which meet at (down v_start + up v_end + up down) / (up + down). A parabola has its
/// maximum half way between there and the line that connects the ends. Twice the tangents' height
/// above that line is allowed for, since v is no parabola where a time constant is as short as the
/// step.
/// @param below_start, below_end  distances to the threshold, mV; NaN in cells that are held
/// @param up, down  change of v in a step at the rate of the beginning, and of -v at that of the
///                  end
template <class V>
RANVIER_INLINE simd::MaskOf<V> may_pass(V below_start, V below_end, V up, V down) {
    const V zero = constant<V>(0);
    return (up > zero) & (down > zero) & (below_start > zero) & (below_end > zero) &
           (down * below_start + up * below_end <= up * down * constant<V>(2));
}

/// The same for two states of a model, one step apart. Where input is still on the rise, v may
/// begin to rise only after the beginning: the other state variables are taken from both ends.
template <class M, class S, class K, class I>
RANVIER_INLINE auto may_have_peaked(const S& before, const S& after, const K& k, I injected) {
    if constexpr (Climbs<M>) {
        const auto climb = M::climb(before, after, k, injected);
        return may_pass(climb, -M::excess(before, k), -M::excess(after, k));
    } else {
        S mixed       = after;
        mixed.v       = before.v;
        const auto up = simd::max(M::rise(before, k, injected), M::rise(mixed, k, injected));
        return may_pass(
            -M::excess(before, k), -M::excess(after, k), up, -M::rise(after, k, injected)
        );
    }
}

/// Cells in which v may have peaked above the threshold, or which need shorter steps. Bits of
/// lanes.
template <class M, class S, class K, class V>
RANVIER_INLINE unsigned to_be_looked_at(
    const S& before, const S& after, const K& k, const Climb<V>& climb
) {
    const V below = -M::excess(before, k);
    return simd::bits(
        may_pass(climb, below, -M::excess(after, k)) |
        ((climb.change > constant<V>(most_change)) & (below == below))
    );
}

/// Which cells have to be looked at one by one after a step, beside those that end it beyond the
/// threshold: that may have been above it in between, or that run away so soon or whose
/// conductances change so much that the end of the step is not as accurate as it should be. Bits of
/// lanes.
/// @param sum  of a model that has parts
template <class M, class S, class K, class I, class... Sum>
RANVIER_INLINE unsigned to_be_looked_at_with(
    const S& before, const S& after, const K& k, I injected, const Sum&... sum
) {
    unsigned found = 0;
    if constexpr (Climbs<M>)
        found = to_be_looked_at<M>(before, after, k, M::climb(before, after, k, sum..., injected));
    else if constexpr (Peaks<M>)
        found = simd::bits(may_have_peaked<M>(before, after, k, injected));
    if constexpr (RunsAway<M>) found |= simd::bits(M::explodes(before, after, k));
    if constexpr (HidesSpikes<M>) found |= simd::bits(M::hides_spike(before, after, k));
    if constexpr (Resets<M>)
        found |= simd::bits(
            (M::excess(before, k) >= constant<decltype(before.v)>(0)) & (before.v == before.v)
        );
    return found;
}

/// Which cells have to be made in shorter steps on the grid: those whose conductances change much,
/// and in steps of more than 0.1 ms those that run away. Bits of lanes.
template <class M, class S, class K, class I, class... Sum>
RANVIER_INLINE unsigned to_be_made_finely(
    const S& before, const S& after, const K& k, I injected, const Sum&... sum
) {
    unsigned found = 0;
    if constexpr (ChangesConductances<M>) {
        using V          = decltype(before.v);
        const auto climb = M::climb(before, after, k, sum..., injected);
        found            = simd::bits(climb.change > constant<V>(most_change));
        if constexpr (RunsAway<M>)
            if (simd::any(k.membrane.h > constant<V>(hardness_unit))) [[unlikely]]
                found |= simd::bits(M::explodes(before, after, k));
        if (found != 0) [[unlikely]]
            found &= simd::bits(before.v == before.v);  // not those that are held
    }
    return found;
}

}  // namespace ranvier::models

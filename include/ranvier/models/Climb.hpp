/// @file
/// How far a potential may get within a step, from bounds of what drives it.
#pragma once

#include "ranvier/base/PackPair.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// What may happen to a potential v during one step, all bounds from above, however short the
/// membrane's and the synapses' time constants are. It rises at most by `push + relax d` in a step
/// at the rate it has d below the threshold, and above it by `push`; no lower than the threshold it
/// falls by `pull` at most. In units of mV per step:
///
///     threshold ----------*-----*-----------
///                push  . '       ' .  pull
///          start   . '               ' .   end
///
/// `change` is how far the exponent of its relaxation under changing conductances is from that
/// under constant ones.
template <class V>
struct Climb {
    V push, pull, relax, change;
};

/// Whether v may have been above the threshold during a step that begins and ends below it: at the
/// steepest, there is time to get there and back.
/// @param below_start, below_end  distances to the threshold, mV; NaN in cells that are held
template <class V>
RANVIER_INLINE simd::MaskOf<V> may_pass(const Climb<V>& c, V below_start, V below_end) {
    const V zero = constant<V>(0);
    const V up   = c.push + c.relax * below_start;
    return (c.push > zero) & (c.pull > zero) & (below_start > zero) & (below_end > zero) &
           (c.pull * below_start + up * below_end <= up * c.pull);
}

/// The Climb of a linear membrane that is integrated exactly.
/// @param decay  exp(-h / tau_m)
/// @param start, end  by how much the currents of the two ends take a potential at the threshold in
///                    a step, mV
/// @param spread  mV; how far that may be from both in between
template <class V>
RANVIER_INLINE Climb<V> linear_climb(V decay, V start, V end, V spread) {
    const V one = constant<V>(1);
    // With z = h / tau_m, rates are z / (1 - exp(-z)) times what constant currents achieve: at most
    // (1 + exp(z)) / 2. The limit is beyond any z.
    const V steepness = (one + one / simd::max(decay, constant<V>(1e-15))) * constant<V>(0.5);
    return {
        steepness * (start + spread),
        steepness * (spread - end),
        steepness * (one - decay),
        constant<V>(0)};
}

}  // namespace ranvier::models

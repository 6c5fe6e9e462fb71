/// @file
/// The membrane potential under conductances that change during a step.
#pragma once

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/math.hpp"
#include "ranvier/models/Climb.hpp"
#include "ranvier/models/relaxation.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier::models {

/// What drives a membrane during a step besides its leak: a conductance g and a current, which is
/// that of the conductance at the resting potential, so that
///     cm dv/dt = g_leak (v_rest - v) + current - g (v - v_rest)
template <class V>
struct SynapticInput {
    Course<V> g, current;

    /// No input. Nothing is left of it when something is added: -0 + x is x, even where x is 0.
    RANVIER_INLINE SynapticInput() : g(Course<V>::none(constant<V>(-0.0))), current(g) {}
    RANVIER_INLINE SynapticInput(const Course<V>& conductance, const Course<V>& its_current)
        : g(conductance),
          current(its_current) {}

    /// Adds a conductance that pulls to v_rest + distance.
    RANVIER_INLINE void add(const Course<V>& conductance, V distance) {
        g.add(conductance);
        current.add(conductance, distance);
    }
};

/// The input of two receptors with conductances that decay exponentially: gsyn_exc and gsyn_inh of
/// a state, shapes E and I, which pull to v_rest + from_E and v_rest + from_I.
template <class State, class Constants>
RANVIER_INLINE auto cond_exp_input(const State& s, const Constants& k) {
    SynapticInput<decltype(s.v)> input;
    input.add(k.E.course(s.gsyn_exc), k.from_E);
    input.add(k.I.course(s.gsyn_inh), k.from_I);
    return input;
}

/// The same with conductances that are shaped like alpha functions and rise by rise_exc, rise_inh.
template <class State, class Constants>
RANVIER_INLINE auto cond_alpha_input(const State& s, const Constants& k) {
    SynapticInput<decltype(s.v)> input;
    input.add(k.E.course(s.gsyn_exc, s.rise_exc), k.from_E);
    input.add(k.I.course(s.gsyn_inh, s.rise_inh), k.from_I);
    return input;
}

/// A leaky membrane: cm dv/dt = g_leak (v_rest - v) + ...
template <class V>
struct Membrane {
    V g_leak, v_rest, cm, half_h, minus_h_over_cm;

    /// How far v would go in a step at the rate it has at the beginning, mV.
    RANVIER_INLINE V rise(V v, const SynapticInput<V>& input, V steady) const {
        const V g = g_leak + input.g.start;
        return -minus_h_over_cm * (input.current.start - g * (v - v_rest) + steady);
    }

    /// What may happen to v on its way to a threshold and back.
    RANVIER_INLINE Climb<V> climb(V threshold, const SynapticInput<V>& input, V steady) const {
        const V per_nA = -minus_h_over_cm;
        const V above  = threshold - v_rest;
        const V spread = input.current.spread + simd::abs(above) * input.g.spread;
        const V start  = input.current.start - (g_leak + input.g.start) * above + steady;
        const V end    = input.current.end - (g_leak + input.g.end) * above + steady;
        return {
            (start + spread) * per_nA,
            (spread - end) * per_nA,
            (g_leak + input.g.start + input.g.spread) * per_nA,
            input.g.spread * per_nA};
    }

    /// v after a step of a leaky integrator with synaptic input and a steady current.
    ///
    /// With mean values alone v relaxes exponentially. The slopes of conductance and current make
    /// the method one of fourth order (see Relaxation).
    RANVIER_INLINE V advanced(V v, const SynapticInput<V>& input, V steady) const {
        const V above    = v - v_rest;
        const V g        = g_leak + input.g.mean;
        const V current  = input.current.mean - g * above + steady;
        const V per_nA   = -minus_h_over_cm;            // mV / nA
        const V per_rate = (half_h + half_h) * per_nA;  // the same for slopes
        const V z        = g * per_nA;
        return v + relaxation(z).change(
                       z,
                       current * per_nA,
                       (input.current.slope - input.g.slope * above) * per_rate,
                       input.g.slope * per_rate
                   );
    }
};

inline Membrane<double> membrane(Capacitance cm, Time tau_m, Voltage v_rest, Time h) {
    return {(cm / tau_m).value(), v_rest.value(), cm.value(), h.value() / 2, -(h / cm).value()};
}

}  // namespace ranvier::models

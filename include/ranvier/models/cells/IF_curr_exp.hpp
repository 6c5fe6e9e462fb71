/// @file
/// Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Climb.hpp"
#include "ranvier/models/lists.hpp"

namespace ranvier {

/// Leaky integrate-and-fire neuron with exponentially decaying synaptic currents.
///
///     cm dv/dt  = -cm (v - v_rest) / tau_m + isyn_exc + isyn_inh + i_offset
///     disyn/dt  = -isyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     v >= v_thresh:  spike, v <- v_reset, and v is held there for tau_refrac
///
/// The subthreshold equations are linear and are integrated exactly (doi:10.1007/s004220050570),
/// so the time step matters only to when spikes occur: on the grid at the end of the step in which
/// v reached v_thresh, off the grid where it did.
///
/// State: v [mV], isyn_exc [nA], isyn_inh [nA].
/// Receptors: "excitatory", "inhibitory". Weights: current [nA].
struct IF_curr_exp {
    static constexpr std::string_view name  = "IF_curr_exp";
    static constexpr models::Input    input = models::Input::current;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Voltage>     v_rest     = -65.0_mV;  ///< resting potential
    Param<Capacitance> cm         = 1.0_nF;    ///< membrane capacitance, > 0
    Param<Time>        tau_m      = 20.0_ms;   ///< membrane time constant, > 0
    Param<Time>        tau_refrac = 0.1_ms;    ///< refractory period, >= 0
    Param<Time>        tau_syn_E  = 5.0_ms;    ///< decay of excitatory current, > 0
    Param<Time>        tau_syn_I  = 5.0_ms;    ///< decay of inhibitory current, > 0
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current
    Param<Voltage>     v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Voltage>     v_thresh   = -50.0_mV;  ///< spike threshold

    struct Initial {
        using Model = IF_curr_exp;
        Param<Voltage> v{};
        Param<Current> isyn_exc{}, isyn_inh{};
    };

    template <class V>
    struct State {
        V v, isyn_exc, isyn_inh;
    };
    template <class V>
    struct Constants {
        V decay_m, decay_E, decay_I, from_E, from_I, from_current, drive, v_rest, v_thresh, v_reset;
    };

    static constexpr auto parameters() { return models::leaky_current_parameters<IF_curr_exp>(); }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("isyn_exc", &Initial::isyn_exc, 0.0_nA),
            models::state("isyn_inh", &Initial::isyn_inh, 0.0_nA)};
    }
    static constexpr auto receptors() { return models::current_receptors(); }

    /// Exact propagators, doi:10.1007/s004220050570. Called once per cell on its owner.
    static models::Derived<Constants<double>> prepare(
        const models::CellValues<IF_curr_exp>& p, Time dt
    ) {
        using M = IF_curr_exp;

        const Time        tau_m = p[&M::tau_m], tau_E = p[&M::tau_syn_E], tau_I = p[&M::tau_syn_I];
        const Capacitance cm = p[&M::cm];

        const double     decay_m      = math::exp(-(dt / tau_m));
        const Resistance from_current = -math::expm1(-(dt / tau_m)) * (tau_m / cm);
        return {
            .constants =
                {.decay_m      = decay_m,
                 .decay_E      = math::exp(-(dt / tau_E)),
                 .decay_I      = math::exp(-(dt / tau_I)),
                 .from_E       = models::exact_propagator(tau_m, tau_E, cm, dt).value(),
                 .from_I       = models::exact_propagator(tau_m, tau_I, cm, dt).value(),
                 .from_current = from_current.value(),
                 .drive        = (from_current * p[&M::i_offset]).value(),
                 .v_rest       = p[&M::v_rest].value(),
                 .v_thresh     = p[&M::v_thresh].value(),
                 .v_reset      = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    /// One time step. Returns which cells reached the threshold.
    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        s.v = k.v_rest + k.decay_m * (s.v - k.v_rest) + k.from_E * s.isyn_exc +
              k.from_I * s.isyn_inh + injected.add_to(k.drive, k.from_current);
        s.isyn_exc = k.decay_E * s.isyn_exc;
        s.isyn_inh = k.decay_I * s.isyn_inh;
        return s.v >= k.v_thresh;
    }

    /// What may happen to v during a step.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>& before, const State<V>& after, const Constants<V>& k, I injected
    ) {
        const V spread = simd::abs(before.isyn_exc - after.isyn_exc) +
                         simd::abs(before.isyn_inh - after.isyn_inh);
        const V steady = (models::constant<V>(1) - k.decay_m) * (k.v_rest - k.v_thresh) +
                         injected.add_to(k.drive, k.from_current);
        return models::linear_climb(
            k.decay_m,
            steady + k.from_current * (before.isyn_exc + before.isyn_inh),
            steady + k.from_current * (after.isyn_exc + after.isyn_inh),
            k.from_current * spread
        );
    }

    /// How far v is above the threshold.
    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return s.v - k.v_thresh;
    }

    /// What a spike does to its cell.
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        s.v = k.v_reset;
    }
};
static_assert(models::CellModel<IF_curr_exp>);

}  // namespace ranvier

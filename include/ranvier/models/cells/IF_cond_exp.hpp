/// @file
/// Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/lists.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.
///
///     cm dv/dt  = -cm (v - v_rest) / tau_m + gsyn_exc (e_rev_E - v) + gsyn_inh (e_rev_I - v)
///                 + i_offset
///     dgsyn/dt  = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     v >= v_thresh:  spike, v <- v_reset, and v is held there for tau_refrac
///
/// Conductances are integrated exactly, the potential with an error of fourth order (see Membrane).
///
/// State: v [mV], gsyn_exc [uS], gsyn_inh [uS].
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct IF_cond_exp {
    static constexpr std::string_view name  = "IF_cond_exp";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Voltage>     v_rest     = -65.0_mV;  ///< resting potential
    Param<Capacitance> cm         = 1.0_nF;    ///< membrane capacitance, > 0
    Param<Time>        tau_m      = 20.0_ms;   ///< membrane time constant, > 0
    Param<Time>        tau_refrac = 0.1_ms;    ///< refractory period, >= 0
    Param<Time>        tau_syn_E  = 5.0_ms;    ///< decay of excitatory input, > 0
    Param<Time>        tau_syn_I  = 5.0_ms;    ///< decay of inhibitory input, > 0
    Param<Voltage>     e_rev_E    = 0.0_mV;    ///< excitatory reversal potential
    Param<Voltage>     e_rev_I    = -70.0_mV;  ///< inhibitory reversal potential
    Param<Voltage>     v_thresh   = -50.0_mV;  ///< spike threshold
    Param<Voltage>     v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current

    struct Initial {
        using Model = IF_cond_exp;
        Param<Voltage>     v{};
        Param<Conductance> gsyn_exc{};
        Param<Conductance> gsyn_inh{};
    };

    template <class V>
    struct State {
        V v, gsyn_exc, gsyn_inh;
    };
    template <class V>
    struct Constants {
        models::Membrane<V>         membrane;
        models::ExponentialShape<V> E, I;
        V                           from_E, from_I;  ///< reversal potentials above v_rest
        V                           i_offset, v_thresh, v_reset;
    };

    static constexpr auto parameters() {
        return models::leaky_conductance_parameters<IF_cond_exp>();
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS)};
    }
    static constexpr auto receptors() { return models::conductance_receptors(); }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<IF_cond_exp>& p, Time dt
    ) {
        using M = IF_cond_exp;
        return {
            .constants =
                {.membrane = models::membrane(p[&M::cm], p[&M::tau_m], p[&M::v_rest], dt),
                 .E        = models::exponential_shape(p[&M::tau_syn_E], dt),
                 .I        = models::exponential_shape(p[&M::tau_syn_I], dt),
                 .from_E   = (p[&M::e_rev_E] - p[&M::v_rest]).value(),
                 .from_I   = (p[&M::e_rev_I] - p[&M::v_rest]).value(),
                 .i_offset = p[&M::i_offset].value(),
                 .v_thresh = p[&M::v_thresh].value(),
                 .v_reset  = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        s.v = k.membrane.advanced(s.v, models::cond_exp_input(s, k), injected.add_to(k.i_offset));
        k.E.advance(s.gsyn_exc);
        k.I.advance(s.gsyn_inh);
        return s.v >= k.v_thresh;
    }

    /// What may happen to v during a step.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>& before, const State<V>&, const Constants<V>& k, I injected
    ) {
        return k.membrane.climb(
            k.v_thresh, models::cond_exp_input(before, k), injected.add_to(k.i_offset)
        );
    }

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
static_assert(models::CellModel<IF_cond_exp>);

}  // namespace ranvier

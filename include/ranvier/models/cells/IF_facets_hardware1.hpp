/// @file
/// Neuron of the FACETS hardware (Spikey), a leaky integrate-and-fire neuron with fixed constants.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/lists.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Neuron of the FACETS hardware (Spikey), a leaky integrate-and-fire neuron with fixed constants.
///
///     cm dv/dt  = -g_leak (v - v_rest) + gsyn_exc (0 mV - v) + gsyn_inh (e_rev_I - v)
///     dgsyn/dt  = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     v >= v_thresh:  spike, v <- v_reset, and v is held there for 1 ms
///
/// The capacitance is 0.2 nF, the excitatory reversal potential 0 mV, the refractory period 1 ms.
/// Conductances are integrated exactly, the potential with an error of fourth order (see Membrane).
///
/// State: v [mV], gsyn_exc [uS], gsyn_inh [uS].
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct IF_facets_hardware1 {
    static constexpr std::string_view name  = "IF_facets_hardware1";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<SmallConductance> g_leak    = 40.0_nS;   ///< leak conductance, > 0
    Param<Time>             tau_syn_E = 30.0_ms;   ///< decay of excitatory input, > 0
    Param<Time>             tau_syn_I = 30.0_ms;   ///< decay of inhibitory input, > 0
    Param<Voltage>          v_reset   = -80.0_mV;  ///< potential after a spike
    Param<Voltage>          e_rev_I   = -80.0_mV;  ///< inhibitory reversal potential
    Param<Voltage>          v_rest    = -65.0_mV;  ///< resting potential
    Param<Voltage>          v_thresh  = -55.0_mV;  ///< spike threshold

    struct Initial {
        using Model = IF_facets_hardware1;
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
        V                           v_thresh, v_reset;
    };

    static constexpr auto parameters() {
        using M = IF_facets_hardware1;
        using enum models::Rule;
        return std::tuple{
            models::parameter("g_leak", &M::g_leak, positive),
            models::parameter("tau_syn_E", &M::tau_syn_E, positive),
            models::parameter("tau_syn_I", &M::tau_syn_I, positive),
            models::parameter("v_reset", &M::v_reset),
            models::parameter("e_rev_I", &M::e_rev_I),
            models::parameter("v_rest", &M::v_rest),
            models::parameter("v_thresh", &M::v_thresh)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS)};
    }
    static constexpr auto receptors() { return models::conductance_receptors(); }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<IF_facets_hardware1>& p, Time dt
    ) {
        using M                 = IF_facets_hardware1;
        const Capacitance cm    = 0.2_nF;
        const Time        tau_m = cm / Conductance{p[&M::g_leak]};
        return {
            .constants =
                {.membrane = models::membrane(cm, tau_m, p[&M::v_rest], dt),
                 .E        = models::exponential_shape(p[&M::tau_syn_E], dt),
                 .I        = models::exponential_shape(p[&M::tau_syn_I], dt),
                 .from_E   = (0_mV - p[&M::v_rest]).value(),
                 .from_I   = (p[&M::e_rev_I] - p[&M::v_rest]).value(),
                 .v_thresh = p[&M::v_thresh].value(),
                 .v_reset  = p[&M::v_reset].value()},
            .refractory = 1_ms};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        s.v = k.membrane.advanced(
            s.v, models::cond_exp_input(s, k), injected.add_to(models::constant<V>(0))
        );
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
            k.v_thresh, models::cond_exp_input(before, k), injected.add_to(models::constant<V>(0))
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
static_assert(models::CellModel<IF_facets_hardware1>);

}  // namespace ranvier

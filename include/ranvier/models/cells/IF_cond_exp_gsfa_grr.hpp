/// @file
/// Leaky integrate-and-fire neuron with conductance-based adaptation and relative refractoriness.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/lists.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Leaky integrate-and-fire neuron with conductance-based adaptation and relative refractoriness.
///
///     cm dv/dt  = -cm (v - v_rest) / tau_m + gsyn_exc (e_rev_E - v) + gsyn_inh (e_rev_I - v)
///                 + g_s (e_rev_sfa - v) + g_r (e_rev_rr - v) + i_offset
///     dgsyn/dt  = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     dg_s/dt   = -g_s / tau_sfa,   dg_r/dt = -g_r / tau_rr
///     v >= v_thresh:  spike, v <- v_reset, held there for tau_refrac, g_s += q_sfa, g_r += q_rr
///
/// Spike-frequency adaptation and relative refractoriness as in doi:10.1162/neco.2007.19.11.2958.
/// Conductances are integrated exactly, the potential with an error of fourth order (see Membrane).
///
/// State: v [mV], g_r [nS], g_s [nS], gsyn_exc [uS], gsyn_inh [uS].
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct IF_cond_exp_gsfa_grr {
    static constexpr std::string_view name  = "IF_cond_exp_gsfa_grr";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Voltage>          v_rest     = -65.0_mV;  ///< resting potential
    Param<Capacitance>      cm         = 1.0_nF;    ///< membrane capacitance, > 0
    Param<Time>             tau_m      = 20.0_ms;   ///< membrane time constant, > 0
    Param<Time>             tau_refrac = 0.1_ms;    ///< refractory period, >= 0
    Param<Time>             tau_syn_E  = 5.0_ms;    ///< decay of excitatory input, > 0
    Param<Time>             tau_syn_I  = 5.0_ms;    ///< decay of inhibitory input, > 0
    Param<Voltage>          e_rev_E    = 0.0_mV;    ///< excitatory reversal potential
    Param<Voltage>          e_rev_I    = -70.0_mV;  ///< inhibitory reversal potential
    Param<Voltage>          v_thresh   = -50.0_mV;  ///< spike threshold
    Param<Voltage>          v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Current>          i_offset   = 0.0_nA;    ///< constant injected current
    Param<Time>             tau_sfa    = 100.0_ms;  ///< decay of adaptation, > 0
    Param<Voltage>          e_rev_sfa  = -75.0_mV;  ///< reversal potential of adaptation
    Param<SmallConductance> q_sfa      = 15.0_nS;   ///< adaptation added by a spike
    Param<Time>             tau_rr     = 2.0_ms;    ///< decay of relative refractoriness, > 0
    Param<Voltage>          e_rev_rr = -75.0_mV;  ///< reversal potential of relative refractoriness
    Param<SmallConductance> q_rr     = 3000.0_nS;  ///< relative refractoriness added by a spike

    struct Initial {
        using Model = IF_cond_exp_gsfa_grr;
        Param<Voltage>          v{};
        Param<SmallConductance> g_r{};
        Param<SmallConductance> g_s{};
        Param<Conductance>      gsyn_exc{};
        Param<Conductance>      gsyn_inh{};
    };

    template <class V>
    struct State {
        V v, g_r, g_s, gsyn_exc, gsyn_inh;
    };
    template <class V>
    struct Constants {
        models::Membrane<V>         membrane;
        models::ExponentialShape<V> E, I, sfa, rr;
        V from_E, from_I, from_sfa, from_rr;  ///< reversal potentials above v_rest, mV; see prepare
        V i_offset, v_thresh, v_reset, q_sfa, q_rr;
    };

    static constexpr auto parameters() {
        using M = IF_cond_exp_gsfa_grr;
        using enum models::Rule;
        return std::tuple_cat(
            models::leaky_conductance_parameters<M>(),
            std::tuple{
                models::parameter("tau_sfa", &M::tau_sfa, positive),
                models::parameter("e_rev_sfa", &M::e_rev_sfa),
                models::parameter("q_sfa", &M::q_sfa),
                models::parameter("tau_rr", &M::tau_rr, positive),
                models::parameter("e_rev_rr", &M::e_rev_rr),
                models::parameter("q_rr", &M::q_rr)}
        );
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("g_r", &Initial::g_r, 0.0_nS),
            models::state("g_s", &Initial::g_s, 0.0_nS),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS)};
    }
    static constexpr auto receptors() { return models::conductance_receptors(); }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<IF_cond_exp_gsfa_grr>& p, Time dt
    ) {
        using M               = IF_cond_exp_gsfa_grr;
        const auto above_rest = [&](Voltage e_rev) { return (e_rev - p[&M::v_rest]).value(); };
        return {
            .constants =
                {.membrane = models::membrane(p[&M::cm], p[&M::tau_m], p[&M::v_rest], dt),
                 .E        = models::exponential_shape(p[&M::tau_syn_E], dt),
                 .I        = models::exponential_shape(p[&M::tau_syn_I], dt),
                 .sfa      = models::exponential_shape(p[&M::tau_sfa], dt),
                 .rr       = models::exponential_shape(p[&M::tau_rr], dt),
                 .from_E   = above_rest(p[&M::e_rev_E]),
                 .from_I   = above_rest(p[&M::e_rev_I]),
                 .from_sfa = above_rest(p[&M::e_rev_sfa]),
                 .from_rr  = above_rest(p[&M::e_rev_rr]),
                 .i_offset = p[&M::i_offset].value(),
                 .v_thresh = p[&M::v_thresh].value(),
                 .v_reset  = p[&M::v_reset].value(),
                 .q_sfa    = pynn_value(p[&M::q_sfa]),
                 .q_rr     = pynn_value(p[&M::q_rr])},
            .refractory = p[&M::tau_refrac]};
    }

    /// What receptors and adaptation let in during a step.
    template <class V>
    RANVIER_INLINE static models::SynapticInput<V> synaptic(
        const State<V>& s, const Constants<V>& k
    ) {
        const V uS    = models::constant<V>(0.001);
        auto    input = models::cond_exp_input(s, k);
        input.add(k.sfa.course(uS * s.g_s), k.from_sfa);
        input.add(k.rr.course(uS * s.g_r), k.from_rr);
        return input;
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        s.v = k.membrane.advanced(s.v, synaptic(s, k), injected.add_to(k.i_offset));
        k.E.advance(s.gsyn_exc);
        k.I.advance(s.gsyn_inh);
        k.sfa.advance(s.g_s);
        k.rr.advance(s.g_r);
        return s.v >= k.v_thresh;
    }

    /// What may happen to v during a step.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>& before, const State<V>&, const Constants<V>& k, I injected
    ) {
        return k.membrane.climb(k.v_thresh, synaptic(before, k), injected.add_to(k.i_offset));
    }

    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return s.v - k.v_thresh;
    }

    /// What a spike does to its cell.
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        s.v   = k.v_reset;
        s.g_s = s.g_s + k.q_sfa;
        s.g_r = s.g_r + k.q_rr;
    }
};
static_assert(models::CellModel<IF_cond_exp_gsfa_grr>);

}  // namespace ranvier

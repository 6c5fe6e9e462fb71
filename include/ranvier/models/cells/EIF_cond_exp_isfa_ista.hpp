/// @file
/// Adaptive exponential integrate-and-fire neuron with exponentially decaying conductances.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/AdaptiveExponential.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/adaptive_lists.hpp"
#include "ranvier/models/crossing.hpp"
#include "ranvier/models/explosion.hpp"
#include "ranvier/models/lists.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Adaptive exponential integrate-and-fire neuron with exponentially decaying conductances.
///
///     cm dv/dt    = g_leak (v_rest - v) + g_leak delta_T exp((v - v_thresh) / delta_T) - w
///                   + gsyn_exc (e_rev_E - v) + gsyn_inh (e_rev_I - v) + i_offset,  g_leak = cm /
///                   tau_m
///     tau_w dw/dt = a (v - v_rest) - w
///     dgsyn/dt    = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     v >= v_spike:  spike, v <- v_reset, held there for tau_refrac, w += b
///
/// With delta_T = 0 there is no exponential and v_thresh takes the place of v_spike. Integrated
/// with an error of third order, near a spike in shorter steps (see AdaptiveExponential); off the
/// grid, that is the order of the times of spikes as well while v moves less than delta_T in a
/// step. Where it moves faster, steps are divided (see OffGridStep).
///
/// State: v [mV], w [nA], gsyn_exc [uS], gsyn_inh [uS].
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct EIF_cond_exp_isfa_ista {
    static constexpr std::string_view name  = "EIF_cond_exp_isfa_ista";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Capacitance>      cm         = 0.281_nF;   ///< membrane capacitance, > 0
    Param<Time>             tau_refrac = 0.1_ms;     ///< refractory period, >= 0
    Param<Voltage>          v_spike    = -40.0_mV;   ///< potential at which a spike is emitted
    Param<Voltage>          v_reset    = -70.6_mV;   ///< potential after a spike
    Param<Voltage>          v_rest     = -70.6_mV;   ///< resting potential
    Param<Time>             tau_m      = 9.3667_ms;  ///< membrane time constant, > 0
    Param<Current>          i_offset   = 0.0_nA;     ///< constant injected current
    Param<SmallConductance> a          = 4.0_nS;     ///< subthreshold adaptation
    Param<Current>          b          = 0.0805_nA;  ///< adaptation added by a spike
    Param<Voltage>          delta_T    = 2.0_mV;     ///< sharpness of the exponential, >= 0
    Param<Time>             tau_w      = 144.0_ms;   ///< time constant of adaptation, > 0
    Param<Voltage>          v_thresh = -50.4_mV;  ///< potential at which the exponential takes over
    Param<Voltage>          e_rev_E  = 0.0_mV;    ///< excitatory reversal potential
    Param<Time>             tau_syn_E = 5.0_ms;   ///< decay of excitatory input, > 0
    Param<Voltage>          e_rev_I   = -80.0_mV;  ///< inhibitory reversal potential
    Param<Time>             tau_syn_I = 5.0_ms;    ///< decay of inhibitory input, > 0

    struct Initial {
        using Model = EIF_cond_exp_isfa_ista;
        Param<Voltage>     v{};
        Param<Current>     w{};
        Param<Conductance> gsyn_exc{};
        Param<Conductance> gsyn_inh{};
    };

    template <class V>
    struct State {
        V v, w, gsyn_exc, gsyn_inh;
    };
    template <class V>
    struct Constants {
        models::AdaptiveExponential<V> membrane;
        models::ExponentialShape<V>    E, I;
        V                              from_E, from_I;  ///< reversal potentials above v_rest
        V                              i_offset, b, v_reset;
    };

    static constexpr auto parameters() {
        return models::adaptive_exponential_conductance_parameters<EIF_cond_exp_isfa_ista>();
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -70.6_mV),
            models::state("w", &Initial::w, 0.0_nA),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS)};
    }
    static constexpr auto receptors() { return models::conductance_receptors(); }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<EIF_cond_exp_isfa_ista>& p, Time dt
    ) {
        using M = EIF_cond_exp_isfa_ista;
        return {
            .constants =
                {.membrane = models::adaptive_exponential_of(p, dt),
                 .E        = models::exponential_shape(p[&M::tau_syn_E], dt),
                 .I        = models::exponential_shape(p[&M::tau_syn_I], dt),
                 .from_E   = (p[&M::e_rev_E] - p[&M::v_rest]).value(),
                 .from_I   = (p[&M::e_rev_I] - p[&M::v_rest]).value(),
                 .i_offset = p[&M::i_offset].value(),
                 .b        = p[&M::b].value(),
                 .v_reset  = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    static constexpr auto divides_above = models::AdaptiveExponential<double>::divides_above;

    /// @param hardness of the step in each lane; if it is wanted, steps are not divided
    template <class V, class I, class... Hardness>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, I injected, Hardness&... hardness
    ) {
        k.membrane.advance(
            s.v, s.w, models::cond_exp_input(s, k), injected.add_to(k.i_offset), hardness...
        );
        k.E.advance(s.gsyn_exc);
        k.I.advance(s.gsyn_inh);
        return s.v >= k.membrane.v_spike;
    }

    template <class V>
    RANVIER_INLINE static auto explodes(
        const State<V>& before, const State<V>& after, const Constants<V>& k
    ) {
        return models::explodes(k.membrane, before.v, after.v);
    }
    /// How far v would go in a step at its present rate.
    template <class V, class I>
    RANVIER_INLINE static V rise(const State<V>& s, const Constants<V>& k, I injected) {
        return k.membrane.rise(
            {s.v, s.w}, models::cond_exp_input(s, k), injected.add_to(k.i_offset)
        );
    }

    /// What may happen to v during a step.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>& before, const State<V>& after, const Constants<V>& k, I injected
    ) {
        return k.membrane.climb(
            {before.v, before.w},
            {after.v, after.w},
            models::cond_exp_input(before, k),
            injected.add_to(k.i_offset)
        );
    }

    template <class T>
    static T excess(const State<T>& s, const Constants<T>& k) {
        return s.v - k.membrane.v_spike;
    }

    /// What a spike does to its cell.
    template <class T>
    static void on_spike(State<T>& s, const Constants<T>& k) {
        const auto& m = k.membrane;
        s.w           = s.w + models::left_of_jump(k.b, s.v, m.v_spike, m.h, m.per_tau_w);
        s.v           = k.v_reset;
    }
};
static_assert(models::CellModel<EIF_cond_exp_isfa_ista>);

}  // namespace ranvier

/// @file
/// Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"

namespace ranvier {

/// Leaky integrate-and-fire neuron with exponentially decaying synaptic conductances.
///
///     cm dv/dt  = -cm (v - v_rest) / tau_m + gsyn_exc (e_rev_E - v) + gsyn_inh (e_rev_I - v)
///                 + i_offset
///     dgsyn/dt  = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///     v >= v_thresh:  spike, v <- v_reset, and v is held there for tau_refrac
///
/// Conductances are integrated exactly. The potential relaxes exponentially towards the potential
/// at which all currents cancel, both taken at the mean conductances of the step: the decay factor
/// is exact, the local error is of third order in the time step.
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
    Param<Time>        tau_syn_E  = 5.0_ms;    ///< decay of excitatory conductance, > 0
    Param<Time>        tau_syn_I  = 5.0_ms;    ///< decay of inhibitory conductance, > 0
    Param<Voltage>     e_rev_E    = 0.0_mV;    ///< excitatory reversal potential
    Param<Voltage>     e_rev_I    = -70.0_mV;  ///< inhibitory reversal potential
    Param<Voltage>     v_thresh   = -50.0_mV;  ///< spike threshold
    Param<Voltage>     v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current

    struct Initial {
        using Model = IF_cond_exp;
        Param<Voltage>     v{};
        Param<Conductance> gsyn_exc{}, gsyn_inh{};
    };

    template <class V>
    struct State {
        V v, gsyn_exc, gsyn_inh;
    };
    template <class V>
    struct Constants {
        V decay_E, decay_I, mean_E, mean_I, e_rev_E, e_rev_I, g_leak, v_rest, i_offset,
            minus_dt_over_cm, v_thresh, v_reset;
    };

    static constexpr auto parameters() {
        using M = IF_cond_exp;
        using enum models::Rule;
        return std::tuple{
            models::parameter("v_rest", &M::v_rest),
            models::parameter("cm", &M::cm, positive),
            models::parameter("tau_m", &M::tau_m, positive),
            models::parameter("tau_refrac", &M::tau_refrac, non_negative),
            models::parameter("tau_syn_E", &M::tau_syn_E, positive),
            models::parameter("tau_syn_I", &M::tau_syn_I, positive),
            models::parameter("e_rev_E", &M::e_rev_E),
            models::parameter("e_rev_I", &M::e_rev_I),
            models::parameter("v_thresh", &M::v_thresh),
            models::parameter("v_reset", &M::v_reset),
            models::parameter("i_offset", &M::i_offset)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS)};
    }
    static constexpr auto receptors() {
        return std::array{
            models::receptor("excitatory", "gsyn_exc"), models::receptor("inhibitory", "gsyn_inh")};
    }

    /// Constants of one cell. `mean_X` turns a conductance at the start of a step into its mean.
    static models::Derived<Constants<double>> prepare(
        const models::CellValues<IF_cond_exp>& p, Time dt
    ) {
        using M = IF_cond_exp;

        const Time        tau_E = p[&M::tau_syn_E], tau_I = p[&M::tau_syn_I];
        const Conductance g_leak = p[&M::cm] / p[&M::tau_m];
        return {
            .constants =
                {.decay_E          = math::exp(-(dt / tau_E)),
                 .decay_I          = math::exp(-(dt / tau_I)),
                 .mean_E           = -math::expm1(-(dt / tau_E)) * (tau_E / dt),
                 .mean_I           = -math::expm1(-(dt / tau_I)) * (tau_I / dt),
                 .e_rev_E          = p[&M::e_rev_E].value(),
                 .e_rev_I          = p[&M::e_rev_I].value(),
                 .g_leak           = g_leak.value(),
                 .v_rest           = p[&M::v_rest].value(),
                 .i_offset         = p[&M::i_offset].value(),
                 .minus_dt_over_cm = -(dt / p[&M::cm]).value(),
                 .v_thresh         = p[&M::v_thresh].value(),
                 .v_reset          = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    /// One time step. Returns which cells reached the threshold.
    ///
    /// Written with differences of potentials, so that a cell at rest stays there exactly.
    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        const V g_E     = k.mean_E * s.gsyn_exc;
        const V g_I     = k.mean_I * s.gsyn_inh;
        const V g       = k.g_leak + g_E + g_I;
        const V current = k.g_leak * (k.v_rest - s.v) + g_E * (k.e_rev_E - s.v) +
                          g_I * (k.e_rev_I - s.v) + injected.add_to(k.i_offset);
        const V distance = current / g;  // to where all currents cancel
        s.v              = s.v + (distance - distance * math::exp(g * k.minus_dt_over_cm));
        s.gsyn_exc       = k.decay_E * s.gsyn_exc;
        s.gsyn_inh       = k.decay_I * s.gsyn_inh;
        return s.v >= k.v_thresh;
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
static_assert(models::CellModel<IF_cond_exp>);

}  // namespace ranvier

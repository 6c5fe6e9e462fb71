/// @file
/// Hodgkin-Huxley neuron with the channels of Traub and Miles and exponentially decaying
/// conductances.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/HodgkinHuxley.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Hodgkin-Huxley neuron with the channels of Traub and Miles and exponentially decaying
/// conductances.
///
///     cm dv/dt  = g_leak (e_rev_leak - v) + gbar_Na m^3 h (e_rev_Na - v)
///                 + gbar_K n^4 (e_rev_K - v) + gsyn_exc (e_rev_E - v)
///                 + gsyn_inh (e_rev_I - v) + i_offset
///     dx/dt     = alpha_x (1 - x) - beta_x x,   x in {m, h, n}
///     dgsyn/dt  = -gsyn / tau_syn_X  + sum_k w_k delta(t - t_k),   X in {E, I}
///
/// The rates alpha_x and beta_x are those of GateRates at v - v_offset.
///
/// A spike is an upward crossing of 0 mV. Integrated with an error of third order, in shorter steps
/// during a spike (see HodgkinHuxley). On the grid, v is looked at once in a step: spikes begin and
/// end unseen in steps of 0.5 ms or more; off the grid, in steps of more than 0.5 ms.
///
/// State: v [mV], gsyn_exc [uS], gsyn_inh [uS], h, m, n.
/// Receptors: "excitatory", "inhibitory". Weights: conductance [uS].
struct HH_cond_exp {
    static constexpr std::string_view name  = "HH_cond_exp";
    static constexpr models::Input    input = models::Input::conductance;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Conductance> gbar_Na    = 20.0_uS;   ///< largest conductance of sodium, >= 0
    Param<Conductance> gbar_K     = 6.0_uS;    ///< largest conductance of potassium, >= 0
    Param<Conductance> g_leak     = 0.01_uS;   ///< leak conductance, > 0
    Param<Capacitance> cm         = 0.2_nF;    ///< membrane capacitance, > 0
    Param<Voltage>     v_offset   = -63.0_mV;  ///< shifts the rates of the gates
    Param<Voltage>     e_rev_Na   = 50.0_mV;   ///< reversal potential of sodium
    Param<Voltage>     e_rev_K    = -90.0_mV;  ///< reversal potential of potassium
    Param<Voltage>     e_rev_leak = -65.0_mV;  ///< reversal potential of the leak
    Param<Voltage>     e_rev_E    = 0.0_mV;    ///< excitatory reversal potential
    Param<Voltage>     e_rev_I    = -80.0_mV;  ///< inhibitory reversal potential
    Param<Time>        tau_syn_E  = 0.2_ms;    ///< decay of excitatory input, > 0
    Param<Time>        tau_syn_I  = 2.0_ms;    ///< decay of inhibitory input, > 0
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current

    struct Initial {
        using Model = HH_cond_exp;
        Param<Voltage>     v{};
        Param<Conductance> gsyn_exc{};
        Param<Conductance> gsyn_inh{};
        Param<double>      h{};
        Param<double>      m{};
        Param<double>      n{};
    };

    template <class V>
    struct State {
        V v, gsyn_exc, gsyn_inh, h, m, n;
    };
    template <class V>
    struct Constants {
        models::HodgkinHuxley<V>    membrane;
        models::ExponentialShape<V> E, I;
        V                           from_E, from_I;  ///< reversal potentials above that of the leak
        V                           i_offset;
    };

    static constexpr auto parameters() {
        using M = HH_cond_exp;
        using enum models::Rule;
        return std::tuple{
            models::parameter("gbar_Na", &M::gbar_Na, non_negative),
            models::parameter("gbar_K", &M::gbar_K, non_negative),
            models::parameter("g_leak", &M::g_leak, positive),
            models::parameter("cm", &M::cm, positive),
            models::parameter("v_offset", &M::v_offset),
            models::parameter("e_rev_Na", &M::e_rev_Na),
            models::parameter("e_rev_K", &M::e_rev_K),
            models::parameter("e_rev_leak", &M::e_rev_leak),
            models::parameter("e_rev_E", &M::e_rev_E),
            models::parameter("e_rev_I", &M::e_rev_I),
            models::parameter("tau_syn_E", &M::tau_syn_E, positive),
            models::parameter("tau_syn_I", &M::tau_syn_I, positive),
            models::parameter("i_offset", &M::i_offset)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::state("gsyn_exc", &Initial::gsyn_exc, 0.0_uS),
            models::state("gsyn_inh", &Initial::gsyn_inh, 0.0_uS),
            models::state("h", &Initial::h, 1.0),
            models::state("m", &Initial::m, 0.0),
            models::state("n", &Initial::n, 0.0)};
    }
    static constexpr auto receptors() {
        return std::array{
            models::receptor("excitatory", "gsyn_exc"), models::receptor("inhibitory", "gsyn_inh")};
    }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<HH_cond_exp>& p, Time dt
    ) {
        using M               = HH_cond_exp;
        const Time tau_m      = p[&M::cm] / p[&M::g_leak];
        const auto above_leak = [&](Voltage e_rev) { return (e_rev - p[&M::e_rev_leak]).value(); };
        return {
            .constants =
                {.membrane =
                     {.membrane = models::membrane(p[&M::cm], tau_m, p[&M::e_rev_leak], dt),
                      .g_Na     = p[&M::gbar_Na].value(),
                      .g_K      = p[&M::gbar_K].value(),
                      .from_Na  = above_leak(p[&M::e_rev_Na]),
                      .from_K   = above_leak(p[&M::e_rev_K]),
                      .v_offset = p[&M::v_offset].value(),
                      .h        = dt.value(),
                      .per_h    = 1 / dt.value(),
                      .per_cm   = 1 / p[&M::cm].value()},
                 .E        = models::exponential_shape(p[&M::tau_syn_E], dt),
                 .I        = models::exponential_shape(p[&M::tau_syn_I], dt),
                 .from_E   = above_leak(p[&M::e_rev_E]),
                 .from_I   = above_leak(p[&M::e_rev_I]),
                 .i_offset = p[&M::i_offset].value()},
            .refractory = 0_ms};
    }

    static constexpr auto divides_above = models::HodgkinHuxley<double>::divides_above;

    /// @param hardness of the step in each lane; if it is wanted, steps are not divided
    template <class V, class I, class... Hardness>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, I injected, Hardness&... hardness
    ) {
        typename models::HodgkinHuxley<V>::State cell{s.v, s.m, s.h, s.n};
        k.membrane.advance(
            cell, models::cond_exp_input(s, k), injected.add_to(k.i_offset), hardness...
        );
        const V before = s.v;
        s.v            = cell.v;
        s.m            = cell.m;
        s.h            = cell.h;
        s.n            = cell.n;
        k.E.advance(s.gsyn_exc);
        k.I.advance(s.gsyn_inh);
        const V threshold = models::constant<V>(v_spike);
        return s.v >= simd::select(before < threshold, threshold, models::constant<V>(1e30));
    }

    static constexpr double v_spike = 0;  ///< mV

    /// How far v would go in a step at its present rate.
    template <class V, class I>
    RANVIER_INLINE static V rise(const State<V>& s, const Constants<V>& k, I injected) {
        return k.membrane.rise(
            {s.v, s.m, s.h, s.n}, models::cond_exp_input(s, k), injected.add_to(k.i_offset)
        );
    }

    template <class T>
    static T excess(const State<T>& s, const Constants<T>&) {
        return s.v - models::constant<T>(v_spike);
    }

    /// Whether v may have been above the threshold in a step as long as a spike, in which many
    /// potassium channels open. Below the threshold, few do.
    template <class V>
    RANVIER_INLINE static auto
    hides_spike(const State<V>& before, const State<V>& after, const Constants<V>&) {
        const V threshold = models::constant<V>(v_spike);
        return (after.n - before.n > models::constant<V>(0.05)) & (before.v < threshold) &
               (after.v < threshold);
    }

    /// What a spike does to its cell.
    template <class T>
    static void on_spike(State<T>&, const Constants<T>&) {}
};
static_assert(models::CellModel<HH_cond_exp>);

}  // namespace ranvier

/// @file
/// The adaptive exponential membrane of a PointNeuron.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/AdaptiveExponential.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/adaptive_lists.hpp"
#include "ranvier/models/crossing.hpp"
#include "ranvier/models/explosion.hpp"

namespace ranvier {

/// The adaptive exponential membrane of a PointNeuron (doi:10.1152/jn.00686.2005).
///
///     cm dv/dt    = g_leak (v_rest - v) + g_leak delta_T exp((v - v_thresh) / delta_T) - w
///                   + what the receptors let in + i_offset,  g_leak = cm / tau_m
///     tau_w dw/dt = a (v - v_rest) - w
///     v >= v_spike:  spike, v <- v_reset, held there for tau_refrac, w += b
///
/// With delta_T = 0 there is no exponential and v_thresh takes the place of v_spike. Integrated
/// with an error of third order, near a spike in shorter steps (see AdaptiveExponential); off the
/// grid, that is the order of the times of spikes as well while v moves less than delta_T in a
/// step. Where it moves faster, steps are divided (see OffGridStep).
///
/// State: v [mV], w [nA].
struct AdExp {
    static constexpr std::string_view name = "AdExp";

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

    struct Initial {
        using Model = AdExp;
        Param<Voltage> v{};
        Param<Current> w{};
    };

    template <class V>
    struct State {
        V v, w;
    };
    template <class V>
    struct Constants {
        models::AdaptiveExponential<V> membrane;
        V                              i_offset, b, v_reset;
    };

    static constexpr auto parameters() { return models::adaptive_exponential_parameters<AdExp>(); }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -70.6_mV), models::state("w", &Initial::w, 0.0_nA)};
    }

    static models::Derived<Constants<double>> prepare(const models::CellValues<AdExp>& p, Time dt) {
        using M = AdExp;
        return {
            .constants =
                {.membrane = models::adaptive_exponential_of(p, dt),
                 .i_offset = p[&M::i_offset].value(),
                 .b        = p[&M::b].value(),
                 .v_reset  = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, const models::SynapticInput<V>& input, I injected
    ) {
        k.membrane.advance(s.v, s.w, input, injected.add_to(k.i_offset));
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
    RANVIER_INLINE static V rise(
        const State<V>& s, const Constants<V>& k, const models::SynapticInput<V>& input, I injected
    ) {
        return k.membrane.rise({s.v, s.w}, input, injected.add_to(k.i_offset));
    }

    /// What may happen to v during a step.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>&                 before,
        const State<V>&                 after,
        const Constants<V>&             k,
        const models::SynapticInput<V>& input,
        I                               injected
    ) {
        return k.membrane.climb(
            {before.v, before.w}, {after.v, after.w}, input, injected.add_to(k.i_offset)
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

}  // namespace ranvier

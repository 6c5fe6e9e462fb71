/// @file
/// The leaky integrate-and-fire membrane of a PointNeuron.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"

namespace ranvier {

/// The leaky integrate-and-fire membrane of a PointNeuron.
///
///     cm dv/dt = -cm (v - v_rest) / tau_m + what the receptors let in + i_offset
///     v >= v_thresh:  spike, v <- v_reset, and v is held there for tau_refrac
///
/// Integrated exactly if all receptors are currents, else with an error of fourth order (see
/// Membrane).
///
/// State: v [mV].
struct LIF {
    static constexpr std::string_view name = "LIF";

    Param<Capacitance> cm         = 1.0_nF;    ///< membrane capacitance, > 0
    Param<Time>        tau_refrac = 0.1_ms;    ///< refractory period, >= 0
    Param<Voltage>     v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Voltage>     v_rest     = -65.0_mV;  ///< resting potential
    Param<Time>        tau_m      = 20.0_ms;   ///< membrane time constant, > 0
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current
    Param<Voltage>     v_thresh   = -50.0_mV;  ///< spike threshold

    struct Initial {
        using Model = LIF;
        Param<Voltage> v{};
    };

    template <class V>
    struct State {
        V v;
    };
    template <class V>
    struct Constants {
        models::Membrane<V> membrane;
        V                   i_offset, v_thresh, v_reset;
    };

    static constexpr auto parameters() {
        using M = LIF;
        using enum models::Rule;
        return std::tuple{
            models::parameter("cm", &M::cm, positive),
            models::parameter("tau_refrac", &M::tau_refrac, non_negative),
            models::parameter("v_reset", &M::v_reset),
            models::parameter("v_rest", &M::v_rest),
            models::parameter("tau_m", &M::tau_m, positive),
            models::parameter("i_offset", &M::i_offset),
            models::parameter("v_thresh", &M::v_thresh)};
    }
    static constexpr auto states() { return std::tuple{models::state("v", &Initial::v, -65.0_mV)}; }

    static models::Derived<Constants<double>> prepare(const models::CellValues<LIF>& p, Time dt) {
        using M = LIF;
        return {
            .constants =
                {.membrane = models::membrane(p[&M::cm], p[&M::tau_m], p[&M::v_rest], dt),
                 .i_offset = p[&M::i_offset].value(),
                 .v_thresh = p[&M::v_thresh].value(),
                 .v_reset  = p[&M::v_reset].value()},
            .refractory = p[&M::tau_refrac]};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(
        State<V>& s, const Constants<V>& k, const models::SynapticInput<V>& input, I injected
    ) {
        s.v = k.membrane.advanced(s.v, input, injected.add_to(k.i_offset));
        return s.v >= k.v_thresh;
    }

    /// What may happen to v during a step.
    template <class V, class I>
    RANVIER_INLINE static models::Climb<V> climb(
        const State<V>&,
        const State<V>&,
        const Constants<V>&             k,
        const models::SynapticInput<V>& input,
        I                               injected
    ) {
        return k.membrane.climb(k.v_thresh, input, injected.add_to(k.i_offset));
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

}  // namespace ranvier

/// @file
/// Leaky integrate-and-fire neuron whose potential every input steps by its weight.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// Leaky integrate-and-fire neuron whose potential every input steps by its weight.
///
///     cm dv/dt  = -cm (v - v_rest) / tau_m + i_offset + cm sum_k w_k delta(t - t_k)
///     v >= v_thresh:  spike, v <- v_reset, and v is held there for tau_refrac
///
/// The equation is linear and is integrated exactly. Input is ignored while v is held. A cell that
/// an input lifts over its threshold spikes when the input arrives.
///
/// State: v [mV].
/// Receptors: "excitatory", "inhibitory"; both add the signed weight. Weights: voltage [mV].
struct IF_curr_delta {
    static constexpr std::string_view name  = "IF_curr_delta";
    static constexpr models::Input    input = models::Input::voltage;
    static constexpr bool in_library = true;  ///< compiled kernels exist; leave out elsewhere

    Param<Voltage>     v_rest     = -65.0_mV;  ///< resting potential
    Param<Capacitance> cm         = 1.0_nF;    ///< membrane capacitance, > 0
    Param<Time>        tau_m      = 20.0_ms;   ///< membrane time constant, > 0
    Param<Time>        tau_refrac = 0.1_ms;    ///< refractory period, >= 0
    Param<Current>     i_offset   = 0.0_nA;    ///< constant injected current
    Param<Voltage>     v_reset    = -65.0_mV;  ///< potential after a spike
    Param<Voltage>     v_thresh   = -50.0_mV;  ///< spike threshold

    struct Initial {
        using Model = IF_curr_delta;
        Param<Voltage> v{};
    };

    template <class V>
    struct State {
        V v, step_exc, step_inh;
    };
    template <class V>
    struct Constants {
        V decay_m, v_rest, v_thresh, v_reset, from_current, drive;
    };

    static constexpr auto parameters() {
        using M = IF_curr_delta;
        using enum models::Rule;
        return std::tuple{
            models::parameter("v_rest", &M::v_rest),
            models::parameter("cm", &M::cm, positive),
            models::parameter("tau_m", &M::tau_m, positive),
            models::parameter("tau_refrac", &M::tau_refrac, non_negative),
            models::parameter("i_offset", &M::i_offset),
            models::parameter("v_reset", &M::v_reset),
            models::parameter("v_thresh", &M::v_thresh)};
    }
    static constexpr auto states() {
        return std::tuple{
            models::state("v", &Initial::v, -65.0_mV),
            models::internal("step_exc"),
            models::internal("step_inh")};
    }
    static constexpr auto receptors() {
        return std::array{
            models::receptor("excitatory", "step_exc"), models::receptor("inhibitory", "step_inh")};
    }

    static models::Derived<Constants<double>> prepare(
        const models::CellValues<IF_curr_delta>& p, Time dt
    ) {
        using M                       = IF_curr_delta;
        const double     minus_x      = -(dt / p[&M::tau_m]);
        const Resistance from_current = -math::expm1(minus_x) * (p[&M::tau_m] / p[&M::cm]);
        return {
            .constants =
                {.decay_m      = math::exp(minus_x),
                 .v_rest       = p[&M::v_rest].value(),
                 .v_thresh     = p[&M::v_thresh].value(),
                 .v_reset      = p[&M::v_reset].value(),
                 .from_current = from_current.value(),
                 .drive        = (from_current * p[&M::i_offset]).value()},
            .refractory = p[&M::tau_refrac]};
    }

    template <class V, class I>
    [[gnu::always_inline]] static auto advance(State<V>& s, const Constants<V>& k, I injected) {
        s.v = k.v_rest + k.decay_m * (s.v - k.v_rest) + injected.add_to(k.drive, k.from_current);
        return s.v >= k.v_thresh;
    }

    /// Adds what has arrived at the end of the step; a refractory cell (v is NaN) ignores it.
    template <class V>
    [[gnu::always_inline]] static auto settle(State<V>& s, const Constants<V>& k) {
        s.v        = s.v + (s.step_exc + s.step_inh);
        s.step_exc = models::constant<V>(0);
        s.step_inh = models::constant<V>(0);
        return s.v >= k.v_thresh;
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
static_assert(models::CellModel<IF_curr_delta>);

}  // namespace ranvier

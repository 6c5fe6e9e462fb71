/// @file
/// A receptor with a conductance that rises and decays exponentially.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// A receptor with a conductance that rises and decays exponentially.
///
///     gsyn (e_syn - v), where
///     gsyn(t) = sum_k w_k c (exp(-(t - t_k) / tau_decay) - exp(-(t - t_k) / tau_rise))
///
/// with c such that the peak is w_k; equal time constants make it an alpha function.
///
/// State: gsyn [uS]. Weights: conductance [uS].
struct CondBetaPostSynapticResponse {
    static constexpr models::Input    input  = models::Input::conductance;
    static constexpr std::string_view target = "rise";  ///< to which arriving weights are added

    Param<Voltage> e_syn     = 0.0_mV;  ///< reversal potential
    Param<Time>    tau_rise  = 0.2_ms;  ///< time constant of the rise, > 0
    Param<Time>    tau_decay = 1.7_ms;  ///< time constant of the decay, > 0

    struct Initial {
        Param<Conductance> gsyn{};
    };

    template <class V>
    struct State {
        V gsyn, rise;
    };
    template <class V>
    struct Constants {
        models::BetaShape<V> shape;
        V                    from_v_rest;  ///< reversal potential above v_rest
    };

    static constexpr auto parameters() {
        using M = CondBetaPostSynapticResponse;
        using enum models::Rule;
        return std::tuple{
            models::parameter("e_syn", &M::e_syn),
            models::parameter("tau_rise", &M::tau_rise, positive),
            models::parameter("tau_decay", &M::tau_decay, positive)};
    }
    static constexpr auto states() {
        return std::tuple{models::state("gsyn", &Initial::gsyn, 0.0_uS), models::internal("rise")};
    }

    /// @param v_rest of the cell
    static Constants<double> prepare(
        const models::CellValues<CondBetaPostSynapticResponse>& p, Voltage v_rest, Time dt
    ) {
        using M = CondBetaPostSynapticResponse;
        return {
            models::beta_shape(p[&M::tau_rise], p[&M::tau_decay], dt),
            (p[&M::e_syn] - v_rest).value()};
    }

    /// Adds what the receptor does during a step.
    template <class V>
    RANVIER_INLINE static void add_to(
        models::SynapticInput<V>& input, const State<V>& s, const Constants<V>& k
    ) {
        input.add(k.shape.course(s.gsyn, s.rise), k.from_v_rest);
    }
    template <class V>
    RANVIER_INLINE static void advance(State<V>& s, const Constants<V>& k) {
        k.shape.advance(s.gsyn, s.rise);
    }
};

/// PyNN's short name.
using BetaPSR = CondBetaPostSynapticResponse;

}  // namespace ranvier

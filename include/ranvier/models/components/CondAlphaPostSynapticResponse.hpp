/// @file
/// A receptor with a conductance shaped like an alpha function.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// A receptor with a conductance shaped like an alpha function.
///
///     gsyn (e_syn - v), where  gsyn(t) = sum_k w_k s_k exp(1 - s_k),  s_k = (t - t_k) / tau_syn
///
/// with peak w_k at t_k + tau_syn.
///
/// State: gsyn [uS]. Weights: conductance [uS].
struct CondAlphaPostSynapticResponse {
    static constexpr models::Input    input  = models::Input::conductance;
    static constexpr std::string_view target = "rise";  ///< to which arriving weights are added

    Param<Voltage> e_syn   = 0.0_mV;  ///< reversal potential
    Param<Time>    tau_syn = 5.0_ms;  ///< rise and decay, > 0

    struct Initial {
        Param<Conductance> gsyn{};
    };

    template <class V>
    struct State {
        V gsyn, rise;
    };
    template <class V>
    struct Constants {
        models::AlphaShape<V> shape;
        V                     from_v_rest;  ///< reversal potential above v_rest
    };

    static constexpr auto parameters() {
        using M = CondAlphaPostSynapticResponse;
        using enum models::Rule;
        return std::tuple{
            models::parameter("e_syn", &M::e_syn),
            models::parameter("tau_syn", &M::tau_syn, positive)};
    }
    static constexpr auto states() {
        return std::tuple{models::state("gsyn", &Initial::gsyn, 0.0_uS), models::internal("rise")};
    }

    /// @param v_rest of the cell
    static Constants<double> prepare(
        const models::CellValues<CondAlphaPostSynapticResponse>& p, Voltage v_rest, Time dt
    ) {
        using M = CondAlphaPostSynapticResponse;
        return {models::alpha_shape(p[&M::tau_syn], dt), (p[&M::e_syn] - v_rest).value()};
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
using AlphaPSR = CondAlphaPostSynapticResponse;

}  // namespace ranvier

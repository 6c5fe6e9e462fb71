/// @file
/// A receptor that lets in an exponentially decaying current.
#pragma once

#include <string_view>
#include <tuple>

#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/Membrane.hpp"
#include "ranvier/models/shapes.hpp"

namespace ranvier {

/// A receptor that lets in an exponentially decaying current.
///
///     isyn, where  disyn/dt = -isyn / tau_syn + sum_k w_k delta(t - t_k)
///
/// State: isyn [nA]. Weights: current [nA].
struct CurrExpPostSynapticResponse {
    static constexpr models::Input    input  = models::Input::current;
    static constexpr std::string_view target = "isyn";  ///< to which arriving weights are added

    Param<Time> tau_syn = 5.0_ms;  ///< decay, > 0

    struct Initial {
        Param<Current> isyn{};
    };

    template <class V>
    struct State {
        V isyn;
    };
    template <class V>
    struct Constants {
        models::ExponentialShape<V> shape;
    };

    static constexpr auto parameters() {
        using M = CurrExpPostSynapticResponse;
        using enum models::Rule;
        return std::tuple{models::parameter("tau_syn", &M::tau_syn, positive)};
    }
    static constexpr auto states() {
        return std::tuple{models::state("isyn", &Initial::isyn, 0.0_nA)};
    }

    static Constants<double> prepare(
        const models::CellValues<CurrExpPostSynapticResponse>& p, Voltage, Time dt
    ) {
        using M = CurrExpPostSynapticResponse;
        return {models::exponential_shape(p[&M::tau_syn], dt)};
    }

    /// Adds what the receptor does during a step.
    template <class V>
    RANVIER_INLINE static void add_to(
        models::SynapticInput<V>& input, const State<V>& s, const Constants<V>& k
    ) {
        input.current.add(k.shape.course(s.isyn));
    }
    template <class V>
    RANVIER_INLINE static void advance(State<V>& s, const Constants<V>& k) {
        k.shape.advance(s.isyn);
    }
};

}  // namespace ranvier

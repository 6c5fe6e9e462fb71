/// @file
/// What models with an adaptive exponential membrane list alike, and how it follows from it.
#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>

#include "ranvier/models/AdaptiveExponential.hpp"
#include "ranvier/models/CellModel.hpp"
#include "ranvier/models/lists.hpp"
#include "ranvier/models/tables.hpp"

namespace ranvier::models {

/// Parameters of an adaptive exponential membrane.
template <class M>
constexpr auto adaptive_exponential_parameters() {
    using enum Rule;
    return std::tuple{
        parameter("cm", &M::cm, positive),
        parameter("tau_refrac", &M::tau_refrac, non_negative),
        parameter("v_spike", &M::v_spike),
        parameter("v_reset", &M::v_reset),
        parameter("v_rest", &M::v_rest),
        parameter("tau_m", &M::tau_m, positive),
        parameter("i_offset", &M::i_offset),
        parameter("a", &M::a),
        parameter("b", &M::b),
        parameter("delta_T", &M::delta_T, non_negative),
        parameter("tau_w", &M::tau_w, positive),
        parameter("v_thresh", &M::v_thresh)};
}

/// Parameters of such a membrane with two conductances.
template <class M>
constexpr auto adaptive_exponential_conductance_parameters() {
    using enum Rule;
    return std::tuple_cat(
        adaptive_exponential_parameters<M>(),
        std::tuple{
            parameter("e_rev_E", &M::e_rev_E),
            parameter("tau_syn_E", &M::tau_syn_E, positive),
            parameter("e_rev_I", &M::e_rev_I),
            parameter("tau_syn_I", &M::tau_syn_I, positive)}
    );
}

/// What a model's parameters say about the membrane.
struct AdaptiveExponentialParameters {
    Capacitance cm;
    Time        tau_m;
    Voltage     v_rest, v_reset, v_thresh, v_spike, delta_T;
    Conductance a;
    Time        tau_w;
};

inline AdaptiveExponential<double> adaptive_exponential(
    const AdaptiveExponentialParameters& p, Time h
) {
    const Conductance g_leak  = p.cm / p.tau_m;
    const bool        is_hard = p.delta_T.value() == 0;  // a threshold instead of the exponential
    const double      z       = h / p.tau_w;
    const auto        m       = moments(z);
    const double      hz      = h.value() * z;
    // v and w alone oscillate at the root of a / (cm tau_w), and w relaxes at 1 / tau_w.
    const double coupling =
        4 * std::sqrt(std::abs((p.a / p.cm).value()) / p.tau_w.value()) + 2 / p.tau_w.value();
    return {
        .membrane     = membrane(p.cm, p.tau_m, p.v_rest, h),
        .gain         = is_hard ? 0 : (g_leak * p.delta_T).value(),
        .per_delta_T  = is_hard ? 0 : 1 / p.delta_T.value(),
        .v_thresh     = p.v_thresh.value(),
        .v_spike      = is_hard ? p.v_thresh.value() : p.v_spike.value(),
        .v_reset      = p.v_reset.value(),
        .a            = p.a.value(),
        .per_tau_w    = 1 / p.tau_w.value(),
        .decay_w      = math::exp(-z),
        .w_start      = z * (3 * m[2] - 2 * m[3]),
        .w_end        = z * (m[0] - 3 * m[2] + 2 * m[3]),
        .w_rate_start = hz * (m[2] - m[3]),
        .w_rate_end   = hz * (2 * m[2] - m[1] - m[3]),
        .h            = h.value(),
        .per_h        = 1 / h.value(),
        .per_cm       = 1 / p.cm.value(),
        .highest      = is_hard ? 0 : std::min((p.v_spike - p.v_thresh) / p.delta_T, 20.0),
        .time_unit    = std::max(h.value(), hardness_unit),
        .coupling     = p.cm.value() * coupling};
}

/// The membrane of a cell of any model with these parameters.
template <class M>
AdaptiveExponential<double> adaptive_exponential_of(const CellValues<M>& p, Time h) {
    return adaptive_exponential(
        {.cm       = p[&M::cm],
         .tau_m    = p[&M::tau_m],
         .v_rest   = p[&M::v_rest],
         .v_reset  = p[&M::v_reset],
         .v_thresh = p[&M::v_thresh],
         .v_spike  = p[&M::v_spike],
         .delta_T  = p[&M::delta_T],
         .a        = p[&M::a],
         .tau_w    = p[&M::tau_w]},
        h
    );
}

}  // namespace ranvier::models

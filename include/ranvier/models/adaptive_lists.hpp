/// @file
/// What models with an adaptive exponential membrane list alike, and how it follows from it.
#pragma once

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

/// @file
/// Lists of parameters, states and receptors that related models have in common.
///
/// Members stay where a user reads and writes them, in each model; here is what the library knows
/// of those that several models have under the same names, stated once.
#pragma once

#include <array>
#include <tuple>

#include "ranvier/models/tables.hpp"

namespace ranvier::models {

/// The receptors of all models with two conductances.
constexpr auto conductance_receptors() {
    return std::array{receptor("excitatory", "gsyn_exc"), receptor("inhibitory", "gsyn_inh")};
}
/// The receptors of all models with two currents.
constexpr auto current_receptors() {
    return std::array{receptor("excitatory", "isyn_exc"), receptor("inhibitory", "isyn_inh")};
}

/// The receptors of all models whose input is shaped like an alpha function: weights raise what it
/// rises by.
constexpr auto rising_receptors() {
    return std::array{receptor("excitatory", "rise_exc"), receptor("inhibitory", "rise_inh")};
}

/// Parameters of leaky integrate-and-fire models with two conductances.
template <class M>
constexpr auto leaky_conductance_parameters() {
    using enum Rule;
    return std::tuple{
        parameter("v_rest", &M::v_rest),
        parameter("cm", &M::cm, positive),
        parameter("tau_m", &M::tau_m, positive),
        parameter("tau_refrac", &M::tau_refrac, non_negative),
        parameter("tau_syn_E", &M::tau_syn_E, positive),
        parameter("tau_syn_I", &M::tau_syn_I, positive),
        parameter("e_rev_E", &M::e_rev_E),
        parameter("e_rev_I", &M::e_rev_I),
        parameter("v_thresh", &M::v_thresh),
        parameter("v_reset", &M::v_reset),
        parameter("i_offset", &M::i_offset)};
}

/// Parameters of leaky integrate-and-fire models with two currents.
template <class M>
constexpr auto leaky_current_parameters() {
    using enum Rule;
    return std::tuple{
        parameter("v_rest", &M::v_rest),
        parameter("cm", &M::cm, positive),
        parameter("tau_m", &M::tau_m, positive),
        parameter("tau_refrac", &M::tau_refrac, non_negative),
        parameter("tau_syn_E", &M::tau_syn_E, positive),
        parameter("tau_syn_I", &M::tau_syn_I, positive),
        parameter("i_offset", &M::i_offset),
        parameter("v_reset", &M::v_reset),
        parameter("v_thresh", &M::v_thresh)};
}

}  // namespace ranvier::models

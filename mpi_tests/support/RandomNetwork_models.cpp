#include "support/RandomNetwork_models.hpp"

#include <iterator>
#include <map>

#include "ranvier/base/hash.hpp"

namespace ranvier::test {

namespace {

using Ranges = std::vector<Range>;

const Ranges leaky{
    {"v_rest", -67, -62},
    {"cm", 0.1, 0.4, 0.9},
    {"tau_m", 8, 20},
    {"tau_refrac", 0, 3},
    {"v_thresh", -56, -49},
    {"v_reset", -70, -60},
    {"i_offset", 0, 0.7, 0.8}};
const Ranges adaptive{
    {"cm", 0.1, 0.4, 0.9},
    {"tau_refrac", 0, 3},
    {"v_spike", -42, -20},
    {"v_reset", -72, -65},
    {"v_rest", -72, -68},
    {"tau_m", 8, 15},
    {"i_offset", 0, 0.9, 0.8},
    {"a", 0, 8},
    {"b", 0, 0.1},
    {"delta_T", 0.5, 3},
    {"tau_w", 50, 200},
    {"v_thresh", -55, -50}};
const Ranges stochastic{
    {"v_rest", -67, -62},
    {"cm", 0.1, 0.4, 0.9},
    {"tau_m", 8, 20},
    {"tau_refrac", 0, 3, 0.9},
    {"v_reset", -70, -60},
    {"i_offset", 0, 0.9, 0.8},
    {"delta_v", 0.5, 3},
    {"v_t_star", -58, -50, 0.9},
    {"lambda0", 0, 100, 0.9}};
const Ranges excitable{
    {"gbar_Na", 15, 25}, {"g_leak", 0.005, 0.02}, {"v_offset", -65, -60}, {"i_offset", 0, 1, 0.8}};
const Ranges hardware{
    {"g_leak", 20, 60},
    {"v_reset", -85, -70},
    {"e_rev_I", -90, -75},
    {"v_rest", -65, -58},
    {"v_thresh", -60, -50, 0.9}};
const Ranges quadratic{
    {"a", 0.02, 0.1}, {"b", 0.2, 0.25}, {"c", -65, -50}, {"d", 2, 8}, {"i_offset", 0, 0.015, 0.8}};
const Ranges taus{{"tau_syn_E", 1, 6}, {"tau_syn_I", 2, 9}};
const Ranges reversals{{"e_rev_E", -10, 5}, {"e_rev_I", -90, -70}};
const Ranges v{{"v", -66, -50, 0.8}};
const Ranges currents{{"isyn_exc", 0, 0.5, 0.2}, {"isyn_inh", -0.5, 0, 0.2}};
const Ranges conductances{{"gsyn_exc", 0, 0.02, 0.2}, {"gsyn_inh", 0, 0.02, 0.2}};

Ranges joined(std::initializer_list<Ranges> parts) {
    Ranges all;
    for (const Ranges& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

struct Model {
    models::Input input;
    Ranges        parameters, states;
};

const std::map<std::string, Model>& models_by_name() {
    using enum models::Input;
    static const std::map<std::string, Model> all{
        {"EIF_cond_alpha_isfa_ista",
         {conductance,
          joined({adaptive, taus, reversals}),
          joined({v, conductances, {{"w", 0, 0.1}}})}},
        {"EIF_cond_exp_isfa_ista",
         {conductance,
          joined({adaptive, taus, reversals}),
          joined({v, conductances, {{"w", 0, 0.1}}})}},
        {"GIF_cond_exp",
         {conductance, joined({stochastic, taus, reversals}), joined({v, conductances})}},
        {"HH_cond_exp",
         {conductance,
          joined({excitable, taus}),
          joined({v, conductances, {{"m", 0, 0.2}, {"h", 0.5, 1}, {"n", 0, 0.4}}})}},
        {"IF_cond_alpha",
         {conductance, joined({leaky, taus, reversals}), joined({v, conductances})}},
        {"IF_cond_exp", {conductance, joined({leaky, taus, reversals}), joined({v, conductances})}},
        {"IF_cond_exp_gsfa_grr",
         {conductance,
          joined(
              {leaky,
               taus,
               reversals,
               {{"tau_sfa", 20, 120}, {"q_sfa", 0, 20}, {"q_rr", 0, 100, 0.9}}}
          ),
          joined({v, conductances, {{"g_s", 0, 20}, {"g_r", 0, 20}}})}},
        {"IF_curr_alpha", {current, joined({leaky, taus}), joined({v, currents})}},
        {"IF_curr_delta", {voltage, leaky, v}},
        {"IF_curr_exp", {current, joined({leaky, taus}), joined({v, currents})}},
        {"IF_facets_hardware1", {conductance, joined({hardware, taus}), joined({v, conductances})}},
        {"Izhikevich", {voltage, quadratic, {{"v", -70, -50, 0.8}, {"u", -15, -5}}}}};
    return all;
}

/// Ranges of what the receptors of a PointNeuron have.
Ranges of_receptors(const models::ModelInfo& info, bool states) {
    const auto ends_with = [](const std::string& name, const char* end) {
        return name.ends_with(end);
    };
    Ranges ranges;
    for (const models::ParameterInfo& parameter : info.parameters) {
        if (states) break;
        if (ends_with(parameter.name, ".tau_syn") || ends_with(parameter.name, ".tau_decay"))
            ranges.push_back({parameter.name, 1, 8});
        if (ends_with(parameter.name, ".tau_rise")) ranges.push_back({parameter.name, 0.2, 3});
        if (ends_with(parameter.name, ".e_syn")) ranges.push_back({parameter.name, -10, 5, 0.2});
    }
    for (const models::StateInfo& state : info.states) {
        if (!states || state.is_internal || state.name.find('.') == std::string::npos) continue;
        ranges.push_back({state.name, 0, info.input == models::Input::current ? 0.5 : 0.02, 0.2});
    }
    return ranges;
}

}  // namespace

PointNeuron composed_neuron(std::size_t composition) {
    const CurrExpPostSynapticResponse fast{.tau_syn = 2_ms}, slow{.tau_syn = 9_ms};
    const AlphaPSR                    alpha{.tau_syn = 2_ms};
    const BetaPSR                     beta{.e_syn = -80_mV, .tau_rise = 1_ms, .tau_decay = 4_ms};
    const std::vector<PointNeuron::Receptor> by_currents{
        {"fast", fast}, {"late", slow}, {"slow", slow}};
    const std::vector<PointNeuron::Receptor> by_conductances{
        {"AMPA", alpha}, {"GABAA", beta}, {"NMDA", ExpPSR{}}};
    switch (composition) {
        case 0:
            return {LIF{}, by_currents};
        case 1:
            return {LIF{}, by_conductances};
        case 2:
            return {AdExp{}, by_currents};
        default:
            return {AdExp{}, by_conductances};
    }
}

Elements elements_of(std::uint64_t seed) {
    const auto number = [seed](std::size_t i) { return hash_of(seed, i) % 4; };
    const auto value  = [seed](std::size_t i, std::size_t k, double low, double high) {
        return low + (high - low) * static_cast<double>(hash_of(seed, i, k) >> 11) * 0x1p-53;
    };
    return {
        [=](std::size_t i) {
            std::vector<double> tau;
            for (std::size_t k = 0; k < number(i); ++k)
                tau.push_back(value(i, k, 2, 60));
            return Sequence::in_ms(tau);
        },
        [=](std::size_t i) -> Sequence {
            std::vector<double> a;
            for (std::size_t k = 0; k < number(i); ++k)
                a.push_back(value(i, k + 10, -0.02, 0.1));
            return ArrayParameter{a};
        }};
}

const std::vector<std::string>& neuron_models() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{std::string{PointNeuron::name}};
        for (const auto& [name, model] : models_by_name())
            all.push_back(name);
        return all;
    }();
    return names;
}

std::vector<Range> parameter_ranges(const PlannedPopulation& population) {
    if (population.model == "SpikeSourcePoisson")
        return {{"rate", 0, 250, 0.95}, {"start", 0, 12, 0.3}, {"duration", 3, 40, 0.3}};
    if (population.model == "SpikeSourceArray") return {};
    if (population.model != PointNeuron::name)
        return models_by_name().at(population.model).parameters;
    const auto info = composed_neuron(population.composition).info();
    return joined({population.composition < 2 ? leaky : adaptive, of_receptors(info, false)});
}

std::vector<Range> state_ranges(const PlannedPopulation& population) {
    if (population.is_source()) return {};
    if (population.model != PointNeuron::name) return models_by_name().at(population.model).states;
    return joined({v, of_receptors(composed_neuron(population.composition).info(), true)});
}

models::Input input_of(const PlannedPopulation& population) {
    if (population.model == PointNeuron::name)
        return composed_neuron(population.composition).info().input;
    return models_by_name().at(population.model).input;
}

std::vector<std::string> receptors_of(const PlannedPopulation& population) {
    if (population.model != PointNeuron::name) return {"excitatory", "inhibitory"};
    const PointNeuron        composed = composed_neuron(population.composition);
    std::vector<std::string> names;
    for (const auto& receptor : composed.receptors())
        names.push_back(receptor.name);
    return names;
}

}  // namespace ranvier::test

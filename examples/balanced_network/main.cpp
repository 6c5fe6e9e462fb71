// Random balanced network of excitatory and inhibitory integrate-and-fire neurons, after
// Vogels & Abbott 2005, doi:10.1523/JNEUROSCI.3508-05.2005, in the form of the benchmarks of
// Brette et al. 2007, doi:10.1007/s10827-007-0038-6.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ranvier/ranvier.hpp>

#include "../common/NetworkProgram.hpp"

using namespace ranvier;

namespace {

/// What differs between the variants of the network.
struct Variant {
    bool        conductances;
    Current     i_offset;
    Voltage     v_rest;
    Conductance g_exc, g_inh;  ///< weights where synapses are conductances
    Current     i_exc, i_inh;  ///< weights where synapses are currents
    Time        delay;
    bool        is_kicked;  ///< random input during the first 50 ms, to start the activity
};

// A constant current of 0.2 nA keeps the first network active; the others are those of the review.
constexpr Variant coba{true, 0.2_nA, -60_mV, 4_nS, 51_nS, 0_nA, 0_nA, 0.8_ms, false};
constexpr Variant coba_brette{true, 0_nA, -60_mV, 6_nS, 67_nS, 0_nA, 0_nA, 0.1_ms, true};
constexpr Variant cuba{false, 0_nA, -49_mV, 0_uS, 0_uS, 16.2_pA, -90_pA, 0.8_ms, false};
constexpr Variant cuba_brette{false, 0_nA, -49_mV, 0_uS, 0_uS, 16.2_pA, -90_pA, 0.1_ms, true};

Population make_population(
    Simulation& sim, const Variant& variant, std::size_t size, const std::string& label
) {
    if (variant.conductances) {
        Population p{
            sim,
            size,
            IF_cond_exp{
                .v_rest     = variant.v_rest,
                .cm         = 0.2_nF,
                .tau_m      = 20_ms,
                .tau_refrac = 5_ms,
                .tau_syn_E  = 5_ms,
                .tau_syn_I  = 10_ms,
                .e_rev_E    = 0_mV,
                .e_rev_I    = -80_mV,
                .v_thresh   = -50_mV,
                .v_reset    = -60_mV,
                .i_offset   = variant.i_offset},
            {.label = label}};
        p.initialize(IF_cond_exp::Initial{.v = uniform(-60_mV, -50_mV)});
        return p;
    }
    Population p{
        sim,
        size,
        IF_curr_exp{
            .v_rest     = variant.v_rest,
            .cm         = 0.2_nF,
            .tau_m      = 20_ms,
            .tau_refrac = 5_ms,
            .tau_syn_E  = 5_ms,
            .tau_syn_I  = 10_ms,
            .i_offset   = variant.i_offset,
            .v_reset    = -60_mV,
            .v_thresh   = -50_mV},
        {.label = label}};
    p.initialize(IF_curr_exp::Initial{.v = uniform(-60_mV, -50_mV)});
    return p;
}

std::vector<Population> make_network(Simulation& sim, const Variant& variant, double scale) {
    // Scaled sizes keep the in-degree, and so the rates, as long as there are enough cells.
    const auto scaled = [&](double size) {
        return static_cast<std::size_t>(std::llround(size * scale));
    };
    const FixedProbabilityConnector connector{
        .p_connect = std::min(1.0, 0.02 / scale), .self_connections = SelfConnections::forbid};

    Population          exc = make_population(sim, variant, scaled(3200), "exc");
    Population          inh = make_population(sim, variant, scaled(800), "inh");
    const StaticSynapse excitation{
        variant.conductances ? Weight{variant.g_exc} : Weight{variant.i_exc}, variant.delay};
    const StaticSynapse inhibition{
        variant.conductances ? Weight{variant.g_inh} : Weight{variant.i_inh}, variant.delay};
    for (const Population& target : {exc, inh}) {
        Projection{exc, target, connector, excitation, {.receptor_type = "excitatory"}};
        Projection{inh, target, connector, inhibition, {.receptor_type = "inhibitory"}};
    }
    if (variant.is_kicked) {
        Population kick{
            sim, 20, SpikeSourcePoisson{.rate = 100_Hz, .duration = 50_ms}, {.label = "kick"}};
        for (const Population& target : {exc, inh}) {
            Projection{
                kick,
                target,
                connector,
                StaticSynapse{
                    variant.conductances ? Weight{0.1_uS} : Weight{0.1_nA}, variant.delay}};
        }
    }
    return {exc, inh};
}

}  // namespace

int main(int argc, char** argv) {
    Environment              env{argc, argv};
    examples::NetworkProgram program{
        env,
        {.name        = "balanced_network",
         .description = "Balanced random network of 3200 excitatory and 800 inhibitory neurons.",
         .duration    = 10_s,
         .warmup      = 0.5_s}};
    std::string model = "coba", parameters = "default";
    program.options()
        .add_option("--model", model, "Synapses: conductances (coba) or currents (cuba)")
        ->check(CLI::IsMember({"coba", "cuba"}))
        ->capture_default_str();
    program.options()
        .add_option("--parameters", parameters, "Those of the README, or of Brette et al. 2007")
        ->check(CLI::IsMember({"default", "brette"}))
        ->capture_default_str();
    if (!program.parse(argc, argv)) return program.exit_code();

    const bool     as_published = parameters == "brette";
    const Variant& variant =
        model == "coba" ? (as_published ? coba_brette : coba) : (as_published ? cuba_brette : cuba);
    return program.run(0.1_ms, [&](Simulation& sim) {
        return make_network(sim, variant, program.scale());
    });
}

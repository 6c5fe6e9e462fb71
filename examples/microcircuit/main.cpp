// Cortical microcircuit, Potjans & Diesmann 2014, doi:10.1093/cercor/bhs358: the neurons and
// synapses below 1 mm^2 of early sensory cortex, 77,169 cells with some 3e8 connections.

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <ranvier/ranvier.hpp>

#include "../common/NetworkProgram.hpp"

using namespace ranvier;

namespace {

// Table 5 of the paper. Rows are targets, columns are sources.
constexpr std::size_t                       num_pops = 8;
constexpr std::array<const char*, num_pops> names{
    "L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"};
constexpr std::array<double, num_pops>    sizes{20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948};
constexpr std::array<double, num_pops>    k_ext{1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100};
constexpr std::array<Frequency, num_pops> published_rates{
    0.903_Hz, 2.965_Hz, 4.414_Hz, 5.876_Hz, 7.569_Hz, 8.633_Hz, 1.105_Hz, 7.829_Hz};

constexpr double p_connect[num_pops][num_pops] = {
    {.1009, .1689, .0437, .0818, .0323, .0000, .0076, .0000},
    {.1346, .1371, .0316, .0515, .0755, .0000, .0042, .0000},
    {.0077, .0059, .0497, .1350, .0067, .0003, .0453, .0000},
    {.0691, .0029, .0794, .1597, .0033, .0000, .1057, .0000},
    {.1004, .0622, .0505, .0057, .0831, .3726, .0204, .0000},
    {.0548, .0269, .0257, .0022, .0600, .3158, .0086, .0000},
    {.0156, .0066, .0211, .0166, .0572, .0197, .0396, .2252},
    {.0364, .0010, .0034, .0005, .0277, .0080, .0658, .1443}};

constexpr Current   w               = 87.8_pA;  // peak of an excitatory postsynaptic current
constexpr Time      tau_syn         = 0.5_ms;
constexpr Frequency background_rate = 8_Hz;

// Initial potentials with which the network is in its working regime from the start.
constexpr std::array<Voltage, num_pops> settled_mean{
    -68.28_mV, -63.16_mV, -63.33_mV, -63.45_mV, -63.11_mV, -61.66_mV, -66.72_mV, -61.43_mV};
constexpr std::array<Voltage, num_pops> settled_sd{
    5.36_mV, 4.57_mV, 4.74_mV, 4.94_mV, 4.94_mV, 4.55_mV, 5.46_mV, 4.48_mV};

bool is_excitatory(std::size_t pop) {
    return pop % 2 == 0;
}
Current weight(std::size_t pre, std::size_t post) {
    if (!is_excitatory(pre)) return -4 * w;
    return names[pre] == std::string{"L4E"} && names[post] == std::string{"L23E"} ? 2 * w : w;
}

// Connections of the whole network for the published probability, multapses allowed.
double num_connections(std::size_t pre, std::size_t post) {
    return std::log1p(-p_connect[post][pre]) / std::log1p(-1 / (sizes[pre] * sizes[post]));
}

// With fewer inputs of larger weight, 1 / sqrt(scale) each, the variance of the input stays and its
// mean shrinks; this current makes up for it at the published rates.
Current compensation(std::size_t post, double scale) {
    Current mean = k_ext[post] * background_rate * tau_syn * w;
    for (std::size_t pre = 0; pre < num_pops; ++pre) {
        const double in_degree = num_connections(pre, post) / sizes[post];
        mean += in_degree * published_rates[pre] * tau_syn * weight(pre, post);
    }
    return (1 - std::sqrt(scale)) * mean;
}

// The eight populations, each with Poisson input of its own.
std::vector<Population> make_cortex(Simulation& sim, double scale, bool settled) {
    std::vector<Population> cortex;
    for (std::size_t i = 0; i < num_pops; ++i) {
        Population pop{
            sim,
            std::size_t(std::llround(sizes[i] * scale)),
            IF_curr_exp{
                .cm         = 250_pF,
                .tau_m      = 10_ms,
                .tau_refrac = 2_ms,
                .tau_syn_E  = tau_syn,
                .tau_syn_I  = tau_syn,
                .i_offset   = compensation(i, scale)},
            {.label = names[i]}};
        pop.initialize(IF_curr_exp::Initial{
            .v = settled ? normal(settled_mean[i], settled_sd[i]) : normal(-58_mV, 10_mV)});
        Population background{
            sim,
            pop.size(),
            SpikeSourcePoisson{.rate = background_rate * k_ext[i] * scale},
            {.label = pop.label() + "_background"}};
        Projection{
            background,
            pop,
            OneToOneConnector{},
            StaticSynapse{.weight = 1 / std::sqrt(scale) * w, .delay = 1.5_ms}};
        cortex.push_back(pop);
    }
    return cortex;
}

void connect(std::vector<Population>& cortex, double scale, const Weight& weight_resolution) {
    for (std::size_t post = 0; post < num_pops; ++post) {
        for (std::size_t pre = 0; pre < num_pops; ++pre) {
            if (p_connect[post][pre] == 0) continue;
            const auto    number = num_connections(pre, post) * scale * scale;
            const Current mean   = 1 / std::sqrt(scale) * weight(pre, post);
            const auto    range =
                is_excitatory(pre) ? Clip<Current>{.low = 0_pA} : Clip<Current>{.high = 0_pA};
            const Time delay = is_excitatory(pre) ? 1.5_ms : 0.75_ms;
            Projection{
                cortex[pre],
                cortex[post],
                FixedTotalNumberConnector{.n = std::uint64_t(std::llround(number))},
                StaticSynapse{
                    .weight = normal_clipped(mean, 0.1 * abs(mean), range),
                    .delay  = normal_clipped(delay, 0.5 * delay, {.low = 0.1_ms})},
                {.receptor_type     = is_excitatory(pre) ? "excitatory" : "inhibitory",
                 .weight_resolution = weight_resolution}};
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    Environment              env{argc, argv};
    examples::NetworkProgram program{
        env,
        {.name        = "microcircuit",
         .description = "Cortical microcircuit of Potjans & Diesmann 2014, full scale by default.",
         .duration    = 10_s,
         .warmup      = 0.5_s}};
    std::string initial = "published";
    program.options()
        .add_option(
            "--initial",
            initial,
            "Initial potentials: normal(-58, 10) mV (published) or per population (settled)"
        )
        ->check(CLI::IsMember({"published", "settled"}))
        ->capture_default_str();
    program.add_weights_option();
    if (!program.parse(argc, argv)) return program.exit_code();
    return program.run(0.1_ms, [&](Simulation& sim) {
        auto cortex = make_cortex(sim, program.scale(), initial == "settled");
        // Inhibition is four times as strong; in the published network the resolution is 2^-15 nA.
        const Current largest = 4 / std::sqrt(program.scale()) * w;
        connect(cortex, program.scale(), program.weight_resolution(largest));
        return cortex;
    });
}

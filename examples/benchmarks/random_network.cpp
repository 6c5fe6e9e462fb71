// A random network of any size, for measurements: current-based integrate-and-fire cells, four in
// five of them excitatory, each with the same number of sources; weights are normally and delays
// uniformly distributed, so that every connection has its own.
//
// A constant current brings the cells just above their threshold; inhibition eight times as strong
// as excitation keeps them at about 5 Hz with 1000 sources per cell (at 12 Hz with 200), irregular
// and asynchronous, at any number of cells. Weights go with the inverse square root of the number
// of sources, so that the fluctuations of the input stay.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ranvier/ranvier.hpp>

#include "../common/NetworkProgram.hpp"

using namespace ranvier;

namespace {

constexpr Current excitation = 87.8_pA;  // with 1000 sources
constexpr double  inhibition = 8;        // relative to excitation
constexpr Current drive      = 0.4_nA;   // 16 mV above rest, the threshold being at 15 mV

Population make_population(Simulation& sim, std::size_t size, const char* label) {
    Population p{
        sim,
        size,
        IF_curr_exp{
            .v_rest     = -65_mV,
            .cm         = 250_pF,
            .tau_m      = 10_ms,
            .tau_refrac = 2_ms,
            .tau_syn_E  = 0.5_ms,
            .tau_syn_I  = 0.5_ms,
            .i_offset   = drive,
            .v_reset    = -65_mV,
            .v_thresh   = -50_mV},
        {.label = label}};
    p.initialize(IF_curr_exp::Initial{.v = uniform(-65_mV, -50_mV)});
    return p;
}

std::vector<Population> make_network(
    Simulation&                     sim,
    const examples::NetworkProgram& program,
    std::uint64_t                   size,
    std::uint64_t                   in_degree
) {
    const auto num_inh  = std::max<std::uint64_t>(size / 5, 1);
    const auto from_inh = std::max<std::uint64_t>(in_degree / 5, 1);
    Population exc      = make_population(sim, size - num_inh, "exc");
    Population inh      = make_population(sim, num_inh, "inh");

    const Current w     = std::sqrt(1000 / double(in_degree)) * excitation;
    const auto    delay = uniform(0.1_ms, 1.5_ms);
    for (const Population& target : {exc, inh}) {
        Projection{
            exc,
            target,
            FixedNumberPreConnector{.n = in_degree - from_inh},
            StaticSynapse{.weight = normal_clipped(w, 0.1 * w, {.low = 0_pA}), .delay = delay},
            {.receptor_type = "excitatory", .weight_resolution = program.weight_resolution(w)}};
        Projection{
            inh,
            target,
            FixedNumberPreConnector{.n = from_inh},
            StaticSynapse{
                .weight = normal_clipped(
                    -inhibition * w, 0.1 * inhibition * w, Clip<Current>{.high = 0_pA}
                ),
                .delay = delay},
            {.receptor_type     = "inhibitory",
             .weight_resolution = program.weight_resolution(inhibition * w)}};
    }
    return {exc, inh};
}

}  // namespace

int main(int argc, char** argv) {
    Environment              env{argc, argv};
    examples::NetworkProgram program{
        env,
        {.name        = "random_network",
         .description = "Random network for measurements; --scale multiplies the number of cells.",
         .duration    = 1_s,
         .warmup      = 0.2_s}};
    std::uint64_t cells = 100'000, in_degree = 1000;
    program.options()
        .add_option("--cells", cells, "Number of cells")
        ->check(CLI::Range(std::uint64_t{5}, std::uint64_t{4'000'000'000}))
        ->capture_default_str();
    program.options()
        .add_option("--in-degree", in_degree, "Number of sources of every cell")
        ->check(CLI::Range(std::uint64_t{5}, std::uint64_t{1'000'000}))
        ->capture_default_str();
    program.add_weights_option();
    if (!program.parse(argc, argv)) return program.exit_code();

    const auto size = static_cast<std::uint64_t>(std::llround(double(cells) * program.scale()));
    return program.run(0.1_ms, [&](Simulation& sim) {
        return make_network(sim, program, size, in_degree);
    });
}

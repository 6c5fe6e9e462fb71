// What a time step of every standard cell costs: a table of nanoseconds per cell and step, of cells
// that do not fire without and with input and with an injected current, and of cells that fire at
// about 10 Hz.
//
// 100,000 cells per rank, the phase "update" alone, the shortest of a few measurements. Of Google
// Benchmark's options it knows --benchmark_filter=REGEX, which selects among names like
// cells/IF_curr_exp.

#include <algorithm>
#include <regex>
#include <string>

#include <ranvier/ranvier.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

using namespace ranvier;

namespace {

/// What happens to the cells while they are measured.
enum class Load { quiet, input, current, firing };

struct Cost {
    double ns      = 0;  ///< per cell and step
    double rate_hz = 0;
};

double update_seconds(const Simulation& sim) {
    return sim.statistics().seconds[static_cast<std::size_t>(engine::Phase::update)];
}

/// A Poisson source per cell; one spike in full strength makes a cell fire, one in a thousandth
/// does not.
template <class M>
void connect_sources(Simulation& sim, Population& cells, Frequency rate, double strength) {
    Population sources{sim, cells.size(), SpikeSourcePoisson{.rate = rate}};
    const auto connect = [&](auto weight) {
        Projection{
            sources, cells, OneToOneConnector{}, StaticSynapse{.weight = weight, .delay = 0.1_ms}};
    };
    if constexpr (M::input == models::Input::current)
        connect(strength * 20_nA);
    else if constexpr (M::input == models::Input::conductance)
        connect(strength * 0.5_uS);
    else
        connect(strength * 40_mV);
}

template <class M>
Cost cost_of(const Environment& env, Precision precision, Load load) {
    Simulation sim{env, {.precision = precision}};
    Population cells{sim, 100000 * std::size_t(sim.num_processes()), M{}};
    if (load == Load::input) connect_sources<M>(sim, cells, 100_Hz, 1e-3);
    if (load == Load::firing) connect_sources<M>(sim, cells, 10_Hz, 1);
    if (load == Load::current) CurrentSource{sim, DCSource{.amplitude = 1_pA}}.inject_into(cells);
    sim.run(50_ms);  // to rest, from wherever a cell starts
    if (load == Load::firing) cells.record({"spikes"});

    constexpr int num_windows = 5, num_steps = 100;
    double        shortest = 1e9;
    for (int k = 0; k < num_windows; ++k) {
        const double before = update_seconds(sim);
        sim.run(10_ms);
        shortest = std::min(shortest, update_seconds(sim) - before);
    }
    return {
        1e9 * shortest / (num_steps * double(cells.local_size())),
        load == Load::firing ? cells.mean_spike_count() / (0.01 * num_windows) : 0};
}

template <class M>
void print_row(Environment& env, const std::regex& filter) {
    if (!std::regex_search("cells/" + std::string(M::name), filter)) return;
    std::string row = fmt::format("| {} ", M::name);
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        for (const Load load : {Load::quiet, Load::input, Load::current})
            row += fmt::format("| {:.2f} ", cost_of<M>(env, precision, load).ns);
        const Cost firing = cost_of<M>(env, precision, Load::firing);
        row += fmt::format("| {:.2f} ({:.1f} Hz) ", firing.ns, firing.rate_hz);
    }
    env.root() << row << "|" << std::endl;  // a row at a time, since the table takes minutes
}

}  // namespace

int main(int argc, char** argv) {
    Environment env{argc, argv};
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    const std::string given = benchmark::GetBenchmarkFilter();
    const std::regex  filter{given == "all" ? "." : given};

    env.root() << "Nanoseconds per cell and step\n\n"
                  "| cell | double: quiet | input | current | firing "
                  "| single: quiet | input | current | firing |\n"
                  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    print_row<IF_curr_alpha>(env, filter);
    print_row<IF_curr_delta>(env, filter);
    print_row<IF_curr_exp>(env, filter);
    print_row<IF_cond_alpha>(env, filter);
    print_row<IF_cond_exp>(env, filter);
    print_row<IF_cond_exp_gsfa_grr>(env, filter);
    print_row<IF_facets_hardware1>(env, filter);
    print_row<EIF_cond_alpha_isfa_ista>(env, filter);
    print_row<EIF_cond_exp_isfa_ista>(env, filter);
    print_row<HH_cond_exp>(env, filter);
    print_row<Izhikevich>(env, filter);
    benchmark::Shutdown();
}

// Every way to give a parameter or an initial value, in the order of PyNN's page "Model parameters
// and initial values". Prints one line per array, the same at every number of ranks.

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <ranvier/ranvier.hpp>

#include <fmt/format.h>
#include <unistd.h>

using namespace ranvier;

namespace {

/// Up to 8 decimals, without trailing zeros and dot.
std::string short_form(double value) {
    std::string text = fmt::format("{:.8f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text == "-0" ? "0" : text;
}

/// `name: v1 v2 ...`, by root alone.
class Printer {
public:
    explicit Printer(Environment& env) : env_(env) {}

    void operator()(std::string_view name, const std::vector<double>& values) const {
        std::string line = fmt::format("{}:", name);
        for (const double value : values)
            line += " " + short_form(value);
        env_.root() << line << '\n';
    }
    void operator()(std::string_view name, const Sequence& times) const {
        (*this)(name, times.values());
    }
    /// One value in full: the shortest form that reads back as the same number.
    void operator()(std::string_view name, double value) const {
        env_.root() << fmt::format("{}: {}\n", name, value);
    }
    void text(std::string_view name, std::string_view what) const {
        env_.root() << fmt::format("{}: {}\n", name, what);
    }

private:
    Environment& env_;
};

/// One number for all cells, and another one for some of them.
void single_numbers(Simulation& sim, const Printer& print) {
    Population p{sim, 5, IF_cond_exp{.tau_m = 15_ms}};
    print("tau_m of all", p.get("tau_m"));
    p[{0, 2, 4}].set(&IF_cond_exp::tau_m, 10_ms);
    print("tau_m", p.get("tau_m"));
    print("tau_m of cell 0", p[0].get("tau_m"));
    p[1].set("tau_m", 12.0);  // by name, in PyNN's unit
    print("tau_m of cells 0 and 1", p[slice(0, 2)].get("tau_m"));
}

/// Random numbers. Without a generator they are keyed by seed, label, name and index, so that each
/// rank draws its own; with a NumpyRNG they are those of PyNN's page.
void random_numbers(Simulation& sim, const Printer& print) {
    NumpyRNG   rng{85524};
    Population p{sim, 7, HH_cond_exp{.gbar_Na = normal(20_uS, 2_uS, rng)}};
    print("gbar_Na", p.get("gbar_Na"));
    print("gbar_Na of cell 0", p[0].get("gbar_Na"));

    Population keyed{sim, 7, HH_cond_exp{.gbar_Na = normal(20_uS, 2_uS)}};
    print("gbar_Na, keyed", keyed.get("gbar_Na"));
}

/// One value per cell. An array of another length is refused on all ranks, and nothing is made.
void arrays(Simulation& sim, const Printer& print) {
    Population p{sim, 6, SpikeSourcePoisson{.rate = linspace(10_Hz, 20_Hz, 6)}};
    print("rate", p.get("rate"));
    try {
        const auto seven = linspace(10_Hz, 20_Hz, 7);
        Population{sim, 6, SpikeSourcePoisson{.rate = seven}, {.label = "six"}};
    } catch (const ParameterError& error) {
        print.text("refused", error.what());
    }
}

/// Functions of the index, called once per cell, on the rank that owns it.
void functions_of_the_index(Simulation& sim, const Printer& print) {
    const auto sine = [](std::size_t i) { return std::sin(double(i) * pi / 8) * 1_nA; };
    Population p{sim, 8, IF_cond_exp{.i_offset = sine}};
    print("i_offset", p.get("i_offset"));
}

/// Functions of the position.
void functions_of_the_position(Simulation& sim, const Printer& print) {
    Population p{sim, 16, IF_cond_exp{}, {.structure = Grid2D{.dx = 10_um, .dy = 10_um}}};
    p.set(&IF_cond_exp::v_thresh, [](Position at) {
        return -50_mV + (0.5 * at.x - 0.2 * at.y) * 1_mV;
    });
    print("v_thresh", p.get("v_thresh"));

    const auto where = p.position_generator();  // the same, as PyNN writes it
    p.set("v_reset", [&](std::size_t i) { return -65 + where(std::ptrdiff_t(i)).x / 10; });
    print("v_reset", p.get("v_reset"));
}

/// All kinds in one call, and arithmetic on values that do not exist yet.
void mixtures(Simulation& sim, const Printer& print) {
    constexpr std::size_t n = 1000;
    const auto wave = [](std::size_t i) { return std::cos(double(i) * pi * 10 / n) * 1_mV; };
    Population p{
        sim,
        n,
        IF_cond_exp{
            .v_rest  = wave,
            .cm      = 0.85_nF,
            .tau_m   = uniform(10_ms, 15_ms),
            .v_reset = linspace(-75_mV, -65_mV, n)},
        {.label = "mixed"}};
    p.set(
        &IF_cond_exp::v_thresh,
        [](std::size_t i) { return -65_mV + double(i) / n * 1_mV; },
        &IF_cond_exp::tau_refrac,
        5_ms
    );
    PopulationView some = p[slice(0, n, 125)];
    for (const char* name : {"tau_m", "cm", "v_rest", "v_reset", "v_thresh", "tau_refrac"})
        print(fmt::format("{} of every 125th cell", name), some.get(name));
    print("cm of all", p.get("cm").number());  // homogeneous: one number

    const auto late = by_index([](std::size_t i) { return double(i) * 0.1_ms; });
    some.set(&IF_cond_exp::tau_syn_E, 2 * uniform(1_ms, 2_ms) + late);
    print("tau_syn_E, lazily", some.get("tau_syn_E"));
}

/// Values in files: written for all cells, read by each rank for its own.
void files(Simulation& sim, const Printer& print) {
    Population p{
        sim,
        5,
        IF_cond_exp{.cm = [](std::size_t i) { return 1_nF + double(i) * 0.1_nF; }},
        {.label = "filed"}};
    const int  id   = sim.comm().broadcast(getpid());
    const auto path = std::filesystem::temp_directory_path() / fmt::format("ranvier_{}.h5", id);
    write_nodes(sim, path);
    Population q{sim, 5, IF_cond_exp{.cm = from_hdf5(path, "/nodes/filed/0/dynamics_params/cm")}};
    print("cm from a file", q.get("cm"));
    on_root(sim.comm(), [&] { std::filesystem::remove(path); });
}

/// Spike trains: one for all, one per cell, or from a function.
void spike_trains(Simulation& sim, const Printer& print) {
    Population p{sim, 3, SpikeSourceArray{.spike_times = Sequence{10_ms, 20_ms, 30_ms}}};
    print("spike_times of all", p.get_sequences("spike_times")[0]);
    p.set("spike_times", Sequence{10_ms, 20_ms} + std::vector{0_ms, 1_ms, 2_ms});
    p[2].set("spike_times", [](std::size_t) { return Sequence{5_ms}; });
    const auto trains = p.get_sequences("spike_times");
    for (std::size_t i = 0; i < trains.size(); ++i)
        print(fmt::format("spike_times of cell {}", i), trains[i]);
}

/// Weights and delays of a projection.
void projections(Simulation& sim, const Printer& print) {
    Population p{sim, 4, IF_cond_exp{}, {.label = "pre"}};
    Population q{sim, 2, IF_cond_exp{}, {.label = "post"}};
    Projection prj{
        p,
        q,
        AllToAllConnector{},
        StaticSynapse{.weight = uniform(0.01_uS, 0.02_uS), .delay = 2_ms}};
    print("weight", prj.get("weight"));
    print("delay", prj.get("delay"));
    const auto of_pair = [](std::size_t i, std::size_t j) { return 0.1 * double(i) + double(j); };
    prj.set("weight", of_pair);
    print("weight, from the pair", prj.get("weight"));
    prj.set({{"weight", "0.1 * exp(-d / 2)"}, {"delay", 2 * uniform(0.5, 1.0) + 1.0}});
    print("weight, from the distance d", prj.get("weight"));
    print("delay, lazily", prj.get("delay"));
}

/// Currents: numbers and time series.
void currents(Simulation& sim, const Printer& print) {
    Population    p{sim, 3, IF_curr_exp{}};
    CurrentSource constant{sim, DCSource{.amplitude = 0.5_nA, .start = 1_ms}};
    CurrentSource steps{
        sim, StepCurrentSource{.times = {0_ms, 1_ms, 2_ms}, .amplitudes = {0.1_nA, 0_nA, 0.2_nA}}};
    p.inject(constant);
    p[{0, 2}].inject(steps);
    print("amplitude", std::vector{constant.get("amplitude")});
    print("times", steps.get_series("times"));
    print("amplitudes", steps.get_series("amplitudes"));
    sim.run(3_ms);
    print("v after 3 ms", p.get("v"));
}

/// Initial values, applied at once and at every reset; v_rest is another thing.
void initial_values(Simulation& sim, const Printer& print) {
    Population p{sim, 5, IF_cond_exp{.v_rest = -60_mV}};
    print("v by default", p.get("v"));
    p.initialize(IF_cond_exp::Initial{.v = linspace(-70_mV, -66_mV, 5), .gsyn_exc = 0.01_uS});
    p[{1, 3}].initialize("v", [](std::size_t i) { return -50 - double(i); });
    print("v", p.get("v"));
    sim.run(1_ms);
    sim.reset();
    print("v after a reset", p.get("v"));
    print("gsyn_exc after a reset", p.get("gsyn_exc"));
}

/// Several populations together: indices run through all of them.
void assemblies(Simulation& sim, const Printer& print) {
    Population p{sim, 3, IF_cond_exp{}, {.label = "a"}};
    Population q{sim, 4, IF_curr_exp{}, {.label = "b"}};
    Assembly   both = p + q[slice(1, 4)];
    both.set("tau_m", [](std::size_t i) { return 10.0 + double(i); });
    print("tau_m of an assembly", both.get("tau_m"));
    print("tau_m of its second component", q.get("tau_m"));
}

}  // namespace

int main(int argc, char** argv) {
    Environment   env{argc, argv};
    Simulation    sim{env, {.seed = 42}};
    const Printer print{env};

    single_numbers(sim, print);
    random_numbers(sim, print);
    arrays(sim, print);
    functions_of_the_index(sim, print);
    functions_of_the_position(sim, print);
    mixtures(sim, print);
    files(sim, print);
    spike_trains(sim, print);
    projections(sim, print);
    currents(sim, print);
    initial_values(sim, print);
    assemblies(sim, print);
}

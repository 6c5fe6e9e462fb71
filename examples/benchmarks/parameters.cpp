// What values cost: nanoseconds per value for each kind of specification and each distribution, and
// the memory of a population. One core, or any number of ranks:
//
//     benchmarks_parameters                                 nanoseconds per value
//     benchmarks_parameters --write 50000000                a file of values for the next
//     mpirun -n 4 benchmarks_parameters --cells 50000000    memory of a rank

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <ranvier/engine/memory.hpp>
#include <ranvier/ranvier.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

using namespace ranvier;
using parameters::ConnectionSpecification;
using parameters::Specification;
using random::Distribution;

namespace {

constexpr std::size_t num_values = 1 << 20;

void resolve(benchmark::State& state, const Specification& specification) {
    std::vector<double> values(num_values);
    const auto          position = [](std::size_t i) {
        return std::array<double, 3>{static_cast<double>(i), 0, 0};
    };
    for (auto _ : state) {
        specification.resolve({num_values, {0, num_values}, random::Key{1}, position}, values);
        benchmark::DoNotOptimize(values.data());
    }
    state.counters["ns_per_value"] = benchmark::Counter(
        1e-9 * num_values,
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert
    );
}

void add(const std::string& name, const Specification& specification) {
    benchmark::RegisterBenchmark(("value/" + name).c_str(), [=](benchmark::State& state) {
        resolve(state, specification);
    })->MinTime(0.1);
}

void add_all() {
    const Specification function =
        Specification::Function{[](std::size_t i) { return 0.5 * static_cast<double>(i); }};
    add("number", 20.0);
    add("array", std::vector<double>(num_values, 1.0));
    add("function of the index", function);
    add("function of the position", Specification::PositionFunction{[](auto p) { return p[0]; }});
    add("2 * uniform + function", 2.0 * Specification{Distribution::uniform(5, 7)} + function);
    add("exp(normal) * 20", exp(Specification{Distribution::normal(0, 0.1)}) * 20.0);
    for (const Distribution& distribution :
         {Distribution::uniform(10, 15),
          Distribution::uniform_int(0, 100),
          Distribution::normal(20, 2),
          Distribution::normal_clipped(20, 2, 18, 24),
          Distribution::normal_clipped_to_boundary(20, 2, 18, 24),
          Distribution::lognormal(0, 1),
          Distribution::exponential(5),
          Distribution::gamma(2, 5),
          Distribution::poisson(8),
          Distribution::binomial(100, 0.3),
          Distribution::vonmises(0, 2)})
        add(std::string{distribution.name()}, distribution);
}

/// Values of all connections between a thousand cells and as many others.
void add_of_connections(const std::string& name, const ConnectionSpecification& specification) {
    const auto measure = [=](benchmark::State& state) {
        constexpr std::size_t      cells = 1024;
        std::vector<std::uint32_t> sources(cells);
        std::vector<double>        distances(cells), values(cells);
        for (std::size_t i = 0; i < cells; ++i) {
            sources[i]   = static_cast<std::uint32_t>(i);
            distances[i] = static_cast<double>(i);
        }
        for (auto _ : state) {
            for (std::size_t post = 0; post < cells; ++post) {
                specification.resolve(
                    {post, sources, post * cells, random::Key{1}, distances}, values
                );
                benchmark::DoNotOptimize(values.data());
            }
        }
        state.counters["ns_per_value"] = benchmark::Counter(
            1e-9 * cells * cells,
            benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert
        );
    };
    benchmark::RegisterBenchmark(("connection/" + name).c_str(), measure)->MinTime(0.1);
}

void add_all_of_connections() {
    const ConnectionSpecification uniform = Distribution::uniform(5, 7);
    add_of_connections("number", 20.0);
    add_of_connections("uniform", uniform);
    add_of_connections("normal", Distribution::normal(20, 2));
    add_of_connections("array", std::vector<double>(num_values, 1.0));
    add_of_connections("matrix", Matrix<double>(1024, 1024, 1.0));
    add_of_connections("function of the pair", [](std::size_t i, std::size_t j) {
        return static_cast<double>(i + j);
    });
    add_of_connections("function of the distance", [](double d) { return 0.1 * d; });
    add_of_connections("formula 0.2 + d / 300", "0.2 + d / 300");
    add_of_connections("formula exp(-d / 100)", "exp(-d / 100)");
    add_of_connections("2 * uniform + formula", 2 * uniform + expression("0.2 + d / 300"));
}

std::filesystem::path file_for(std::size_t cells) {
    return std::filesystem::temp_directory_path() / fmt::format("ranvier_values_{}.h5", cells);
}

/// A file with as many values as cells, for a later run.
void write_values(Environment& env, std::size_t cells) {
    Simulation sim{env};
    const auto rate = by_index([](std::size_t i) { return double(i % 10) * 1_Hz; });
    Population{sim, cells, SpikeSourcePoisson{.rate = rate}, {.label = "p"}};
    write_nodes(sim, file_for(cells));
}

/// A population with five parameters, each given in another way.
void measure_memory(Environment& env, std::size_t cells) {
    const Communicator& comm   = env.world();
    const std::uint64_t before = peak_resident_bytes();
    const auto          stored = from_hdf5(file_for(cells), "/nodes/p/0/dynamics_params/rate");
    const auto          small  = by_index([](std::size_t i) { return double(i % 5) * 0.1_ms; });
    Simulation          sim{env};
    Population{
        sim,
        cells,
        IF_curr_exp{
            .v_rest     = [](std::size_t i) { return -65_mV + double(i % 7) * 0.1_mV; },
            .cm         = 0.85_nF,
            .tau_m      = uniform(10_ms, 15_ms),
            .tau_refrac = stored,
            .tau_syn_E  = 2 * uniform(1_ms, 2_ms) + small}};
    const auto all = comm.all_gather(peak_resident_bytes());
    env.root() << fmt::format(
        "{} cells on {} ranks: peak memory of a rank at most {:.0f} MB, {:.0f} MB before\n",
        cells,
        comm.size(),
        double(*std::max_element(all.begin(), all.end())) / 1e6,
        double(before) / 1e6
    );
}

}  // namespace

int main(int argc, char** argv) {
    Environment env{argc, argv};
    if (argc == 3) {
        const std::size_t cells = std::strtoull(argv[2], nullptr, 10);
        if (std::string_view{argv[1]} == "--write") write_values(env, cells);
        if (std::string_view{argv[1]} == "--cells") measure_memory(env, cells);
        return 0;
    }
    write_values(env, num_values);
    add("dataset in a file",
        Specification{from_hdf5(file_for(num_values), "/nodes/p/0/dynamics_params/rate")});
    add_all();
    add_all_of_connections();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    std::filesystem::remove(file_for(num_values));
}

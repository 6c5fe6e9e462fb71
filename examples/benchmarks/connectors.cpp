// What connections cost: user CPU time per connection to make them and sort them into rows, and
// bytes per connection, at rest and at the peak, for each connector.
//
//     benchmarks_connectors --scale=1 --benchmark_filter=FixedProbability
//
// Scale 1 makes 1e8 connections: onto 100,000 cells with 1,000 sources each ("wide"), and between
// all pairs of 10,000 cells ("full"); both numbers shrink with the root of the scale. OneToOne has
// a tenth as many, and lists too. Weights and delays are drawn, unless the name says "constant".
// Columns: ns (user CPU of all ranks per connection), wall_ns (wall time times ranks per
// connection), B_rest, B_peak (growth of resident memory while connecting, all ranks), M (1e6
// connections).

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <ranvier/ranvier.hpp>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

using namespace ranvier;

namespace {

using Connect = std::function<Projection(const Population& pre, const Population& post)>;

const Environment* environment = nullptr;  // lives in main

double user_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec) + 1e-6 * double(usage.ru_utime.tv_usec);
}

double wall_seconds() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

/// VmRSS or VmHWM of this process, in bytes.
double resident(const std::string& which) {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(which)) return 1024 * std::atof(line.c_str() + which.size() + 1);
    }
    return 0;
}

void forget_peak() {
    std::ofstream{"/proc/self/clear_refs"} << 5;
}

const StaticSynapse drawn{
    normal_clipped(1_pA, 0.1_pA, {.low = 0_pA}), normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms})};
const StaticSynapse constant{1_pA, 1.5_ms};

/// Cells of two populations, or of one that is both.
struct Cells {
    std::size_t num_pre, num_post;
    Structure   structure = Line{};
    Precision   precision = Precision::float32;
};

void construction(benchmark::State& state, const Cells& cells, const Connect& connect) {
    const Communicator& world = environment->world();
    for (auto _ : state) {
        Simulation sim{*environment, {.precision = cells.precision}};
        Population pre{sim, cells.num_pre, IF_curr_exp{}, {.structure = cells.structure}};
        Population post =
            cells.num_post == cells.num_pre ? pre : Population{sim, cells.num_post, IF_curr_exp{}};
        malloc_trim(0);
        forget_peak();
        const double     before = resident("VmRSS"), user = user_seconds(), wall = wall_seconds();
        const Projection projection = connect(pre, post);
        sim.run(0.1_ms);  // sorts
        const double spent = user_seconds() - user, waited = wall_seconds() - wall;
        const double peak  = resident("VmHWM") - before;
        const auto   count = double(std::max<std::uint64_t>(1, projection.size()));
        const auto   sum   = [&](double x) {  // to a nanosecond or a byte
            return double(world.sum(std::int64_t(x)));
        };
        state.SetIterationTime(1e-9 * sum(1e9 * spent));
        state.counters["M"]       = count * 1e-6;
        state.counters["ns"]      = sum(1e9 * spent) / count;
        state.counters["wall_ns"] = sum(1e9 * waited) / count;
        state.counters["B_rest"]  = sum(double(sim.network().connection_bytes())) / count;
        state.counters["B_peak"]  = sum(peak) / count;
    }
}

struct Case {
    std::string name;
    Cells       cells;
    Connect     connect;
};

template <class C>
Connect with(C connector, StaticSynapse synapse = drawn) {
    return [=](const Population& pre, const Population& post) {
        return Projection{pre, post, connector, synapse};
    };
}

/// Distances in um within which a target of unit density has `count` sources of probability 1/2.
std::string within(double count, int dimensions) {
    const double volume = 2 * count;
    const double reach  = dimensions == 1   ? volume / 2
                          : dimensions == 2 ? std::sqrt(volume / pi)
                                            : std::cbrt(volume * 3 / 4 / pi);
    return fmt::format("(d < {})", reach);
}

std::vector<Case> cases(double scale) {
    const auto   shrunk = [&](double n) { return std::size_t(std::lround(n * std::sqrt(scale))); };
    const double k      = double(shrunk(1000));
    const auto   side   = std::size_t(std::lround(std::sqrt(double(shrunk(100000)))));
    const Cells  full{shrunk(10000), shrunk(10000)};
    const Cells  wide{side * side, side * side};
    const Length edge = std::cbrt(double(side * side)) * 1_um;
    const Cells  grid{side * side, side * side, Grid2D{}};
    const Cells  cloud{
        side * side, side * side, RandomStructure{.boundary = Cuboid{edge, edge, edge}}};
    const Cells  exact{side * side, side * side, Line{}, Precision::float64};
    const Cells  one{std::size_t(1e7 * scale), std::size_t(1e7 * scale)};
    const Cells  pairs{std::size_t(44721), std::size_t(44721)};
    const Cells  flat{std::size_t(2000), std::size_t(1000000)};
    const double p     = k / double(side * side);
    const auto   n     = std::int64_t(k);
    const auto   total = std::uint64_t(k * double(side * side));
    const auto   all   = std::int64_t(full.num_pre);

    using Distance = DistanceDependentProbabilityConnector;
    return {
        {"AllToAll/full", full, with(AllToAllConnector{})},
        {"AllToAll/full/constant", full, with(AllToAllConnector{}, constant)},
        {"FixedProbability/full", full, with(FixedProbabilityConnector{.p_connect = 0.5})},
        {"FixedNumberPre/full/replacing", full, with(FixedNumberPreConnector{all, {}, true})},
        {"FixedTotalNumber/full",
         full,
         with(FixedTotalNumberConnector{.n = full.num_pre * full.num_pre})},
        {"OneToOne", one, with(OneToOneConnector{})},
        {"OneToOne/constant", one, with(OneToOneConnector{}, constant)},
        {"FixedProbability/wide", wide, with(FixedProbabilityConnector{.p_connect = p})},
        {"FixedProbability/wide/double", exact, with(FixedProbabilityConnector{.p_connect = p})},
        {"FixedProbability/wide/constant",
         wide,
         with(FixedProbabilityConnector{.p_connect = p}, constant)},
        {"FixedNumberPre/wide", wide, with(FixedNumberPreConnector{n})},
        {"FixedNumberPre/wide/replacing", wide, with(FixedNumberPreConnector{n, {}, true})},
        {"FixedTotalNumber/wide", wide, with(FixedTotalNumberConnector{.n = total})},
        {"FixedTotalNumber/wide/distinct", wide, with(FixedTotalNumberConnector{total, {}, false})},
        {"FixedNumberPost/wide", wide, with(FixedNumberPostConnector{n})},
        {"FixedNumberPost/wide/replacing", wide, with(FixedNumberPostConnector{n, {}, true})},
        {"Distance/line", wide, with(Distance{"0.5 * " + within(k, 1)})},
        {"Distance/grid", grid, with(Distance{"0.5 * " + within(k, 2)})},
        {"Distance/cloud", cloud, with(Distance{"0.5 * " + within(k, 3)})},
        {"Distance/grid/falling", grid, with(Distance{"exp(-d / 10) * " + within(k, 2)})},
        {"SmallWorld/wide", wide, with(SmallWorldConnector{.degree = n, .rewiring = 0.1})},
        {"IndexBased/full", full, with(IndexBasedProbabilityConnector{"0.5 * (i != j)"})},
        {"TwoBillionPairs/square", pairs, with(FixedProbabilityConnector{.p_connect = 0.001})},
        {"TwoBillionPairs/flat", flat, with(FixedProbabilityConnector{.p_connect = 0.001})},
    };
}

/// A file of connections as save_connections writes it, read again.
void from_file(benchmark::State& state, const Cells& cells, double degree) {
    const auto file = std::filesystem::temp_directory_path() / "ranvier_benchmark_edges.h5";
    {
        Simulation       sim{*environment, {.precision = Precision::float32}};
        const Population p{sim, cells.num_pre, IF_curr_exp{}};
        const Projection written{p, p, FixedNumberPreConnector{std::int64_t(degree)}, drawn};
        save_connections(written, file);
    }
    construction(state, cells, with(FromFileConnector{file}));
    environment->world().barrier();
    if (environment->world().is_root()) std::filesystem::remove(file);
}

/// Reporter of the ranks that have nothing to say.
class Silent : public benchmark::BenchmarkReporter {
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>&) override {}
};

/// Takes `--scale=S` out of the arguments.
double take_scale(int& argc, char** argv) {
    double scale = 0.01;
    int    kept  = 1;
    for (int k = 1; k < argc; ++k) {
        if (std::strncmp(argv[k], "--scale=", 8) == 0)
            scale = std::atof(argv[k] + 8);
        else
            argv[kept++] = argv[k];
    }
    argc = kept;
    return scale;
}

}  // namespace

int main(int argc, char** argv) {
    const Environment env{argc, argv};
    environment        = &env;
    const double scale = take_scale(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (!(scale > 0 && scale <= 1) || benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    const auto run_once = [](benchmark::internal::Benchmark* b) {
        b->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);
    };
    for (const Case& c : cases(scale))
        run_once(benchmark::RegisterBenchmark(c.name.c_str(), [=](benchmark::State& state) {
            construction(state, c.cells, c.connect);
        }));
    const auto   n      = std::size_t(std::lround(1e5 * std::sqrt(scale)));
    const double degree = 100 * std::sqrt(scale);
    run_once(benchmark::RegisterBenchmark("FromFile/hdf5", [=](benchmark::State& state) {
        from_file(state, {n, n}, std::max(1.0, degree));
    }));
    Silent silent;
    if (env.world().is_root())
        benchmark::RunSpecifiedBenchmarks();
    else
        benchmark::RunSpecifiedBenchmarks(&silent);
    benchmark::Shutdown();
}

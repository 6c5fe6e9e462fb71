// What connections cost: nanoseconds of user time per local connection to make and sort them, and
// bytes per connection, at rest and at the peak, for each connector.
//
// Runs on any number of ranks; times and bytes are those of this rank, the reporting one is root.

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include <ranvier/ranvier.hpp>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

using namespace ranvier;

namespace {

const Environment* environment = nullptr;  // lives in main

double user_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec) + 1e-6 * double(usage.ru_utime.tv_usec);
}

const StaticSynapse drawn{
    normal_clipped(1_pA, 0.1_pA, {.low = 0_pA}), normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms})};

/// 10,000 cells onto themselves, on a grid of 100 x 100 um; single precision.
template <class C>
void construction(benchmark::State& state, C connector) {
    for (auto _ : state) {
        Simulation       sim{*environment, {.precision = Precision::float32}};
        Population       p{sim, 10000, IF_curr_exp{}};
        const double     before = user_seconds();
        const Projection projection{p, p, connector, drawn};
        sim.run(0.1_ms);
        const double spent = user_seconds() - before;
        state.SetIterationTime(spent);
        const double local            = double(std::max<std::uint64_t>(1, projection.local_size()));
        state.counters["connections"] = local;
        state.counters["ns_per_connection"] = 1e9 * spent / local;
        state.counters["bytes_at_rest"]     = double(sim.network().connection_bytes()) / local;
    }
}
#define RANVIER_CONSTRUCTION(name, ...) \
    BENCHMARK_CAPTURE(construction, name, __VA_ARGS__)->UseManualTime()->Iterations(2)

RANVIER_CONSTRUCTION(AllToAll, AllToAllConnector{});
RANVIER_CONSTRUCTION(OneToOne, OneToOneConnector{});
RANVIER_CONSTRUCTION(FixedProbability, FixedProbabilityConnector{.p_connect = 0.1});
RANVIER_CONSTRUCTION(FixedNumberPre, FixedNumberPreConnector{1000});
RANVIER_CONSTRUCTION(FixedNumberPre_replacing, FixedNumberPreConnector{1000, {}, true});
RANVIER_CONSTRUCTION(FixedNumberPost, FixedNumberPostConnector{1000});
RANVIER_CONSTRUCTION(FixedNumberPost_replacing, FixedNumberPostConnector{1000, {}, true});
RANVIER_CONSTRUCTION(FixedTotalNumber, FixedTotalNumberConnector{.n = 10000000});
RANVIER_CONSTRUCTION(FixedTotalNumber_distinct, FixedTotalNumberConnector{10000000, {}, false});
RANVIER_CONSTRUCTION(SmallWorld, SmallWorldConnector{.degree = 1000, .rewiring = 0.1});
RANVIER_CONSTRUCTION(Distance_cut_off, DistanceDependentProbabilityConnector{"0.5 * (d < 1000)"});
RANVIER_CONSTRUCTION(
    Distance_falling, DistanceDependentProbabilityConnector{"0.5 * exp(-d / 600)"}
);
RANVIER_CONSTRUCTION(IndexBased, IndexBasedProbabilityConnector{"0.1 * (i != j)"});

/// Reporter of the ranks that have nothing to say.
class Silent : public benchmark::BenchmarkReporter {
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>&) override {}
};

}  // namespace

int main(int argc, char** argv) {
    const Environment env{argc, argv};
    environment = &env;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    Silent silent;
    if (env.world().is_root())
        benchmark::RunSpecifiedBenchmarks();
    else
        benchmark::RunSpecifiedBenchmarks(&silent);
    benchmark::Shutdown();
}

// What the parts of the engine cost (cells.cpp has the update of cells): draws, delivery, exchange,
// construction.
//
// Runs on any number of ranks; every benchmark has a fixed number of iterations, so that all ranks
// do the same, and root alone reports. Time per item is what to look at: items are cells and steps,
// values drawn, synaptic events, exchanges, connections.

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include <ranvier/engine/SpikeExchange.hpp>
#include <ranvier/random/PoissonCounts.hpp>
#include <ranvier/random/fill.hpp>
#include <ranvier/ranvier.hpp>

#include <benchmark/benchmark.h>

using namespace ranvier;

namespace {

const Environment* environment = nullptr;  // lives in main

void report(benchmark::State& state, double items, double seconds) {
    state.SetIterationTime(seconds);
    state.counters["ns_per_item"] =
        benchmark::Counter(1e9 * seconds / items, benchmark::Counter::kAvgIterations);
}

double seconds_of(const Simulation& sim, engine::Phase phase) {
    return sim.statistics().seconds[static_cast<std::size_t>(phase)];
}

/// Bulk draws, nanoseconds per value.
void poisson_counts(benchmark::State& state) {
    const std::vector<double>   lambda{double(state.range(0)) / 100};
    const random::PoissonCounts counts{{1}, lambda, {0, 100000}};
    std::vector<std::uint16_t>  out(100000);
    Step                        step = 0;
    for (auto _ : state)
        counts.draw(++step, out.data());
    state.SetItemsProcessed(state.iterations() * std::int64_t(out.size()));
}
BENCHMARK(poisson_counts)->Arg(1)->Arg(130)->Arg(230)->Iterations(500);

void normal_draws(benchmark::State& state) {
    std::vector<double> out(100000);
    std::uint64_t       index = 0;
    for (auto _ : state)
        random::fill_normal({1}, ++index, 0, out);
    state.SetItemsProcessed(state.iterations() * std::int64_t(out.size()));
}
BENCHMARK(normal_draws)->Iterations(200);

/// A network in which delivery dominates: nanoseconds per synaptic event on this rank.
template <Precision precision>
void delivery(benchmark::State& state) {
    Simulation sim{*environment, {.precision = precision}};
    Population sources{sim, 20000, SpikeSourcePoisson{.rate = 4_Hz}};
    Population targets{sim, 40000 * std::size_t(sim.num_processes()), IF_curr_exp{}};
    Projection{
        sources,
        targets,
        FixedTotalNumberConnector{.n = std::uint64_t(state.range(0)) * targets.size()},
        StaticSynapse{
            .weight = normal_clipped(1_pA, 0.1_pA, {.low = 0_pA}),
            .delay  = normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms})}};
    sim.run(10_ms);
    for (auto _ : state) {
        const double        before = seconds_of(sim, engine::Phase::deliver);
        const std::uint64_t events = sim.statistics().events;
        sim.run(20_ms);
        report(
            state,
            double(sim.statistics().events - events),
            seconds_of(sim, engine::Phase::deliver) - before
        );
    }
}
BENCHMARK(delivery<Precision::float64>)->Arg(1000)->UseManualTime()->Iterations(5);
BENCHMARK(delivery<Precision::float32>)->Arg(1000)->UseManualTime()->Iterations(5);

/// One exchange of a given number of spikes per rank.
void exchange(benchmark::State& state) {
    engine::SpikeExchange      spikes{environment->world()};
    std::vector<std::uint64_t> mine;
    for (std::uint64_t k = 0; k < std::uint64_t(state.range(0)); ++k)
        mine.push_back(engine::PackedSpike::pack(0, 2 * k, 1));
    for (auto _ : state)
        benchmark::DoNotOptimize(spikes.exchange(mine, 0));
}
BENCHMARK(exchange)->Arg(0)->Arg(13)->Arg(1000)->Iterations(20000);

/// Making connections and sorting them: nanoseconds per local connection.
template <class C>
void construction(benchmark::State& state, C connector) {
    for (auto _ : state) {
        Simulation sim{*environment, {.precision = Precision::float32}};
        Population p{sim, 10000, IF_curr_exp{}};
        const auto start = std::chrono::steady_clock::now();
        Projection projection{
            p,
            p,
            connector,
            StaticSynapse{
                .weight = normal_clipped(1_pA, 0.1_pA, {.low = 0_pA}),
                .delay  = normal_clipped(1.5_ms, 0.75_ms, {.low = 0.1_ms})}};
        sim.run(0.1_ms);
        const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
        report(state, double(projection.local_size()), spent.count());
    }
}
BENCHMARK_CAPTURE(construction, FixedTotalNumber, FixedTotalNumberConnector{.n = 10000000})
    ->UseManualTime()
    ->Iterations(2);
BENCHMARK_CAPTURE(construction, FixedProbability, FixedProbabilityConnector{.p_connect = 0.1})
    ->UseManualTime()
    ->Iterations(2);

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

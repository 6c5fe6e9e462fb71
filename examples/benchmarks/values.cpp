// What values cost: keyed draws and NumpyRNG for every distribution, positions, spike sources.
//
// Look at "ns_per_value", nanoseconds per value on one core; for sources per cell and time step.

#include <cstdint>
#include <ctime>
#include <string>
#include <vector>

#include <ranvier/models/cells/SpikeSourceArray.hpp>
#include <ranvier/random/Distribution.hpp>
#include <ranvier/random/NumpyRNG.hpp>
#include <ranvier/ranvier.hpp>

#include <benchmark/benchmark.h>

using namespace ranvier;

namespace {

using random::Distribution;

constexpr std::size_t num_values = 100'000;

/// Nanoseconds of processor time per value since it was made.
class PerValue {
public:
    explicit PerValue(benchmark::State& state) : state_(state) {}
    ~PerValue() {
        const double spent              = 1e9 * double(std::clock() - start_) / CLOCKS_PER_SEC;
        const double values             = double(num_values) * double(state_.iterations());
        state_.counters["ns_per_value"] = spent / values;
    }

private:
    benchmark::State& state_;
    std::clock_t      start_ = std::clock();
};

const std::vector<Distribution>& distributions() {
    static const std::vector<Distribution> all{
        Distribution::uniform(10, 15),
        Distribution::normal(20, 2),
        Distribution::normal_clipped(1.5, 0.75, 0.1, 1e300),
        Distribution::normal_clipped_to_boundary(0, 1, -0.5, 0.5),
        Distribution::exponential(1),
        Distribution::lognormal(0, 1),
        Distribution::gamma(2, 0.3),
        Distribution::poisson(3.5),
        Distribution::poisson(50),
        Distribution::binomial(10, 0.3),
        Distribution::binomial(200, 0.4),
        Distribution::uniform_int(0, 10),
        Distribution::vonmises(0, 2)};
    return all;
}

void keyed(benchmark::State& state, const Distribution& distribution) {
    std::vector<double> out(num_values);
    std::uint64_t       key = 0;
    const PerValue      per_value{state};
    for (auto _ : state) {
        distribution.fill_indices({++key}, 0, out);
        benchmark::DoNotOptimize(out.data());
    }
}

void numpy(benchmark::State& state, const Distribution& distribution) {
    std::vector<double> out(num_values);
    NumpyRNG            rng{42};
    const PerValue      per_value{state};
    for (auto _ : state) {
        rng.next(distribution, out);
        benchmark::DoNotOptimize(out.data());
    }
}

void positions(benchmark::State& state, const Structure& structure) {
    const auto     layout = structure.layout(1'000'000, {7});
    double         sum    = 0;
    const PerValue per_value{state};
    for (auto _ : state)
        for (std::size_t i = 0; i < num_values; ++i)
            sum += layout.position(i).x;
    benchmark::DoNotOptimize(sum);
}

/// One step of 100,000 sources.
template <class M>
void source(benchmark::State& state, const M& model) {
    const IndexRange slice{0, num_values};
    const auto       group = M::make_group({slice, TimeGrid{0.1_ms}, random::Key{3}});
    std::vector<std::pair<std::size_t, models::Column>> columns;
    for (const models::Given& given : models::given_parameters(model)) {
        models::Column column;
        if (const auto* list = std::get_if<Param<Sequence>>(&given.value))
            column.sequences = {list->resolve(0)};
        else
            column.numbers = {*std::get<parameters::Specification>(given.value).constant()};
        columns.emplace_back(given.place, std::move(column));
    }
    group->set_columns(std::move(columns), 0);
    std::vector<models::Emission> emissions;
    Step                          step = 0;
    const PerValue                per_value{state};
    for (auto _ : state) {
        emissions.clear();
        group->emit(++step, emissions);
        benchmark::DoNotOptimize(emissions.data());
    }
}

void register_all() {
    for (const Distribution& d : distributions())
        benchmark::RegisterBenchmark(("keyed/" + d.describe()).c_str(), keyed, d)->MinTime(0.1);
    for (const Distribution& d : distributions())
        benchmark::RegisterBenchmark(("numpy/" + d.describe()).c_str(), numpy, d)->MinTime(0.1);
    for (const Structure& s :
         {Structure{Line{}},
          Structure{Grid2D{}},
          Structure{Grid2D{.fill_order = FillOrder::random}},
          Structure{RandomStructure{.boundary = Sphere{100_um}}}})
        benchmark::RegisterBenchmark(("position/" + s.describe()).c_str(), positions, s)
            ->MinTime(0.1);
    const auto add = [](const char* name, const auto& model) {
        benchmark::RegisterBenchmark(name, source<std::decay_t<decltype(model)>>, model)
            ->MinTime(0.1);
    };
    add("source/SpikeSourcePoisson 10 Hz", SpikeSourcePoisson{.rate = 10_Hz});
    add("source/SpikeSourcePoisson 10 kHz", SpikeSourcePoisson{.rate = 10_kHz});
    add("source/SpikeSourcePoissonRefractory 10 Hz",
        SpikeSourcePoissonRefractory{.rate = 10_Hz, .tau_refrac = 2_ms});
    add("source/SpikeSourceGamma 10 Hz", SpikeSourceGamma{.alpha = 2, .beta = 20_Hz});
    add("source/SpikeSourceInhGamma 10 Hz", SpikeSourceInhGamma{.a = {2.0}, .b = {0.05}});
}

}  // namespace

int main(int argc, char** argv) {
    const Environment env{argc, argv};
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    register_all();
    if (env.world().is_root()) benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}

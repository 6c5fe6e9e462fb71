/// @file
/// Networks drawn from a seed, as data: what the tests of invariance build and run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "ranvier/ranvier.hpp"

namespace ranvier::test {

/// Choices that are the same on every machine: raw words of std::mt19937_64, which the standard
/// fixes, without the standard's distributions, which it does not.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : words_(seed) {}

    std::uint64_t word() { return words_(); }
    std::size_t   below(std::size_t n) { return static_cast<std::size_t>(words_() % n); }
    double        uniform(double low, double high) {
               return low + (high - low) * (static_cast<double>(words_() >> 11) * 0x1p-53);
    }
    bool chance(double p) { return uniform(0, 1) < p; }
    template <class T>
    T one_of(std::initializer_list<T> choices) {
        return choices.begin()[below(choices.size())];
    }

private:
    std::mt19937_64 words_;
};

/// One number per cell in PyNN's unit, in any of the ways in which a user may give it.
using Values = std::
    variant<double, random::Distribution, std::vector<double>, std::function<double(std::size_t)>>;

struct NamedValues {
    std::string name;
    Values      values;
};

/// Spike times: shared by all cells, one list per cell, or a function of the index.
using Trains = std::variant<Sequence, std::vector<Sequence>, std::function<Sequence(std::size_t)>>;

struct PlannedPopulation {
    std::string              model;  ///< PyNN's name of the cell type
    std::size_t              size = 0;
    std::string              label;
    std::size_t              composition = 0;  ///< of a PointNeuron, see composed_neuron
    std::vector<NamedValues> parameters{};
    std::vector<NamedValues> initial_values{};
    std::optional<Trains>    spike_times{};
    /// For the numbers and values of a GIF cell's elements; none: the model's own.
    std::optional<std::uint64_t> elements{};
    bool                         recorded = false;

    bool is_source() const { return model.starts_with("SpikeSource"); }
};

using AnyConnector = std::variant<
    AllToAllConnector,
    OneToOneConnector,
    FixedProbabilityConnector,
    FixedTotalNumberConnector>;

struct PlannedProjection {
    std::size_t       pre = 0, post = 0;  ///< places in the list of populations
    AnyConnector      connector;
    StaticSynapse     synapse;
    ProjectionOptions options;
};

/// Number of different PointNeurons, and one of them: both membranes, under currents and under
/// conductances of all shapes.
inline constexpr std::size_t num_compositions = 4;
PointNeuron                  composed_neuron(std::size_t composition);

/// Lists for the elements of GIF cells, up to three in each: time constants and increments.
struct Elements {
    std::function<Sequence(std::size_t)> tau, a;
};
Elements elements_of(std::uint64_t seed);

/// What happens between two runs: parameters or state variables are set (several at once), spike
/// times are replaced, or a projection is added.
struct PlannedChange {
    std::size_t                      population = 0;
    std::vector<NamedValues>         parameters{};
    std::vector<NamedValues>         states{};
    std::optional<Trains>            spike_times{};
    std::optional<std::uint64_t>     elements{};
    std::optional<PlannedProjection> projection{};
};

struct PlannedRun {
    Step                       steps = 0;
    std::vector<PlannedChange> changes{};  ///< afterwards
};

/// A network and what is done with it.
struct RandomNetwork {
    std::uint64_t                  seed = 0;
    SimulationOptions              options;
    Step                           window_steps = 100;  ///< of writing
    std::vector<PlannedPopulation> populations;
    std::vector<PlannedProjection> projections;
    std::vector<PlannedRun>        runs;

    /// Whether every projection says its delay, so that min_delay may be chosen freely below.
    bool has_explicit_delays() const;
};

/// The network of a seed: one to six populations of all cell types (and now and then up to five
/// more Poisson populations, one spike source per cell of a population), with 0 to some hundreds of
/// cells; projections with every connector, delays from one step to hundreds, one-to-one Poisson
/// input of every kind, several projections between the same populations, changes between runs.
/// Most of them are active, and each takes a fraction of a second.
RandomNetwork random_network(std::uint64_t seed);

/// The network in words, one line per object, for those who look for a defect.
std::string describe(const RandomNetwork& network);

}  // namespace ranvier::test

// Random networks in words.

#include "ranvier/base/text.hpp"

#include "support/RandomNetwork.hpp"
#include <fmt/format.h>

namespace ranvier::test {

namespace {

std::string text(const Values& values) {
    return std::visit(
        [](const auto& v) { return parameters::Specification{v}.describe(); }, values
    );
}

std::string text(const std::vector<NamedValues>& values) {
    std::string all;
    for (const NamedValues& value : values)
        all += fmt::format("{}{} = {}", all.empty() ? "" : ", ", value.name, text(value.values));
    return all;
}

std::string text(const Trains& trains) {
    constexpr const char* forms[] = {"shared", "one list per cell", "a function of the index"};
    return fmt::format("spike times {}", forms[trains.index()]);
}

std::string text(SelfConnections rule) {
    constexpr const char* names[] = {"allow", "forbid", "no_mutual"};
    return names[static_cast<std::size_t>(rule)];
}

std::string text(const AnyConnector& connector) {
    if (const auto* c = std::get_if<AllToAllConnector>(&connector))
        return fmt::format("all to all, self {}", text(c->self_connections));
    if (const auto* c = std::get_if<FixedProbabilityConnector>(&connector))
        return fmt::format(
            "probability {}, self {}", number(c->p_connect), text(c->self_connections)
        );
    if (const auto* c = std::get_if<FixedTotalNumberConnector>(&connector))
        return fmt::format(
            "{} in total, self {}", static_cast<std::uint64_t>(c->n), text(c->self_connections)
        );
    return "one to one";
}

std::string text(const RandomNetwork& network, const PlannedProjection& p) {
    const auto&   delay      = p.synapse.delay.specification();
    const Weight& resolution = p.options.weight_resolution;
    return fmt::format(
        "{} -> {}: {}; weight {}{}; delay {}; receptor \"{}\"; label \"{}\"",
        network.populations[p.pre].label,
        network.populations[p.post].label,
        text(p.connector),
        p.synapse.weight.specification().describe(),
        resolution.is_given() ? " in steps of " + resolution.specification().describe() : "",
        delay ? delay->describe() : "not given",
        p.options.receptor_type,
        p.options.label
    );
}

std::string text(const RandomNetwork& network, const PlannedChange& change) {
    if (change.projection) return "add " + text(network, *change.projection);
    const std::string& label = network.populations[change.population].label;
    if (change.spike_times) return fmt::format("{}: {}", label, text(*change.spike_times));
    if (change.elements) return fmt::format("{}: elements of seed {}", label, *change.elements);
    if (!change.states.empty()) return fmt::format("{}: initialize {}", label, text(change.states));
    return fmt::format("{}: set {}", label, text(change.parameters));
}

}  // namespace

std::string describe(const RandomNetwork& network) {
    const SimulationOptions& options = network.options;
    const auto               ms      = [](const std::optional<Time>& time) {
        return time ? number(time->value()) + " ms" : std::string{"automatic"};
    };
    std::string all = fmt::format(
        "network of seed {}: time step {} ms, min_delay {}, max_delay {}, blocks of {}, pages of "
        "{}, windows of "
        "{} steps{}\n",
        network.seed,
        number(options.timestep.value()),
        ms(options.min_delay),
        ms(options.max_delay),
        options.tuning.block_cells,
        options.tuning.page_cells,
        network.window_steps,
        options.spike_timing == SpikeTiming::off_grid ? ", off the grid" : ""
    );
    for (const PlannedPopulation& p : network.populations) {
        all += fmt::format(
            "  {} {}{} \"{}\"{}: {}; initially {}{}{}\n",
            p.size,
            p.model,
            p.model == PointNeuron::name ? fmt::format(" {}", p.composition) : "",
            p.label,
            p.recorded ? ", recorded" : "",
            text(p.parameters),
            text(p.initial_values),
            p.spike_times ? "; " + text(*p.spike_times) : "",
            p.elements ? fmt::format("; elements of seed {}", *p.elements) : ""
        );
    }
    for (const PlannedProjection& p : network.projections)
        all += "  " + text(network, p) + "\n";
    for (const PlannedRun& run : network.runs) {
        all += fmt::format("  run {} steps\n", run.steps);
        for (const PlannedChange& change : run.changes)
            all += "  " + text(network, change) + "\n";
    }
    return all;
}

}  // namespace ranvier::test

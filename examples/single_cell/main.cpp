// Experiments with one cell at a time: a current step and spikes at its receptors.
//
//     single_cell --cases cases.json --timestep 0.1 --spike-timing off_grid --output results.json
//
// reads {"cases": {"<name>": {"case": {...}}}} and writes {"<name>": {"spikes": [...], "v":
// [...]}}.

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <ranvier/base/text.hpp>
#include <ranvier/ranvier.hpp>

#include "CellCase.hpp"
#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace ranvier;
using nlohmann::json;

namespace {

struct Arguments {
    std::string         cases, output, precision = "double", spike_timing = "on_grid";
    double              timestep_ms = 0.1;
    bool                all_states  = false;
    std::vector<double> fi_curve;  ///< lowest and highest amplitude in nA, number of them
};

void add_options(CLI::App& app, Arguments& a) {
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app.add_option("--cases", a.cases, "JSON file with the experiments")->required();
    app.add_option("--output", a.output, "JSON file for what happened")->required();
    app.add_option("--timestep", a.timestep_ms, "Time step [ms]")->capture_default_str();
    app.add_option("--spike-timing", a.spike_timing, "When spikes occur: on_grid or off_grid")
        ->check(CLI::IsMember({"on_grid", "off_grid"}))
        ->capture_default_str();
    app.add_option("--precision", a.precision, "Of state and weights: double or single")
        ->check(CLI::IsMember({"double", "single"}))
        ->capture_default_str();
    app.add_flag("--all-states", a.all_states, "Write the other state variables beside v as well");
    app.add_option(
           "--fi-curve",
           a.fi_curve,
           "LOWEST HIGHEST NUMBER: firing rates during the current step (all the time if there is "
           "none) for such amplitudes [nA], without synapses, instead of the experiments"
    )
        ->expected(3)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// The file's text, read by root for all ranks.
json read_cases(const Environment& env, const std::string& path) {
    std::string text, problem;
    if (env.world().is_root()) {
        std::ifstream     file{path};
        std::stringstream content;
        content << file.rdbuf();
        text = content.str();
        if (!file) problem = "cannot be read";
    }
    text    = env.world().broadcast(text);
    problem = env.world().broadcast(problem);
    if (!problem.empty()) throw FileError(fmt::format("single_cell: \"{}\" {}.", path, problem));
    const json all = json::parse(text, nullptr, false);
    if (all.is_discarded() || !all.is_object() || !all.contains("cases") ||
        !all.at("cases").is_object())
        throw FileError(fmt::format(
            "single_cell: \"{}\" must be a JSON object like "
            "{{\"cases\": {{\"<name>\": {{\"case\": {{...}}}}}}}}.",
            path
        ));
    return all.at("cases");
}

/// The currents of an f-I curve in nA. @throws ParameterError
std::vector<double> amplitudes_of(const std::vector<double>& fi_curve) {
    constexpr double most = 1e6;
    if (fi_curve.size() != 3)
        throw ParameterError(fmt::format(
            "single_cell: --fi-curve takes three numbers, once, got {}.", fi_curve.size()
        ));
    for (std::size_t k = 0; k < 2; ++k) {
        if (!std::isfinite(fi_curve[k]))
            throw ParameterError(fmt::format(
                "single_cell: {} of --fi-curve must be a finite number of nA, got {}.",
                k == 0 ? "LOWEST" : "HIGHEST",
                number(fi_curve[k])
            ));
    }
    const double count = fi_curve[2];
    if (!(count >= 1 && count <= most && count == std::floor(count)))
        throw ParameterError(fmt::format(
            "single_cell: NUMBER of --fi-curve must be a whole number of currents from 1 to {}, "
            "got {}.",
            number(most),
            number(count)
        ));
    return linspace(fi_curve[0], fi_curve[1], static_cast<std::size_t>(count));
}

json run_all(const Environment& env, const Arguments& a) {
    const SimulationOptions options{
        .timestep  = a.timestep_ms * 1_ms,
        .precision = a.precision == "single" ? Precision::float32 : Precision::float64,
        .spike_timing =
            a.spike_timing == "off_grid" ? SpikeTiming::off_grid : SpikeTiming::on_grid};
    std::vector<double> amplitudes;
    if (!a.fi_curve.empty()) amplitudes = amplitudes_of(a.fi_curve);
    std::vector<examples::NamedCase> cases;
    const json                       file = read_cases(env, a.cases);
    for (const auto& [name, entry] : file.items()) {
        if (!entry.is_object() || !entry.contains("case"))
            throw ParameterError(
                fmt::format("single_cell: case \"{}\" has no member \"case\".", name)
            );
        cases.push_back({name, examples::read_case(name, entry.at("case"))});
    }
    json results = json::object();
    if (!a.fi_curve.empty()) {
        for (const examples::NamedCase& one : cases)
            results[one.name] = {
                {"current_nA", amplitudes},
                {"rate_Hz", examples::fi_curve(env.world(), options, one, amplitudes)}};
        return results;
    }
    const auto happened = examples::run_cases(env.world(), options, cases);
    for (std::size_t k = 0; k < cases.size(); ++k) {
        json& result = results[cases[k].name];
        if (!happened[k].problem.empty()) {
            result = {{"error", happened[k].problem}};
            continue;
        }
        result = {{"spikes", happened[k].spikes}, {"v", happened[k].v}};
        if (!a.all_states) continue;
        for (const auto& [state, values] : happened[k].states)
            result[state] = values;
    }
    return results;
}

/// Written beside and renamed, so that existing results are replaced only by whole ones.
void write(const Environment& env, const std::string& path, const json& results) {
    std::string problem;
    if (env.world().is_root()) {
        const std::string part = path + ".part";
        std::ofstream     file{part};
        file << results.dump() << "\n";
        file.close();
        if (!file || std::rename(part.c_str(), path.c_str()) != 0) problem = "cannot be written";
    }
    problem = env.world().broadcast(problem);
    if (!problem.empty()) throw FileError(fmt::format("single_cell: \"{}\" {}.", path, problem));
}

}  // namespace

int main(int argc, char** argv) {
    Environment env{argc, argv};
    Arguments   arguments;
    CLI::App    app{"Experiments with one cell at a time", "single_cell"};
    add_options(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out, err;
        const int          code = app.exit(error, out, err) == 0 ? 0 : 2;
        env.root() << out.str();
        if (env.world().is_root()) std::cerr << err.str();
        return code;
    }
    const json results = run_all(env, arguments);
    write(env, arguments.output, results);
    int code = 0;
    for (const json& result : results) {
        if (!result.contains("error")) continue;
        if (env.world().is_root())
            std::cerr << "Error: " << result.at("error").get<std::string>() << "\n";
        code = 1;
    }
    return code;
}

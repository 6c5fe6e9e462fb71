/// @file
/// One experiment with one cell, as a JSON file describes it, and how it is carried out.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <ranvier/ranvier.hpp>

#include <nlohmann/json.hpp>

namespace ranvier::examples {

/// A current step and spikes at two receptors; times in ms, values in PyNN's units.
struct CellCase {
    std::string             celltype;
    std::vector<NamedValue> params, init;
    double                  amplitude = 0, start = 0, stop = 0;  ///< nA, ms
    std::vector<double>     exc, inh;
    double                  w_exc = 0, w_inh = 0, delay = 1;
    double                  tstop = 0;
};

/// Reads the `case` of one entry of a file of cases; what is left out has the defaults above.
/// @throws ParameterError for what is missing or no number
CellCase read_case(const std::string& name, const nlohmann::json& setup);

/// What happened; the same on every rank.
struct CellResult {
    std::vector<double>                                      spikes;  ///< ms
    std::vector<double>                                      v;       ///< mV every 0.1 ms from 0
    std::vector<std::pair<std::string, std::vector<double>>> states;  ///< the others, the same way
};

/// Names of the cell types that `make_cells` knows.
std::vector<std::string> known_cell_types();

/// A population of a cell type, by its name. @collective @throws ParameterError
Population make_cells(
    Simulation& sim, const std::string& celltype, std::size_t size, const std::string& label
);

struct NamedCase {
    std::string name;  ///< unique
    CellCase    setup;
};

/// Runs all cases side by side in one simulation. @collective
std::vector<CellResult> run_cases(
    const Communicator& comm, SimulationOptions options, const std::vector<NamedCase>& cases
);

/// Mean rate in Hz during the current step for each amplitude in nA; there are no synapses.
/// @collective
std::vector<double> fi_curve(
    const Communicator&        comm,
    const SimulationOptions&   options,
    const CellCase&            setup,
    const std::vector<double>& amplitudes
);

}  // namespace ranvier::examples

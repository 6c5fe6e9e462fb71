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

/// Spikes at a receptor; times in ms, the weight in PyNN's unit.
struct CellInput {
    std::string         receptor;
    std::vector<double> times;
    double              weight = 0;
};

/// A current step and spikes at receptors; times in ms, values in PyNN's units.
struct CellCase {
    std::string             celltype;
    PointNeuron             composition;  ///< where that is PointNeuron
    std::vector<NamedValue> params, init;
    double                  amplitude = 0, start = 0, stop = 0;  ///< nA, ms
    std::vector<CellInput>  inputs;
    double                  delay = 1, tstop = 0;
};

/// Reads the `case` of one entry of a file of cases; what may be left out has the defaults above,
/// and the current ends with the simulation.
/// @throws ParameterError for members that are unknown, missing or not what they should be
CellCase read_case(const std::string& name, const nlohmann::json& setup);

/// What happened; the same on every rank.
struct CellResult {
    std::vector<double>                                      spikes;  ///< ms
    std::vector<double>                                      v;       ///< mV every 0.1 ms from 0
    std::vector<std::pair<std::string, std::vector<double>>> states;  ///< the others, the same way
    std::string problem;  ///< why it could not be simulated; then there is nothing else
};

/// Names of the cell types that `make_cells` knows.
std::vector<std::string> known_cell_types();

/// A population of the cells of a case. @collective @pre celltype is one of known_cell_types()
Population make_cells(
    Simulation& sim, const CellCase& setup, std::size_t size, const std::string& label
);

struct NamedCase {
    std::string name;  ///< for messages
    CellCase    setup;
};

/// Runs the cases that end together side by side in one simulation; where one cannot be simulated
/// to its end, the others are begun again without it. @collective
/// @throws Error the library's, for values that a model or a connection cannot have, with the case
std::vector<CellResult> run_cases(
    const Communicator& comm, const SimulationOptions& options, const std::vector<NamedCase>& cases
);

/// Mean rate in Hz during the current step, or the part of it before tstop, for each amplitude in
/// nA; there are no synapses. @collective
/// @throws ParameterError if there is no such part, RunError if a case cannot be simulated
std::vector<double> fi_curve(
    const Communicator&        comm,
    const SimulationOptions&   options,
    const NamedCase&           of,
    const std::vector<double>& amplitudes
);

}  // namespace ranvier::examples

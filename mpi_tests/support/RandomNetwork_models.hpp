/// @file
/// What the planner of random networks knows of each cell type.
#pragma once

#include <string>
#include <vector>

#include "support/RandomNetwork.hpp"

namespace ranvier::test {

/// Where the values of a parameter lie, and how often it is given.
struct Range {
    std::string name;
    double      low = 0, high = 0;
    double      given = 0.5;
};

/// Names of all cell types with a membrane.
const std::vector<std::string>& neuron_models();

std::vector<Range> parameter_ranges(const PlannedPopulation& population);
std::vector<Range> state_ranges(const PlannedPopulation& population);

/// How input acts on a neuron, and its receptors: in a list of two, the second inhibits.
models::Input            input_of(const PlannedPopulation& population);
std::vector<std::string> receptors_of(const PlannedPopulation& population);

}  // namespace ranvier::test

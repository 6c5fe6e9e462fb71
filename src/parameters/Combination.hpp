/// @file
/// What values that are combined consist of.
#pragma once

#include <functional>

#include "ranvier/parameters/ConnectionSpecification.hpp"
#include "ranvier/parameters/Specification.hpp"

namespace ranvier::parameters {

struct Specification::Combination {
    Operation                     operation;
    Specification                 first, second;
    std::function<double(double)> function;  ///< of `first`, for Operation::function
};

struct ConnectionSpecification::Combination {
    Operation                     operation;
    ConnectionSpecification       first, second;
    std::function<double(double)> function;
};

}  // namespace ranvier::parameters

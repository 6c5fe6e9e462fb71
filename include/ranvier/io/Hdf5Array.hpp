/// @file
/// Values that live in an HDF5 dataset, of which each rank reads its own.
#pragma once

#include <filesystem>
#include <string>

#include "ranvier/parameters/Specification.hpp"

namespace ranvier {

/// One value per member from a one-dimensional dataset of numbers, in PyNN's unit:
///
///     Population p{sim, n, IF_curr_exp{.tau_m = from_hdf5("cells.h5", "/tau_m")}};
///     p.initialize("v", from_hdf5("cells.h5", "/v"));
///     Lazy<Time>{from_hdf5("cells.h5", "/tau_m")} * 2      // in combinations the unit is said
///
/// The length is looked up when a group is given the values, and compared with its size; then each
/// rank reads the rows of its own members, without the others.
/// @local Nothing is opened here; what fails later is a FileError that names file and dataset.
parameters::StoredArray from_hdf5(std::filesystem::path file, std::string dataset);

}  // namespace ranvier

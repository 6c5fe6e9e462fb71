/// @file
/// Datasets to which all ranks append blocks of rows together.
#pragma once

#include <span>
#include <string>

#include "ranvier/base/types.hpp"

#include "H5.hpp"

namespace ranvier::io {

/// A dataset without rows. Every property that could make bytes depend on the ranks is fixed: no
/// time stamps, chunks allocated and filled when the dataset grows, no filters. @collective
/// @param num_columns 0: one dimension
/// @param chunk `[dimensions]`
H5Object h5_growing_dataset(
    hid_t                    group,
    const char*              name,
    hid_t                    type,
    hsize_t                  num_columns,
    std::span<const hsize_t> chunk,
    const std::string&       what
);

/// A dataset of one dimension and fixed length. @collective
H5Object h5_fixed_dataset(
    hid_t group, const char* name, hid_t type, hsize_t length, const std::string& what
);

/// Gives a growing dataset so many rows. @collective
void h5_set_rows(hid_t dataset, hsize_t rows, const std::string& what);

/// Writes this rank's rows, none included, over all columns. @collective
/// @return whether HDF5 carried it out collectively
bool h5_write_rows(
    hid_t dataset, hid_t memory_type, IndexRange rows, const void* data, const std::string& what
);

}  // namespace ranvier::io

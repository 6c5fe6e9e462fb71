/// @file
/// Values that live in an HDF5 dataset, of which each rank reads its own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "ranvier/parameters/Sequence.hpp"
#include "ranvier/parameters/Specification.hpp"
#include "ranvier/space/Structure.hpp"

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

/// One Sequence per member, as `write_nodes` writes them: the times in ms of one member after the
/// other in `dataset`, and where those of each begin in `<dataset>_offset`, which has one row more
/// than there are members.
///
///     p.set("spike_times", sequences_from_hdf5("nodes.h5",
///     "/nodes/l/0/dynamics_params/spike_times"));
///
/// Each rank reads the rows of its own members, offsets first.
/// @local As `from_hdf5`.
parameters::StoredSequences sequences_from_hdf5(std::filesystem::path file, std::string dataset);

/// Positions in um from the datasets x, y and z of a group of a file, as `write_nodes` writes them:
///
///     {.structure = Hdf5Positions{"nodes.h5", "/nodes/l/0"}}
///
/// The file is read again whenever a rank asks for a position that it has not read yet, some
/// thousand rows at a time, so it must stay. A rank holds what it was asked for: its own cells, and
/// those that projections which look at distances ask it for.
struct Hdf5Positions {
    std::filesystem::path file;
    std::string           group;

    /// @throws FileError if the datasets cannot be read; SpaceError if they do not have one row per
    ///         cell
    space::Layout layout(std::size_t size, random::Key key) const;
    std::string   describe() const;
    friend bool   operator==(const Hdf5Positions&, const Hdf5Positions&) = default;
};

}  // namespace ranvier

/// @file
/// The growing datasets of one population in a spike file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ranvier/recording/SpikeSink.hpp"

#include "Attempts.hpp"
#include "H5.hpp"
#include "whole_file.hpp"

namespace ranvier::io {

/// Where this rank's part of a window goes.
struct RowBlock {
    std::uint64_t first = 0;  ///< row of this rank's first spike, counted in the window
    std::uint64_t total = 0;  ///< spikes of all ranks in the window
};

/// The group `/spikes/<label>` with its two datasets. All functions but the queries are collective.
class SpikeDataset {
public:
    /// Elements of a chunk: a power of two between 1024 and 65536, from the number of cells.
    static std::uint64_t chunk_size(std::size_t num_cells);

    /// Bytes by which the constructor makes the file grow, at most.
    static std::uint64_t initial_bytes();

    /// Creates group, attributes and empty datasets in the open group `/spikes`.
    SpikeDataset(hid_t spikes, const RecordedPopulation& population, Attempts& attempt);

    /// Bytes by which both datasets together make the file grow for so many more spikes, at most.
    std::uint64_t growth_bytes(std::uint64_t num_spikes) const;

    /// Appends one window; a rank with nothing to write passes empty spans.
    void append(
        std::span<const double>        times,
        std::span<const std::uint64_t> ids,
        RowBlock                       block,
        Attempts&                      attempt
    );

    void close(Attempts& attempt);

    /// What the file has to hold of it.
    void add_written(std::vector<WrittenRows>& datasets) const;

    std::uint64_t num_writes() const { return num_writes_; }
    std::uint64_t num_collective() const { return num_collective_; }

private:
    void write_rows(hid_t dataset, hid_t type, const void* data, std::size_t count, RowBlock block);

    std::string   label_;
    H5Object      timestamps_;
    H5Object      node_ids_;
    std::uint64_t chunk_;
    std::uint64_t num_spikes_     = 0;
    std::uint64_t num_writes_     = 0;
    std::uint64_t num_collective_ = 0;
};

}  // namespace ranvier::io

/// @file
/// The growing matrix of one population in a file of signals, and what tells its columns and rows.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "ranvier/base/TimeGrid.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/recording/SignalSink.hpp"

#include "Attempts.hpp"
#include "H5.hpp"
#include "whole_file.hpp"

namespace ranvier::io {

/// The group `/report/<label>`. All functions but the queries are collective.
class SignalDataset {
public:
    /// Rows and columns of a chunk: at most 1 MiB of f32, from the number of cells.
    static std::array<hsize_t, 2> chunk_shape(std::uint64_t num_columns);

    /// Bytes by which the constructor makes the file grow, at most.
    static std::uint64_t initial_bytes(const RecordedSignal& signal);

    /// Creates the group, the mapping and an empty matrix in the open group `/report`.
    SignalDataset(
        hid_t                 report,
        const RecordedSignal& signal,
        const TimeGrid&       time,
        bool                  double_precision,
        bool                  is_root,
        Attempts&             attempt
    );

    /// Bytes by which so many more samples make the file grow, at most.
    std::uint64_t growth_bytes(std::uint64_t num_samples) const;

    /// Appends one window.
    /// @param rows this rank's, within the window
    /// @param values `[rows][num_columns]`, of the type of the file
    void append(IndexRange rows, std::uint64_t num_samples, const void* values, Attempts& attempt);

    /// Says in `mapping/time` how many samples there are. These values go to the disk at once, the
    /// number of rows only with a flush: so after it, or a killed program leaves a promise.
    void promise(Attempts& attempt);

    void close(Attempts& attempt);

    /// What the file has to hold of it.
    WrittenRows written() const { return {"/report/" + label_ + "/data", num_samples_}; }

    std::uint64_t num_writes() const { return num_writes_; }
    std::uint64_t num_collective() const { return num_collective_; }

private:
    void create_mapping(hid_t group, const RecordedSignal& signal, bool is_root, Attempts& attempt);
    void write_rows(IndexRange rows, const void* values);
    void write_time();

    std::string            label_;
    std::uint64_t          num_columns_;
    std::array<hsize_t, 2> chunk_;
    TimeGrid               time_;
    Step                   first_;
    Step                   interval_;
    hid_t                  memory_type_;
    std::uint64_t          value_bytes_;
    bool                   is_root_;
    H5Object               data_;
    H5Object               times_;
    std::uint64_t          num_samples_    = 0;
    std::uint64_t          num_writes_     = 0;
    std::uint64_t          num_collective_ = 0;
};

}  // namespace ranvier::io

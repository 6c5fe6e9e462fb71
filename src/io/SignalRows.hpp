/// @file
/// From samples on the ranks that own the cells to blocks of rows on the ranks that write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ranvier/base/types.hpp"
#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/recording/SignalSink.hpp"

namespace ranvier::io {

/// The rows of one signal that this rank writes.
template <class T>
struct SignalRows {
    IndexRange     rows;    ///< within the window
    std::vector<T> values;  ///< `[rows][columns of all ranks]`
};

/// Numbers of recorded cells, `[num_signals][size]`.
using ColumnsOfRanks = std::span<const std::vector<std::uint64_t>>;

/// Deals the samples of a window out to the ranks in order and moves each to the rank that has it.
/// @collective
/// @param columns recorded cells of each signal and rank
/// @param blocks `[num_signals]`, this rank's columns
/// @return `[num_signals]`
template <class T>
std::vector<SignalRows<T>> rows_to_write(
    const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
);

extern template std::vector<SignalRows<float>>
rows_to_write(const Communicator&, ColumnsOfRanks, std::span<const SignalBlock>);
extern template std::vector<SignalRows<double>>
rows_to_write(const Communicator&, ColumnsOfRanks, std::span<const SignalBlock>);

}  // namespace ranvier::io

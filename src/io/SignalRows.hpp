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

/// Deals the samples of windows out to the ranks in order and moves each to the rank that has it.
/// The memory is kept from one window to the next.
template <class T>
class RowExchange {
public:
    /// @collective
    /// @param columns recorded cells of each signal and rank
    /// @param blocks `[num_signals]`, this rank's columns
    /// @return `[num_signals]`, valid until the next call
    std::span<const SignalRows<T>> rows_to_write(
        const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
    );

private:
    void pack(
        const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
    );
    void place(
        const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
    );

    std::vector<SignalRows<T>> rows_;
    std::vector<T>             outgoing_, incoming_;  ///< rank by rank, this one left out
    std::vector<std::size_t>   sent_, received_;      ///< `[size]`
};

extern template class RowExchange<float>;
extern template class RowExchange<double>;

}  // namespace ranvier::io

#include "io/SignalRows.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/parallel/partition.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier::io {
namespace {

/// The value of a signal at a row and column, so that every one is different.
double value_at(std::size_t signal, std::size_t row, std::size_t column) {
    return static_cast<double>(1000 * signal + 100 * row + column);
}

/// Signals of the given numbers of columns, dealt to the ranks in blocks.
std::size_t compared_rows(
    const Communicator&             comm,
    RowExchange<double>&            exchange,
    const std::vector<std::size_t>& widths,
    const std::vector<std::size_t>& samples
) {
    std::vector<std::vector<std::uint64_t>> columns;
    std::vector<std::vector<double>>        mine;
    std::vector<SignalBlock>                blocks;
    for (std::size_t s = 0; s < widths.size(); ++s) {
        auto& counts = columns.emplace_back();
        for (int r = 0; r < comm.size(); ++r)
            counts.push_back(slice_of(widths[s], r, comm.size()).size());
        const IndexRange own    = slice_of(widths[s], comm.rank(), comm.size());
        auto&            values = mine.emplace_back();
        for (std::size_t k = 0; k < samples[s]; ++k)
            for (std::size_t c = own.first; c < own.last; ++c)
                values.push_back(value_at(s, k, c));
    }
    for (std::size_t s = 0; s < widths.size(); ++s)
        blocks.push_back({samples[s], mine[s]});

    const auto rows = exchange.rows_to_write(comm, columns, blocks);

    std::size_t compared = 0;
    for (std::size_t s = 0; s < widths.size(); ++s) {
        EXPECT_EQ(rows[s].values.size(), rows[s].rows.size() * widths[s]);
        for (std::size_t k = rows[s].rows.first; k < rows[s].rows.last; ++k) {
            for (std::size_t c = 0; c < widths[s]; ++c) {
                EXPECT_EQ(
                    rows[s].values[(k - rows[s].rows.first) * widths[s] + c], value_at(s, k, c)
                );
                ++compared;
            }
        }
    }
    return compared;
}

TEST(SignalRows, every_value_arrives_in_its_row_and_column) {
    const Communicator  comm;
    RowExchange<double> exchange;  // its memory holds the window before
    EXPECT_COMPARED_ALL(comm, compared_rows(comm, exchange, {7}, {10}), 70u);
    EXPECT_COMPARED_ALL(comm, compared_rows(comm, exchange, {7, 1, 0, 50}, {10, 3, 2, 1}), 123u);
    EXPECT_COMPARED_ALL(comm, compared_rows(comm, exchange, {2, 3}, {0, 5}), 15u);
}

TEST(SignalRows, single_precision_rounds_each_value_once) {
    const Communicator                      comm;
    const std::vector<double>               values(comm.is_root() ? 3 : 0, 0.1);
    std::vector<std::vector<std::uint64_t>> columns(1);
    for (int r = 0; r < comm.size(); ++r)
        columns[0].push_back(r == 0 ? 1 : 0);
    const std::vector<SignalBlock> blocks{{3, values}};
    RowExchange<float>             exchange;
    const auto                     rows     = exchange.rows_to_write(comm, columns, blocks);
    std::size_t                    compared = 0;
    for (const float value : rows[0].values) {
        EXPECT_EQ(value, 0.1F);
        ++compared;
    }
    EXPECT_COMPARED_ALL(comm, compared, 3u);
}

}  // namespace
}  // namespace ranvier::io

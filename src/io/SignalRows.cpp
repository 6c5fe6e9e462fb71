#include "SignalRows.hpp"

#include <algorithm>
#include <numeric>

#include "ranvier/parallel/partition.hpp"

namespace ranvier::io {

namespace {

IndexRange rows_of(std::size_t num_samples, std::size_t rank, std::size_t ranks) {
    const auto r = static_cast<int>(rank);
    const auto n = static_cast<int>(ranks);
    return {first_index(num_samples, r, n), first_index(num_samples, r + 1, n)};
}

/// Copies and rounds; returns the end of what it wrote.
template <class T>
T* convert(std::span<const double> from, T* to) {
    for (const double value : from)
        *to++ = static_cast<T>(value);
    return to;
}

}  // namespace

template <class T>
std::span<const SignalRows<T>> RowExchange<T>::rows_to_write(
    const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
) {
    const auto me    = static_cast<std::size_t>(comm.rank());
    const auto ranks = static_cast<std::size_t>(comm.size());
    sent_.assign(ranks, 0);
    received_.assign(ranks, 0);
    rows_.resize(blocks.size());
    for (std::size_t s = 0; s < blocks.size(); ++s) {
        const IndexRange mine  = rows_of(blocks[s].num_samples, me, ranks);
        std::size_t      width = 0;
        for (std::size_t r = 0; r < ranks; ++r) {
            width += columns[s][r];
            if (r == me) continue;
            sent_[r] += rows_of(blocks[s].num_samples, r, ranks).size() * columns[s][me];
            received_[r] += mine.size() * columns[s][r];
        }
        rows_[s].rows = mine;
        rows_[s].values.resize(mine.size() * width);
    }
    pack(comm, columns, blocks);
    if (ranks > 1) comm.all_to_all(outgoing_, sent_, incoming_, received_);
    place(comm, columns, blocks);
    return rows_;
}

template <class T>
void RowExchange<T>::pack(
    const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
) {
    const auto me    = static_cast<std::size_t>(comm.rank());
    const auto ranks = sent_.size();
    outgoing_.resize(std::accumulate(sent_.begin(), sent_.end(), std::size_t{0}));
    incoming_.resize(std::accumulate(received_.begin(), received_.end(), std::size_t{0}));
    T* to = outgoing_.data();
    for (std::size_t r = 0; r < ranks; ++r) {
        for (std::size_t s = 0; s < blocks.size() && r != me; ++s) {
            const IndexRange  rows  = rows_of(blocks[s].num_samples, r, ranks);
            const std::size_t width = columns[s][me];
            to = convert(blocks[s].values.subspan(rows.first * width, rows.size() * width), to);
        }
    }
}

template <class T>
void RowExchange<T>::place(
    const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
) {
    const auto               me    = static_cast<std::size_t>(comm.rank());
    const auto               ranks = received_.size();
    const T*                 from  = incoming_.data();
    std::vector<std::size_t> column(blocks.size(), 0);
    for (std::size_t r = 0; r < ranks; ++r) {
        for (std::size_t s = 0; s < blocks.size(); ++s) {
            const IndexRange rows  = rows_[s].rows;
            const auto       part  = static_cast<std::size_t>(columns[s][r]);
            const auto       width = rows.empty() ? 0 : rows_[s].values.size() / rows.size();
            for (std::size_t k = rows.first; k < rows.last; ++k) {
                T* to = rows_[s].values.data() + (k - rows.first) * width + column[s];
                if (r == me) {
                    convert(blocks[s].values.subspan(k * part, part), to);
                } else {
                    std::copy_n(from, part, to);
                    from += part;
                }
            }
            column[s] += part;
        }
    }
}

template class RowExchange<float>;
template class RowExchange<double>;

}  // namespace ranvier::io

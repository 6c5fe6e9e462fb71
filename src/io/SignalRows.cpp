#include "SignalRows.hpp"

#include <algorithm>
#include <numeric>

#include "ranvier/parallel/partition.hpp"

namespace ranvier::io {

namespace {

IndexRange rows_of(std::size_t num_samples, int rank, int ranks) {
    return {first_index(num_samples, rank, ranks), first_index(num_samples, rank + 1, ranks)};
}

}  // namespace

template <class T>
std::vector<SignalRows<T>> rows_to_write(
    const Communicator& comm, ColumnsOfRanks columns, std::span<const SignalBlock> blocks
) {
    const int                ranks = comm.size();
    std::vector<T>           outgoing;
    std::vector<std::size_t> sent_to(static_cast<std::size_t>(ranks), 0);
    std::size_t              total = 0;
    for (const SignalBlock& block : blocks)
        total += block.values.size();
    outgoing.reserve(total);
    const auto mine = static_cast<std::size_t>(comm.rank());
    for (int r = 0; r < ranks; ++r) {
        const std::size_t before = outgoing.size();
        for (std::size_t s = 0; s < blocks.size(); ++s) {
            const IndexRange rows  = rows_of(blocks[s].num_samples, r, ranks);
            const auto       width = static_cast<std::size_t>(columns[s][mine]);
            for (std::size_t i = rows.first * width; i < rows.last * width; ++i)
                outgoing.push_back(static_cast<T>(blocks[s].values[i]));
        }
        sent_to[static_cast<std::size_t>(r)] = outgoing.size() - before;
    }
    std::vector<SignalRows<T>> result(blocks.size());
    for (std::size_t s = 0; s < blocks.size(); ++s)
        result[s].rows = rows_of(blocks[s].num_samples, comm.rank(), ranks);
    if (ranks == 1 && blocks.size() == 1) {
        result[0].values = std::move(outgoing);
        return result;
    }

    const auto incoming = comm.all_to_all(outgoing, sent_to).values;
    auto       from     = incoming.begin();
    for (std::size_t s = 0; s < blocks.size(); ++s) {
        const auto width = std::accumulate(columns[s].begin(), columns[s].end(), std::uint64_t{0});
        result[s].values.resize(result[s].rows.size() * width);
    }
    std::vector<std::size_t> column(blocks.size(), 0);
    for (std::size_t r = 0; r < static_cast<std::size_t>(ranks); ++r) {
        for (std::size_t s = 0; s < blocks.size(); ++s) {
            const auto        part  = static_cast<std::size_t>(columns[s][r]);
            const std::size_t rows  = result[s].rows.size();
            const std::size_t width = rows == 0 ? 0 : result[s].values.size() / rows;
            for (std::size_t k = 0; k < rows; ++k) {
                const auto to =
                    result[s].values.begin() + static_cast<std::ptrdiff_t>(k * width + column[s]);
                std::copy_n(from, part, to);
                from += static_cast<std::ptrdiff_t>(part);
            }
            column[s] += part;
        }
    }
    return result;
}

template std::vector<SignalRows<float>>
rows_to_write(const Communicator&, ColumnsOfRanks, std::span<const SignalBlock>);
template std::vector<SignalRows<double>>
rows_to_write(const Communicator&, ColumnsOfRanks, std::span<const SignalBlock>);

}  // namespace ranvier::io

#include "SpikeRows.hpp"

#include <algorithm>
#include <cstddef>

#include "ranvier/parallel/partition.hpp"

namespace ranvier::io {

namespace {

/// Number of this rank's spikes for each writer and population, `[size][num_populations]`.
std::vector<std::size_t> counts_per_writer(
    int ranks, Step first, Step last, std::span<const std::vector<SpikeRecord>> spikes
) {
    const auto               window = static_cast<std::size_t>(last - first);
    std::vector<std::size_t> counts(static_cast<std::size_t>(ranks) * spikes.size());
    for (std::size_t p = 0; p < spikes.size(); ++p) {
        auto from = spikes[p].begin();
        for (int r = 0; r < ranks; ++r) {
            const Step end = first + static_cast<Step>(first_index(window, r + 1, ranks));
            const auto to  = std::partition_point(from, spikes[p].end(), [end](SpikeRecord s) {
                return s.step <= end;
            });
            counts[static_cast<std::size_t>(r) * spikes.size() + p] =
                static_cast<std::size_t>(to - from);
            from = to;
        }
    }
    return counts;
}

}  // namespace

std::vector<std::vector<SpikeRecord>> spikes_of_my_steps(
    const Communicator&                       comm,
    Step                                      first,
    Step                                      last,
    std::span<const std::vector<SpikeRecord>> spikes
) {
    const std::size_t num_populations = spikes.size();
    const auto        ranks           = static_cast<std::size_t>(comm.size());
    const auto        counts          = counts_per_writer(comm.size(), first, last, spikes);

    std::vector<SpikeRecord> outgoing;
    std::vector<std::size_t> sent_to(ranks, 0);
    std::vector<std::size_t> done(num_populations, 0);
    for (std::size_t r = 0; r < ranks; ++r) {
        for (std::size_t p = 0; p < num_populations; ++p) {
            const std::size_t n    = counts[r * num_populations + p];
            const auto        from = spikes[p].begin() + static_cast<std::ptrdiff_t>(done[p]);
            outgoing.insert(outgoing.end(), from, from + static_cast<std::ptrdiff_t>(n));
            done[p] += n;
            sent_to[r] += n;
        }
    }
    const auto incoming = comm.all_to_all(outgoing, sent_to);
    const auto incoming_counts =
        comm.all_to_all(counts, std::vector<std::size_t>(ranks, num_populations)).values;

    std::vector<std::vector<SpikeRecord>> mine(num_populations);
    auto                                  from = incoming.values.begin();
    for (std::size_t r = 0; r < ranks; ++r) {
        for (std::size_t p = 0; p < num_populations; ++p) {
            const auto n = static_cast<std::ptrdiff_t>(incoming_counts[r * num_populations + p]);
            mine[p].insert(mine[p].end(), from, from + n);
            from += n;
        }
    }
    for (auto& list : mine)  // equal records cannot be told apart, so the order is unique
        std::ranges::sort(list);
    return mine;
}

}  // namespace ranvier::io

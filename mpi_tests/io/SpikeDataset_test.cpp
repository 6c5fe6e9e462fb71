#include "io/SpikeDataset.hpp"

#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/OutputFile.hpp"
#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include <fmt/format.h>

namespace ranvier::io {
namespace {

TEST(SpikeDataset, chunks_are_powers_of_two_from_the_number_of_cells) {
    EXPECT_EQ(SpikeDataset::chunk_size(0), 1024u);
    EXPECT_EQ(SpikeDataset::chunk_size(1), 1024u);
    EXPECT_EQ(SpikeDataset::chunk_size(1024), 1024u);
    EXPECT_EQ(SpikeDataset::chunk_size(1025), 2048u);
    EXPECT_EQ(SpikeDataset::chunk_size(20683), 32768u);
    EXPECT_EQ(SpikeDataset::chunk_size(10'000'000), 65536u);
}

/// Writes windows of equal size into populations of equal size; the file's size and the bound.
struct Sizes {
    std::uint64_t actual, planned;
};
Sizes sizes_after(
    const Communicator&          comm,
    const std::filesystem::path& path,
    std::size_t                  num_populations,
    std::uint64_t                num_windows,
    std::uint64_t                spikes_per_rank
) {
    OutputFile file{comm, path};
    file.reserve(num_populations * SpikeDataset::initial_bytes());
    Attempts                  attempt;
    H5Object                  root{H5Gopen2(file.id(), "/", H5P_DEFAULT), H5Gclose};
    std::vector<SpikeDataset> datasets;
    for (std::size_t p = 0; p < num_populations; ++p) {
        const std::string label = fmt::format("population {} of some length", p);
        datasets.emplace_back(root.get(), RecordedPopulation{label, 100}, attempt);
    }
    attempt([&] { root.close("root"); });

    const std::vector<double>        times(spikes_per_rank, 0.5);
    const std::vector<std::uint64_t> ids(spikes_per_rank, 7);
    const RowBlock                   block{
                          .first = spikes_per_rank * static_cast<std::uint64_t>(comm.rank()),
                          .total = spikes_per_rank * static_cast<std::uint64_t>(comm.size())};
    for (std::uint64_t w = 0; w < num_windows; ++w) {
        std::uint64_t growth = 0;
        for (const SpikeDataset& dataset : datasets)
            growth += dataset.growth_bytes(block.total);
        file.reserve(growth);
        for (SpikeDataset& dataset : datasets)
            dataset.append(times, ids, block, attempt);
    }
    for (SpikeDataset& dataset : datasets)
        dataset.close(attempt);
    attempt.agree(comm);
    const std::uint64_t planned = file.planned_bytes();
    file.publish();
    return {std::filesystem::file_size(path), planned};
}

TEST(SpikeDataset, the_file_never_grows_beyond_what_was_reserved) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};

    for (const std::size_t num_populations : {0u, 1u, 12u}) {
        for (const std::uint64_t spikes : {1u, 700u, 5000u}) {
            const auto path = folder / fmt::format("{}_{}.h5", num_populations, spikes);
            const auto [actual, planned] = sizes_after(comm, path, num_populations, 10, spikes);
            EXPECT_LE(actual, planned) << path;
            if (spikes == 5000 && num_populations > 0) {
                EXPECT_GT(static_cast<double>(actual), 0.7 * static_cast<double>(planned)) << path;
            }
        }
    }
}

TEST(SpikeDataset, one_population_with_very_many_chunks) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto [actual, planned] = sizes_after(comm, folder / "many.h5", 1, 5, 200'000);

    EXPECT_LE(actual, planned);
    EXPECT_GT(static_cast<double>(actual), 0.9 * static_cast<double>(planned));
}

}  // namespace
}  // namespace ranvier::io

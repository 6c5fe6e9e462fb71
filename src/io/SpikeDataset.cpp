#include "SpikeDataset.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "H5Rows.hpp"
#include <fmt/format.h>

namespace ranvier::io {

namespace {

constexpr std::uint64_t smallest_chunk = 1024;
constexpr std::uint64_t largest_chunk  = 65536;

/// Bound for a chunk's share in HDF5's index: a node of 2 kB for at least 32 chunks, and gaps.
constexpr std::uint64_t index_bytes_per_chunk = 256;

/// Bound for group, object headers, attributes, and first nodes of the two indices.
constexpr std::uint64_t bytes_when_empty = 16 * 1024;

std::string about(const char* verb, const std::string& label) {
    return fmt::format("write_sonata: cannot {} the spikes of \"{}\"", verb, label);
}

/// The enumeration that says how spikes are sorted.
H5Local sorting_type() {
    const char* what = "write_sonata: cannot make the type of the attribute sorting";
    H5Local     type{h5_check(H5Tenum_create(H5T_STD_U8LE), what), H5Tclose};
    for (std::uint8_t value = 0; const char* name : {"none", "by_id", "by_time"}) {
        h5_check(H5Tenum_insert(type.get(), name, &value), what);
        ++value;
    }
    return type;
}

}  // namespace

std::uint64_t SpikeDataset::chunk_size(std::size_t num_cells) {
    return std::bit_ceil(
        std::clamp(static_cast<std::uint64_t>(num_cells), smallest_chunk, largest_chunk)
    );
}

SpikeDataset::SpikeDataset(hid_t spikes, const RecordedPopulation& population, Attempts& attempt)
    : label_(population.label),
      chunk_(chunk_size(population.size)) {
    const std::string what = about("create the datasets for", label_);
    const std::array  chunk{hsize_t{chunk_}};
    H5Object          group;
    attempt([&] {
        const H5Local list = h5_creation_list(H5P_GROUP_CREATE);
        const hid_t   id = H5Gcreate2(spikes, label_.c_str(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
        group            = {h5_check(id, what), H5Gclose};
    });
    attempt([&] {
        const std::uint8_t by_time = 2;
        h5_write_attribute(group.get(), "sorting", sorting_type().get(), &by_time);
    });
    attempt([&] {
        const auto size = static_cast<std::uint64_t>(population.size);
        h5_write_attribute(group.get(), "ranvier_size", H5T_STD_U64LE, &size);
    });
    attempt([&] {
        timestamps_ = h5_growing_dataset(group.get(), "timestamps", H5T_IEEE_F64LE, 0, chunk, what);
        h5_write_attribute(timestamps_.get(), "units", "ms");
    });
    attempt([&] {
        node_ids_ = h5_growing_dataset(group.get(), "node_ids", H5T_STD_U64LE, 0, chunk, what);
        h5_write_attribute(node_ids_.get(), "sorting", "by_time");
    });
    attempt([&] { group.close(what); });
}

std::uint64_t SpikeDataset::initial_bytes() {
    return bytes_when_empty;
}

std::uint64_t SpikeDataset::growth_bytes(std::uint64_t num_spikes) const {
    const auto chunks = [this](std::uint64_t rows) { return (rows + chunk_ - 1) / chunk_; };
    const auto added  = chunks(num_spikes_ + num_spikes) - chunks(num_spikes_);
    return 2 * added * (chunk_ * sizeof(double) + index_bytes_per_chunk);
}

void SpikeDataset::append(
    std::span<const double>        times,
    std::span<const std::uint64_t> ids,
    RowBlock                       block,
    Attempts&                      attempt
) {
    const hsize_t     rows = num_spikes_ + block.total;
    const std::string what = about("write", label_);
    attempt([&] { h5_set_rows(timestamps_.get(), rows, what); });
    attempt([&] { h5_set_rows(node_ids_.get(), rows, what); });
    attempt([&] {
        write_rows(timestamps_.get(), H5T_NATIVE_DOUBLE, times.data(), times.size(), block);
    });
    attempt([&] { write_rows(node_ids_.get(), H5T_NATIVE_UINT64, ids.data(), ids.size(), block); });
    num_spikes_ = rows;
}

void SpikeDataset::write_rows(
    hid_t dataset, hid_t type, const void* data, std::size_t count, RowBlock block
) {
    const std::uint64_t first = num_spikes_ + block.first;
    const IndexRange    rows{first, first + count};
    if (h5_write_rows(dataset, type, rows, data, about("write", label_))) ++num_collective_;
    ++num_writes_;
}

void SpikeDataset::close(Attempts& attempt) {
    const std::string what = about("close", label_);
    attempt([&] { timestamps_.close(what); });
    attempt([&] { node_ids_.close(what); });
}

void SpikeDataset::add_written(std::vector<WrittenRows>& datasets) const {
    for (const char* name : {"timestamps", "node_ids"})
        datasets.push_back({fmt::format("/spikes/{}/{}", label_, name), num_spikes_});
}

}  // namespace ranvier::io

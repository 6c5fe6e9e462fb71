#include "SpikeDataset.hpp"

#include <algorithm>
#include <bit>

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

/// A one-dimensional dataset without rows. Every property that could make bytes depend on the ranks
/// is fixed: no time stamps, chunks allocated and filled when the dataset grows, no filters.
H5Object create_dataset(
    hid_t group, const char* name, hid_t type, hsize_t chunk, const std::string& what
) {
    const hsize_t none      = 0;
    const hsize_t unlimited = H5S_UNLIMITED;
    const H5Local space{h5_check(H5Screate_simple(1, &none, &unlimited), what), H5Sclose};
    const H5Local list = h5_creation_list(H5P_DATASET_CREATE);
    h5_check(H5Pset_chunk(list.get(), 1, &chunk), what);
    h5_check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), what);
    const hid_t id =
        H5Dcreate2(group, name, type, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
    return {h5_check(id, what), H5Dclose};
}

/// Rows `[first, first + count)` of a dataset, possibly none.
H5Local file_rows(hid_t dataset, hsize_t first, hsize_t count, const std::string& what) {
    H5Local space{h5_check(H5Dget_space(dataset), what), H5Sclose};
    if (count == 0) {
        h5_check(H5Sselect_none(space.get()), what);
    } else {
        h5_check(
            H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &first, nullptr, &count, nullptr), what
        );
    }
    return space;
}

H5Local collective_transfer(const std::string& what) {
    H5Local list{h5_check(H5Pcreate(H5P_DATASET_XFER), what), H5Pclose};
    h5_check(H5Pset_dxpl_mpio(list.get(), H5FD_MPIO_COLLECTIVE), what);
    // One MPI operation for all chunks: left to itself, HDF5 writes sparse chunks independently.
    h5_check(H5Pset_dxpl_mpio_chunk_opt(list.get(), H5FD_MPIO_CHUNK_ONE_IO), what);
    return list;
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
        timestamps_ = create_dataset(group.get(), "timestamps", H5T_IEEE_F64LE, chunk_, what);
        h5_write_attribute(timestamps_.get(), "units", "ms");
    });
    attempt([&] {
        node_ids_ = create_dataset(group.get(), "node_ids", H5T_STD_U64LE, chunk_, what);
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
    attempt([&] { h5_check(H5Dset_extent(timestamps_.get(), &rows), what); });
    attempt([&] { h5_check(H5Dset_extent(node_ids_.get(), &rows), what); });
    attempt([&] {
        write_rows(timestamps_.get(), H5T_NATIVE_DOUBLE, times.data(), times.size(), block);
    });
    attempt([&] { write_rows(node_ids_.get(), H5T_NATIVE_UINT64, ids.data(), ids.size(), block); });
    num_spikes_ = rows;
}

void SpikeDataset::write_rows(
    hid_t dataset, hid_t type, const void* data, std::size_t count, RowBlock block
) {
    const std::string what   = about("write", label_);
    const hsize_t     length = count;
    const H5Local     file   = file_rows(dataset, num_spikes_ + block.first, length, what);
    const H5Local     memory{h5_check(H5Screate_simple(1, &length, nullptr), what), H5Sclose};
    const H5Local     transfer = collective_transfer(what);
    const std::byte   nothing{};  // HDF5 wants an address even where nothing is written
    h5_check(
        H5Dwrite(
            dataset,
            type,
            memory.get(),
            file.get(),
            transfer.get(),
            count == 0 ? static_cast<const void*>(&nothing) : data
        ),
        what
    );

    H5D_mpio_actual_io_mode_t mode = H5D_MPIO_NO_COLLECTIVE;
    h5_check(H5Pget_mpio_actual_io_mode(transfer.get(), &mode), what);
    ++num_writes_;
    if (mode == H5D_MPIO_CHUNK_COLLECTIVE) ++num_collective_;
}

void SpikeDataset::close(Attempts& attempt) {
    const std::string what = about("close", label_);
    attempt([&] { timestamps_.close(what); });
    attempt([&] { node_ids_.close(what); });
}

}  // namespace ranvier::io

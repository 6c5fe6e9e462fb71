#include "H5Rows.hpp"

#include <array>
#include <cstddef>

namespace ranvier::io {

namespace {

constexpr int most_dimensions = 2;
using Sizes                   = std::array<hsize_t, most_dimensions>;

H5Local collective_transfer(const std::string& what) {
    H5Local list{h5_check(H5Pcreate(H5P_DATASET_XFER), what), H5Pclose};
    h5_check(H5Pset_dxpl_mpio(list.get(), H5FD_MPIO_COLLECTIVE), what);
    // One MPI operation for all chunks: left to itself, HDF5 writes sparse chunks independently.
    h5_check(H5Pset_dxpl_mpio_chunk_opt(list.get(), H5FD_MPIO_CHUNK_ONE_IO), what);
    return list;
}

/// The extent of a dataset; the second size is 1 if it has one dimension.
Sizes extent_of(hid_t space, const std::string& what) {
    Sizes sizes{0, 1};
    h5_check(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), what);
    return sizes;
}

}  // namespace

H5Object h5_growing_dataset(
    hid_t                    group,
    const char*              name,
    hid_t                    type,
    hsize_t                  num_columns,
    std::span<const hsize_t> chunk,
    const std::string&       what
) {
    const int     dimensions = static_cast<int>(chunk.size());
    const Sizes   none{0, num_columns};
    const Sizes   largest{H5S_UNLIMITED, num_columns > 0 ? num_columns : 1};
    const H5Local space{
        h5_check(H5Screate_simple(dimensions, none.data(), largest.data()), what), H5Sclose};
    const H5Local list = h5_creation_list(H5P_DATASET_CREATE);
    h5_check(H5Pset_chunk(list.get(), dimensions, chunk.data()), what);
    h5_check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), what);
    const hid_t id =
        H5Dcreate2(group, name, type, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
    return {h5_check(id, what), H5Dclose};
}

H5Object h5_fixed_dataset(
    hid_t group, const char* name, hid_t type, hsize_t length, const std::string& what
) {
    const H5Local space{h5_check(H5Screate_simple(1, &length, nullptr), what), H5Sclose};
    const H5Local list = h5_creation_list(H5P_DATASET_CREATE);
    if (length > 0)  // nothing cannot be allocated
        h5_check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), what);
    const hid_t id =
        H5Dcreate2(group, name, type, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT);
    return {h5_check(id, what), H5Dclose};
}

void h5_set_rows(hid_t dataset, hsize_t rows, const std::string& what) {
    const H5Local space{h5_check(H5Dget_space(dataset), what), H5Sclose};
    Sizes         sizes = extent_of(space.get(), what);
    sizes[0]            = rows;
    h5_check(H5Dset_extent(dataset, sizes.data()), what);
}

bool h5_write_rows(
    hid_t dataset, hid_t memory_type, IndexRange rows, const void* data, const std::string& what
) {
    const H5Local file{h5_check(H5Dget_space(dataset), what), H5Sclose};
    const Sizes   extent = extent_of(file.get(), what);
    if (extent[0] * extent[1] == 0) return true;  // on all ranks alike
    const int     dimensions = h5_check(H5Sget_simple_extent_ndims(file.get()), what);
    const Sizes   first{rows.first, 0};
    const Sizes   count{rows.size(), extent[1]};
    const H5Local memory{
        h5_check(H5Screate_simple(dimensions, count.data(), nullptr), what), H5Sclose};
    const bool empty = count[0] * count[1] == 0;
    if (empty) {
        h5_check(H5Sselect_none(file.get()), what);
        h5_check(H5Sselect_none(memory.get()), what);
    } else {
        h5_check(
            H5Sselect_hyperslab(
                file.get(), H5S_SELECT_SET, first.data(), nullptr, count.data(), nullptr
            ),
            what
        );
    }
    const H5Local   transfer = collective_transfer(what);
    const std::byte nothing{};  // HDF5 wants an address even where nothing is written
    h5_check(
        H5Dwrite(
            dataset, memory_type, memory.get(), file.get(), transfer.get(), empty ? &nothing : data
        ),
        what
    );
    H5D_mpio_actual_io_mode_t mode = H5D_MPIO_NO_COLLECTIVE;
    h5_check(H5Pget_mpio_actual_io_mode(transfer.get(), &mode), what);
    return mode == H5D_MPIO_CHUNK_COLLECTIVE || mode == H5D_MPIO_CONTIGUOUS_COLLECTIVE;
}

}  // namespace ranvier::io

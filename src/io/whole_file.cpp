#include "whole_file.hpp"

#include <array>

#include "ranvier/base/Error.hpp"

#include "H5.hpp"
#include <fmt/format.h>

namespace ranvier::io {

namespace {

/// Opens for this process alone. Jobs keep away from the file by a lock of their own, which HDF5's
/// would meet where the file system knows one kind only.
H5Local open_alone(const std::filesystem::path& path, unsigned access) {
    const H5Local list{H5Pcreate(H5P_FILE_ACCESS), H5Pclose};
    H5Pset_file_locking(list.get(), false, true);
    return {H5Fopen(path.c_str(), access, list.get()), H5Fclose};
}

/// Bytes of all chunks that are needed for the extent of a dataset.
std::uint64_t bytes_of_chunks(hid_t dataset, const std::array<hsize_t, 2>& extent, int dimensions) {
    const H5Local          list{H5Dget_create_plist(dataset), H5Pclose};
    const H5Local          type{H5Dget_type(dataset), H5Tclose};
    std::array<hsize_t, 2> chunk{1, 1};
    H5Pget_chunk(list.get(), dimensions, chunk.data());
    std::uint64_t bytes = H5Tget_size(type.get());
    for (std::size_t d = 0; d < 2; ++d)
        bytes *= (extent[d] + chunk[d] - 1) / chunk[d] * chunk[d];
    return bytes;
}

/// What is wrong with a dataset; nothing if it is whole.
std::string fault_of(hid_t file, const WrittenRows& written) {
    const H5Local dataset{H5Dopen2(file, written.dataset.c_str(), H5P_DEFAULT), H5Dclose};
    if (dataset.get() < 0) return fmt::format("{}: {}", written.dataset, h5_reason());
    const H5Local          space{H5Dget_space(dataset.get()), H5Sclose};
    std::array<hsize_t, 2> extent{0, 1};
    const int dimensions = H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr);
    if (dimensions < 1) return fmt::format("{}: {}", written.dataset, h5_reason());
    if (extent[0] != written.num_rows)
        return fmt::format(
            "{} has {} rows, expected {}", written.dataset, extent[0], written.num_rows
        );
    const std::uint64_t found    = H5Dget_storage_size(dataset.get());
    const std::uint64_t expected = bytes_of_chunks(dataset.get(), extent, dimensions);
    if (found == expected) return {};
    return fmt::format("{} has {} bytes of chunks, expected {}", written.dataset, found, expected);
}

std::string fault_of(const std::filesystem::path& path, const std::vector<WrittenRows>& datasets) {
    const H5Local file = open_alone(path, H5F_ACC_RDONLY);
    if (file.get() < 0) return h5_reason();  // among others, that it is shorter than it says
    const H5Local mark{H5Aopen(file.get(), complete_mark, H5P_DEFAULT), H5Aclose};
    std::uint8_t  complete = 0;
    if (mark.get() < 0 || H5Aread(mark.get(), H5T_NATIVE_UINT8, &complete) < 0) return h5_reason();
    if (complete != 1) return "it is not marked as complete";
    for (const WrittenRows& written : datasets) {
        std::string fault = fault_of(file.get(), written);
        if (!fault.empty()) return fault;
    }
    return {};
}

/// Readers are not to take the file for a complete one, if they can read it at all.
void take_mark_back(const std::filesystem::path& path) {
    const H5Local      file = open_alone(path, H5F_ACC_RDWR);
    const H5Local      mark{H5Aopen(file.get(), complete_mark, H5P_DEFAULT), H5Aclose};
    const std::uint8_t incomplete = 0;
    H5Awrite(mark.get(), H5T_NATIVE_UINT8, &incomplete);
}

}  // namespace

void require_whole(
    const std::filesystem::path&    path,
    const std::vector<WrittenRows>& datasets,
    const std::string&              who
) {
    h5_prepare();
    const std::string fault = fault_of(path, datasets);
    if (fault.empty()) return;
    take_mark_back(path);
    throw FileError(fmt::format(
        "{}: \"{}\" is not what was written: {}. Something else has changed it, so it does not get "
        "its "
        "name. Run the simulation again, with part files left alone.",
        who,
        path.string(),
        fault
    ));
}

}  // namespace ranvier::io

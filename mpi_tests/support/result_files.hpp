/// @file
/// Reading result files as somebody else would: bytes, and datasets by plain HDF5 on one rank
/// alone.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <hdf5.h>

namespace ranvier::test {

inline std::string bytes_of(const std::filesystem::path& path) {
    std::string bytes(std::filesystem::file_size(path), ' ');
    std::ifstream{path, std::ios::binary}.read(
        bytes.data(), static_cast<std::streamsize>(bytes.size())
    );
    return bytes;
}

/// Name and content of all files in a directory.
inline std::map<std::string, std::string> files_in(const std::filesystem::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator{directory}) {
        if (entry.is_regular_file()) files[entry.path().filename()] = bytes_of(entry.path());
    }
    return files;
}

/// All values of a dataset. @local
template <class T>
std::vector<T> read_dataset(hid_t file, const std::string& name, hid_t type) {
    const hid_t    dataset = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
    const hid_t    space   = H5Dget_space(dataset);
    std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    if (!values.empty()) H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
}
template <class T>
std::vector<T> read_dataset(
    const std::filesystem::path& path, const std::string& name, hid_t type
) {
    const hid_t file   = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    auto        values = read_dataset<T>(file, name, type);
    H5Fclose(file);
    return values;
}

}  // namespace ranvier::test

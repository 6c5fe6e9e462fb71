/// @file
/// What an earlier run has left in a directory.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace ranvier::io {

/// The regular files of a directory, without links to such, and when they were changed last; none
/// where there is no directory. @local
std::map<std::string, std::filesystem::file_time_type> files_with_times(
    const std::filesystem::path& directory
);

/// Whether Ranvier has written a file as spikes, as signals of a variable or as run.json, under the
/// name that it has: `spikes.h5`, `v_seg001.h5`, `run.json`. Not so connections, nodes, and copies
/// under another name, also one with another number: a file tells its number. @local
bool is_result_file(const std::filesystem::path& path);

}  // namespace ranvier::io

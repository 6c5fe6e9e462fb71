/// @file
/// Whether a finished file is what was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ranvier::io {

/// The root attribute that is 0 until a file is finished, then 1.
inline constexpr const char* complete_mark = "ranvier_complete";

/// A dataset that has grown.
struct WrittenRows {
    std::string   dataset;   ///< `/report/exc/data`
    std::uint64_t num_rows;  ///< that were written
};

/// Makes sure that a closed file is marked as complete, is as long as it says itself, and has all
/// rows of the datasets, with their storage. Otherwise the mark is taken back.
/// @local
/// @throws FileError
void require_whole(
    const std::filesystem::path&    path,
    const std::vector<WrittenRows>& datasets,
    const std::string&              who
);

}  // namespace ranvier::io

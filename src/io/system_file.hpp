/// @file
/// Files by the operating system's own calls, with the system's text in the errors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace ranvier::io {

/// The system's text for an error number, in lower case: "no space left on device". @local
std::string system_text(int error_number);
/// What to do about it, for a file that cannot be written.
std::string_view system_advice(int error_number);

/// Creates a directory and those above it. @local @throws FileError
void make_directory(const std::filesystem::path& directory, const std::string& who);

/// Makes an empty file, so that what is wrong with path, rights or disk is known, and keeps other
/// jobs from doing the same while the result lives, where the file system can lock.
/// @local
/// @throws FileError, also if another job is writing the file
std::shared_ptr<void> make_empty_file(const std::filesystem::path& path, const std::string& who);

/// Takes disk space for a file up to a size, which itself stays as it is. Where the file system
/// cannot reserve, at least looks whether there is room.
/// @local
/// @return 0, or the error number
int reserve_space(const std::filesystem::path& path, std::uint64_t from, std::uint64_t to);

/// The largest file this process may write, in bytes. @local
std::uint64_t file_size_limit();

/// Gives back space beyond the end, waits until the file is on the disk and renames it; the
/// directory is synchronised too. @local @throws FileError
void move_into_place(
    const std::filesystem::path& from, const std::filesystem::path& to, const std::string& who
);

}  // namespace ranvier::io

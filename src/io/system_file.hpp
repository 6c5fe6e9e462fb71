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

/// A file that this job writes, and that other jobs keep away from while the object lives, where
/// the file system can lock. All functions are @local.
class OwnFile {
public:
    explicit OwnFile(int descriptor) : descriptor_(descriptor) {}
    ~OwnFile();
    OwnFile(const OwnFile&)            = delete;
    OwnFile& operator=(const OwnFile&) = delete;

    std::uint64_t num_bytes() const;
    /// Whether a name leads to this file: false if it has been removed or replaced.
    bool is_at(const std::filesystem::path& path) const;

private:
    int descriptor_;
};

/// Makes an empty file, so that what is wrong with path, rights or disk is known. What the name
/// leads to must be a regular file or nothing: a symbolic link is not followed. Of a file with
/// several names, the others keep what they have.
/// @local
/// @throws FileError, also if another job is writing the file
std::shared_ptr<OwnFile> make_empty_file(const std::filesystem::path& path, const std::string& who);

/// Keeps other jobs away from a file that is there; nothing if one is at it, or there is none.
/// @local
std::shared_ptr<OwnFile> claim_file(const std::filesystem::path& path);

/// Whether there is a file that may not be written to, by its permissions or by this user. @local
bool is_write_protected(const std::filesystem::path& path);

/// Makes sure that a file may be replaced or removed: it is not write-protected. @local
/// @throws FileError
void require_replaceable(const std::filesystem::path& path, const std::string& who);

/// Takes disk space for a file from one size up to another; its own size stays as it is. Where the
/// file system cannot reserve, see `reserve_by_writing`.
/// @local
/// @return 0, or the error number
int reserve_space(const std::filesystem::path& path, std::uint64_t from, std::uint64_t to);

/// Lengthens a file by zeros, so that its space is taken. HDF5 gives a file its proper length when
/// it flushes, and whatever it has put off till then lies before that.
/// @local
/// @return 0, or the error number
int reserve_by_writing(const std::filesystem::path& path, std::uint64_t to);

/// The largest file this process may write, in bytes. @local
std::uint64_t file_size_limit();

/// Gives back space beyond the end and waits until the file is on the disk. @local @throws
/// FileError
void synchronize(const std::filesystem::path& path, const std::string& who);

/// Renames a file, replacing another one that may be written to. @local @throws FileError
void rename_file(
    const std::filesystem::path& from, const std::filesystem::path& to, const std::string& who
);

/// Waits until the names in a directory are on the disk, where the file system can. @local
void synchronize_directory(const std::filesystem::path& directory);

/// The three above. @local @throws FileError
void move_into_place(
    const std::filesystem::path& from, const std::filesystem::path& to, const std::string& who
);

}  // namespace ranvier::io

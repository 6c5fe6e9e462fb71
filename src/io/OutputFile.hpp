/// @file
/// A result file that all ranks write together and that appears under its name when it is whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ranvier/parallel/Communicator.hpp"

#include "H5.hpp"
#include "system_file.hpp"
#include "whole_file.hpp"

namespace ranvier::io {

/// An HDF5 file opened by all ranks as `<path>.part`, with the root attributes every SONATA file
/// has and the mark ranvier_complete = 0.
///
/// Parallel HDF5 does not survive a full disk: the ranks wait for each other inside its collective
/// calls, for ever. So before anything that makes the file grow, `reserve` takes the space.
///
/// Nobody else should touch the part file, but nobody is kept from it: a file that has become
/// shorter, or has been removed or replaced, is an error wherever it is noticed.
///
/// All functions but the queries are collective. Errors are FileErrors with the same text on every
/// rank.
class OutputFile {
public:
    /// Creates the directory and the part file, replacing an earlier part file.
    /// @throws FileError, also if another job is writing the part file
    OutputFile(const Communicator& comm, std::filesystem::path path);

    const std::filesystem::path& path() const { return path_; }
    hid_t                        id() const { return file_.get(); }

    /// The size that everything reserved so far adds up to; the file is never larger. @local
    std::uint64_t planned_bytes() const { return planned_bytes_; }

    /// Where and what, the beginning of an error message: `write_sonata: cannot flush
    /// "spikes.h5.part"`. @local
    std::string cannot(std::string_view verb) const;

    /// Called before anything is written. Makes sure that the file is as this job left it, and that
    /// it can grow by so many bytes: room on the disk, no file size limit of
    /// any rank in the way. HDF5 does not tell how large a file is that several ranks write, so the
    /// callers count, with a bound for metadata. If it fails, what was written before is flushed.
    /// @param num_bytes the same on every rank
    /// @param after_flush called on all ranks after that flush; what it writes is in place
    void reserve(std::uint64_t num_bytes, const std::function<void()>& after_flush = {});

    /// Writes out what HDF5 holds back, so that a killed program leaves a readable part file.
    void flush();

    /// Closes the file as it is, for other jobs to replace. Objects in it must be closed before.
    void close();

    /// Notes how large the file is, once all ranks have written. @local
    void note_size();

    /// Sets the mark, closes the file, and makes sure that everything is in it. It stays this job's
    /// until it has its name.
    /// @param datasets that have grown, with all their rows
    void complete(const std::vector<WrittenRows>& datasets = {});

    /// Completes the file and gives it its name, replacing an earlier file.
    void publish(const std::vector<WrittenRows>& datasets = {});

private:
    void check_untouched() const;
    void check_limit(std::uint64_t needed, std::uint64_t limit) const;
    void check_space(std::uint64_t before, std::uint64_t needed) const;
    void create_part_file();
    void close_file();
    void write_root_attributes();

    Communicator             comm_;
    std::filesystem::path    path_;
    std::filesystem::path    part_path_;
    std::shared_ptr<OwnFile> own_;  ///< on root
    H5Object                 file_;
    std::uint64_t            planned_bytes_ = 0;
    std::uint64_t            noted_bytes_   = 0;  ///< on root, the size when last looked at
};

}  // namespace ranvier::io

#include "OutputFile.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <mpi.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/native.hpp"

#include "Attempts.hpp"
#include "system_file.hpp"
#include <fmt/format.h>
#include <unistd.h>

namespace ranvier::io {

namespace {

constexpr const char*   who          = "write_sonata";
constexpr std::uint32_t sonata_magic = 0x0A7A;
constexpr std::array    sonata_version{std::uint32_t{0}, std::uint32_t{1}};

/// Room for the superblock, the root group with its attributes, and gaps between blocks.
constexpr std::uint64_t metadata_bytes = 64 * 1024;

/// Opening by MPI, metadata by one rank for all.
H5Local access_list(const Communicator& comm) {
    const char* what = "write_sonata: cannot make a file access list";
    H5Local     list{h5_check(H5Pcreate(H5P_FILE_ACCESS), what), H5Pclose};
    h5_check(H5Pset_fapl_mpio(list.get(), native(comm), MPI_INFO_NULL), what);
    h5_check(H5Pset_all_coll_metadata_ops(list.get(), true), what);
    h5_check(H5Pset_coll_metadata_write(list.get(), true), what);
    return list;
}

}  // namespace

OutputFile::OutputFile(const Communicator& comm, std::filesystem::path path)
    : comm_(comm),
      path_(std::move(path)),
      part_path_(path_.string() + ".part") {
    h5_prepare();
    on_root(comm_, [&] {
        const parallel::FileAccess access;
        make_directory(path_.parent_path(), who);
        require_replaceable(path_, who);
        own_ = make_empty_file(part_path_, who);
    });
    collectively_in_file(comm_, [&] {
        if (access(part_path_.c_str(), R_OK | W_OK) == 0) return;
        throw FileError(fmt::format(
            "{}: {}. Every node must see the same directory.", cannot("open"), system_text(errno)
        ));
    });
    reserve(metadata_bytes);
    collectively_in_file(comm_, [&] { create_part_file(); });
    planned_bytes_ = 0;  // truncation has given back what was reserved
    reserve(metadata_bytes);
    collectively_in_file(comm_, [&] { write_root_attributes(); });
    note_size();
}

std::string OutputFile::cannot(std::string_view verb) const {
    return fmt::format("{}: cannot {} \"{}\"", who, verb, part_path_.string());
}

void OutputFile::create_part_file() {
    const H5Local creation = h5_creation_list(H5P_FILE_CREATE);
    const H5Local access   = access_list(comm_);
    const hid_t   id = H5Fcreate(part_path_.c_str(), H5F_ACC_TRUNC, creation.get(), access.get());
    file_            = {h5_check(id, cannot("create")), H5Fclose};
}

void OutputFile::write_root_attributes() {
    h5_write_attribute(id(), "magic", sonata_magic);
    h5_write_attribute(id(), "version", sonata_version);
    const std::uint8_t mark = 0;
    h5_write_attribute(id(), complete_mark, H5T_STD_U8LE, &mark);
}

void OutputFile::reserve(std::uint64_t num_bytes, const std::function<void()>& after_flush) {
    on_root(comm_, [&] { check_untouched(); });
    if (num_bytes == 0) return;
    const std::uint64_t before = planned_bytes_;
    const std::uint64_t needed = before + num_bytes;
    const std::uint64_t limit  = comm_.min(file_size_limit());
    try {
        collectively(comm_, [&] { check_limit(needed, limit); });
        on_root(comm_, [&] {
            const parallel::FileAccess access;
            check_space(before, needed);
        });
    } catch (const FileError&) {
        // What HDF5 still holds back fits into what was reserved earlier.
        if (file_.is_open() && before <= limit) {
            H5Fflush(id(), H5F_SCOPE_GLOBAL);
            if (after_flush) after_flush();
        }
        throw;
    }
    planned_bytes_ = needed;
}

void OutputFile::note_size() {
    if (own_) noted_bytes_ = own_->num_bytes();
}

void OutputFile::check_untouched() const {
    const std::uint64_t bytes = own_->num_bytes();
    if (own_->is_at(part_path_) && bytes >= noted_bytes_) return;
    throw FileError(fmt::format(
        "{}: \"{}\" has been changed from outside while it was written: {}. Its data are "
        "incomplete. "
        "Run the simulation again, with part files left alone.",
        who,
        part_path_.string(),
        own_->is_at(part_path_)
            ? fmt::format("it has {} bytes, expected at least {}", bytes, noted_bytes_)
            : std::string{"the file was removed or replaced"}
    ));
}

void OutputFile::check_limit(std::uint64_t needed, std::uint64_t limit) const {
    if (needed <= limit) return;
    throw FileError(fmt::format(
        "{}: it needs {} bytes, but the file size limit is {} bytes. Raise the limit (ulimit -f); "
        "what was written before is kept in that file.",
        cannot("extend"),
        needed,
        limit
    ));
}

void OutputFile::check_space(std::uint64_t before, std::uint64_t needed) const {
    const int failure = reserve_space(part_path_, before, needed);
    if (failure == 0) return;
    throw FileError(fmt::format(
        "{} to {} bytes: {}. {}; what was written before is kept in that file.",
        cannot("extend"),
        needed,
        system_text(failure),
        system_advice(failure)
    ));
}

void OutputFile::flush() {
    on_root(comm_, [&] { check_untouched(); });  // HDF5 would give it its length again
    collectively_in_file(comm_, [&] {
        h5_check(H5Fflush(id(), H5F_SCOPE_GLOBAL), cannot("flush"));
    });
    note_size();
}

void OutputFile::close() {
    close_file();
    own_.reset();
}

void OutputFile::close_file() {
    collectively_in_file(comm_, [&] { file_.close(cannot("close")); });
}

void OutputFile::complete(const std::vector<WrittenRows>& datasets) {
    on_root(comm_, [&] { check_untouched(); });
    collectively_in_file(comm_, [&] {
        const std::string what = cannot("complete");
        H5Object          mark{h5_check(H5Aopen(id(), complete_mark, H5P_DEFAULT), what), H5Aclose};
        const std::uint8_t complete = 1;
        h5_check(H5Awrite(mark.get(), H5T_NATIVE_UINT8, &complete), what);
        mark.close(what);
    });
    close_file();
    on_root(comm_, [&] {
        const parallel::FileAccess access;
        require_whole(part_path_, datasets, who);
    });
}

void OutputFile::publish(const std::vector<WrittenRows>& datasets) {
    complete(datasets);
    comm_.barrier();  // root must not go on alone if another rank has not come here
    on_root(comm_, [&] {
        const parallel::FileAccess access;
        move_into_place(part_path_, path_, who);
    });
    own_.reset();
}

}  // namespace ranvier::io

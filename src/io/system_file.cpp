#include "system_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <limits>
#include <system_error>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/faults.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace ranvier::io {

namespace {

namespace fs = std::filesystem;

/// Whether this call has to fail, see base/faults.hpp; then with an input/output error.
bool is_faulty() {
    if (!faults::fails(faults::Kind::file)) return false;
    errno = EIO;
    return true;
}

/// An open file descriptor.
class Descriptor {
public:
    Descriptor(const fs::path& path, int flags, mode_t mode = 0)
        : number_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
        // A directory is only synchronised, which not every file system can.
        if (is_open() && (flags & O_DIRECTORY) == 0 && is_faulty())
            number_ = (::close(number_), -1);
    }
    ~Descriptor() {
        if (is_open()) ::close(number_);
    }
    Descriptor(const Descriptor&)            = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    bool is_open() const { return number_ >= 0; }
    int  get() const { return number_; }

private:
    int number_;
};

[[noreturn]] void fail(const std::string& who, const char* verb, const fs::path& path, int number) {
    throw FileError(fmt::format(
        "{}: cannot {} \"{}\": {}. The directory must be writable from every node and have room.",
        who,
        verb,
        path.string(),
        system_text(number)
    ));
}

}  // namespace

std::string system_text(int error_number) {
    std::string text = std::generic_category().message(error_number);
    if (!text.empty())
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

std::string_view system_advice(int error_number) {
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return "Free some space or choose another directory";
        default:
            return "Check that the directory exists and may be written to, or choose another one";
    }
}

void make_directory(const fs::path& directory, const std::string& who) {
    if (directory.empty()) return;
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (is_faulty()) failure = {errno, std::generic_category()};
    if (failure) fail(who, "create", directory, failure.value());
}

std::shared_ptr<void> make_empty_file(const fs::path& path, const std::string& who) {
    for (;;) {
        auto file = std::make_shared<Descriptor>(path, O_WRONLY | O_CREAT, 0666);
        if (!file->is_open()) fail(who, "create", path, errno);
        // Of this open file and not of the process, which opens it again.
        struct flock lock {};
        lock.l_type   = F_WRLCK;
        lock.l_whence = SEEK_SET;
        if (fcntl(file->get(), F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES)) {
            throw FileError(fmt::format(
                "{}: \"{}\" is being written by another job. Wait until it has ended, or choose "
                "another directory.",
                who,
                path.string()
            ));
        }
        // The other job may have ended in between, and its file has another name now.
        struct stat opened {
        }, named{};
        if (fstat(file->get(), &opened) != 0) fail(who, "create", path, errno);
        if (stat(path.c_str(), &named) != 0 || named.st_ino != opened.st_ino) continue;
        if (ftruncate(file->get(), 0) != 0) fail(who, "create", path, errno);
        return file;
    }
}

std::uint64_t file_size_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return std::numeric_limits<std::int64_t>::max();
    return limit.rlim_cur;
}

int reserve_space(const fs::path& path, std::uint64_t from, std::uint64_t to) {
    const Descriptor file{path, O_WRONLY};
    if (!file.is_open()) return errno;
    const auto length = static_cast<off_t>(to - from);
    int        failed = 0;
    do
        failed = fallocate(file.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from), length);
    while (failed != 0 && errno == EINTR);
    if (is_faulty()) failed = -1;
    if (failed == 0) return 0;
    if (errno != EOPNOTSUPP && errno != ENOSYS) return errno;

    struct statvfs volume {};
    if (fstatvfs(file.get(), &volume) != 0) return errno;
    return volume.f_bavail * volume.f_frsize < to - from ? ENOSPC : 0;
}

void move_into_place(const fs::path& from, const fs::path& to, const std::string& who) {
    {
        const Descriptor file{from, O_WRONLY};
        struct stat      facts {};
        if (!file.is_open() || fstat(file.get(), &facts) != 0 ||
            ftruncate(file.get(), facts.st_size) != 0 || fsync(file.get()) != 0 || is_faulty()) {
            fail(who, "complete", from, errno);
        }
    }
    std::error_code failure;
    if (is_faulty())
        failure = {errno, std::generic_category()};
    else
        fs::rename(from, to, failure);
    if (failure) fail(who, "replace", to, failure.value());
    const Descriptor directory{
        to.has_parent_path() ? to.parent_path() : fs::path{"."}, O_RDONLY | O_DIRECTORY};
    if (directory.is_open())
        fsync(directory.get());  // not every file system can; the file is whole
}

}  // namespace ranvier::io

#include "system_file.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/faults.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
    int  release() { return std::exchange(number_, -1); }

private:
    int number_;
};

/// Whether no other job has locked the file; it is locked now, if the file system can.
bool lock(const Descriptor& file) {
    // Of this open file and not of the process, which opens it again.
    struct flock lock {};
    lock.l_type   = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return fcntl(file.get(), F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

[[noreturn]] void fail(const std::string& who, const char* verb, const fs::path& path, int number) {
    throw FileError(fmt::format(
        "{}: cannot {} \"{}\": {}. The directory must be writable from every node and have room.",
        who,
        verb,
        path.string(),
        system_text(number)
    ));
}

/// @throws FileError if the name leads to a link, a directory, or whatever is no file
void require_regular(const fs::path& path, const std::string& who) {
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0 || S_ISREG(facts.st_mode)) return;
    if (S_ISDIR(facts.st_mode)) fail(who, "create", path, EISDIR);
    throw FileError(fmt::format(
        "{}: \"{}\" must be a file or nothing, and is {}. Remove it, or choose another directory.",
        who,
        path.string(),
        S_ISLNK(facts.st_mode) ? "a symbolic link, which is not followed" : "no regular file"
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

OwnFile::~OwnFile() {
    ::close(descriptor_);
}

std::uint64_t OwnFile::num_bytes() const {
    struct stat facts {};
    return fstat(descriptor_, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

bool OwnFile::is_at(const fs::path& path) const {
    struct stat mine {
    }, named{};
    return fstat(descriptor_, &mine) == 0 && lstat(path.c_str(), &named) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

std::shared_ptr<OwnFile> make_empty_file(const fs::path& path, const std::string& who) {
    for (;;) {
        require_regular(path, who);
        require_replaceable(path, who);
        // A pipe in the way would be waited for.
        Descriptor file{path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666};
        if (!file.is_open()) fail(who, "create", path, errno);
        if (!lock(file)) {
            throw FileError(fmt::format(
                "{}: \"{}\" is being written by another job. Wait until it has ended, or choose "
                "another directory.",
                who,
                path.string()
            ));
        }
        struct stat facts {};
        if (fstat(file.get(), &facts) != 0) fail(who, "create", path, errno);
        const int number = file.release();
        auto      own    = std::make_shared<OwnFile>(number);
        // The other job may have ended in between, and its file has another name now.
        if (!own->is_at(path)) continue;
        if (facts.st_nlink > 1) {
            if (unlink(path.c_str()) != 0) fail(who, "replace", path, errno);
            continue;
        }
        if (ftruncate(number, 0) != 0) fail(who, "create", path, errno);
        return own;
    }
}

std::shared_ptr<OwnFile> claim_file(const fs::path& path) {
    Descriptor file{path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK};
    if (!file.is_open() || !lock(file)) return nullptr;
    auto own = std::make_shared<OwnFile>(file.release());
    return own->is_at(path) ? own : nullptr;
}

bool is_write_protected(const fs::path& path) {
    struct stat facts {};
    if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
    // Root may write to all files, so what the file says is looked at too.
    return (facts.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0 || access(path.c_str(), W_OK) != 0;
}

void require_replaceable(const fs::path& path, const std::string& who) {
    if (!is_write_protected(path)) return;
    throw FileError(fmt::format(
        "{}: \"{}\" exists already and is write-protected. Make it writable if it is to be "
        "replaced, "
        "or move it away, or choose another directory.",
        who,
        path.string()
    ));
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
    return reserve_by_writing(path, to);
}

int reserve_by_writing(const fs::path& path, std::uint64_t to) {
    const Descriptor file{path, O_WRONLY};
    struct stat      facts {};
    if (!file.is_open() || fstat(file.get(), &facts) != 0) return errno;
    const std::vector<char> zeros(1 << 20);
    for (auto at = static_cast<std::uint64_t>(facts.st_size); at < to;) {
        const std::size_t length = std::min<std::uint64_t>(to - at, zeros.size());
        const ssize_t written    = pwrite(file.get(), zeros.data(), length, static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return ENOSPC;
        at += static_cast<std::uint64_t>(written);
    }
    return fdatasync(file.get()) == 0 ? 0 : errno;  // a server may say only now that it is full
}

void synchronize(const fs::path& path, const std::string& who) {
    const Descriptor file{path, O_WRONLY | O_NOFOLLOW};
    struct stat      facts {};
    if (!file.is_open() || fstat(file.get(), &facts) != 0 ||
        ftruncate(file.get(), facts.st_size) != 0 || fsync(file.get()) != 0 || is_faulty())
        fail(who, "complete", path, errno);
}

void rename_file(const fs::path& from, const fs::path& to, const std::string& who) {
    require_replaceable(to, who);
    std::error_code failure;
    if (is_faulty())
        failure = {errno, std::generic_category()};
    else
        fs::rename(from, to, failure);
    if (failure) fail(who, "replace", to, failure.value());
}

void synchronize_directory(const fs::path& directory) {
    const Descriptor opened{directory.empty() ? fs::path{"."} : directory, O_RDONLY | O_DIRECTORY};
    if (opened.is_open()) fsync(opened.get());  // not every file system can; the files are whole
}

void move_into_place(const fs::path& from, const fs::path& to, const std::string& who) {
    synchronize(from, who);
    rename_file(from, to, who);
    synchronize_directory(to.parent_path());
}

}  // namespace ranvier::io

/// @file
/// A limit on the size of files that this process writes.
#pragma once

#include <algorithm>

#include <sys/resource.h>

namespace ranvier::test {

/// Sets the limit (as ulimit -f does, but in bytes) until the end of the scope.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t num_bytes) {
        getrlimit(RLIMIT_FSIZE, &saved_);
        const rlimit lower{std::min(num_bytes, saved_.rlim_max), saved_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &lower);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &saved_); }
    FileSizeLimit(const FileSizeLimit&)            = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit saved_{};
};

}  // namespace ranvier::test

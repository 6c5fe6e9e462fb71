#include "ranvier/engine/memory.hpp"

#include <sys/resource.h>

namespace ranvier {

std::uint64_t peak_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace ranvier

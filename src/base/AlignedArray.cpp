#include "ranvier/base/AlignedArray.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include "ranvier/base/faults.hpp"

#include <sys/mman.h>

namespace ranvier {

namespace {
// From this size on a mapping of its own is worth a system call; it comes zeroed, is touched only
// where it is used, and may be backed by large pages (fewer misses of the address cache).
constexpr std::size_t mapping_threshold = std::size_t{1} << 20;
}  // namespace

void* allocate_aligned(std::size_t bytes) {
    if (faults::fails(faults::Kind::memory)) throw std::bad_alloc{};
    if (bytes >= mapping_threshold) {
        void* memory =
            mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc{};
        madvise(memory, bytes, MADV_HUGEPAGE);  // advice only: a refusal changes nothing
        return memory;
    }
    const std::size_t rounded = (bytes + 63) / 64 * 64;
    void*             memory  = std::aligned_alloc(64, rounded);
    if (!memory) throw std::bad_alloc{};
    std::memset(memory, 0, rounded);
    return memory;
}

void free_aligned(void* memory, std::size_t bytes) noexcept {
    if (!memory) return;
    if (bytes >= mapping_threshold)
        munmap(memory, bytes);
    else
        std::free(memory);
}

}  // namespace ranvier

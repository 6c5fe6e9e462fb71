/// @file
/// Zeroed memory for vector loops: aligned to cache lines, on large pages where it is large.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace ranvier {

/// Bytes from the system, zeroed and aligned to 64 bytes; large blocks ask for large pages.
/// @throws std::bad_alloc
void* allocate_aligned(std::size_t bytes);
void  free_aligned(void* memory, std::size_t bytes) noexcept;

/// A fixed number of zero-initialised trivial values.
template <class T>
class AlignedArray {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    AlignedArray() = default;
    explicit AlignedArray(std::size_t size)
        : data_(size ? static_cast<T*>(allocate_aligned(size * sizeof(T))) : nullptr),
          size_(size) {}
    ~AlignedArray() { free_aligned(data_, size_ * sizeof(T)); }

    AlignedArray(AlignedArray&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)) {}
    AlignedArray& operator=(AlignedArray&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    AlignedArray(const AlignedArray&)            = delete;
    AlignedArray& operator=(const AlignedArray&) = delete;

    T*          data() { return data_; }
    const T*    data() const { return data_; }
    std::size_t size() const { return size_; }
    std::size_t bytes() const { return size_ * sizeof(T); }
    T&          operator[](std::size_t i) { return data_[i]; }
    const T&    operator[](std::size_t i) const { return data_[i]; }
    T*          begin() { return data_; }
    T*          end() { return data_ + size_; }
    const T*    begin() const { return data_; }
    const T*    end() const { return data_ + size_; }

private:
    T*          data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace ranvier

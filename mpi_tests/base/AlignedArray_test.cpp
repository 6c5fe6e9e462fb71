#include "ranvier/base/AlignedArray.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

bool is_aligned(const void* memory) {
    return reinterpret_cast<std::uintptr_t>(memory) % 64 == 0;
}

// Below and above the size from which memory is mapped instead of taken from the heap.
constexpr std::size_t sizes[] = {1, 7, 64, 1000, (1 << 17) - 1, 1 << 17, 300'000};

TEST(AlignedArray, is_zeroed_and_aligned_to_cache_lines) {
    for (const std::size_t size : sizes) {
        const AlignedArray<double> array(size);

        EXPECT_EQ(array.size(), size);
        EXPECT_EQ(array.bytes(), size * sizeof(double));
        EXPECT_TRUE(is_aligned(array.data())) << size;
        EXPECT_EQ(std::count(array.begin(), array.end(), 0.0), static_cast<std::ptrdiff_t>(size));
    }
}

TEST(AlignedArray, is_zeroed_where_memory_is_used_again) {
    for (const std::size_t size : sizes) {
        for (int round = 0; round < 3; ++round) {
            AlignedArray<std::uint8_t> array(size);
            ASSERT_EQ(std::count(array.begin(), array.end(), 0), static_cast<std::ptrdiff_t>(size));
            std::memset(array.data(), 0xff, size);
        }
    }
}

TEST(AlignedArray, of_no_elements_has_no_memory) {
    const AlignedArray<float> none;
    const AlignedArray<float> empty(0);

    EXPECT_EQ(none.size(), 0u);
    EXPECT_EQ(none.data(), nullptr);
    EXPECT_EQ(empty.data(), nullptr);
    EXPECT_EQ(empty.begin(), empty.end());
}

TEST(AlignedArray, moves_its_memory) {
    AlignedArray<std::int32_t> first(100);
    first[99]                        = 17;
    const std::int32_t* const memory = first.data();

    AlignedArray<std::int32_t> second = std::move(first);
    AlignedArray<std::int32_t> third(300'000);
    third = std::move(second);

    EXPECT_EQ(third.data(), memory);
    EXPECT_EQ(third.size(), 100u);
    EXPECT_EQ(std::as_const(third)[99], 17);
}

TEST(AlignedArray, that_does_not_fit_is_refused) {
    EXPECT_THROW(AlignedArray<double>(std::size_t{1} << 56), std::bad_alloc);
}

}  // namespace
}  // namespace ranvier

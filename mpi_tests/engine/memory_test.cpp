#include "ranvier/engine/memory.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(Memory, peak_counts_what_was_touched_and_never_falls) {
    const std::uint64_t   before = peak_resident_bytes();
    constexpr std::size_t size   = std::size_t{200} << 20;
    {
        std::vector<char> touched(size, 1);
        EXPECT_EQ(touched[size / 2], 1);
    }
    const std::uint64_t after = peak_resident_bytes();

    EXPECT_GT(before, std::uint64_t{1} << 20);
    EXPECT_LT(before, std::uint64_t{1} << 40);
    EXPECT_GE(after, before + size / 2);
    EXPECT_GE(peak_resident_bytes(), after);
}

}  // namespace
}  // namespace ranvier

#include "ranvier/base/bits.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/hash.hpp"

namespace {

using namespace ranvier;

/// The numbers that write_set_bits gives, with what it writes ahead left out.
std::vector<std::uint32_t> set_bits(std::uint64_t bits, std::uint32_t first) {
    std::vector<std::uint32_t> out(64 + bits_written_ahead, 7);
    out.resize(static_cast<std::size_t>(write_set_bits(bits, first, out.data()) - out.data()));
    return out;
}

TEST(bits, places_of_the_bits_of_a_word_ascend) {
    EXPECT_EQ(set_bits(0, 5), std::vector<std::uint32_t>{});
    EXPECT_EQ(set_bits(1, 5), std::vector<std::uint32_t>{5});
    EXPECT_EQ(set_bits(std::uint64_t{1} << 63, 64), std::vector<std::uint32_t>{127});
    EXPECT_EQ(set_bits(0b10110, 128), (std::vector<std::uint32_t>{129, 130, 132}));
    EXPECT_EQ(set_bits(~std::uint64_t{0}, 0).size(), 64U);
}

TEST(bits, words_of_any_density_give_what_a_loop_over_all_places_gives) {
    for (std::uint64_t k = 0; k < 1000; ++k) {
        std::uint64_t bits = mix(k);
        for (std::uint64_t thinned = 0; thinned < k % 6; ++thinned)
            bits &= mix(1000 * k + thinned);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t place = 0; place < 64; ++place) {
            if ((bits >> place & 1) != 0) expected.push_back(640 + place);
        }
        EXPECT_EQ(set_bits(bits, 640), expected) << bits;
    }
}

}  // namespace

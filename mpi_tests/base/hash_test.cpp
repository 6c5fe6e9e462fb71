#include "ranvier/base/hash.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

// First outputs of SplitMix64 with seed 0, as its authors' program prints them.
TEST(hash, mix_is_splitmix64) {
    EXPECT_EQ(mix(0), 0xe220a8397b1dcdafu);
    EXPECT_EQ(mix(0x9e3779b97f4a7c15u), 0x6e789e6aa1b965f4u);
    EXPECT_EQ(mix(2 * 0x9e3779b97f4a7c15u), 0x06c45d188009454fu);
}

// Values of FNV-1a from its authors' list of test vectors.
TEST(hash, of_a_text_is_mixed_fnv_1a) {
    EXPECT_EQ(hash_of_text(""), mix(0xcbf29ce484222325u));
    EXPECT_EQ(hash_of_text("a"), mix(0xaf63dc4c8601ec8cu));
    EXPECT_EQ(hash_of_text("foobar"), mix(0x85944171f73967e8u));
    EXPECT_NE(hash_of_text("L4E"), hash_of_text("L4I"));
    EXPECT_NE(hash_of_text("\xc3\xa9"), hash_of_text("\xc3\xa8"));
}

TEST(hash, depends_on_every_word_and_their_order) {
    EXPECT_EQ(hash_of(7), mix(7));
    EXPECT_NE(hash_of(1, 2), hash_of(2, 1));
    EXPECT_NE(hash_of(1), hash_of(1, 0));
    EXPECT_NE(hash_of(1, 0), hash_of(1, 0, 0));

    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < 300; ++i)
        for (std::uint64_t k = 0; k < 300; ++k)
            seen.insert(hash_of(i, k));
    EXPECT_EQ(seen.size(), 90'000u);
}

// A bit of the input flips each of 64 with probability 1/2: mean 32, standard deviation of the mean
// of 64,000 trials 4 / sqrt(64,000).
TEST(hash, changes_half_of_the_bits_with_each_bit_of_the_input) {
    double flipped = 0;
    for (std::uint64_t x = 0; x < 1000; ++x)
        for (int bit = 0; bit < 64; ++bit)
            flipped += std::popcount(mix(x) ^ mix(x ^ std::uint64_t{1} << bit));

    EXPECT_NEAR(flipped / 64'000, 32, 5 * 4 / 252.98);
}

TEST(hash, tells_apart_numbers_that_compare_equal) {
    EXPECT_NE(bits_of(0.0), bits_of(-0.0));
    EXPECT_NE(bits_of(0.0f), bits_of(-0.0f));
    EXPECT_NE(bits_of(1.0), bits_of(1.0 + std::numeric_limits<double>::epsilon()));
    EXPECT_EQ(bits_of(1.0), 0x3ff0000000000000u);
    EXPECT_EQ(bits_of(1.0f), 0x3f800000u);
}

TEST(hash, of_numbers_depends_on_each_its_place_and_their_count) {
    const std::vector<double> list{1, 2, 3};
    EXPECT_EQ(hash_of_numbers(list), hash_of_numbers(std::vector<double>{1, 2, 3}));
    EXPECT_NE(hash_of_numbers(list), hash_of_numbers(std::vector<double>{2, 1, 3}));
    EXPECT_NE(hash_of_numbers(list), hash_of_numbers(std::vector<double>{1, 2}));
    EXPECT_NE(hash_of_numbers(std::vector{0.0}), hash_of_numbers(std::vector{-0.0}));
    EXPECT_NE(hash_of_numbers(std::vector{0.0}), hash_of_numbers(std::vector{0.0, 0.0}));
}

}  // namespace
}  // namespace ranvier

#include "ranvier/random/fill.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/random/Stream.hpp"

#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

constexpr Key           key{0xfedcba9876543210u};
constexpr std::uint64_t index    = 0x123456789abcdu;
constexpr std::size_t   sizes[]  = {0, 1, 3, 4, 7, 8, 9, 511, 512, 513, 1000, 5000};
constexpr std::uint32_t firsts[] = {0, 1, 0xffffffffu - 5000};

/// Compares a fill with the draws of streams of their own, for both instruction sets.
template <class T, class Fill, class Draw>
void expect_equal(Fill fill, Draw draw) {
    test::for_each_isa([&] {
        for (const std::size_t size : sizes) {
            for (const std::uint32_t first : firsts) {
                std::vector<T> filled(size, T{99});
                std::vector<T> drawn(size);
                fill(key, index, first, std::span{filled});
                for (std::size_t k = 0; k < size; ++k) {
                    Stream stream{key, index, first + static_cast<std::uint32_t>(k)};
                    drawn[k] = draw(stream);
                }
                EXPECT_EQ(filled, drawn) << size << " from " << first;
            }
        }
    });
}

TEST(fill, has_the_bits_of_the_scalar_draws) {
    expect_equal<double>(fill_uniform, [](Stream& s) { return s.uniform(); });
    expect_equal<double>(fill_normal, [](Stream& s) { return s.normal(); });
    expect_equal<double>(fill_exponential, [](Stream& s) { return s.exponential(); });
}

TEST(fill, has_the_integers_of_the_scalar_draws) {
    for (const std::uint64_t n : {1ull, 2ull, 77'169ull, 0xffffffffull, 0x100000000ull}) {
        const auto fill = [n](Key k, std::uint64_t i, std::uint32_t first, auto out) {
            fill_below(k, i, first, n, out);
        };
        expect_equal<std::uint32_t>(fill, [n](Stream& s) { return s.below32(n); });
    }
    for (const double p : {0.0, 1e-9, 0.1, 0.7, 1.0}) {
        const auto fill = [p](Key k, std::uint64_t i, std::uint32_t first, auto out) {
            fill_geometric(k, i, first, p, out);
        };
        expect_equal<std::uint64_t>(fill, [p](Stream& s) { return s.geometric(p); });
    }
}

TEST(fill, begins_with_the_known_answer_of_philox) {
    // kat_vectors of Random123: key and counter 0 give 6627e8d5 e169c58d ...
    test::for_each_isa([] {
        std::vector<std::uint32_t> high(1);
        fill_below(Key{0}, 0, 0, std::uint64_t{1} << 32, high);
        EXPECT_EQ(high[0], 0xe169c58du);
    });
}

}  // namespace
}  // namespace ranvier::random

#include "ranvier/random/DrawAhead.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "ranvier/random/Stream.hpp"

#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

TEST(DrawAhead, gives_the_draws_of_the_stream_in_any_order_of_kinds) {
    constexpr Key key{0xfedcba9876543210u};
    test::for_each_isa([&] {
        for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{0x123456789abcdu}}) {
            Stream    stream{key, index};
            DrawAhead draws{key, index};
            for (int k = 0; k < 1000; ++k) {
                if (k * k % 7 < 3)
                    ASSERT_EQ(draws.uniform(), stream.uniform()) << k;
                else
                    ASSERT_EQ(draws.exponential(), stream.exponential()) << k;
            }
        }
    });
}

TEST(DrawAhead, gives_the_failures_of_the_stream_whatever_the_probabilities) {
    constexpr Key key{0xfedcba9876543210u};
    test::for_each_isa([&] {
        Stream    stream{key, 7};
        DrawAhead draws{key, 7};
        for (int k = 0; k < 2000;) {
            const double p     = k < 700 ? 0.125 : 1.0 / (1 + k / 3 % 5);
            const auto   gaps  = draws.failures(Geometric{p});
            std::size_t  taken = 0;
            ASSERT_FALSE(gaps.empty());
            for (; taken < gaps.size() && taken < static_cast<std::size_t>(k % 40) + 1; ++taken)
                ASSERT_EQ(static_cast<std::uint64_t>(gaps[taken]), stream.geometric(p)) << k;
            draws.take(taken);
            if (k % 3 == 0) {
                ASSERT_EQ(draws.uniform(), stream.uniform()) << k;
            }
            if (k % 5 == 0) {
                ASSERT_EQ(draws.exponential(), stream.exponential()) << k;
            }
            k += static_cast<int>(taken);
        }
    });
}

}  // namespace
}  // namespace ranvier::random

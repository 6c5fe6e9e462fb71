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

}  // namespace
}  // namespace ranvier::random

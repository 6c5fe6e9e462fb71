#include "ranvier/random/geometric.hpp"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "ranvier/random/Stream.hpp"

namespace ranvier::random {
namespace {

TEST(Geometric, makes_the_integers_of_the_stream) {
    for (const double p : {1e-12, 0.001, 0.3, 0.999, 1.0}) {
        const Geometric failures{p};
        for (std::uint64_t index = 0; index < 50; ++index) {
            Stream a{{5}, index}, b{{5}, index};
            EXPECT_EQ(failures.from(a.exponential()), b.geometric(p)) << p;
        }
    }
}

TEST(Geometric, fails_for_ever_where_nothing_succeeds) {
    constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(Geometric{0}.from(0.5), for_ever);
    EXPECT_EQ(Geometric{1e-300}.from(0.5), for_ever);
    EXPECT_EQ(Geometric{1}.from(30), 0u);
}

}  // namespace
}  // namespace ranvier::random

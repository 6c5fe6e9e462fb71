#include "ranvier/connectors/Count.hpp"

#include <concepts>

#include <gtest/gtest.h>

namespace ranvier::connectors {
namespace {

TEST(Count, is_a_number_or_drawn_by_cell) {
    EXPECT_EQ(Count{7}.of({1}, 3), 7u);
    EXPECT_TRUE(Count{0}.is_zero());
    const Count drawn{uniform_int(3, 5)};
    for (std::size_t cell = 0; cell < 50; ++cell) {
        EXPECT_TRUE(drawn.of({1}, cell) == 3 || drawn.of({1}, cell) == 4);
        EXPECT_EQ(drawn.of({1}, cell), drawn.of({1}, cell));
    }
    EXPECT_EQ(Count{binomial(10, 0.3)}.mean(), 3);
    EXPECT_NE(drawn.fingerprint(), Count{uniform_int(3, 6)}.fingerprint());
}

TEST(Count, cannot_be_left_out_nor_be_a_fraction) {
    static_assert(!std::default_initializable<Count>);
    static_assert(!std::constructible_from<Count, double>);
    EXPECT_NE(Count{std::int64_t{1} << 40}.check(), "");
}

}  // namespace
}  // namespace ranvier::connectors

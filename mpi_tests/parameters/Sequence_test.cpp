#include "ranvier/parameters/Sequence.hpp"

#include <concepts>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(Sequence, holds_times_in_ms) {
    EXPECT_EQ((Sequence{1_ms, 0.5_s}).values(), (std::vector{1.0, 500.0}));
    EXPECT_EQ(Sequence{std::vector{2_ms}}.values(), (std::vector{2.0}));
    EXPECT_EQ(Sequence::in_ms({3, 4}).values(), (std::vector{3.0, 4.0}));
    EXPECT_TRUE(Sequence{}.values().empty());
    EXPECT_EQ(Sequence{1_ms}, Sequence::in_ms({1}));
    EXPECT_NE(Sequence{1_ms}, Sequence{});
}

TEST(Sequence, takes_times_only) {
    static_assert(!std::constructible_from<Sequence, std::initializer_list<Voltage>>);
    static_assert(!std::constructible_from<Sequence, std::vector<double>>);
    static_assert(!std::convertible_to<Time, Param<Sequence>>);
}

TEST(Sequence, may_be_shared_by_all_cells) {
    const Param<Sequence> shared = Sequence{1_ms, 2_ms};

    EXPECT_TRUE(shared.is_given());
    EXPECT_EQ(shared.length(), std::nullopt);
    EXPECT_EQ(shared.resolve(0), (Sequence{1_ms, 2_ms}));
    EXPECT_EQ(shared.resolve(1'000'000), (Sequence{1_ms, 2_ms}));
}

TEST(Sequence, may_be_given_per_cell) {
    const Param<Sequence> listed = std::vector{Sequence{1_ms}, Sequence{}, Sequence{3_ms}};

    EXPECT_EQ(listed.length(), 3u);
    EXPECT_EQ(listed.resolve(0), Sequence{1_ms});
    EXPECT_EQ(listed.resolve(1), Sequence{});
    EXPECT_EQ(listed.resolve(2), Sequence{3_ms});
}

TEST(Sequence, may_follow_from_the_index) {
    const Param<Sequence> function = [](std::size_t i) {
        return Sequence::in_ms(std::vector<double>(i, 7.0));
    };

    EXPECT_EQ(function.length(), std::nullopt);
    EXPECT_EQ(function.resolve(0), Sequence{});
    EXPECT_EQ(function.resolve(2), (Sequence{7_ms, 7_ms}));
}

TEST(Sequence, may_be_left_out) {
    const Param<Sequence> none;

    EXPECT_FALSE(none.is_given());
    EXPECT_EQ(none.resolve(3), Sequence{});
}

}  // namespace
}  // namespace ranvier

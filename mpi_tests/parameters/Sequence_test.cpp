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

TEST(Sequence, is_calculated_with_time_by_time) {
    const Sequence s{74_ms, 75_ms};
    EXPECT_EQ(s[1], 75_ms);
    EXPECT_EQ(s.max(), 75_ms);
    EXPECT_EQ(s + 2_ms, (Sequence{76_ms, 77_ms}));
    EXPECT_EQ(s - 2_ms, (Sequence{72_ms, 73_ms}));
    EXPECT_EQ(s * 3, (Sequence{222_ms, 225_ms}));
    EXPECT_EQ(3 * s, s * 3);
    EXPECT_EQ(s / 2, (Sequence{37_ms, 37.5_ms}));
    EXPECT_EQ(s, (Sequence{74_ms, 75_ms}));
    EXPECT_EQ(to_text(s), "Sequence([74, 75])");
}

TEST(Sequence, becomes_one_per_cell_by_arithmetic_with_an_array) {
    const Sequence s{74_ms, 75_ms};
    using Many = std::vector<Sequence>;
    EXPECT_EQ((s + std::vector{10_ms, 20_ms}), (Many{{84_ms, 85_ms}, {94_ms, 95_ms}}));
    EXPECT_EQ((s - std::vector{10_ms}), (Many{{64_ms, 65_ms}}));
    EXPECT_EQ((s * std::vector{1.0, 2.0}), (Many{{74_ms, 75_ms}, {148_ms, 150_ms}}));
    EXPECT_EQ((s / std::vector{2.0}), (Many{{37_ms, 37.5_ms}}));
}

TEST(Sequence, may_be_given_as_lists) {
    const Param<Sequence> flat = std::vector{1_ms, 2_ms};
    EXPECT_NE(flat.shared(), nullptr);
    EXPECT_EQ(flat.resolve(5), (Sequence{1_ms, 2_ms}));
    const Param<Sequence> lists = std::vector<std::vector<Time>>{{1_ms}, {}, {2_ms, 3_ms}};
    EXPECT_EQ(lists.shared(), nullptr);
    EXPECT_EQ(lists.length(), 3u);
    EXPECT_EQ(lists.resolve(2), (Sequence{2_ms, 3_ms}));
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

TEST(Sequence, is_told_from_others_by_its_fingerprint) {
    const auto of = [](const Param<Sequence>& given) { return given.fingerprint(); };

    EXPECT_EQ(of(Sequence{1_ms, 2_ms}), of(Sequence{1_ms, 2_ms}));
    EXPECT_NE(of(Sequence{1_ms, 2_ms}), of(Sequence{2_ms, 1_ms}));
    EXPECT_NE(of(Sequence{1_ms}), of(std::vector{Sequence{1_ms}}));
    EXPECT_NE(
        of(std::vector{Sequence{1_ms}, Sequence{}}), of(std::vector{Sequence{}, Sequence{1_ms}})
    );
}

}  // namespace
}  // namespace ranvier

#include "ranvier/network/Indices.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier::network {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::size_t> listed(const Indices& indices) {
    std::vector<std::size_t> list;
    for (std::size_t k = 0; k < indices.size(); ++k)
        list.push_back(indices[k]);
    return list;
}

Indices ranged(const Slice& slice, std::size_t size) {
    return Indices{slice, size, "Population \"p\""};
}

Indices from_list(const std::vector<std::ptrdiff_t>& list, std::size_t size) {
    return Indices{list, size, "Population \"p\""};
}

std::string message_of(const auto& statement) {
    try {
        statement();
    } catch (const ParameterError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(Indices, follow_the_rules_of_python_for_slices) {
    EXPECT_THAT(listed(ranged(slice(0, 3), 5)), ElementsAre(0, 1, 2));
    EXPECT_THAT(listed(ranged(slice(3, 9, 2), 11)), ElementsAre(3, 5, 7));
    EXPECT_THAT(listed(ranged(slice({}, {}, 2), 5)), ElementsAre(0, 2, 4));
    EXPECT_THAT(listed(ranged(slice(-2, {}), 5)), ElementsAre(3, 4));
    EXPECT_THAT(listed(ranged(slice(2, 100), 5)), ElementsAre(2, 3, 4));
    EXPECT_THAT(listed(ranged(slice(-100, 2), 5)), ElementsAre(0, 1));
    EXPECT_THAT(listed(ranged(slice({}, {}, -1), 4)), ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(listed(ranged(slice(4, 0, -2), 5)), ElementsAre(4, 2));
    EXPECT_THAT(listed(ranged(slice(3, 1), 5)), ElementsAre());
    EXPECT_THAT(listed(ranged(slice({}, {}), 0)), ElementsAre());
    EXPECT_THAT(
        message_of([] { ranged(slice(0, 3, 0), 5); }),
        HasSubstr("Population \"p\": the step of a slice must not be 0")
    );
}

TEST(Indices, of_lists_are_sorted_and_counted_once) {
    EXPECT_THAT(listed(from_list({4, 0, 2, 0}, 5)), ElementsAre(0, 2, 4));
    EXPECT_THAT(listed(from_list({-1, 1, 0}, 5)), ElementsAre(0, 1, 4));
    EXPECT_THAT(listed(from_list({}, 5)), ElementsAre());
    EXPECT_THAT(
        message_of([] {
            from_list({0, 5}, 5);
        }),
        HasSubstr("Population \"p\": there is no cell 5. Its 5 cells are numbered 0 to 4")
    );
    EXPECT_THAT(message_of([] { from_list({-6}, 5); }), HasSubstr("there is no cell -6"));
    EXPECT_THAT(message_of([] { from_list({0}, 0); }), HasSubstr("it has none"));
}

TEST(Indices, of_masks_are_where_it_holds) {
    const std::string       population = "Population \"p\"";
    const std::vector<bool> mask{true, false, false, true, true};
    EXPECT_THAT(listed(Indices{mask, 5, population}), ElementsAre(0, 3, 4));
    EXPECT_THAT(
        message_of([&] { Indices(std::vector<bool>(2), 5, population); }),
        HasSubstr("a mask must have one value per cell, got 2 values for 5 cells")
    );
}

TEST(Indices, are_equal_however_they_were_selected) {
    EXPECT_EQ(from_list({0, 2, 4}, 5), ranged(slice(0, 5, 2), 5));
    EXPECT_EQ(from_list({3}, 5), ranged(slice(3, 4, 7), 5));
    EXPECT_EQ(from_list({}, 5), ranged(slice(3, 3), 5));
    EXPECT_EQ(from_list({0, 1, 5}, 9), from_list({5, 1, 0}, 9));
    EXPECT_NE(from_list({0, 1, 5}, 9), from_list({0, 1, 6}, 9));
    EXPECT_NE(ranged(slice({}, {}, -1), 4), ranged(slice({}, {}), 4));
    EXPECT_EQ(from_list({0, 2, 4}, 5).bytes(), 0u);
}

TEST(Indices, know_the_place_of_an_index_and_the_places_in_a_range) {
    std::mt19937 random{7};
    for (int trial = 0; trial < 300; ++trial) {
        const std::size_t           size = 1 + random() % 30;
        std::vector<std::ptrdiff_t> list;
        for (std::size_t i = 0; i < size; ++i) {
            if (random() % 3 == 0) list.push_back(static_cast<std::ptrdiff_t>(i));
        }
        Indices indices = trial % 2 == 0
                              ? from_list(list, size)
                              : ranged(slice(0, {}, 1 + static_cast<int>(random() % 4)), size);
        if (trial % 3 == 0) indices = indices.at(ranged(slice({}, {}, -1), indices.size()));

        const auto members = listed(indices);
        for (std::size_t i = 0; i < size; ++i) {
            const auto it    = std::find(members.begin(), members.end(), i);
            const auto place = indices.find(i);
            EXPECT_EQ(place.has_value(), it != members.end());
            EXPECT_TRUE(!place || indices[*place] == i);
        }
        const std::size_t first = random() % (size + 1);
        const std::size_t last  = first + random() % (size + 1 - first);
        const IndexRange  range = indices.places_in({first, last});
        for (std::size_t k = 0; k < members.size(); ++k)
            EXPECT_EQ(range.contains(k), members[k] >= first && members[k] < last);
    }
}

TEST(Indices, compose_to_views_of_views) {
    const Indices list  = from_list({0, 1, 3, 4, 6, 7, 9}, 10);
    const Indices every = ranged(slice(2, 16, 3), 20);
    EXPECT_THAT(listed(list.at(from_list({2, 4, 6}, 7))), ElementsAre(3, 6, 9));
    EXPECT_EQ(list.at(from_list({2, 4, 6}, 7)).bytes(), 0u);
    EXPECT_THAT(listed(every), ElementsAre(2, 5, 8, 11, 14));
    EXPECT_THAT(listed(every.at(ranged(slice({}, {}, 2), 5))), ElementsAre(2, 8, 14));
    EXPECT_THAT(listed(every.at(from_list({0, 1, 4}, 5))), ElementsAre(2, 5, 14));
    EXPECT_THAT(
        listed(ranged(slice({}, {}, -1), 10).at(from_list({1, 2, 7}, 10))), ElementsAre(8, 7, 2)
    );
    EXPECT_EQ(list.at(Indices::all(7)), list);
    EXPECT_THAT(listed(list.at(Indices{})), ElementsAre());
}

TEST(Indices, overlap_if_an_index_is_in_both) {
    std::mt19937 random{11};
    int          overlapping = 0;
    for (int trial = 0; trial < 500; ++trial) {
        const auto any = [&]() -> Indices {
            const int first = static_cast<int>(random() % 60);
            const int step  = 1 + static_cast<int>(random() % 7);
            switch (random() % 3) {
                case 0:
                    return from_list({first, static_cast<int>(random() % 100), 50}, 100);
                case 1:
                    return ranged(slice(first, first + 30, step), 100);
                default:
                    return ranged(slice(first, {}, -step), 100);
            }
        };
        const Indices a = any(), b = any();

        const auto            x = listed(a), y = listed(b);
        std::set<std::size_t> both{x.begin(), x.end()};
        both.insert(y.begin(), y.end());
        const bool expected = both.size() < x.size() + y.size();
        overlapping += expected;
        EXPECT_EQ(a.overlaps(b), expected);
        EXPECT_EQ(b.overlaps(a), expected);
    }
    EXPECT_GT(overlapping, 50);
    EXPECT_LT(overlapping, 450);
}

TEST(Indices, check_a_single_index) {
    EXPECT_EQ(checked_index(0, 3, "Population \"p\""), 0u);
    EXPECT_EQ(checked_index(-1, 3, "Population \"p\""), 2u);
    EXPECT_THAT(
        message_of([] { checked_index(3, 3, "Population \"p\""); }),
        HasSubstr("Population \"p\": there is no cell 3.")
    );
}

TEST(Indices, are_told_from_others_by_their_fingerprint) {
    const auto list = [](std::vector<std::ptrdiff_t> indices) {
        return from_list(std::move(indices), 9).fingerprint();
    };
    EXPECT_EQ(list({0, 1, 5}), list({5, 1, 0}));
    EXPECT_NE(list({0, 1, 5}), list({0, 1, 6}));
    EXPECT_NE(list({0, 1, 5}), list({0, 1}));
    EXPECT_EQ(list({0, 2, 4}), ranged(slice(0, 6, 2), 9).fingerprint());
    EXPECT_NE(list({0, 2, 4}), ranged(slice(4, {}, -2), 9).fingerprint());
    EXPECT_NE(list({3}), list({4}));
    EXPECT_EQ(ranged(slice(4, 4), 9).fingerprint(), ranged(slice(2, 1, 3), 9).fingerprint());
}

}  // namespace
}  // namespace ranvier::network

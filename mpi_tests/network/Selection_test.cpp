#include "ranvier/network/Selection.hpp"

#include <cstddef>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/parallel/partition.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier::network {
namespace {

using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

/// Populations as the network would have dealt them to the ranks.
PopulationRecord record(std::size_t id, std::size_t size) {
    PopulationRecord population;
    population.id    = id;
    population.size  = size;
    population.slice = slice_of(size, world().rank(), world().size());
    return population;
}

Indices list(std::vector<std::ptrdiff_t> indices, std::size_t size) {
    return {indices, size, "p"};
}

std::vector<std::pair<std::size_t, std::size_t>> places(const Selection& selection) {
    std::vector<std::pair<std::size_t, std::size_t>> result;
    for (std::size_t i = 0; i < selection.size(); ++i) {
        const auto [population, index] = selection.place(i);
        result.emplace_back(population, index);
        EXPECT_EQ(selection.find(population, index), i);
    }
    return result;
}

/// The three parts of the header's example.
Selection example(PopulationRecord& p1, PopulationRecord& p2, PopulationRecord& p3) {
    Selection selection{p3};
    EXPECT_TRUE(selection.append(Selection{p1, list({7, 2}, p1.size)}));
    EXPECT_TRUE(selection.append(Selection{p2, {slice(4, 0, -2), p2.size, "p2"}}));
    return selection;
}

TEST(Selection, numbers_its_members_by_part) {
    auto            p1 = record(1, 11), p2 = record(2, 6), p3 = record(3, 3);
    const Selection group = example(p1, p2, p3);

    EXPECT_EQ(group.size(), 7u);
    EXPECT_EQ(group.num_parts(), 3u);
    using P = std::pair<std::size_t, std::size_t>;
    EXPECT_THAT(
        places(group), ElementsAre(P{3, 0}, P{3, 1}, P{3, 2}, P{1, 2}, P{1, 7}, P{2, 4}, P{2, 2})
    );
    EXPECT_EQ(group.find(1, 3), std::nullopt);
    EXPECT_EQ(group.find(9, 0), std::nullopt);
    EXPECT_FALSE(group.is_whole_population());
    EXPECT_TRUE(Selection{p1}.is_whole_population());
}

TEST(Selection, gives_each_member_to_the_rank_that_owns_it) {
    auto            p1 = record(1, 11), p2 = record(2, 6), p3 = record(3, 3);
    const Selection group = example(p1, p2, p3);

    std::size_t seen = 0;
    std::size_t last = 0;
    group.for_each_local([&](std::size_t i, PopulationRecord& population, std::size_t cell) {
        const auto [id, index] = group.place(i);
        EXPECT_EQ(population.id, id);
        EXPECT_EQ(population.slice.first + cell, index);
        EXPECT_TRUE(population.slice.contains(index));
        EXPECT_TRUE(seen == 0 || i > last);
        last = i;
        ++seen;
    });
    EXPECT_EQ(seen, group.local_size());
    EXPECT_COMPARED_ALL(world(), seen, 7u);
}

TEST(Selection, of_selections_keeps_the_order_in_which_members_are_named) {
    auto            p1 = record(1, 11), p2 = record(2, 6), p3 = record(3, 3);
    const Selection group = example(p1, p2, p3);
    using P               = std::pair<std::size_t, std::size_t>;

    EXPECT_THAT(
        places(group.at({slice(2, 6), 7, "a"})), ElementsAre(P{3, 2}, P{1, 2}, P{1, 7}, P{2, 4})
    );
    EXPECT_THAT(
        places(group.at({slice({}, {}, -2), 7, "a"})),
        ElementsAre(P{2, 2}, P{1, 7}, P{3, 2}, P{3, 0})
    );
    EXPECT_THAT(places(group.at(list({6, 0, 4}, 7))), ElementsAre(P{3, 0}, P{1, 7}, P{2, 2}));
    EXPECT_THAT(
        places(group.at(list({1, 3, 4, 6}, 7)).at(list({0, 2, 3}, 4))),
        ElementsAre(P{3, 1}, P{1, 7}, P{2, 2})
    );
    EXPECT_EQ(group.at(Indices{}).size(), 0u);
    EXPECT_EQ(Selection(p1).at(Indices{}).num_parts(), 1u);
}

TEST(Selection, leaves_out_a_group_that_shares_a_cell_with_it) {
    auto      p1 = record(1, 11), p2 = record(2, 6);
    Selection group{p1, list({0, 1, 2, 3, 4}, 11)};

    EXPECT_FALSE(group.append(Selection{p1}));
    EXPECT_FALSE(group.append(Selection{p1, list({4, 8}, 11)}));
    EXPECT_TRUE(group.append(Selection{p1, list({5, 7}, 11)}));
    EXPECT_TRUE(group.append(Selection{p2}));

    EXPECT_EQ(group.size(), 13u);
    EXPECT_NE(group, Selection{p1});
    EXPECT_EQ(Selection(p1, list({0, 2}, 11)), Selection(p1, {slice(0, 3, 2), 11, "p1"}));
}

TEST(Selection, of_nothing_is_a_group_like_any_other) {
    auto            empty = record(0, 0);
    const Selection group{empty};
    EXPECT_EQ(group.size(), 0u);
    EXPECT_EQ(group.local_size(), 0u);
    EXPECT_EQ(group.num_parts(), 1u);
    EXPECT_EQ(group.find(0, 0), std::nullopt);
    EXPECT_EQ(Selection{}.size(), 0u);
}

TEST(Selection, is_told_from_others_by_its_fingerprint) {
    auto       p1 = record(1, 11), p2 = record(2, 6);
    const auto both = [](PopulationRecord& first, PopulationRecord& second) {
        Selection group{first};
        group.append(Selection{second});
        return group.fingerprint();
    };
    EXPECT_EQ(both(p1, p2), both(p1, p2));
    EXPECT_NE(both(p1, p2), both(p2, p1));
    EXPECT_NE(
        Selection(p1, list({0, 2}, 11)).fingerprint(), Selection(p1, list({0, 3}, 11)).fingerprint()
    );
    EXPECT_EQ(
        Selection(p1, list({0, 2}, 11)).fingerprint(),
        Selection(p1, {slice(0, 3, 2), 11, "p1"}).fingerprint()
    );
}

}  // namespace
}  // namespace ranvier::network

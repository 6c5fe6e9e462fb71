// Projections between views and assemblies, overlapping ones included, against the pairs written
// out.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

namespace ranvier {
namespace {

using Pairs = std::set<std::pair<std::uint64_t, std::uint64_t>>;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

Pairs pairs_of(const Projection& projection) {
    Pairs pairs;
    for (const Connection& c : projection.connections())
        pairs.emplace(c.pre, c.post);
    return pairs;
}

/// What a cell is called outside its groups: population and index.
using Name = std::pair<char, std::size_t>;

/// Two populations and some groups of them, as lists of cells.
struct Groups {
    Simulation sim{world(), {.seed = 3}};
    Population a{sim, 9, IF_curr_exp{}, {.label = "a"}};
    Population b{sim, 5, IF_curr_alpha{}, {.label = "b"}};

    PopulationView    odd       = a[slice(1, 9, 2)];
    std::vector<Name> odd_cells = {{'a', 1}, {'a', 3}, {'a', 5}, {'a', 7}};

    PopulationView    some       = a[{0, 3, 4, 7}];
    std::vector<Name> some_cells = {{'a', 0}, {'a', 3}, {'a', 4}, {'a', 7}};

    Assembly          both       = b + a[slice(2, 5)];
    std::vector<Name> both_cells = {
        {'b', 0}, {'b', 1}, {'b', 2}, {'b', 3}, {'b', 4}, {'a', 2}, {'a', 3}, {'a', 4}};
};

Pairs all_but_self(const std::vector<Name>& pre, const std::vector<Name>& post) {
    Pairs pairs;
    for (std::size_t i = 0; i < pre.size(); ++i) {
        for (std::size_t j = 0; j < post.size(); ++j) {
            if (pre[i] != post[j]) pairs.emplace(i, j);
        }
    }
    return pairs;
}

TEST(group_projections, count_in_the_indices_of_their_groups) {
    Groups     g;
    const auto of_pair = [](std::size_t i, std::size_t j) {
        return (10 * static_cast<double>(i) + static_cast<double>(j)) * 1_nA;
    };
    const Projection p{
        g.odd, g.some, AllToAllConnector{}, StaticSynapse{.weight = of_pair, .delay = 1_ms}};

    const auto list = p.connections();
    ASSERT_EQ(list.size(), 16u);
    for (const Connection& c : list)
        EXPECT_EQ(c.weight, 10 * static_cast<double>(c.pre) + static_cast<double>(c.post));
    EXPECT_EQ(p.in_degrees(), std::vector<std::uint64_t>(4, 4));
}

TEST(group_projections, know_the_same_cell_in_overlapping_groups) {
    Groups                  g;
    const AllToAllConnector others{.self_connections = SelfConnections::forbid};

    EXPECT_EQ(pairs_of(Projection{g.odd, g.some, others}), all_but_self(g.odd_cells, g.some_cells));
    EXPECT_EQ(pairs_of(Projection{g.both, g.odd, others}), all_but_self(g.both_cells, g.odd_cells));
    EXPECT_EQ(
        pairs_of(Projection{g.some, g.both, others, {}, {.receptor_type = "excitatory"}}),
        all_but_self(g.some_cells, g.both_cells)
    );
}

TEST(group_projections, reach_the_members_and_nobody_else) {
    Groups     g;
    Population source{g.sim, 1, SpikeSourceArray{.spike_times = Sequence{1_ms}}};
    Projection{source, g.some, AllToAllConnector{}, StaticSynapse{.weight = 100_nA, .delay = 1_ms}};
    g.a.record({"spikes"});
    g.sim.run(3_ms);

    const auto counts = g.a.get_spike_counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const bool member =
            std::find(g.some_cells.begin(), g.some_cells.end(), Name{'a', i}) != g.some_cells.end();
        EXPECT_EQ(counts[i] > 0, member) << i;
    }
}

TEST(group_projections, measure_distances_between_members_on_a_grid) {
    Simulation sim{world()};
    Population grid{
        sim, 25, IF_curr_exp{}, {.label = "grid", .structure = Grid2D{.dx = 10_um, .dy = 10_um}}};
    PopulationView   half = grid[slice(0, 25, 2)];
    const Projection near{half, grid, DistanceDependentProbabilityConnector{"d < 15"}};

    Pairs expected;
    for (std::size_t i = 0; i < 13; ++i) {
        for (std::size_t j = 0; j < 25; ++j) {
            const double dx = 10 * (static_cast<double>(2 * i / 5) - static_cast<double>(j / 5));
            const double dy = 10 * (static_cast<double>(2 * i % 5) - static_cast<double>(j % 5));
            if (std::sqrt(dx * dx + dy * dy) < 15) expected.emplace(i, j);
        }
    }
    EXPECT_EQ(pairs_of(near), expected);
}

}  // namespace
}  // namespace ranvier

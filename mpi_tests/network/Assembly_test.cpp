#include "ranvier/network/Assembly.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::ElementsAre;
using P = std::pair<std::size_t, std::size_t>;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

std::vector<P> places(const Group& group) {
    std::vector<P> result;
    for (std::size_t i = 0; i < group.size(); ++i) {
        const auto [population, index] = group.selection().place(i);
        result.emplace_back(population, index);
    }
    return result;
}

struct Three {
    Simulation sim{world()};
    Population p1{sim, 11, IF_cond_exp{}, {.label = "p1"}};
    Population p2{sim, 6, IF_cond_exp{}, {.label = "p2"}};
    Population p3{sim, 3, IF_cond_exp{}, {.label = "p3"}};
};

TEST(Assembly, is_the_sum_of_its_components) {
    Three          n;
    const Assembly none;
    EXPECT_EQ(none.size(), 0u);
    const Assembly one{n.p1};
    EXPECT_EQ(one.size(), 11u);
    Assembly two = n.p1 + n.p2;
    EXPECT_EQ(two.label(), "p1+p2");
    EXPECT_EQ(Assembly("mine", n.p1, n.p2).label(), "mine");
    EXPECT_EQ(two.num_components(), 2u);
    two += n.p3;
    EXPECT_EQ(two, (Assembly{n.p1, n.p2, n.p3}));
    EXPECT_EQ((n.p1 + n.p2) + (n.p2 + n.p3), two);
    EXPECT_EQ(two.component("p2"), n.p2);
    EXPECT_COLLECTIVE_THROW(world(), two.component("foo"), ParameterError, "\"foo\"");
    EXPECT_EQ((Assembly{n.p1, n.p1[slice(0, 5)]}).size(), 11u);
    EXPECT_EQ((Assembly{n.p1[slice(0, 5)], n.p1}).size(), 5u);
    EXPECT_EQ((n.p1[slice(0, 5)] + n.p1[slice(5, 8)]).size(), 8u);
    EXPECT_COMPARED_ALL(world(), two.local_size(), 20u);
    Simulation other{world()};
    Population q{other, 3, IF_cond_exp{}};
    EXPECT_COLLECTIVE_THROW(world(), two += q, ParameterError, "another simulation");
}

TEST(Assembly, counts_its_members_from_0) {
    Three          n;
    const Assembly a{n.p3, n.p1, n.p2};
    EXPECT_EQ(a.index_of(n.p3[0]), 0u);
    EXPECT_EQ(a.index_of(n.p1[0]), 3u);
    EXPECT_EQ(a.index_of(n.p2[0]), 14u);
    EXPECT_EQ(a[14].gid(), n.p2[0].gid());
    EXPECT_EQ(a[-1].gid(), n.p2[5].gid());
    EXPECT_EQ(a[slice(2, 8)], n.p3[slice(2, {})] + n.p1[slice(0, 5)]);
    const Assembly some = a[{17, 2, 10, 11, 19}];
    EXPECT_THAT(places(some), ElementsAre(P{2, 2}, P{0, 7}, P{0, 8}, P{1, 3}, P{1, 5}));
    EXPECT_EQ(a[slice(2, 8)][1].gid(), n.p1[0].gid());
    EXPECT_EQ(a.sample(10).size(), 10u);
    std::vector<bool> mask(20);
    mask[3] = true;
    EXPECT_EQ(a[mask].size(), 1u);
    EXPECT_COLLECTIVE_THROW(world(), a[20], ParameterError, "there is no cell 20");
    EXPECT_FALSE(some.contains(n.p1[0]));
    EXPECT_COLLECTIVE_THROW(
        world(),
        some.index_of(n.p1[0]),
        ParameterError,
        "cell 0 of population \"p1\" does not belong to it"
    );
}

TEST(Assembly, sets_and_gets_with_its_own_indices) {
    Three                      n;
    Assembly                   a = n.p3 + n.p2[slice({}, {}, -1)] + n.p1[{2, 7}];
    std::map<std::size_t, int> calls;
    a.set(&IF_cond_exp::tau_m, [&](std::size_t i) {
        ++calls[i];
        return 10_ms + static_cast<double>(i) * 1_ms;
    });
    EXPECT_COMPARED_ALL(world(), calls.size(), 11u);
    EXPECT_THAT(a.get("tau_m"), ElementsAre(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
    EXPECT_THAT(n.p2.get("tau_m"), ElementsAre(18, 17, 16, 15, 14, 13));
    EXPECT_THAT((n.p1[{1, 2, 7}].get("tau_m")), ElementsAre(20, 19, 20));
    std::vector<double> cm(11);
    for (std::size_t i = 0; i < cm.size(); ++i)
        cm[i] = 0.1 + static_cast<double>(i);
    a.set("cm", cm);
    EXPECT_EQ(a.get("cm"), cm);
    const auto  local = a.get_local("cm");
    std::size_t k     = 0;
    a.selection().for_each_local([&](std::size_t i, network::PopulationRecord&, std::size_t) {
        EXPECT_EQ(local[k++], cm[i]);
    });
    EXPECT_COMPARED_ALL(world(), k, 11u);
    EXPECT_TRUE(a.get("v_rest").is_homogeneous());
    EXPECT_EQ(a.get({"v_rest", "tau_refrac"})[1].number(), 0.1);
    a.initialize("v", cm);
    EXPECT_EQ(a.get("v"), cm);
    EXPECT_EQ(n.p1[0].get("v"), -65);
}

TEST(Assembly, draws_samples_from_all_its_members) {
    Three          n;
    const Assembly a        = n.p3 + n.p2;
    auto           expected = NumpyRNG{7}.permutation(9);
    expected.resize(5);
    std::sort(expected.begin(), expected.end());
    const Assembly drawn = a.sample(5, NumpyRNG{7});
    std::vector<P> members;
    for (const std::size_t i : expected)
        members.push_back(places(a)[i]);
    EXPECT_EQ(places(drawn), members);
    EXPECT_EQ(a.sample(9), a);
}

TEST(Assembly, of_two_views_of_one_population_sets_both) {
    Three    n;
    Assembly a = n.p2[{4, 5}] + n.p2[{0, 2}];
    a.set("tau_m", std::vector{1.0, 2.0, 3.0, 4.0});
    EXPECT_THAT(n.p2.get("tau_m"), ElementsAre(3, 20, 4, 20, 1, 2));
}

TEST(Assembly, is_checked_as_a_whole_before_anything_changes) {
    Three      n;
    Population q{n.sim, 4, IF_curr_exp{}, {.label = "q"}};
    Assembly   a = n.p3 + q;
    EXPECT_COLLECTIVE_THROW(
        world(), a.set("e_rev_E", 1.0), ParameterError, "Population \"q\": IF_curr_exp has no"
    );
    EXPECT_COLLECTIVE_THROW(world(), a.get("e_rev_E"), ParameterError, "Population \"q\"");
    EXPECT_COLLECTIVE_THROW(
        world(),
        a.set("tau_m", std::vector{1.0, 2.0, 3.0}),
        ParameterError,
        "Assembly \"p3+q\": tau_m was given 3 values for 7 cells."
    );
    EXPECT_COLLECTIVE_THROW(world(), a.set(&IF_cond_exp::cm, 2_nF), ModelError, "IF_curr_exp");
    EXPECT_EQ(n.p3.get("e_rev_E").number(), 0);
    a.set("tau_m", 12.0);
    EXPECT_EQ(a.get("tau_m").number(), 12);
    EXPECT_FALSE(a.is_conductance_based());
    EXPECT_TRUE((n.p1 + n.p2).is_conductance_based());
    EXPECT_THAT(a.receptor_types(), ElementsAre("excitatory", "inhibitory"));
    EXPECT_COLLECTIVE_THROW(world(), Assembly{}.get("tau_m"), ParameterError, "no cells yet");
}

TEST(Assembly, knows_positions_and_the_nearest_cell) {
    Three n;
    n.p3.set_structure(Line{.y = 100_um});
    const Assembly a = n.p3 + n.p2;
    EXPECT_EQ(a.positions().size(), 9u);
    EXPECT_EQ(a.position(2), (Position{2, 100, 0}));
    EXPECT_EQ(a.position_generator()(3), (Position{0, 0, 0}));
    EXPECT_EQ(a.index_of(a.nearest({4.2, 1, 0})), 7u);
    EXPECT_EQ(a.index_of(a.nearest({0.9, 80, 0})), 1u);
}

TEST(Assembly, runs_through_all_cells_and_those_of_the_rank) {
    Three                    n;
    const Assembly           a{"three", n.p3, n.p2[{1, 4}]};
    std::vector<std::string> all;
    for (const Cell& cell : a.all())
        all.push_back(cell.record().label + std::to_string(cell.index()));
    EXPECT_THAT(all, ElementsAre("p30", "p31", "p32", "p21", "p24"));
    std::size_t local = 0;
    for (const Cell& cell : a.local())
        local += cell.is_local() && a.contains(cell) ? 1u : 0u;
    EXPECT_COMPARED_ALL(world(), local, 5u);
    EXPECT_EQ(a.local().size(), a.local_size());
    EXPECT_EQ(
        a.describe(),
        "Assembly \"three\", 5 cells, 3 IF_cond_exp of \"p3\", 2 IF_cond_exp of \"p2\""
    );
}

TEST(Assembly, has_sequences_of_its_members) {
    Simulation sim{world()};
    Population one{
        sim, 2, SpikeSourceArray{.spike_times = std::vector<Sequence>{{1_ms, 2_ms}, {3_ms}}}};
    Population shared{sim, 3, SpikeSourceArray{.spike_times = {5_ms}}};
    Assembly   both = shared[{0, 2}] + one;
    EXPECT_THAT(
        both.get_sequences("spike_times"),
        ElementsAre(Sequence{5_ms}, Sequence{5_ms}, Sequence{1_ms, 2_ms}, Sequence{3_ms})
    );
    EXPECT_COMPARED_ALL(world(), both.get_local_sequences("spike_times").size(), 4u);
    both.set("spike_times", std::vector<Sequence>{{6_ms}, {7_ms}, {}, {8_ms}});
    EXPECT_THAT(
        shared.get_sequences("spike_times"),
        ElementsAre(Sequence{6_ms}, Sequence{5_ms}, Sequence{7_ms})
    );
    EXPECT_THAT(one.get_sequences("spike_times"), ElementsAre(Sequence{}, Sequence{8_ms}));
}

}  // namespace
}  // namespace ranvier

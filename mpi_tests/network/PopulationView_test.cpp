#include "ranvier/network/PopulationView.hpp"

#include <cstddef>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::Each;
using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

std::vector<std::size_t> indices(const Group& group) {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < group.size(); ++i)
        result.push_back(group.selection().place(i).index);
    return result;
}

TEST(PopulationView, is_selected_by_slice_list_mask_and_index) {
    Simulation sim{world()};
    Population p{sim, 11, IF_curr_exp{}, {.label = "p"}};

    EXPECT_THAT(indices(p[slice(3, 9, 2)]), ElementsAre(3, 5, 7));
    EXPECT_THAT(indices((p[{7, 3, 5, 3}])), ElementsAre(3, 5, 7));
    EXPECT_THAT(indices(p[std::vector{3, 5, -4}]), ElementsAre(3, 5, 7));
    std::vector<bool> mask(11);
    mask[3] = mask[5] = mask[7] = true;
    EXPECT_THAT(indices(p[mask]), ElementsAre(3, 5, 7));
    EXPECT_EQ(p[mask], p[slice(3, 9, 2)]);
    EXPECT_EQ(p[slice({}, {})], p);
    EXPECT_EQ(p[5].index(), 5u);
    EXPECT_EQ(p[-1].gid(), p[0].gid() + 10);
    EXPECT_EQ(p[5].as_view(), (p[{5}]));
    EXPECT_EQ(p[slice(3, 9, 2)].label(), "view of 'p' with size 3");
    EXPECT_EQ(p[slice(4, 4)].size(), 0u);
    EXPECT_COLLECTIVE_THROW(
        world(), p[11], ParameterError, "Population \"p\": there is no cell 11. Its 11 cells"
    );
    EXPECT_COLLECTIVE_THROW(world(), (p[{0, 12}]), ParameterError, "there is no cell 12");
}

TEST(PopulationView, of_a_view_counts_in_the_view) {
    Simulation sim{world()};
    Population p{sim, 20, IF_curr_exp{}};

    const PopulationView a = p[{0, 1, 3, 4, 6, 7, 9}];
    EXPECT_THAT(a.index_in_population({2, 4, 6}), ElementsAre(3, 6, 9));
    const PopulationView b = a[{2, 3, 6}];
    EXPECT_THAT(b.index_in_population({0, 1, 2}), ElementsAre(3, 4, 9));
    const PopulationView c = p[slice(2, 16, 3)];
    EXPECT_EQ(c.index_of(p[11]), 3u);
    EXPECT_TRUE(c.contains(p[14]));
    EXPECT_FALSE(c.contains(p[13]));
    EXPECT_COLLECTIVE_THROW(world(), c.index_of(p[13]), ParameterError, "cell 13");
    EXPECT_EQ(c[3].index(), 11u);
    EXPECT_THAT(
        indices(c[std::vector<bool>{true, false, false, true, true}]), ElementsAre(2, 11, 14)
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        c[std::vector<bool>(20)],
        ParameterError,
        "a mask must have one value per cell, got 20 values for 5 cells"
    );
}

TEST(PopulationView, sets_its_members_only_with_its_own_indices) {
    Simulation sim{world()};
    Population p{sim, 5, IF_cond_exp{.tau_m = 15_ms}};

    p[{0, 2, 4}].set("tau_m", 10.0);
    EXPECT_THAT(p.get("tau_m"), ElementsAre(10, 15, 10, 15, 10));
    p[slice(2, 5)].set("v_thresh", std::vector{-50.0, -49.0, -48.0});
    EXPECT_THAT(p.get("v_thresh"), ElementsAre(-50, -50, -50, -49, -48));
    p[{1, 3}].set(&IF_cond_exp::cm, [](std::size_t i) { return 2_nF + double(i) * 1_nF; });
    EXPECT_THAT(p.get("cm"), ElementsAre(1, 2, 1, 3, 1));
    p[slice({}, {}, -2)].set("i_offset", std::vector{1.0, 2.0, 3.0});
    EXPECT_THAT(p.get("i_offset"), ElementsAre(3, 0, 2, 0, 1));
    EXPECT_THAT(p[slice({}, {}, -2)].get("i_offset"), ElementsAre(1, 2, 3));
    p[1].set("tau_refrac", 3.0);
    EXPECT_THAT(p.get("tau_refrac"), ElementsAre(0.1, 3, 0.1, 0.1, 0.1));
    EXPECT_EQ(p[1].get("tau_refrac"), 3.0);
    p[slice(1, 1)].set("tau_refrac", 9.0);
    EXPECT_THAT(p.get("tau_refrac"), ElementsAre(0.1, 3, 0.1, 0.1, 0.1));
    p[{0, 1}].set(&IF_cond_exp::tau_m, 7_ms, &IF_cond_exp::v_rest, by_index([](std::size_t i) {
        return -60_mV - double(i) * 1_mV;
    }));
    EXPECT_THAT(p.get("tau_m"), ElementsAre(7, 7, 10, 15, 10));
    EXPECT_THAT(p.get("v_rest"), ElementsAre(-60, -61, -65, -65, -65));
}

TEST(PopulationView, calls_functions_once_for_each_member_of_the_network) {
    Simulation                 sim{world()};
    Population                 p{sim, 40, IF_curr_exp{}};
    std::map<std::size_t, int> calls;
    const auto                 count = [&](std::size_t i) {
        ++calls[i];
        return -60_mV;
    };
    p[slice(5, 35, 3)].set(&IF_curr_exp::v_rest, count);
    EXPECT_COMPARED_ALL(world(), calls.size(), 10u);
    p[{30, 31, 39}].initialize(IF_curr_exp::Initial{.v = count});
    std::size_t total = 0;
    for (const auto& [index, n] : calls)
        total += static_cast<std::size_t>(n);
    EXPECT_COMPARED_ALL(world(), total, 13u);
}

TEST(PopulationView, of_all_cells_draws_what_the_population_draws) {
    const auto drawn = [](bool view) {
        Simulation sim{world()};
        Population p{sim, 30, IF_curr_exp{}, {.label = "p"}};
        if (view)
            p[slice(0, 30)].set(&IF_curr_exp::tau_m, uniform(10_ms, 20_ms));
        else
            p.set(&IF_curr_exp::tau_m, uniform(10_ms, 20_ms));
        return p.get("tau_m").array();
    };
    EXPECT_EQ(drawn(true), drawn(false));

    Simulation sim{world()};
    Population p{sim, 30, IF_curr_exp{}, {.label = "p"}};
    p[slice(3, 6)].set(&IF_curr_exp::tau_m, uniform(10_ms, 20_ms));
    EXPECT_EQ(p.get("tau_m")[3], drawn(false)[0]);  // keyed by the index in the view
}

TEST(PopulationView, has_sequences_of_its_members) {
    Simulation sim{world()};
    Population p{sim, 5, SpikeSourceArray{}};
    EXPECT_THAT(p.get_sequences("spike_times"), ElementsAre(Sequence{}));
    p[{1, 4}].set("spike_times", std::vector<Sequence>{{1_ms}, {2_ms, 3_ms}});
    EXPECT_THAT(
        p.get_sequences("spike_times"),
        ElementsAre(
            Sequence{}, Sequence{1_ms}, Sequence{}, Sequence{}, Sequence(std::vector{2_ms, 3_ms})
        )
    );
    p.set("spike_times", Sequence{5_ms});
    EXPECT_THAT(p.get_sequences("spike_times"), ElementsAre(Sequence{5_ms}));
    EXPECT_COLLECTIVE_THROW(world(), p.get("spike_times"), ParameterError, "Use get_sequences");
}

TEST(PopulationView, takes_a_list_of_numbers_as_one_train_for_all) {
    Simulation sim{world()};
    Population p{sim, 4, SpikeSourceArray{}, {.label = "p"}};

    p.set("spike_times", std::vector<double>{1, 2.5});
    p[3].set("spike_times", std::vector<double>{7});
    const auto  trains = p.get_local_sequences("spike_times");
    std::size_t k      = 0;
    for (const Cell& cell : p.local()) {
        EXPECT_EQ(trains.at(k++), cell.index() == 3 ? Sequence{7_ms} : (Sequence{1_ms, 2.5_ms}));
    }
}

TEST(PopulationView, is_initialised_at_its_members) {
    Simulation sim{world()};
    Population p{sim, 7, IF_cond_exp{}, {.initial_values = {{"v", -65.4}}}};

    p[slice({}, {}, 2)].initialize(
        {{"v", std::vector{-70.0, -69.0, -68.0, -67.0}}, {"gsyn_exc", 0.1}}
    );
    const auto v = ElementsAre(-70, -65.4, -69, -65.4, -68, -65.4, -67);
    EXPECT_THAT(p.get("v"), v);
    EXPECT_THAT(p.get_initial("v"), v);
    EXPECT_THAT(p.get("gsyn_exc"), ElementsAre(0.1, 0, 0.1, 0, 0.1, 0, 0.1));
    p.set("v_rest", -50.0);
    EXPECT_THAT(p.get("v"), v);
    EXPECT_EQ(p[2].get_initial("v"), -69);
}

TEST(PopulationView, draws_a_sample_without_replacement) {
    Simulation            sim{world()};
    Population            p{sim, 100, IF_curr_exp{}, {.label = "p"}};
    std::set<std::size_t> seen;
    for (int draw = 0; draw < 40; ++draw) {
        const auto sample = indices(p.sample(10));
        EXPECT_EQ(sample.size(), 10u);
        EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
        seen.insert(sample.begin(), sample.end());
        std::uint64_t sum = std::accumulate(sample.begin(), sample.end(), std::uint64_t{0});
        EXPECT_EQ(world().sum(sum), sum * static_cast<std::uint64_t>(world().size()));
    }
    EXPECT_GT(seen.size(), 95u);
    EXPECT_EQ(p.sample(100), p);
    EXPECT_EQ(p[slice(10, 20)].sample(3).size(), 3u);
    EXPECT_COLLECTIVE_THROW(world(), p.sample(101), ParameterError, "101 cells");
}

TEST(PopulationView, draws_the_samples_of_a_numpy_generator) {
    Simulation sim{world()};
    Population p{sim, 5, IF_curr_exp{}};

    // numpy.random.RandomState(1).permutation(5) is [2 1 4 0 3]
    EXPECT_THAT(indices(p.sample(3, NumpyRNG{1})), ElementsAre(1, 2, 4));
    const NumpyRNG rng{1};
    EXPECT_EQ(p.sample(5, rng), p);
    Population more{sim, 20, IF_curr_exp{}};
    EXPECT_THAT(indices(more[slice(2, 12, 2)].sample(3, NumpyRNG{1})), ElementsAre(4, 6, 10));
    EXPECT_EQ((p[slice(0, 2)] + p[slice(3, 5)]).sample(4, NumpyRNG{1}).size(), 4u);
    EXPECT_COLLECTIVE_THROW(world(), p.sample(6, rng), ParameterError, "6 cells");
}

TEST(PopulationView, runs_through_all_cells_and_those_of_the_rank) {
    Simulation           sim{world()};
    Population           p{sim, 9, IF_curr_exp{}};
    const PopulationView view = p[{1, 4, 8}];

    std::vector<std::size_t> all;
    for (const Cell& cell : view.all())
        all.push_back(cell.index());
    EXPECT_THAT(all, ElementsAre(1, 4, 8));
    all.clear();
    for (const Cell& cell : p[slice(2, 5)].all())  // the view itself is gone
        all.push_back(cell.index());
    EXPECT_THAT(all, ElementsAre(2, 3, 4));
    std::size_t local = 0;
    for (const Cell& cell : view.local())
        local += cell.is_local() ? 1u : 0u;
    EXPECT_COMPARED_ALL(world(), local, 3u);
    EXPECT_NE(view.describe().find("3 IF_curr_exp"), std::string::npos);
}

}  // namespace
}  // namespace ranvier

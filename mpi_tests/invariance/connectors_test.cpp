#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

// Every connector in every option, between populations and between groups that share cells: the
// same connections with the same parameters on one rank, on all, and on as many as there are less
// one; and in whatever order projections are made.
namespace ranvier {
namespace {

struct Network {
    Network(const Communicator& comm, bool others) : sim{comm, {.seed = 5}} {
        if (others) {
            Population more{sim, 17, IF_curr_exp{}, {.label = "more"}};
            Projection{more, more, AllToAllConnector{}, {1_nA, 1_ms}};
            Projection{more, a, FixedProbabilityConnector{.p_connect = 0.3}, {1_nA, 1_ms}};
        }
    }
    Simulation sim;
    Population a{sim, 41, IF_curr_exp{}, {.label = "a"}};
    Population b{sim, 29, IF_curr_exp{}, {.label = "b"}};

    // Groups that share some cells: of one population, in another order, of both.
    PopulationView odd      = a[slice(1, 41, 2)];
    PopulationView middle   = a[slice(8, 31)];
    PopulationView backward = a[slice(38, 3, -3)];
    Assembly       both     = b + a[slice(2, 25)];
};

using Make  = std::function<Projection(Network&, const ProjectionOptions&)>;
using Makes = std::map<std::string, Make>;

const StaticSynapse drawn{normal_clipped(1_nA, 0.5_nA, {.low = 0_nA}), uniform(0.1_ms, 9_ms)};

template <class C>
void add(Makes& makes, const std::string& name, const C& connector) {
    makes["a b " + name] = [=](Network& n, const ProjectionOptions& options) {
        return Projection{n.a, n.b, connector, drawn, options};
    };
    makes["a a " + name] = [=](Network& n, const ProjectionOptions& options) {
        return Projection{n.a, n.a, connector, drawn, options};
    };
}

/// Between groups that share some cells.
template <class C>
void add_between_groups(Makes& makes, const std::string& name, const C& connector) {
    add(makes, name, connector);
    makes["odd middle " + name] = [=](Network& n, const ProjectionOptions& options) {
        return Projection{n.odd, n.middle, connector, drawn, options};
    };
    makes["both backward " + name] = [=](Network& n, const ProjectionOptions& options) {
        return Projection{n.both, n.backward, connector, drawn, options};
    };
    makes["backward both " + name] = [=](Network& n, const ProjectionOptions& options) {
        return Projection{n.backward, n.both, connector, drawn, options};
    };
}

/// Rules that decide pair by pair.
void add_rules_by_pair(Makes& makes, const std::string& rule, SelfConnections self) {
    add_between_groups(makes, "AllToAll" + rule, AllToAllConnector{self});
    add_between_groups(makes, "FixedProbability" + rule, FixedProbabilityConnector{0.3, self});
    add_between_groups(
        makes, "IndexBased" + rule, IndexBasedProbabilityConnector{"0.4 * (i % 3 < 2)", self}
    );
    add_between_groups(
        makes, "Distance" + rule, DistanceDependentProbabilityConnector{"0.7 * (d < 12)", self}
    );
    add_between_groups(
        makes, "DistanceFar" + rule, DistanceDependentProbabilityConnector{"exp(-d / 9)", self}
    );
    add_between_groups(
        makes,
        "Displacement" + rule,
        DisplacementDependentProbabilityConnector{"0.5 * (-9 < x < 4)", self}
    );
}

/// Rules with numbers of connections: below and above the number of cells, and drawn.
void add_rules_by_number(
    Makes& makes, const std::string& rule, SelfConnections self, bool replace
) {
    add_between_groups(makes, "FixedTotal" + rule, FixedTotalNumberConnector{300, self, replace});
    const auto both_ways = [&](const std::string& number, const connectors::Count& n) {
        add_between_groups(makes, "Pre" + number + rule, FixedNumberPreConnector{n, self, replace});
        add_between_groups(
            makes, "Post" + number + rule, FixedNumberPostConnector{n, self, replace}
        );
    };
    both_ways("Few", 7);
    both_ways("Many", 60);
    both_ways("Binomial", binomial(20, 0.4));
    both_ways("Uniform", uniform_int(0, 9));
}

/// Rules without such options.
void add_other_rules(Makes& makes) {
    add_between_groups(makes, "OneToOne", OneToOneConnector{});
    add_between_groups(
        makes, "List", FromListConnector{{{3, 10}, {1, 10}, {3, 10}, {9, 0}, {0, 9}}}
    );
    add_between_groups(
        makes, "Values", FromListConnector{{{3, 10, 2, 9}, {3, 10, 1, 3}, {9, 0, 4, 1}}}
    );
    const auto near = [](Length d) { return d < 9_um ? 0.4 : 0.1; };
    add_between_groups(makes, "Function", DistanceDependentProbabilityConnector{near});
    const auto of_pair = [](std::size_t i, std::size_t j) {
        return 1.0 / static_cast<double>(i + j + 1);
    };
    add_between_groups(makes, "Pair", IndexBasedProbabilityConnector{of_pair});
    makes["a b Clone"] = [](Network& n, const ProjectionOptions& options) {
        const FixedTotalNumberConnector connector{.n = 200};
        const Projection                all{n.a, n.b, connector, drawn, {.label = "cloned"}};
        return Projection{n.a, n.b, CloneConnector{all}, drawn, options};
    };
    for (const auto self : {SelfConnections::allow, SelfConnections::forbid}) {
        makes["a a Array" + std::to_string(static_cast<int>(self))] =
            [self](Network& n, const ProjectionOptions& options) {
                Matrix<bool> array(41, 41);
                for (std::size_t i = 0; i < 41; ++i)
                    array(i, i * i % 41) = array(i, i) = true;
                return Projection{n.a, n.a, ArrayConnector{array, self}, drawn, options};
            };
    }
}

Makes all_connectors() {
    Makes makes;
    for (const auto self :
         {SelfConnections::allow, SelfConnections::forbid, SelfConnections::no_mutual}) {
        const std::string rule = std::to_string(static_cast<int>(self));
        add_rules_by_pair(makes, rule, self);
        add_rules_by_number(makes, rule, self, false);
        add_rules_by_number(makes, rule + "r", self, true);
        makes["a a SmallWorld" + rule] = [self](Network& n, const ProjectionOptions& options) {
            return Projection{n.a, n.a, SmallWorldConnector{6, 0.3, self}, drawn, options};
        };
    }
    add_other_rules(makes);
    return makes;
}

using Lists = std::map<std::string, std::vector<Connection>>;

/// The connections of all of them, made in one network; in another one in the opposite order and
/// among others.
Lists connections(const Communicator& comm, const Makes& makes, bool opposite) {
    Network                                         n{comm, opposite};
    std::vector<std::pair<std::string, Projection>> made;
    const auto                                      make_all = [&](auto first, auto last) {
        for (auto it = first; it != last; ++it)
            made.emplace_back(it->first, it->second(n, {.label = it->first}));
    };
    if (opposite)
        make_all(makes.rbegin(), makes.rend());
    else
        make_all(makes.begin(), makes.end());
    Lists lists;
    for (const auto& [name, projection] : made)
        lists[name] = projection.connections();
    return lists;
}

TEST(Connectors, make_the_same_connections_on_every_number_of_ranks) {
    const Communicator world;
    const Communicator fewer    = world.split(world.rank() < world.size() - 1 ? 0 : 1);
    const Communicator alone    = world.split(world.rank());
    const Makes        makes    = all_connectors();
    const Lists        all      = connections(world, makes, false);
    const Lists        on_fewer = connections(fewer, makes, false),
                on_one          = connections(alone, makes, false);
    const Lists beside          = connections(world, makes, true);
    std::size_t total           = 0;
    for (const auto& [name, list] : all) {
        EXPECT_EQ(on_fewer.at(name), list) << name;
        EXPECT_EQ(on_one.at(name), list) << name;
        EXPECT_EQ(beside.at(name), list) << name << " made in another order";
        EXPECT_FALSE(list.empty()) << name;
        total += list.size();
    }
    EXPECT_GT(all.size(), 250u);
    EXPECT_GT(total, 100000u);
}

}  // namespace
}  // namespace ranvier

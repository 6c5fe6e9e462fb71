#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

// Every connector in every option: the same connections with the same parameters on one rank, on
// all, and on as many as there are less one; and whatever else the network holds.
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
};

using Make  = std::function<Projection(Network&)>;
using Makes = std::map<std::string, Make>;

const StaticSynapse drawn{normal_clipped(1_nA, 0.5_nA, {.low = 0_nA}), uniform(0.1_ms, 9_ms)};

template <class C>
void add(Makes& makes, const std::string& name, const C& connector) {
    makes["a b " + name] = [=](Network& n) { return Projection{n.a, n.b, connector, drawn}; };
    makes["a a " + name] = [=](Network& n) { return Projection{n.a, n.a, connector, drawn}; };
}

Makes all_connectors() {
    Makes makes;
    int   k = 0;
    for (const auto self :
         {SelfConnections::allow, SelfConnections::forbid, SelfConnections::no_mutual}) {
        const std::string rule = std::to_string(k++);
        add(makes, "AllToAll" + rule, AllToAllConnector{self});
        add(makes, "FixedProbability" + rule, FixedProbabilityConnector{0.3, self});
        add(makes, "IndexBased" + rule, IndexBasedProbabilityConnector{"0.4 * (i % 3 < 2)", self});
        add(makes, "Distance" + rule, DistanceDependentProbabilityConnector{"0.7 * (d < 12)", self}
        );
        add(makes, "DistanceFar" + rule, DistanceDependentProbabilityConnector{"exp(-d / 9)", self}
        );
        add(makes,
            "Displacement" + rule,
            DisplacementDependentProbabilityConnector{"0.5 * (-9 < x < 4)", self});
        makes["a a SmallWorld" + rule] = [self](Network& n) {
            return Projection{n.a, n.a, SmallWorldConnector{6, 0.3, self}, drawn};
        };
        for (const bool replace : {false, true}) {
            const std::string option = rule + (replace ? "r" : "");
            add(makes, "FixedTotal" + option, FixedTotalNumberConnector{300, self, replace});
            for (const int n : {7, 60}) {
                add(makes,
                    "Pre" + std::to_string(n) + option,
                    FixedNumberPreConnector{n, self, replace});
                add(makes,
                    "Post" + std::to_string(n) + option,
                    FixedNumberPostConnector{n, self, replace});
            }
            add(makes,
                "PreRandom" + option,
                FixedNumberPreConnector{binomial(20, 0.4), self, replace});
            add(makes,
                "PostRandom" + option,
                FixedNumberPostConnector{uniform_int(0, 9), self, replace});
        }
    }
    add(makes, "OneToOne", OneToOneConnector{});
    add(makes, "List", FromListConnector{{{3, 20}, {1, 20}, {3, 20}, {28, 0}, {0, 28}}});
    makes["a b Array"] = [](Network& n) {
        Matrix<bool> array(41, 29);
        for (std::size_t i = 0; i < 41; ++i)
            array(i, i * i % 29) = true;
        return Projection{n.a, n.b, ArrayConnector{array}, drawn};
    };
    return makes;
}

std::vector<Connection> connections(const Communicator& comm, const Make& make, bool others) {
    Network n{comm, others};
    return make(n).connections();
}

TEST(Connectors, make_the_same_connections_on_every_number_of_ranks) {
    const Communicator world;
    const Communicator fewer = world.split(world.rank() < world.size() - 1 ? 0 : 1);
    const Communicator alone = world.split(world.rank());
    std::size_t        total = 0;
    for (const auto& [name, make] : all_connectors()) {
        const auto all = connections(world, make, false);
        EXPECT_EQ(connections(fewer, make, false), all) << name;
        EXPECT_EQ(connections(alone, make, false), all) << name;
        EXPECT_EQ(connections(world, make, true), all) << name << " beside others";
        EXPECT_GT(all.size(), 0u) << name;
        total += all.size();
    }
    EXPECT_GT(total, 10000u);
}

}  // namespace
}  // namespace ranvier

// Arguments that differ between ranks; on one rank there are none, so these run on two and three.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

const IF_curr_exp passive{.v_thresh = 1_V};

TEST(disagreement, of_groups_refuses_values_that_differ_between_ranks_on_all_of_them) {
    Simulation   sim{world()};
    Population   p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    Population   trains{sim, 2, SpikeSourceArray{}, {.label = "trains"}};
    const double mine    = 1 + world().rank();
    const auto   seed    = static_cast<std::int64_t>(mine);
    const auto   digest  = sim.digest();
    const auto   refused = [&](Group& group, const NamedValue& value) {
        EXPECT_COLLECTIVE_THROW(
            world(), group.set({value}), CommunicationError, "and the same values"
        );
    };
    const parameters::Specification array{std::vector<double>(6, mine)};
    refused(p, {"tau_m", mine});
    refused(p, {"tau_m", uniform(mine, 10.0)});
    refused(p, {"tau_m", std::vector<double>(6, mine)});
    refused(p, {"tau_m", 2 * array});
    refused(p, {"tau_m", uniform(1.0, 2.0, NumpyRNG{seed})});
    refused(trains, {"spike_times", Sequence::in_ms({mine})});
    refused(trains, {"spike_times", std::vector<double>{mine}});
    refused(trains, {"spike_times", std::vector{Sequence{}, Sequence::in_ms({mine})}});
    EXPECT_COLLECTIVE_THROW(
        world(), p.initialize("v", std::vector<double>(6, -mine)), CommunicationError, "initialize"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{sim, 2, IF_curr_exp{.tau_m = std::vector{1_ms, mine * 1_ms}}, {.label = "q"}}),
        CommunicationError,
        "Population \"q\""
    );
    // Other cells, as many of them.
    const std::ptrdiff_t last = 3 + world().rank() % 2;
    EXPECT_COLLECTIVE_THROW(
        world(), (p[{0, last}].set("cm", 5.0)), CommunicationError, "do not ask for the same"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), (p[{0, last}].get("cm")), CommunicationError, "do not ask for the same"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), (p[{0, last}].record({"v"})), CommunicationError, "do not ask for the same"
    );
    EXPECT_EQ(sim.digest(), digest);
}

TEST(disagreement, of_groups_refuses_calls_that_differ_between_ranks_on_all_of_them) {
    Simulation sim{world()};
    Population p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    const bool odd = world().rank() == 1;

    EXPECT_COLLECTIVE_THROW(
        world(), p.set(odd ? "tau_x" : "tau_m", 5.0), CommunicationError, "tau_x"
    );
    EXPECT_COLLECTIVE_THROW(world(), p.set(odd ? "cm" : "tau_m", 5.0), CommunicationError, "cm");
    EXPECT_COLLECTIVE_THROW(
        world(), p.get(odd ? "cm" : "tau_m"), CommunicationError, "do not ask for the same"
    );
    EXPECT_COLLECTIVE_THROW(world(), p.get(odd ? "cn" : "cm"), ParameterError, "\"cn\"");
    EXPECT_COLLECTIVE_THROW(
        world(), p.set("cm", odd ? 0.5 : 1.0), CommunicationError, "the same values"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p.set("cm", uniform(odd ? 0.5 : 0.6, 1)), CommunicationError, "the same values"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p.nearest({odd ? 1.0 : 2.0, 0, 0}), CommunicationError, "the same values"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p.initialize(odd ? "V" : "v", -60.0), CommunicationError, "initialize"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p[slice(0, odd ? 2 : 3)].set("cm", 5.0), CommunicationError, "the same"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{sim, 3, IF_curr_exp{}, {.label = odd ? "p" : "q"}}),
        CommunicationError,
        "Population"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.set("tau_m", std::vector<double>(odd ? 5 : 6, 1.0)),
        ParameterError,
        "5 values for 6 cells"
    );
    EXPECT_THAT(p.get("tau_m"), testing::Each(20));
}

TEST(disagreement, of_current_sources_is_refused_where_ranks_disagree) {
    Simulation    sim{world()};
    Population    p{sim, 7, passive};
    CurrentSource dc{sim, DCSource{}};
    CurrentSource steps{sim, StepCurrentSource{.times = {0_ms}, .amplitudes = {1_nA}}};
    const double  mine  = world().rank();
    const auto    first = static_cast<std::ptrdiff_t>(world().rank());

    EXPECT_COLLECTIVE_THROW(world(), dc.set("amplitude", mine), CommunicationError, "amplitude");
    EXPECT_COLLECTIVE_THROW(
        world(),
        steps.set({{"times", {0, 1 + mine}}, {"amplitudes", {1, 0}}}),
        CommunicationError,
        "times"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), dc.set(mine > 0 ? "amplitud" : "amplitude", 1.0), ParameterError, "amplitud"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        dc.inject_into(p[slice(first, first + 2)]),
        CommunicationError,
        "cells to inject into"
    );
    EXPECT_EQ(dc.get("amplitude"), 1);
    EXPECT_EQ(steps.get_series("times").size(), 1u);
    sim.run(1_ms);
    EXPECT_EQ(p.get("v").number(), -65);
}

}  // namespace
}  // namespace ranvier

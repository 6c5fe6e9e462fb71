// Arguments that differ between ranks; on one rank there are none, so these run on two and three.

#include <cstddef>
#include <cstdint>
#include <string>
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

/// Two populations of 4 and 5 cells.
struct Scene {
    Simulation sim{world()};
    Population p{sim, 4, IF_curr_exp{}, {.label = "p"}};
    Population q{sim, 5, IF_curr_exp{}, {.label = "q"}};
};

TEST(disagreement, of_a_simulation_refuses_its_options_on_all_ranks) {
    const auto rank = static_cast<std::uint64_t>(world().rank());
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Simulation{world(), {.seed = 7 + rank}}),
        CommunicationError,
        "Simulation: seed must be the same on every rank, got 7 on rank 0 and 8 on rank 1 of "
    );
}

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

TEST(disagreement, about_what_to_call_names_the_calls_on_all_ranks) {
    Scene      s;
    const bool odd     = world().rank() == 1;
    const auto refused = [&](auto&& call, const char* name) {
        EXPECT_COLLECTIVE_THROW(
            world(), odd ? call() : s.p.set("cm", 1.0), CommunicationError, name
        );
    };
    const Position origin{0, 0, 0};
    refused([&] { s.p.get("tau_m"); }, "\"p\": get");
    refused([&] { s.p.get_initial("v"); }, "\"p\": get_initial");
    refused([&] { s.p.get_sequences("spike_times"); }, "\"p\": get_sequences");
    refused([&] { s.p.nearest(origin); }, "\"p\": nearest");
    refused([&] { s.p.set_structure(Line{}); }, "\"p\": set_structure");
    refused([&] { s.sim.reset(); }, "Simulation: reset");
    refused([&] { Simulation{world()}; }, "in Simulation.");
    refused([&] { s.sim.write_to(nullptr); }, "Simulation: write_to");
    refused([&] { CurrentSource{s.sim, DCSource{}}; }, "CurrentSource");
}

TEST(disagreement, about_writing_or_a_histogram_is_refused_on_all_ranks) {
    Scene            s;
    const bool       odd = world().rank() == 1;
    const Projection pq{s.p, s.q, AllToAllConnector{}, StaticSynapse{}};
    EXPECT_COLLECTIVE_THROW(
        world(), s.sim.finish_writing(odd), CommunicationError, "finish_writing: complete must be"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        s.sim.write_to(nullptr, odd ? 10_ms : 20_ms),
        CommunicationError,
        "Simulation: the write window must be the same on every rank, got 20 on rank 0"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        pq.weight_histogram(odd ? 5 : 6),
        CommunicationError,
        "got 6 bins from the smallest"
    );
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

/// Whether a call is refused with this text, which ends in the second of two ranks that differ.
template <class Call>
void expect_told(Call call, const std::string& text) {
    const std::string where = " rank 1 of " + std::to_string(world().size());
    EXPECT_COLLECTIVE_THROW(world(), call(), CommunicationError, text + where);
}

/// What is the same in words and hides a difference.
std::string hidden(const std::string& given, const std::string& rest) {
    return given + " on every rank, but " + rest + " differ between rank 0 and";
}

TEST(disagreement, of_groups_is_told_in_words) {
    Simulation   sim{world()};
    Population   p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    Population   trains{sim, 2, SpikeSourceArray{}, {.label = "trains"}};
    const bool   odd  = world().rank() == 1;
    const double mine = odd ? 2 : 1;
    const auto   told = [&](const NamedValue& value, const std::string& text) {
        expect_told([&] { p.set({{"cm", 1.0}, value}); }, text);
    };
    const std::string start = "Population \"p\": set: the ranks do not ask for the same: ";
    expect_told(
        [&] { p.set("tau_m", mine); },
        start + "tau_m is the number 1 on rank 0, tau_m is the number 2 on"
    );
    told({"tau_m", std::vector(6, mine)}, hidden("tau_m is an array of 6 values", "its numbers"));
    told(
        {"tau_m", mine * uniform(1, 2)},
        hidden("tau_m is a combination of values", "the values that it combines")
    );
    told(
        odd ? NamedValue{"tau_m", 5} : NamedValue{"tau_m", [](std::size_t) { return 5.0; }},
        "tau_m is a function of the index on rank 0, tau_m is the number 5 on"
    );
    expect_told(
        [&] { trains.set("spike_times", Sequence::in_ms({mine})); },
        hidden("spike_times is a Sequence of 1 values", "the times or numbers in it")
    );
    const std::ptrdiff_t last = odd ? 2 : 3;
    expect_told(
        [&] {
            p[{0, last}].set("cm", 2.0);
        },
        hidden("the group is 2 cells of type IF_curr_exp", "the cells themselves")
    );
    expect_told(
        [&] { p.get(odd ? "cm" : "tau_m"); },
        "the name is \"tau_m\" on rank 0, the name is \"cm\" on"
    );
    expect_told(
        [&] {
            if (odd)
                Population{sim, 2, IF_curr_exp{}};
            else
                Population{sim, 2, IF_cond_exp{}};
        },
        "the group is 2 cells of type IF_cond_exp on rank 0, the group is 2 cells of type "
        "IF_curr_exp on"
    );
}

TEST(disagreement, of_connections_and_currents_is_told_in_words) {
    Simulation           sim{world()};
    Population           p{sim, 6, IF_curr_exp{}, {.label = "p"}};
    Projection           all{p, p, AllToAllConnector{}, {1_nA, 1_ms}, {.label = "all"}};
    CurrentSource        steps{sim, StepCurrentSource{.times = {0_ms}, .amplitudes = {1_nA}}};
    const bool           odd  = world().rank() == 1;
    const double         mine = odd ? 2 : 1;
    const std::ptrdiff_t last = odd ? 2 : 3;
    const std::string    same = "the ranks do not ask for the same: ";
    expect_told(
        [&] { all.set("weight", std::vector(36, mine)); },
        "Projection \"all\": set weight: " + same +
            hidden("weight is an array of 36 values", "its numbers")
    );
    expect_told(
        [&] { all.set("delay", mine * expression("d")); },
        hidden("delay is a combination of values", "the values that it combines")
    );
    const FixedProbabilityConnector some{.p_connect = mine / 4};
    expect_told(
        [&] { Projection(p, p, some); },
        hidden("connector is FixedProbabilityConnector", "its arguments")
    );
    expect_told(
        [&] {
            Projection(p, p[{0, last}], AllToAllConnector{});
        },
        hidden("the postsynaptic group is 2 cells of type IF_curr_exp", "the cells themselves")
    );
    const std::vector<double> times{mine};
    expect_told(
        [&] { steps.set("times", times); },
        "CurrentSource \"current0\": " + same +
            hidden("times is a series of 1 values", "its numbers")
    );
}

TEST(disagreement, of_generators_of_one_seed_that_stand_elsewhere_is_refused) {
    Simulation sim{world()};
    Population p{sim, 4, IF_curr_exp{}, {.label = "p"}};
    const auto refused = [&](auto&& call) {
        NumpyRNG rng{1};
        if (world().rank() == 1) rng.uniform();
        EXPECT_COLLECTIVE_THROW(
            world(),
            call(rng),
            CommunicationError,
            "but the seed or the state of its NumpyRNG differ between rank 0 and rank 1 of"
        );
    };
    const auto before = p.positions();
    refused([&](const NumpyRNG& rng) { p.set("tau_m", uniform(1, 2, rng)); });
    refused([&](const NumpyRNG& rng) {
        p.set_structure(RandomStructure{.boundary = Sphere{10_um}, .rng = rng});
    });
    refused([&](const NumpyRNG& rng) {
        p.set_structure(Grid2D{.fill_order = FillOrder::random, .rng = rng});
    });
    refused([&](const NumpyRNG& rng) {
        Population{
            sim,
            8,
            IF_curr_exp{},
            {.structure = Grid3D{.fill_order = FillOrder::random, .rng = rng}}};
    });
    refused([&](const NumpyRNG& rng) {
        Projection{p, p, AllToAllConnector{}, {uniform(1_nA, 2_nA, rng), 1_ms}};
    });
    EXPECT_EQ(p.positions(), before);
    NumpyRNG pairs{1};  // of normal numbers, the second of which may be kept ready
    if (world().rank() == 1) {
        pairs.next(random::Distribution::normal(0, 1));
        pairs.next(random::Distribution::normal(0, 1));
    }
    EXPECT_COLLECTIVE_THROW(
        world(), p.set("tau_m", uniform(1, 2, pairs)), CommunicationError, "NumpyRNG"
    );
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

TEST(disagreement, of_positions_refuses_them_on_all_ranks) {
    Simulation   sim{world()};
    Population   p{sim, 7, IF_curr_exp{}, {.label = "p", .structure = Line{.dx = 2_um}}};
    const double mine = 1 + world().rank();
    const auto   seed = static_cast<std::int64_t>(mine);
    EXPECT_COLLECTIVE_THROW(
        world(), p.set_structure(Line{.dx = mine * 1_um}), CommunicationError, "set_structure"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.set_structure(RandomStructure{.boundary = Sphere{1_um}, .rng = NumpyRNG{seed}}),
        CommunicationError,
        "set_structure"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.set_positions(std::vector<Position>(7, Position{mine, 0, 0})),
        CommunicationError,
        "set_positions"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{sim, 4, IF_curr_exp{}, {.structure = Line{.dx = mine * 1_um}}}),
        CommunicationError,
        "Population"
    );
    EXPECT_TRUE(*p.structure() == Structure{Line{.dx = 2_um}});
    EXPECT_EQ(p.position(3), (Position{6, 0, 0}));
}

TEST(disagreement, of_connections_refuses_them_on_all_ranks) {
    Scene        s;
    const double mine    = world().rank();
    const auto   refused = [&](auto make, const char* text) {
        EXPECT_COLLECTIVE_THROW(world(), make(), CommunicationError, text);
    };
    refused(
        [&] {
            Projection{s.p, s.q, FixedProbabilityConnector{.p_connect = mine / 10}};
        },
        "connector"
    );
    refused([&] { Projection{s.p, s.q, FromListConnector{{{mine, 0}}}}; }, "connector");
    refused([&] { Projection{s.p, s.q, AllToAllConnector{}, {mine * 1_nA, 1_ms}}; }, "weight");
    refused(
        [&] {
            Projection{s.p, s.q, AllToAllConnector{}, {1_nA, expression(mine > 0 ? "d + 1" : "1")}};
        },
        "delay"
    );
    refused(
        [&] {
            Projection{
                s.p, s.q, AllToAllConnector{}, {std::vector<Current>(20, mine * 1_nA), 1_ms}};
        },
        "weight"
    );
    EXPECT_EQ(s.sim.num_connections(), 0u);
}

TEST(disagreement, of_connections_refuses_new_values_on_all_ranks) {
    Scene        s;
    Projection   made{s.p, s.q, AllToAllConnector{}, {1_nA, 1_ms}};
    const double mine    = 1 + world().rank();
    const auto   seed    = static_cast<std::int64_t>(mine);
    const auto   digest  = s.sim.digest();
    const auto   refused = [&](auto set, const char* text) {
        EXPECT_COLLECTIVE_THROW(world(), set(), CommunicationError, text);
    };
    refused([&] { made.set("weight", mine); }, "set weight");
    refused([&] { made.set("weight", std::vector<double>(20, mine)); }, "set weight");
    refused([&] { made.set("weight", Matrix<double>(4, 5, mine)); }, "set weight");
    refused([&] { made.set("weight", uniform(1.0, 2.0, NumpyRNG{seed})); }, "set weight");
    refused([&] { made.set("delay", std::vector<double>(20, mine)); }, "set delay");
    refused([&] { made.set(mine > 1 ? "weight" : "delay", 2.0); }, "set");
    NumpyRNG ahead{1};
    if (mine > 1) ahead.uniform();
    refused([&] { made.set("weight", uniform(1.0, 2.0, ahead)); }, "set weight");
    refused(
        [&] {
            Projection{
                s.p,
                s.q,
                AllToAllConnector{},
                {1_nA, 1_ms},
                {.label = "x", .space = {.scale_factor = mine}}};
        },
        "space"
    );
    refused(
        [&] {
            Projection{s.p, s.q, AllToAllConnector{}, {uniform(0_nA, 1_nA, NumpyRNG{seed}), 1_ms}};
        },
        "weight"
    );
    refused(
        [&] {
            Projection{s.p, s.q, AllToAllConnector{}, {Matrix<Current>(4, 5, mine * 1_nA), 1_ms}};
        },
        "weight"
    );
    EXPECT_EQ(s.sim.digest(), digest);
}

}  // namespace
}  // namespace ranvier

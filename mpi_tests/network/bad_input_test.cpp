// What a user sees who makes a mistake: the exact text, the same on every rank and at every number
// of ranks, and a simulation that is as it was before.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity     = std::numeric_limits<double>::infinity();

/// A simulation with something of everything.
struct Scene {
    explicit Scene(const SimulationOptions& options) : sim(Communicator{}, options) {
        poisson.record({"spikes"});
    }

    Simulation sim;
    Population curr{sim, 50, IF_curr_exp{.tau_m = uniform(10_ms, 20_ms)}, {.label = "curr"}};
    Population cond{sim, 40, IF_cond_exp{}, {.label = "cond"}};
    Population array{
        sim, 6, SpikeSourceArray{.spike_times = Sequence{1_ms, 2_ms}}, {.label = "array"}};
    Population poisson{sim, 50, SpikeSourcePoisson{.rate = 100_Hz}, {.label = "poisson"}};
    Projection ring{
        curr,
        curr,
        FixedProbabilityConnector{.p_connect = 0.1},
        {uniform(1_nA, 2_nA), 1_ms},
        {.label = "ring"}};

    /// All that could have changed.
    std::vector<std::uint64_t> seen() {
        std::vector<std::uint64_t> all{
            sim.digest(),
            sim.num_cells(),
            sim.num_connections(),
            sim.network().populations().size(),
            sim.network().projections().size(),
            bits_of(sim.current_time().value()),
            bits_of(sim.min_delay().value()),
            bits_of(sim.max_delay().value())};
        for (const auto& population : sim.network().populations())
            all.push_back(population->num_sets);
        return all;
    }
};

struct Mistake {
    const char*                 name;
    std::function<void(Scene&)> action;
    std::string                 text;
    SimulationOptions           options{};
};

template <class C>
void connect(
    const Population&        pre,
    const Population&        post,
    const C&                 connector,
    const Weight&            weight,
    const Delay&             delay,
    const ProjectionOptions& options = {}
) {
    Projection{pre, post, connector, {weight, delay}, options};
}

std::function<double(std::size_t)> from(std::size_t first, double bad, double good) {
    return [=](std::size_t i) { return i >= first ? bad : good; };
}

void expect_refused(const std::vector<Mistake>& mistakes) {
    const Communicator world;
    for (const Mistake& mistake : mistakes) {
        SCOPED_TRACE(mistake.name);
        Scene      scene{mistake.options};
        const auto before = scene.seen();

        const auto outcome = test::outcome_of<Error>([&] { mistake.action(scene); });

        EXPECT_EQ(outcome.text, mistake.text);
        EXPECT_EQ(outcome.kind, test::Outcome::Kind::expected_type);
        const auto after = scene.seen();
        EXPECT_EQ(after, before) << "something has changed";
        // The same draws follow, and the simulation can go on.
        Scene fresh{mistake.options};
        for (Scene* each : {&scene, &fresh})
            each->curr.set("tau_m", random::Distribution::uniform(5, 6));
        connect(scene.array, scene.curr, AllToAllConnector{}, 1_nA, 8_ms);
        connect(fresh.array, fresh.curr, AllToAllConnector{}, 1_nA, 8_ms);
        scene.sim.run(4_ms);
        fresh.sim.run(4_ms);
        EXPECT_EQ(scene.sim.digest(), fresh.sim.digest());
    }
    EXPECT_COMPARED(world, mistakes.size());
}

TEST(BadInput, names_that_do_not_exist) {
    expect_refused({
        {"unknown parameter",
         [](Scene& s) { s.curr.set("tau_M", 5.0); },
         "Population \"curr\": IF_curr_exp has no parameter \"tau_M\". It has \"tau_m\", \"cm\", "
         "\"tau_syn_E\", \"tau_syn_I\", \"v_rest\", \"tau_refrac\", \"v_reset\", \"v_thresh\", "
         "\"i_offset\"."},
        {"unknown parameter of a source",
         [](Scene& s) { s.poisson.set("rates", 5.0); },
         "Population \"poisson\": SpikeSourcePoisson has no parameter \"rates\". It has "
         "\"rate\", \"start\", \"duration\"."},
        {"unknown parameter among others",
         [](Scene& s) {
             s.curr.set({{"tau_m", 5.0}, {"v_tresh", -50.0}});
         },
         "Population \"curr\": IF_curr_exp has no parameter \"v_tresh\". It has \"v_thresh\", "
         "\"v_rest\", \"v_reset\", \"tau_m\", \"i_offset\", \"cm\", \"tau_refrac\", "
         "\"tau_syn_E\", \"tau_syn_I\"."},
        {"unknown state",
         [](Scene& s) { s.cond.initialize("g_exc", 0.1); },
         "Population \"cond\": IF_cond_exp has no state variable \"g_exc\". It has \"gsyn_exc\", "
         "\"v\", \"gsyn_inh\"."},
        {"state of a source",
         [](Scene& s) { s.array.initialize("v", -60.0); },
         "Population \"array\": SpikeSourceArray has no state variable \"v\". It has none."},
        {"unknown initial value",
         [](Scene& s) {
             Population{
                 s.sim, 3, IF_curr_exp{}, {.label = "new", .initial_values = {{"V", -60.0}}}};
         },
         "Population \"new\": IF_curr_exp has no state variable \"V\". It has \"v\", "
         "\"isyn_exc\", \"isyn_inh\"."},
        {"unknown variable asked for",
         [](Scene& s) { s.curr.get("V"); },
         "Population \"curr\": IF_curr_exp has no parameter or state variable \"V\". It has "
         "\"v\", \"cm\", \"tau_m\", \"v_rest\", \"v_reset\", \"v_thresh\", \"i_offset\", "
         "\"isyn_exc\", \"isyn_inh\", \"tau_syn_E\", \"tau_syn_I\", \"tau_refrac\"."},
        {"unknown receptor",
         [](Scene& s) {
             connect(s.curr, s.cond, AllToAllConnector{}, 0.1_uS, 1_ms, {.receptor_type = "inhib"});
         },
         "Projection \"curr→cond\": IF_cond_exp has no receptor \"inhib\". Its receptors are "
         "\"inhibitory\", \"excitatory\"."},
        {"unknown variable to record",
         [](Scene& s) { s.curr.record({"V"}); },
         "Population \"curr\": cannot record \"V\". IF_curr_exp records \"v\", \"spikes\", "
         "\"isyn_exc\", "
         "\"isyn_inh\"."},
    });
}

TEST(BadInput, values_that_break_a_rule) {
    expect_refused({
        {"one number",
         [](Scene& s) { s.curr.set("tau_m", -20.0); },
         "Population \"curr\": tau_m must be > 0 ms, got -20 ms."},
        {"zero",
         [](Scene& s) { s.curr.set(&IF_curr_exp::cm, 0_nF); },
         "Population \"curr\": cm must be > 0 nF, got 0 nF."},
        {"not a number",
         [](Scene& s) { s.curr.set("v_rest", not_a_number); },
         "Population \"curr\": v_rest must be finite, got nan mV."},
        {"infinite",
         [](Scene& s) { s.cond.set("e_rev_E", infinity); },
         "Population \"cond\": e_rev_E must be finite, got inf mV."},
        {"one cell of an array",
         [](Scene& s) {
             std::vector<double> values(50, 0.1);
             values[17] = -20;
             s.curr.set("tau_refrac", values);
         },
         "Population \"curr\": tau_refrac must be >= 0 ms, got -20 ms at cell 17."},
        {"many cells of a function",
         [](Scene& s) { s.curr.set("tau_m", from(17, -20, 10)); },
         "Population \"curr\": tau_m must be > 0 ms, got -20 ms at cell 17 (and 32 more)."},
        {"not a number in one cell",
         [](Scene& s) { s.curr.set("v_reset", from(49, not_a_number, -65)); },
         "Population \"curr\": v_reset must be finite, got nan mV at cell 49."},
        {"random values",
         [](Scene& s) { s.curr.set("tau_m", random::Distribution::normal(0, 1)); },
         "Population \"curr\": tau_m must be > 0 ms, got -1.2295400697877379 ms at cell 0 (and "
         "27 more). Check the RandomDistribution; normal_clipped keeps values in range."},
        {"the second of two",
         [](Scene& s) {
             s.curr.set({{"v_rest", -60.0}, {"cm", from(3, 0, 1)}});
         },
         "Population \"curr\": cm must be > 0 nF, got 0 nF at cell 3 (and 46 more)."},
        {"a state",
         [](Scene& s) { s.curr.initialize("v", from(40, infinity, -60)); },
         "Population \"curr\": v must be finite, got inf mV at cell 40 (and 9 more)."},
        {"a rate",
         [](Scene& s) { s.poisson.set("rate", -1.0); },
         "Population \"poisson\": rate must be >= 0 Hz, got -1 Hz."},
        {"a rate beyond what can be drawn",
         [](Scene& s) { s.poisson.set("rate", from(30, 6e6, 1)); },
         "Population \"poisson\": rate must be <= 5000000 Hz, got 6000000 Hz at cell 30 (and 19 "
         "more)."},
        {"when a population is made",
         [](Scene& s) {
             Population{
                 s.sim,
                 10,
                 IF_curr_exp{.cm = [](std::size_t i) { return (i < 9 ? 1 : -1) * 1_nF; }},
                 {.label = "new"}};
         },
         "Population \"new\": cm must be > 0 nF, got -1 nF at cell 9."},
    });
}

TEST(BadInput, spike_times_out_of_order) {
    expect_refused({
        {"spike times that go back",
         [](Scene& s) {
             s.array.set("spike_times", Sequence{1_ms, 3_ms, 2_ms});
         },
         "Population \"array\": spike_times must be finite and non-decreasing, got 2 ms after 3 "
         "ms at cell 0 (and 5 more). Sort the times."},
        {"spike times of one cell that go back",
         [](Scene& s) {
             std::vector<Sequence> times(6);
             times[4] = Sequence{3_ms, 2_ms};
             times[5] = Sequence{4_ms, 2_ms};
             s.array.set("spike_times", times);
         },
         "Population \"array\": spike_times must be finite and non-decreasing, got 2 ms after 3 "
         "ms at cell 4 (and 1 more). Sort the times."},
        {"spike times that are not numbers",
         [](Scene& s) {
             s.array.set("spike_times", Sequence::in_ms({1, not_a_number}));
         },
         "Population \"array\": spike_times must be finite and non-decreasing, got nan ms after "
         "1 ms at cell 0 (and 5 more). Sort the times."},
    });
}

TEST(BadInput, values_of_the_wrong_kind_or_length) {
    expect_refused({
        {"array too short",
         [](Scene& s) { s.curr.set("tau_m", std::vector<double>(49, 10.0)); },
         "Population \"curr\": tau_m was given 49 values for 50 cells. Give one value per cell, "
         "or a single value for all."},
        {"array for a population of another size",
         [](Scene& s) {
             Population{s.sim, 3, IF_curr_exp{.tau_m = linspace(1_ms, 2_ms, 4)}, {.label = "new"}};
         },
         "Population \"new\": tau_m was given 4 values for 3 cells. Give one value per cell, or "
         "a single value for all."},
        {"initial values too long",
         [](Scene& s) { s.cond.initialize("v", std::vector<double>(41, -60.0)); },
         "Population \"cond\": v was given 41 values for 40 cells. Give one value per cell, or a "
         "single value for all."},
        {"sequences of another number",
         [](Scene& s) { s.array.set("spike_times", std::vector<Sequence>(7)); },
         "Population \"array\": spike_times was given 7 values for 6 cells. Give one value per "
         "cell, or a single value for all."},
        {"random numbers instead of a sequence",
         [](Scene& s) { s.array.set("spike_times", uniform(1, 2)); },
         "Population \"array\": spike_times takes a Sequence of times per cell, got numbers."},
        {"a sequence instead of a number",
         [](Scene& s) { s.poisson.set("rate", Sequence{1_ms}); },
         "Population \"poisson\": rate takes one number per cell, got a Sequence."},
        {"a sequence asked for as numbers",
         [](Scene& s) { s.array.get("spike_times"); },
         "Population \"array\": spike_times is a Sequence per cell, not a number. Use "
         "get_sequences."},
        {"numbers asked for as sequences",
         [](Scene& s) { s.poisson.get_local_sequences("rate"); },
         "Population \"poisson\": rate is a number per cell, not a Sequence. Use get."},
    });
}

TEST(BadInput, labels) {
    expect_refused({
        {"taken",
         [](Scene& s) {
             Population{s.sim, 3, IF_curr_exp{}, {.label = "cond"}};
         },
         "Population \"cond\": this label is taken; labels key the random streams and name the "
         "results. Choose another one."},
        {"with a slash",
         [](Scene& s) {
             Population{s.sim, 3, IF_curr_exp{}, {.label = "a/b"}};
         },
         "Population \"a/b\": a label must not contain \"/\", which separates groups in the "
         "result files. Use another character."},
        {"of a projection that exists",
         [](Scene& s) {
             connect(s.curr, s.curr, OneToOneConnector{}, 1_nA, 1_ms, {.label = "ring"});
         },
         "Projection \"ring\": there is already a projection of this label between \"curr\" and "
         "\"curr\" on the same receptor. Choose another label: it keys the random streams."},
    });
}

TEST(BadInput, weights) {
    const AllToAllConnector all;
    expect_refused({
        {"conductance onto a current",
         [=](Scene& s) { connect(s.cond, s.curr, all, 0.1_uS, 1_ms); },
         "Projection \"cond→curr\": the weight is a conductance (uS), but receptor "
         "\"excitatory\" of IF_curr_exp takes a current (nA)."},
        {"current onto a conductance",
         [=](Scene& s) { connect(s.curr, s.cond, all, normal(1_nA, 0.1_nA), 1_ms); },
         "Projection \"curr→cond\": the weight is a current (nA), but receptor \"excitatory\" of "
         "IF_cond_exp takes a conductance (uS)."},
        {"negative conductance",
         [=](Scene& s) { connect(s.curr, s.cond, all, -0.1_uS, 1_ms); },
         "Projection \"curr→cond\": weights onto receptor \"inhibitory\" must be >= 0 uS, got "
         "-0.1 uS."},
        {"negative excitation",
         [=](Scene& s) {
             connect(s.curr, s.curr, all, -1_nA, 1_ms, {.receptor_type = "excitatory"});
         },
         "Projection \"curr→curr\": weights onto receptor \"excitatory\" must be >= 0 nA, got -1 "
         "nA."},
        {"positive inhibition",
         [=](Scene& s) {
             connect(s.curr, s.curr, all, 1_nA, 1_ms, {.receptor_type = "inhibitory"});
         },
         "Projection \"curr→curr\": weights onto receptor \"inhibitory\" must be <= 0 nA, got 1 "
         "nA."},
        {"not a number",
         [=](Scene& s) {
             connect(s.curr, s.curr, all, Current::in_base_units(not_a_number), 1_ms);
         },
         "Projection \"curr→curr\": weights onto receptor \"excitatory\" must be finite, got nan "
         "nA."},
    });
}

TEST(BadInput, random_weights) {
    const AllToAllConnector all;
    expect_refused({
        {"random of the wrong sign",
         [=](Scene& s) {
             connect(
                 s.curr, s.curr, all, normal(0_nA, 1_nA), 1_ms, {.receptor_type = "excitatory"}
             );
         },
         "Projection \"curr→curr\": weights onto receptor \"excitatory\" must be >= 0 nA, got "
         "-0.9641649820766147 nA at target 0 (and 1252 more). Check the RandomDistribution; "
         "normal_clipped keeps values in range."},
        {"random and infinite",
         [=](Scene& s) {
             const RandomDistribution<Current> huge{random::Distribution::lognormal(720, 20)};
             connect(s.array, s.curr, all, huge, 1_ms);
         },
         "Projection \"array→curr\": weights must be finite, got inf nA at target 0 (and 196 "
         "more)."},
        {"fused and of the wrong sign",
         [](Scene& s) {
             connect(
                 s.poisson,
                 s.curr,
                 OneToOneConnector{},
                 uniform(-1_nA, 1_nA),
                 1_ms,
                 {.receptor_type = "excitatory"}
             );
         },
         "Projection \"poisson→curr\": weights onto receptor \"excitatory\" must be >= 0 nA, got "
         "-0.13292860809634077 nA at target 0 (and 31 more). Check the RandomDistribution; "
         "normal_clipped keeps values in range."},
        {"onto sources",
         [=](Scene& s) { connect(s.curr, s.poisson, all, 1_nA, 1_ms); },
         "Projection \"curr→poisson\": the targets are cells of type SpikeSourcePoisson, which "
         "receive nothing. Use a population of neurons."},
    });
}

TEST(BadInput, delays) {
    const AllToAllConnector all;
    expect_refused({
        {"below the time step",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, 0.05_ms); },
         "Projection \"curr→curr\": delay 0.05 ms is shorter than the time step 0.1 ms. Use at "
         "least 0.1 ms, or a smaller timestep."},
        {"none at all",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, 0_ms); },
         "Projection \"curr→curr\": delay 0 ms is shorter than the time step 0.1 ms. Use at "
         "least 0.1 ms, or a smaller timestep."},
        {"random and below the time step",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, normal(0.3_ms, 0.1_ms)); },
         "Projection \"curr→curr\": delay 0.06508520788559824 ms is shorter than the time step "
         "0.1 ms at target 0 (and 47 more). Clip it with {.low = 0.1_ms}."},
        {"random, weights and delays",
         [=](Scene& s) {
             connect(
                 s.curr,
                 s.curr,
                 all,
                 normal(0.5_nA, 0.2_nA),
                 normal(0.5_ms, 0.2_ms),
                 {.receptor_type = "excitatory"}
             );
         },
         "Projection \"curr→curr\": delay 0.0301704157711965 ms is shorter than the time step "
         "0.1 ms at target 0 (and 47 more). Clip it with {.low = 0.1_ms}."},
        {"random and infinite",
         [=](Scene& s) {
             const RandomDistribution<Time> huge{random::Distribution::lognormal(720, 20)};
             connect(s.array, s.curr, all, 1_nA, huge);
         },
         "Projection \"array→curr\": delay inf ms at target 0 (and 299 more) lies outside "
         "[min_delay, max_delay] = [0.1, 1677721.5] ms."},
    });
}

TEST(BadInput, delays_outside_the_bounds) {
    const AllToAllConnector all;
    const SimulationOptions bounded{.min_delay = 1_ms, .max_delay = 10_ms};
    expect_refused({
        {"below min_delay",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, 0.9_ms); },
         "Projection \"curr→curr\": delay 0.9 ms lies outside [min_delay, max_delay] = [1, 10] "
         "ms.",
         bounded},
        {"above max_delay",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, 10.1_ms); },
         "Projection \"curr→curr\": delay 10.1 ms lies outside [min_delay, max_delay] = [1, 10] "
         "ms.",
         bounded},
        {"random and above max_delay",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, uniform(1_ms, 11_ms)); },
         "Projection \"curr→curr\": delay 10.095088527150848 ms at target 0 (and 265 more) lies "
         "outside [min_delay, max_delay] = [1, 10] ms.",
         bounded},
        {"longer than can be held",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, 3000_s); },
         "Projection \"curr→curr\": delay 3000000 ms lies outside [min_delay, max_delay] = [0.1, "
         "1677721.5] ms."},
        {"not a number",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, Time::in_base_units(not_a_number)); },
         "Projection \"curr→curr\": the delay must be a number, got nan ms."},
        {"infinite",
         [=](Scene& s) { connect(s.curr, s.curr, all, 1_nA, Time::in_base_units(infinity)); },
         "Projection \"curr→curr\": delay inf ms lies outside [min_delay, max_delay] = [0.1, "
         "1677721.5] ms."},
    });
}

TEST(BadInput, connectors) {
    expect_refused({
        {"probability",
         [](Scene& s) {
             connect(s.curr, s.curr, FixedProbabilityConnector{.p_connect = 1.5}, 1_nA, 1_ms);
         },
         "Projection \"curr→curr\": FixedProbabilityConnector: p_connect must lie in [0, 1], got "
         "1.5."},
    });
}

TEST(BadInput, times) {
    expect_refused({
        {"off the grid",
         [](Scene& s) { s.sim.run(0.25_ms); },
         "run: the duration must be a multiple >= 0 of the time step 0.1 ms, got 0.25 ms. Use "
         "0.2 or 0.3 ms."},
        {"negative",
         [](Scene& s) { s.sim.run(-1_ms); },
         "run: the duration must be a multiple >= 0 of the time step 0.1 ms, got -1 ms. Use 0 or "
         "0.1 ms."},
        {"not a number",
         [](Scene& s) { s.sim.run(Time::in_base_units(not_a_number)); },
         "run: the duration must be a multiple >= 0 of the time step 0.1 ms, got nan ms. Use 0 "
         "or 0.1 ms."},
        {"for ever",
         [](Scene& s) { s.sim.run(Time::in_base_units(infinity)); },
         "run: the duration must be a multiple >= 0 of the time step 0.1 ms, got inf ms."},
        {"off the grid to run to",
         [](Scene& s) { s.sim.run_until(0.25_ms); },
         "run_until: the time must be a multiple of the time step 0.1 ms and not before the "
         "current time 0 ms, got 0.25 ms."},
    });
}

}  // namespace
}  // namespace ranvier

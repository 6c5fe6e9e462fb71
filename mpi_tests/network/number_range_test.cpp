// Numbers that double precision holds and single precision does not are refused wherever they come
// in, before anything changes; in double precision they are taken.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

/// Cells, a projection with one weight for all, one with a weight each, and an electrode.
struct Scene {
    explicit Scene(Precision precision) : sim(Communicator{}, {.precision = precision}) {}

    Simulation sim;
    Population curr{sim, 7, IF_curr_exp{}, {.label = "curr"}};
    Population cond{sim, 7, IF_cond_exp{}, {.label = "cond"}};
    Population sources{sim, 7, SpikeSourcePoisson{}, {.label = "sources"}};
    Projection one{curr, curr, AllToAllConnector{}, {1_nA, 1_ms}, {.label = "one"}};
    Projection each{
        curr, curr, AllToAllConnector{}, {uniform(1_nA, 2_nA), 1_ms}, {.label = "each"}};
    CurrentSource electrode{sim, DCSource{.amplitude = 1_nA}, {.label = "electrode"}};
};

struct Case {
    const char*                 name;
    std::function<void(Scene&)> action;
    std::string                 text;
};

std::function<double(std::size_t)> from(std::size_t first, double large) {
    return [=](std::size_t i) { return i >= first ? large : 1.0; };
}

const std::string range = "between -3.4028235e+38 and 3.4028235e+38 ";

std::vector<Case> values_of_cells_and_currents() {
    return {
        {"a parameter by name",
         [](Scene& s) { s.curr.set("i_offset", 1e39); },
         "Population \"curr\": i_offset must be " + range +
             "nA in single precision, got 1e+39 nA."},
        {"a parameter that is positive, of some cells",
         [](Scene& s) { s.curr.set("cm", from(5, 1e300)); },
         "Population \"curr\": cm must be between 0 and 3.4028235e+38 nF in single precision, got "
         "1e+300 nF at cell 5 (and 1 more)."},
        {"a parameter by member",
         [](Scene& s) { s.cond[3].set(&IF_cond_exp::v_rest, -1e50_mV); },
         "Cell 3 of population \"cond\": v_rest must be " + range +
             "mV in single precision, got -1e+50 mV."},
        {"an initial value",
         [](Scene& s) { s.cond.initialize("v", from(6, -3.5e38)); },
         "Population \"cond\": v must be " + range +
             "mV in single precision, got -3.5e+38 mV at cell 6."},
        {"a construction",
         [](Scene& s) {
             Population{s.sim, 3, IF_curr_exp{.v_rest = 1e40_mV}, {.label = "new"}};
         },
         "Population \"new\": v_rest must be " + range + "mV in single precision, got 1e+40 mV."},
        {"a list",
         [](Scene& s) {
             Population{s.sim, 3, GIF_cond_exp{.a_eta = {1, 1, 1e39}}, {.label = "gif"}};
         },
         "Population \"gif\": a_eta must be " + range +
             "nA in single precision, got 1e+39 nA at "
             "cell 0 (and 2 more)."},
        {"a current",
         [](Scene& s) { s.electrode.set("amplitude", 1e39); },
         "DCSource: amplitude must be " + range + "nA in single precision, got 1e+39 nA."},
        {"a time series of currents",
         [](Scene& s) {
             CurrentSource{
                 s.sim, StepCurrentSource{.times = {1_ms, 2_ms}, .amplitudes = {1_nA, -1e39_nA}}};
         },
         "StepCurrentSource: amplitudes must be " + range +
             "nA in single precision, got -1e+39 nA at index 1."},
    };
}

double large_for_one_pair(std::size_t pre, std::size_t post) {
    return pre == 2 && post == 3 ? 1e39 : 1;
}

std::vector<Case> new_weights() {
    return {
        {"a new weight for all",
         [](Scene& s) { s.one.set("weight", 1e39); },
         "Projection \"one\": the weight must be between 0 and 3.4028235e+38 nA"},
        {"a new weight for one",
         [](Scene& s) { s.each.set("weight", large_for_one_pair); },
         "Projection \"each\": weights must be between 0 and 3.4028235e+38 "
         "nA in single precision, got 1e+39 nA at target 3."},
    };
}

std::vector<Case> weights() {
    return {
        {"one weight for all",
         [](Scene& s) {
             Projection{s.curr, s.curr, AllToAllConnector{}, {1e39_nA, 1_ms}};
         },
         "Projection \"curr\u2192curr\": the weight must be between 0 and 3.4028235e+38 "
         "nA in single precision, got 1e+39 nA."},
        {"a conductance",
         [](Scene& s) {
             Projection{s.curr, s.cond, AllToAllConnector{}, {1e39_uS, 1_ms}};
         },
         "Projection \"curr\u2192cond\": the weight must be between 0 and 3.4028235e+38 uS in "
         "single precision, got 1e+39 uS."},
        {"an inhibitory weight",
         [](Scene& s) {
             Projection{s.curr, s.curr, AllToAllConnector{}, {-1e39_nA, 1_ms}};
         },
         "the weight must be between -3.4028235e+38 and 0 nA in single precision, got -1e+39 nA."},
        {"one of many weights",
         [](Scene& s) {
             Projection{
                 s.curr,
                 s.curr,
                 AllToAllConnector{},
                 {Weight{parameters::ConnectionSpecification{large_for_one_pair}}, 1_ms},
                 {.receptor_type = "excitatory"}};
         },
         "weights must be between 0 and 3.4028235e+38 nA in single precision, got 1e+39 nA at "
         "target 3."},
        {"a Poisson drive",
         [](Scene& s) {
             Projection{s.sources, s.curr, OneToOneConnector{}, {1e39_nA, 1_ms}};
         },
         "the weight must be between 0 and 3.4028235e+38 nA"},
        {"a Poisson drive with a weight each",
         [](Scene& s) {
             Projection{
                 s.sources,
                 s.curr,
                 OneToOneConnector{},
                 {std::vector<Current>{1_nA, 1_nA, 1_nA, 1_nA, 1e39_nA, 1_nA, 1_nA}, 1_ms}};
         },
         "weights must be between 0 and 3.4028235e+38 nA in single precision, got 1e+39 nA at "
         "target 4."},
        {"weights in a list of connections",
         [](Scene& s) {
             Projection{
                 s.curr,
                 s.curr,
                 FromListConnector{std::vector<std::vector<double>>{{0, 1, 1e39, 1}}},
                 StaticSynapse{}};
         },
         "weights must be " + range + "nA in single precision, got 1e+39 nA at target 1."},
    };
}

std::vector<Case> cases() {
    std::vector<Case> all = values_of_cells_and_currents();
    for (const auto& more : {weights(), new_weights()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

TEST(number_range, of_single_precision_is_named) {
    const Communicator world;
    for (const Case& one : cases()) {
        SCOPED_TRACE(one.name);
        Scene      scene{Precision::float32};
        const auto before = scene.sim.digest();
        EXPECT_COLLECTIVE_THROW(world, one.action(scene), Error, one.text);
        EXPECT_EQ(scene.sim.digest(), before);
        EXPECT_EQ(scene.electrode.get("amplitude"), 1.0);
    }
}

TEST(number_range, of_double_precision_is_that_of_the_user) {
    for (const Case& one : cases()) {
        SCOPED_TRACE(one.name);
        Scene scene{Precision::float64};
        EXPECT_NO_THROW(one.action(scene));
    }
}

TEST(number_range, of_sources_is_not_that_of_state) {
    Scene scene{Precision::float32};
    scene.sources.set("duration", 1e200);
    EXPECT_EQ(scene.sources.get("duration").number(), 1e200);
    scene.curr.set("i_offset", double{3.4028234e38F});
    EXPECT_EQ(scene.curr.get("i_offset").number(), double{3.4028234e38F});
}

}  // namespace
}  // namespace ranvier

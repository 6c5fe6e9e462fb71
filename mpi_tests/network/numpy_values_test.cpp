// Values of populations from a NumpyRNG: sequential over the whole group at every number of ranks.
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

const std::vector<double> published = {
    0x1.40804e2b0a602p+4,
    0x1.41907dd937c76p+4,
    0x1.0f885e6e7139cp+4,
    0x1.172a78ee4588bp+4,
    0x1.37e2e58cca3e8p+4,
    0x1.4cd9fbf6aaaadp+4,
    0x1.3f8f3bb6ceb71p+4};

TEST(numpy_values, are_the_published_ones_on_every_rank) {
    Simulation sim{world()};
    Population p{sim, 7, IF_cond_exp{.tau_m = normal(20_ms, 2_ms, NumpyRNG{85524})}};
    EXPECT_EQ(p.get("tau_m"), published);
}

TEST(numpy_values, continue_from_parameter_to_parameter_and_from_call_to_call) {
    const auto     distribution = random::Distribution::normal(20, 2);
    const NumpyRNG rng{85524};
    NumpyRNG       expected{85524};
    const auto     next = [&](std::size_t n) {
        std::vector<double> values(n);
        expected.next(distribution, values);
        return values;
    };

    Simulation sim{world()};
    Population one{sim, 1, IF_cond_exp{.tau_m = normal(20_ms, 2_ms, rng)}};  // most ranks own none
    Population p{
        sim,
        5,
        IF_cond_exp{
            .v_rest = normal(20_mV, 2_mV, rng), .cm = 1_nF, .tau_m = normal(20_ms, 2_ms, rng)}};
    EXPECT_EQ(one.get("tau_m"), next(1));
    EXPECT_EQ(p.get("v_rest"), next(5));
    EXPECT_EQ(p.get("tau_m"), next(5));

    p.set("tau_m", parameters::Specification{distribution, rng});
    EXPECT_EQ(p.get("tau_m"), next(5));
    p.initialize("v", parameters::Specification{distribution, rng});
    EXPECT_EQ(p.get("v"), next(5));
}

// The generator of a refused call stands where it stood, on ranks that own cells and on others: the
// call that is made right gives the numbers of a program without the mistake.
TEST(numpy_values, of_a_refused_construction_count_as_not_drawn) {
    const NumpyRNG rng{85524};
    Simulation     sim{world()};
    const auto     positions = RandomStructure{Cuboid{10_um, 10_um, 10_um}, {}, rng};
    const auto     start     = rng.fingerprint();

    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{
            sim,
            4,
            IF_cond_exp{.v_rest = normal(-65_mV, 1_mV, rng), .tau_m = normal(-20_ms, 2_ms, rng)},
            {.structure = positions}}),
        ParameterError,
        "tau_m must be > 0 ms"
    );
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{
            sim,
            4,
            IF_cond_exp{.v_rest = normal(-65_mV, 1_mV, rng)},
            {.initial_values = {{"v", std::numeric_limits<double>::infinity()}}}}),
        ParameterError,
        "v must be finite"
    );
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
}

TEST(numpy_values, of_a_refused_set_count_as_not_drawn) {
    const auto                      good = random::Distribution::normal(20, 2);
    const auto                      bad  = random::Distribution::normal(0, 2);
    const NumpyRNG                  rng{85524};
    const auto                      start = rng.fingerprint();
    Simulation                      sim{world()};
    const parameters::Specification below_zero{bad, rng};

    Population p{sim, 7, IF_cond_exp{}};
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.set({{"cm", parameters::Specification{good, rng}}, {"tau_m", 2.0 * below_zero + 1.0}}),
        ParameterError,
        "tau_m must be > 0 ms"
    );
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
    const auto throwing = parameters::Specification{good, rng} *
                          parameters::Specification{[](std::size_t i) -> double {
                              if (i == 5) throw ParameterError("cell 5 is not known.");
                              return 1;
                          }};
    EXPECT_COLLECTIVE_THROW(world(), p.set("tau_m", throwing), ParameterError, "cell 5");
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
    EXPECT_COLLECTIVE_THROW(
        world(),
        p.initialize(
            {{"v", parameters::Specification{good, rng}},
             {"gsyn_exc", std::numeric_limits<double>::quiet_NaN()}}
        ),
        ParameterError,
        "gsyn_exc must be finite, got nan uS."
    );
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
    p.set("tau_m", parameters::Specification{good, rng});
    EXPECT_EQ(p.get("tau_m"), published);
}

TEST(numpy_values, of_refused_weights_count_as_not_drawn) {
    const NumpyRNG rng{85524};
    const auto     start = rng.fingerprint();
    Simulation     sim{world()};
    Population     p{sim, 7, IF_cond_exp{}};
    const Weight   weights{
        parameters::ConnectionSpecification{random::Distribution::normal(0, 2), rng}};
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{p, p, AllToAllConnector{}, StaticSynapse{.weight = weights}}),
        ConnectionError,
        "must be >= 0 uS"
    );
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
    Projection ring{p, p, AllToAllConnector{}, StaticSynapse{.weight = 1_uS}};
    EXPECT_COLLECTIVE_THROW(world(), ring.set("weight", weights), ConnectionError, ">= 0 uS");
    EXPECT_ON_ALL_RANKS(rng.fingerprint() == start);
}

TEST(numpy_values, of_structures_continue_from_call_to_call) {
    const NumpyRNG        rng{7};
    const RandomStructure structure{Cuboid{10_um, 10_um, 10_um}, {}, rng};
    Simulation            sim{world()};
    Population            p{sim, 4, IF_cond_exp{}, {.structure = structure}};
    const auto            first = p.positions();
    p.set_structure(structure);
    const auto second = p.positions();
    p.set_structure(RandomStructure{Cuboid{10_um, 10_um, 10_um}, {}, NumpyRNG{7}});
    EXPECT_EQ(p.positions(), first);
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NE(second[i], first[i]);
}

TEST(numpy_values, of_structures_without_a_generator_are_drawn_anew_by_every_call) {
    const auto positions = [](int num_calls) {
        const RandomStructure scattered{.boundary = Sphere{10_um}};
        Simulation            sim{world()};
        Population            p{sim, 5, IF_cond_exp{}, {.label = "p", .structure = scattered}};
        for (int call = 0; call < num_calls; ++call)
            p.set_structure(scattered);
        return p.positions();
    };
    EXPECT_NE(positions(0), positions(1));
    EXPECT_NE(positions(1), positions(2));
    EXPECT_EQ(positions(1), positions(1)) << "keyed by the label and the number of the call";
}

}  // namespace
}  // namespace ranvier

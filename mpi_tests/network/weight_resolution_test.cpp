// Weights in 16 bits: a network with them does, bit for bit, what the same network does with exact
// weights that were rounded beforehand.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
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

/// Two populations of 4 and 5 cells; not every rank has some of both.
struct Scene {
    explicit Scene(const SimulationOptions& options = {}) : sim{world(), options} {}

    Simulation sim;
    Population p{sim, 4, IF_curr_exp{}, {.label = "p"}};
    Population q{sim, 5, IF_curr_exp{}, {.label = "q"}};
    Population cond{sim, 2, IF_cond_exp{}, {.label = "cond"}};
    Population delta{sim, 1, IF_curr_delta{}, {.label = "delta"}};
};

ProjectionOptions in_16_bits(const Weight& resolution, const std::string& receptor = {}) {
    return {.receptor_type = receptor, .weight_resolution = resolution};
}

// ------------------------------------------------------------------------------------ rounding

TEST(WeightResolution, rounds_to_multiples_of_the_power_of_two_below_halves_away_from_0) {
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        Scene      s{{.precision = precision}};
        const auto rounded = [&](const std::vector<Current>& given, const char* receptor) {
            const Projection made{
                s.p[slice(0, 1)],
                s.q,
                AllToAllConnector{},
                {given, 1_ms},
                in_16_bits(0.3_nA, receptor)};
            return made.get("weight");
        };
        EXPECT_THAT(
            rounded({0.1249_nA, 0.125_nA, 0.37_nA, 0.375_nA, 8191.75_nA}, "excitatory"),
            ElementsAre(0, 0.25, 0.25, 0.5, 8191.75)
        );
        const auto negative =
            rounded({-0.1249_nA, -0.125_nA, -0.37_nA, -0.375_nA, -8191.75_nA}, "inhibitory");
        EXPECT_THAT(negative, ElementsAre(0, -0.25, -0.25, -0.5, -8191.75));
        EXPECT_FALSE(std::signbit(negative[0])) << "the sum of an input must not tell -0 from 0";
    }
}

TEST(WeightResolution, may_be_a_power_of_two_itself_and_is_given_in_any_unit_that_fits) {
    Scene      s;
    const auto made = [](const Population& post, const Weight& weight, const Weight& resolution) {
        const Projection p{
            post, post, AllToAllConnector{}, {weight, 1_ms}, in_16_bits(resolution, "excitatory")};
        return p.get("weight");
    };
    EXPECT_THAT(made(s.p, 0.7_nA, 0.5_nA), Each(0.5));
    EXPECT_THAT(made(s.p, 700_pA, 300_pA), Each(0.75));
    EXPECT_THAT(made(s.p, 0.7_nA, parameters::ConnectionSpecification{0.49}), Each(0.75));
    EXPECT_THAT(made(s.cond, uniform(0.051_uS, 0.052_uS), 0.03_uS), Each(0.046875));
    EXPECT_THAT(
        made(
            s.delta, [](std::size_t, std::size_t) { return 2.6_mV; }, 1_mV
        ),
        Each(3)
    );
}

TEST(WeightResolution, rounds_what_is_set_later) {
    Scene      s;
    Projection one{s.p, s.q, AllToAllConnector{}, {1.1_nA, 1_ms}, in_16_bits(0.5_nA)};
    EXPECT_THAT(one.get("weight"), Each(1));
    one.set({.weight = 2.3_nA});
    EXPECT_THAT(one.get("weight"), Each(2.5));
    one.set({.weight = uniform(3.3_nA, 3.7_nA)});
    EXPECT_THAT(one.get("weight"), Each(3.5));
    one.set({.weight = 0.2_nA});
    EXPECT_THAT(one.get("weight"), Each(0));
    one.set({.weight = 4.9_nA, .delay = uniform(1_ms, 9_ms)});
    EXPECT_THAT(one.get("weight"), Each(5));
}

TEST(WeightResolution, leaves_weights_exact_where_it_is_not_given) {
    Scene            s;
    const Projection rounded{s.p, s.q, AllToAllConnector{}, {0.3_nA, 1_ms}, in_16_bits(1_nA)};
    const Projection exact{s.p, s.q, AllToAllConnector{}, {uniform(0.3_nA, 0.3_nA), 1_ms}};
    EXPECT_THAT(rounded.get("weight"), Each(0));
    EXPECT_THAT(exact.get("weight"), Each(0.3));
    EXPECT_NE(exact.describe().find("weights: exact"), std::string::npos);
    EXPECT_NE(rounded.describe().find("multiples of 1\n"), std::string::npos);
}

TEST(WeightResolution, halves_the_memory_for_weights) {
    const auto bytes = [](const Weight& resolution) {
        Simulation       sim{world(), {.precision = Precision::float32}};
        Population       p{sim, 400, IF_curr_exp{}};
        const Projection made{
            p, p, AllToAllConnector{}, {uniform(0_nA, 1_nA), 1_ms}, in_16_bits(resolution)};
        sim.run(0.1_ms);
        return static_cast<double>(world().sum(std::uint64_t{sim.network().connection_bytes()})) /
               static_cast<double>(made.size());
    };
    const double exact = bytes({}), rounded = bytes(0.001_nA);
    EXPECT_LT(rounded, exact - 1.9);
    EXPECT_LT(rounded, 4.5);
}

// ------------------------------------------------------------------------- the same bits

constexpr Current resolution = 0.003_nA;
constexpr double  quantum    = 0x1p-9;

/// All that is seen of a run.
struct Seen {
    std::vector<std::uint64_t> digests;
    std::vector<double>        spikes, v;

    friend bool operator==(const Seen&, const Seen&) = default;
};

/// A network and what is done with it: with 16-bit weights, which it logs, or with exact ones that
/// come from such a log.
class Trial {
public:
    using Log = std::vector<std::vector<double>>;

    Trial(Precision precision, bool fuse, bool in_16_bits, Log log = {})
        : sim_{world(), options(precision, fuse)},
          in_16_bits_(in_16_bits),
          log_(std::move(log)) {}

    Seen operator()() {
        cells_.record({"spikes", "v"});
        lone_.record({"v"});
        connect_all();
        advance();
        set(1, {.weight = uniform(0_nA, 0.03_nA)});
        set(2, {.weight = 0.0203_nA});  // one for all, as before
        set(4, {.weight = 0.3_nA});     // one for all after draws
        advance();
        set(0, {.weight = uniform(0.1_nA, 0.5_nA)});
        set(2, {.weight = uniform(0_nA, 0.04_nA)});  // draws after one for all
        set(3, {.delay = uniform(0.1_ms, 180_ms)});
        connect(6, normal_clipped(0.02_nA, 0.02_nA, {.low = 0_nA}));
        advance();
        const auto data = cells_.get_data();
        for (const SpikeTrain& train : data.segments.at(0).spiketrains)
            seen_.spikes.insert(seen_.spikes.end(), train.times.begin(), train.times.end());
        for (const Population& each : {cells_, lone_}) {
            const AnalogSignal v = each.get_data({"v"}).segments.at(0).signal("v");
            seen_.v.insert(seen_.v.end(), v.values.begin(), v.values.end());
        }
        return seen_;
    }

    const Log& log() const { return log_; }

private:
    static SimulationOptions options(Precision precision, bool fuse) {
        const Tuning tuning{.block_cells = 16, .fuse_poisson = fuse};
        return {.seed = 5, .precision = precision, .tuning = tuning};
    }

    void connect_all() {
        connect(0, uniform(0.2_nA, 0.4_nA));
        connect(1, uniform(0_nA, 0.02_nA));
        connect(2, 0.0101_nA);
        connect(3, normal_clipped(0.01_nA, 0.01_nA, {.low = 0_nA}));
        connect(4, uniform(0.1_nA, 0.5_nA));
        connect(5, uniform(-0.05_nA, -0.001_nA));
    }

    /// Input one to one; several spikes in a step, multapses; one weight; several projections onto
    /// one receptor, delays of up to 2500 steps; a target that most ranks do not have; inhibition.
    Projection make(std::size_t k, const Weight& w, const ProjectionOptions& options) {
        const FixedProbabilityConnector some{.p_connect = 0.3};
        const FixedTotalNumberConnector many{.n = 900};
        switch (k) {
            case 0:
                return {drive_, cells_, OneToOneConnector{}, {w, 1_ms}, options};
            case 1:
                return {
                    fast_,
                    cells_,
                    FixedTotalNumberConnector{.n = 90},
                    {w, uniform(0.1_ms, 0.6_ms)},
                    options};
            case 2:
                return {cells_, cells_, some, {w, 1.5_ms}, options};
            case 3:
                return {cells_, cells_, many, {w, uniform(0.1_ms, 250_ms)}, options};
            case 4:
                return {cells_, lone_, AllToAllConnector{}, {w, 0.3_ms}, options};
            case 5:
                return {cells_, cells_, some, {w, uniform(0.1_ms, 3_ms)}, options};
            default:
                return {cells_, cells_, many, {w, uniform(1_ms, 2_ms)}, options};
        }
    }

    void connect(std::size_t k, const Weight& planned) {
        ProjectionOptions options{.receptor_type = k == 5 ? "inhibitory" : "excitatory"};
        if (in_16_bits_) options.weight_resolution = resolution;
        projections_.push_back(make(k, given(planned), options));
        note(k);
    }

    void set(std::size_t k, StaticSynapse values) {
        if (values.weight.is_given()) values.weight = given(values.weight);
        projections_[k].set(values);
        note(k);
    }

    /// The weights as planned, or those that the other run had at this point.
    Weight given(const Weight& planned) {
        if (in_16_bits_) return planned;
        const std::vector<double>& known = log_.at(at_);
        if (planned.specification().constant()) return Current::in_base_units(known.at(0));
        std::vector<Current> weights;
        for (const double w : known)
            weights.push_back(Current::in_base_units(w));
        return weights;
    }

    void note(std::size_t k) {
        const auto weights = projections_[k].get("weight");
        if (in_16_bits_) log_.push_back(weights);
        EXPECT_EQ(weights, log_.at(at_)) << "projection " << k;
        for (const double w : weights)
            ASSERT_EQ(w / quantum, std::floor(w / quantum));
        ++at_;
    }

    void advance() {
        sim_.run(120_ms);
        seen_.digests.push_back(sim_.digest());
    }

    Simulation  sim_;
    Population  drive_{sim_, 30, SpikeSourcePoisson{.rate = 800_Hz}, {.label = "drive"}};
    Population  fast_{sim_, 5, SpikeSourcePoisson{.rate = 9000_Hz}, {.label = "fast"}};
    Population  cells_{sim_, 30, IF_curr_exp{}, {.label = "cells"}};
    Population  lone_{sim_, 1, IF_curr_exp{}, {.label = "lone"}};
    bool        in_16_bits_;
    Log         log_;
    std::size_t at_ = 0;
    std::vector<Projection> projections_;
    Seen                    seen_;
};

TEST(WeightResolution, gives_the_bits_of_exact_weights_that_were_rounded_before) {
    Trial::Log first;
    for (const Precision precision : {Precision::float64, Precision::float32}) {
        for (const bool fuse : {true, false}) {
            SCOPED_TRACE(testing::Message() << static_cast<int>(precision) << ", fused " << fuse);
            Trial      rounded{precision, fuse, true};
            const Seen expected = rounded();
            Trial      exact{precision, fuse, false, rounded.log()};

            EXPECT_EQ(exact(), expected);

            EXPECT_GT(expected.spikes.size(), 100u);
            // Multiples are the same numbers in both precisions, however drives are kept.
            if (first.empty()) first = rounded.log();
            EXPECT_EQ(rounded.log(), first);
        }
    }
}

TEST(WeightResolution, keeps_the_draws_of_exact_weights) {
    const auto weights = [](const Weight& given) {
        Scene            s{{.seed = 8}};
        const Projection made{
            s.p,
            s.q,
            FixedTotalNumberConnector{.n = 200},
            {normal_clipped(1_nA, 0.5_nA, {.low = 0_nA}), uniform(1_ms, 2_ms)},
            in_16_bits(given)};
        return made.connections();
    };
    const auto exact = weights({}), rounded = weights(0.1_nA);
    ASSERT_EQ(exact.size(), 200u);
    ASSERT_EQ(rounded.size(), 200u);
    for (std::size_t k = 0; k < exact.size(); ++k) {
        Connection expected = exact[k];
        expected.weight     = std::round(exact[k].weight * 16) / 16;
        EXPECT_EQ(rounded[k], expected);
    }
}

// ------------------------------------------------------------------------------------ errors

TEST(WeightResolution, must_be_a_positive_number_in_the_unit_of_the_receptor) {
    Scene             s;
    const std::string p      = "Projection \"p\u2192q\": weight_resolution ";
    const std::string bounds = "must lie between 1e-30 and 1e+30 nA, got ";
    const auto        digest = s.sim.digest();
    const auto        with   = [&](const Weight& given) {
        Projection{s.p, s.q, AllToAllConnector{}, {1_nA, 1_ms}, in_16_bits(given)};
    };
    const auto       number = [](double nA) { return Current::in_base_units(nA); };
    constexpr double nan    = std::numeric_limits<double>::quiet_NaN();
    constexpr double inf    = std::numeric_limits<double>::infinity();
    EXPECT_COLLECTIVE_THROW(world(), with(0_nA), ConnectionError, p + bounds + "0 nA.");
    EXPECT_COLLECTIVE_THROW(world(), with(-1_nA), ConnectionError, p + bounds + "-1 nA.");
    EXPECT_COLLECTIVE_THROW(world(), with(number(nan)), ConnectionError, p + bounds + "nan nA.");
    EXPECT_COLLECTIVE_THROW(world(), with(number(inf)), ConnectionError, p + bounds + "inf nA.");
    EXPECT_COLLECTIVE_THROW(
        world(),
        with(0.1_uS),
        ConnectionError,
        p + "is a conductance (uS), but receptor \"excitatory\" of IF_curr_exp takes a current "
            "(nA)."
    );
    EXPECT_COLLECTIVE_THROW(
        world(), with(uniform(1_nA, 2_nA)), ConnectionError, p + "must be one number, got "
    );
    EXPECT_EQ(s.sim.network().projections().size(), 0u);
    EXPECT_EQ(s.sim.digest(), digest);
}

TEST(WeightResolution, must_be_the_same_on_all_ranks) {
    if (world().size() == 1) return;
    Scene        s;
    const Weight given = world().is_root() ? Weight{} : Weight{1_nA};
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Projection{s.p, s.q, AllToAllConnector{}, {1_nA, 1_ms}, in_16_bits(given)}),
        CommunicationError,
        "weight_resolution"
    );
}

TEST(WeightResolution, refuses_weights_that_16_bits_cannot_hold) {
    Scene      s;
    Population poisson{s.sim, 5, SpikeSourcePoisson{}, {.label = "poisson"}};
    const auto digest   = s.sim.digest();
    const auto all_with = [&](const Weight& weight) {
        Projection{s.p, s.q, AllToAllConnector{}, {weight, 1_ms}, in_16_bits(0.3_nA, "excitatory")};
    };
    EXPECT_COLLECTIVE_THROW(
        world(),
        all_with(9000_nA),
        ConnectionError,
        "Projection \"p\u2192q\": weight 9000 nA does not fit 16 bits, which as multiples of 0.25 "
        "nA "
        "go up to 8191.75 nA. Use a weight_resolution of at least 0.5 nA, or exact weights."
    );
    // The largest decides what would do, wherever it is.
    const auto growing = [](std::size_t, std::size_t j) {
        return (j < 3 ? 1 : 1e4 * static_cast<double>(j)) * 1_nA;
    };
    EXPECT_COLLECTIVE_THROW(
        world(),
        all_with(growing),
        ConnectionError,
        "Projection \"p\u2192q\": weight 30000 nA at target 3 (and 7 more) does not fit 16 bits, "
        "which as multiples of 0.25 nA go up to 8191.75 nA. Use a weight_resolution of at least 2 "
        "nA, or exact weights."
    );
    for (const Population& pre : {s.q, poisson}) {  // drawn at once; a drive
        EXPECT_COLLECTIVE_THROW(
            world(),
            (Projection{
                pre,
                s.q,
                OneToOneConnector{},
                {uniform(8200_nA, 9000_nA), 1_ms},
                in_16_bits(0.3_nA)}),
            ConnectionError,
            "nA at target 0 (and 4 more) does not fit 16 bits"
        );
    }
    // What counts is the rounded weight.
    EXPECT_COLLECTIVE_THROW(world(), all_with(8191.875_nA), ConnectionError, "does not fit");
    EXPECT_EQ(s.sim.digest(), digest);
    EXPECT_EQ(s.sim.num_connections(), 0u);
    all_with(8191.874_nA);
    EXPECT_EQ(s.sim.num_connections(), 20u);
}

TEST(WeightResolution, keeps_a_projection_as_it_is_when_set_is_refused) {
    Scene      s;
    Projection drawn{s.p, s.q, AllToAllConnector{}, {uniform(1_nA, 5_nA), 1_ms}, in_16_bits(1_nA)};
    Projection same{s.q, s.p, AllToAllConnector{}, {5_nA, 1_ms}, in_16_bits(1_nA)};
    const auto digest = s.sim.digest();
    const auto last   = [](std::size_t i, std::size_t j) { return (i * j == 12 ? 1e6 : 1) * 1_nA; };
    for (Projection* each : {&drawn, &same}) {
        EXPECT_COLLECTIVE_THROW(
            world(),
            each->set({.weight = 40000_nA}),
            ConnectionError,
            "weight 40000 nA does not fit"
        );
        EXPECT_COLLECTIVE_THROW(
            world(),
            each->set({.weight = last}),
            ConnectionError,
            "does not fit 16 bits, which as multiples of 1 nA go up to 32767 nA. Use a "
            "weight_resolution of at least 32 nA, or exact weights."
        );
        EXPECT_EQ(s.sim.digest(), digest);
    }
}

}  // namespace
}  // namespace ranvier

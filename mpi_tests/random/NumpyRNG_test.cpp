// Golden vectors of NumPy's legacy RandomState, made with NumPy 1.24.2: full values as printed with
// 17 digits, and digests of 5 seeds times 2000 values of each algorithm and branch.
#include "ranvier/random/NumpyRNG.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/random/RandomDistribution.hpp"

namespace ranvier {
namespace {

using random::Distribution;
using Values = std::vector<double>;

/// The first `n` values of a fresh generator.
Values first(std::int64_t seed, const Distribution& distribution, std::size_t n) {
    NumpyRNG rng{seed};
    Values   values(n);
    rng.next(distribution, values);
    return values;
}

TEST(NumpyRNG, has_the_raw_output_of_numpy) {
    const auto words = [](std::int64_t seed) {
        NumpyRNG rng{seed};
        return std::vector{rng.bits32(), rng.bits32(), rng.bits32(), rng.bits32()};
    };
    EXPECT_THAT(words(85524), testing::ElementsAre(243310458, 3727875028, 574055981, 269205199));
    EXPECT_THAT(words(42), testing::ElementsAre(1608637542, 3421126067, 4083286876, 787846414));
    EXPECT_THAT(
        words(151985012), testing::ElementsAre(2561468113, 2620686459, 2624252664, 2399843648)
    );
}

TEST(NumpyRNG, prints_the_published_numbers) {
    EXPECT_EQ(
        first(85524, Distribution::normal(20, 2), 7),
        (Values{
            0x1.40804e2b0a602p+4,
            0x1.41907dd937c76p+4,
            0x1.0f885e6e7139cp+4,
            0x1.172a78ee4588bp+4,
            0x1.37e2e58cca3e8p+4,
            0x1.4cd9fbf6aaaadp+4,
            0x1.3f8f3bb6ceb71p+4})
    );
    EXPECT_EQ(first(85524, Distribution::normal(20, 2), 1), (Values{20.031324546935146}));
    const Values published_normal{.65866423, .87500017, .90755753, .93793779, .94839735};
    const Values published_gamma{.4325809, .12952503, 1.58510406, .81182457, .07577787};
    EXPECT_THAT(
        first(824756, Distribution::normal(1, 0.2), 5),
        testing::Pointwise(testing::DoubleNear(5e-9), published_normal)
    );
    EXPECT_THAT(
        first(72386, Distribution::gamma(2, 0.3), 5),
        testing::Pointwise(testing::DoubleNear(5e-9), published_gamma)
    );
}

TEST(NumpyRNG, has_the_bits_of_numpy_for_seed_85524) {
    const auto draw = [](const Distribution& d, std::size_t n) { return first(85524, d, n); };
    EXPECT_EQ(
        draw(Distribution::uniform(0, 1), 4),
        (Values{.05665013095709337, .13365782098978174, .017459538773535788, .090778801576161916})
    );
    EXPECT_EQ(
        draw(Distribution::normal(0, 1), 4),
        (Values{.015662273467572811, .048888134244617236, -1.5146034090923375, -1.2760653826005441})
    );
    EXPECT_EQ(
        draw(Distribution::exponential(1), 3),
        (Values{.058318048145845847, .14347532258352455, .017613754176785082})
    );
    EXPECT_EQ(
        draw(Distribution::gamma(2, 1), 3),
        (Values{1.6869684539286356, 1.7305810119496154, 1.3602936051933083})
    );
    EXPECT_EQ(
        draw(Distribution::gamma(0.5, 1), 3),
        (Values{.0032092373374558287, .00030483549418459954, 4.0606559756391531})
    );
    EXPECT_EQ(
        draw(Distribution::lognormal(0, 1), 3),
        (Values{1.0157855697315676, 1.0501028736181304, .21989537606378107})
    );
    EXPECT_EQ(draw(Distribution::poisson(3.5), 8), (Values{1, 0, 3, 5, 3, 6, 4, 2}));
    EXPECT_EQ(draw(Distribution::poisson(50), 6), (Values{35, 47, 61, 57, 43, 49}));
    EXPECT_EQ(draw(Distribution::binomial(10, .3), 8), (Values{1, 1, 0, 1, 6, 4, 2, 2}));
    EXPECT_EQ(draw(Distribution::binomial(200, .4), 6), (Values{80, 79, 85, 62, 68, 80}));
    EXPECT_EQ(draw(Distribution::uniform_int(0, 10), 10), (Values{4, 0, 0, 1, 5, 8, 7, 2, 8, 9}));
    EXPECT_EQ(
        draw(Distribution::vonmises(0, 2), 3),
        (Values{-.062588763819032334, -1.0474662700868826, -.21339694060076475})
    );
    EXPECT_THAT(
        NumpyRNG{85524}.permutation(10), testing::ElementsAre(7, 6, 9, 3, 1, 8, 5, 2, 0, 4)
    );
}

TEST(NumpyRNG, has_the_bits_of_numpy_for_seed_42) {
    const auto draw = [](const Distribution& d, std::size_t n) { return first(42, d, n); };
    EXPECT_EQ(
        draw(Distribution::uniform(0, 1), 4),
        (Values{.37454011884736249, .95071430640991617, .73199394181140509, .5986584841970366})
    );
    const Values normals{
        .49671415301123267, -.13826430117118466, .64768853810069249, 1.5230298564080254};
    EXPECT_EQ(draw(Distribution::normal(0, 1), 4), normals);
    for (std::size_t k = 0; k < 3; ++k)
        EXPECT_EQ(draw(Distribution::lognormal(0, 1), 3)[k], std::exp(normals[k]));
    EXPECT_EQ(
        draw(Distribution::exponential(1), 3),
        (Values{.46926808997685909, 3.010121430917521, 1.3167456935454493})
    );
    EXPECT_EQ(
        draw(Distribution::gamma(2, 1), 3),
        (Values{2.3936793898692366, 1.4944647302155876, 1.3822835843709536})
    );
    EXPECT_EQ(
        draw(Distribution::gamma(0.5, 1), 3),
        (Values{.14028030062619642, .65901803284218508, .024341816165506288})
    );
    EXPECT_EQ(draw(Distribution::poisson(3.5), 8), (Values{4, 1, 3, 4, 3, 2, 3, 2}));
    EXPECT_EQ(draw(Distribution::poisson(50), 6), (Values{47, 55, 42, 52, 58, 43}));
    EXPECT_EQ(draw(Distribution::binomial(10, .3), 8), (Values{2, 5, 4, 3, 2, 2, 1, 5}));
    EXPECT_EQ(draw(Distribution::binomial(200, .4), 6), (Values{77, 82, 71, 68, 89, 82}));
    EXPECT_EQ(draw(Distribution::uniform_int(0, 10), 10), (Values{6, 3, 7, 4, 6, 9, 2, 6, 7, 4}));
    EXPECT_EQ(
        draw(Distribution::vonmises(0, 2), 3),
        (Values{.45986746992589689, -.89632237385220215, .064180151597765356})
    );
    EXPECT_THAT(NumpyRNG{42}.permutation(10), testing::ElementsAre(8, 1, 5, 0, 7, 2, 9, 4, 3, 6));
}

TEST(NumpyRNG, clips_as_pynn_does) {
    EXPECT_EQ(
        first(42, Distribution::normal_clipped(0, 1, -.5, .5), 6),
        (Values{
            .49671415301123267,
            -.13826430117118466,
            -.46947438593495211,
            -.46341769281246226,
            -.23415337472333597,
            -.23413695694918055})
    );
    const Values moved{.49671415, -.13826430, .5, .5, -.23415337, -.23413696};
    EXPECT_THAT(
        first(42, Distribution::normal_clipped_to_boundary(0, 1, -.5, .5), 6),
        testing::Pointwise(testing::DoubleNear(5e-9), moved)
    );
}

TEST(NumpyRNG, has_the_default_numbers_of_pynns_connectors) {
    EXPECT_EQ(
        first(151985012, Distribution::uniform(0, 1), 4),
        (Values{.59638827003669814, .61100643544463173, .65295977957194651, .88698032059640264})
    );
    EXPECT_THAT(
        NumpyRNG{151985012}.permutation(10), testing::ElementsAre(3, 6, 2, 9, 5, 7, 4, 0, 8, 1)
    );
    EXPECT_EQ(
        first(151985012, Distribution::uniform_int(0, 10), 10),
        (Values{1, 8, 0, 0, 8, 5, 2, 0, 0, 0})
    );
}

struct Digest {
    Distribution  distribution;
    std::uint64_t value;
};

/// RandomState(seed).<distribution>(size=2000) for seed 1 to 5, bits folded one after the other.
std::vector<Digest> digests() {
    return {
        {Distribution::normal(20, 2), 0x4dfee0fad07ba70cu},
        {Distribution::uniform(-1, 3), 0x69127bb497786218u},
        {Distribution::exponential(0.7), 0x7384db82224cd05eu},
        {Distribution::gamma(2, 0.3), 0x272a945a78439e21u},
        {Distribution::gamma(0.5, 1), 0xdcc491ac03f408f7u},
        {Distribution::gamma(1, 3), 0x3f76bfbc739a7578u},
        {Distribution::gamma(37.5, 0.1), 0x916501cd8c0e0e11u},
        {Distribution::lognormal(-1, 0.5), 0x3ccab025b5cb9cf7u},
        {Distribution::poisson(3.5), 0x8e651a59885fdb58u},
        {Distribution::poisson(50), 0x40c6ff10d65cb296u},
        {Distribution::poisson(10), 0xb12f0492ec7f2123u},
        {Distribution::poisson(1e6), 0x92f1ce72f05679e7u},
        {Distribution::binomial(10, 0.3), 0x96d2488c709c0907u},
        {Distribution::binomial(200, 0.4), 0xcd8d1f986cb7174au},
        {Distribution::binomial(200, 0.9), 0x1fb1344d43a9d8e4u},
        {Distribution::binomial(100000, 0.37), 0x3ae2f8b1907632e7u},
        {Distribution::binomial(10, 1), 0x14ce7d0f87c34408u},
        {Distribution::binomial(0, 0.5), 0xc16af86af033db3au},
        {Distribution::uniform_int(0, 10), 0x84c919cf0a2ee15eu},
        {Distribution::uniform_int(-5, 4294967296), 0x9a5f555c469f541bu},
        {Distribution::uniform_int(3, 4), 0x40e1f521fa98a069u},
        {Distribution::vonmises(0, 2), 0xcc37a637b45487f9u},
        {Distribution::vonmises(2.5, 0.1), 0xddc9cad318e0dbf2u},
        {Distribution::vonmises(1, 1e-6), 0xd22b924d284691f2u},
        {Distribution::vonmises(1, 1e-9), 0x8f7ae21b247dd600u},
        {Distribution::vonmises(-3, 50), 0x7fba4bf1a9577cfbu},
    };
}

TEST(NumpyRNG, has_the_bits_of_numpy_in_every_branch_of_every_algorithm) {
    for (const Digest& expected : digests()) {
        std::uint64_t h = 0xcbf29ce484222325u;
        for (int seed = 1; seed <= 5; ++seed) {
            for (const double x : first(seed, expected.distribution, 2000)) {
                h = (h ^ std::bit_cast<std::uint64_t>(x)) * 0x100000001b3u;
                h ^= h >> 32;
            }
        }
        EXPECT_EQ(h, expected.value) << expected.distribution.describe();
    }
}

TEST(NumpyRNG, continues_through_copies_and_not_through_clones) {
    NumpyRNG     rng{42};
    NumpyRNG     same        = rng;
    const double first_value = rng.next(Distribution::normal(0, 1));
    NumpyRNG     other       = rng.clone();
    EXPECT_EQ(first_value, .49671415301123267);
    EXPECT_EQ(same.next(Distribution::normal(0, 1)), -.13826430117118466);  // from the cache
    EXPECT_EQ(other.next(Distribution::normal(0, 1)), -.13826430117118466);
    EXPECT_EQ(rng, same);
    EXPECT_NE(rng, other);
    EXPECT_EQ(other.seed(), 42u);
}

TEST(NumpyRNG, gives_each_use_the_next_numbers_and_the_same_use_the_same) {
    for (const auto& distribution :
         {Distribution::normal(0, 1), Distribution::normal_clipped(0, 1, -.5, .5)}) {
        constexpr std::size_t size = 70'000;  // in several parts
        NumpyRNG              plain{1};
        Values                all(2 * size);
        plain.next(distribution, {all.data(), size});
        plain.next(distribution, {all.data() + size, size});

        NumpyRNG rng{1};
        for (const IndexRange slice :
             {IndexRange{0, 3}, {10, 10}, {size - 5, size}, {32'000, 33'000}, {0, size}}) {
            Values out(slice.size());
            rng.draw({1}, distribution, size, slice, out);
            EXPECT_TRUE(
                std::equal(out.begin(), out.end(), all.begin() + std::ptrdiff_t(slice.first))
            );
        }
        for (int again = 0; again < 2; ++again) {
            Values out(2);
            rng.draw({2}, distribution, size, {7, 9}, out);
            EXPECT_EQ(out, (Values{all[size + 7], all[size + 8]}));
        }
    }
}

TEST(NumpyRNG, remembers_the_latest_uses) {
    NumpyRNG     rng{5};
    const auto   distribution = Distribution::uniform(0, 1);
    const Values all          = first(5, distribution, NumpyRNG::max_uses + 2);
    const auto   draw         = [&](std::uint64_t use) {
        Values value(1);
        rng.draw({use}, distribution, 1, {0, 1}, value);
        return value[0];
    };
    for (std::uint64_t use = 0; use <= NumpyRNG::max_uses; ++use)
        EXPECT_EQ(draw(use), all[use]);
    EXPECT_EQ(draw(1), all[1]);
    EXPECT_EQ(draw(0), all[NumpyRNG::max_uses + 1]);  // forgotten: the stream continues
}

TEST(NumpyRNG, stands_where_it_stood_before_what_is_not_kept) {
    NumpyRNG            rng{5}, expected{5};
    const auto          normal = Distribution::normal(0, 1);
    std::vector<double> values(3), known(3);
    rng.draw({1}, normal, 3, {0, 3}, known);  // one normal number is kept ready
    expected.draw({1}, normal, 3, {0, 3}, values);
    {
        NumpyRNG::Restore refused{rng};
        for (std::uint64_t use = 2; use < 2 + NumpyRNG::max_uses; ++use)
            rng.draw({use}, normal, 3, {0, 3}, values);
        EXPECT_NE(rng.fingerprint(), expected.fingerprint());
    }
    EXPECT_EQ(rng.fingerprint(), expected.fingerprint());
    rng.draw({1}, normal, 3, {0, 3}, values);
    EXPECT_EQ(values, known) << "the uses before it are remembered";
    {
        NumpyRNG::Restore accepted{rng};
        rng.draw({2}, normal, 3, {0, 3}, values);
        accepted.keep();
    }
    expected.draw({2}, normal, 3, {0, 3}, known);
    EXPECT_EQ(values, known) << "nothing was known of the use that was refused";
    EXPECT_EQ(rng.fingerprint(), expected.fingerprint());
}

TEST(NumpyRNG, draws_of_no_values_move_nothing) {
    NumpyRNG rng{42};
    rng.next(Distribution::normal(0, 1), {});
    rng.draw({1}, Distribution::normal(0, 1), 0, {}, {});
    EXPECT_EQ(rng.bits32(), 1608637542u);
}

TEST(NumpyRNG, is_told_from_others_by_seed_and_state) {
    const auto     normal = random::Distribution::normal(0, 1);
    NumpyRNG       rng{3}, other{4};
    const NumpyRNG begin = rng.clone();
    EXPECT_EQ(rng.fingerprint(), begin.fingerprint());
    EXPECT_EQ(rng.fingerprint(), begin.fingerprint()) << "nothing is taken";
    EXPECT_NE(rng.fingerprint(), other.fingerprint());
    rng.bits32();
    EXPECT_NE(rng.fingerprint(), begin.fingerprint());
    other.next(normal);
    const auto kept = other.fingerprint();  // the second normal number of the pair is kept ready
    other.next(normal);
    EXPECT_NE(other.fingerprint(), kept);
}

TEST(NumpyRNG, refuses_seeds_that_numpy_refuses) {
    EXPECT_NO_THROW(NumpyRNG{0});
    EXPECT_NO_THROW(NumpyRNG{0xffffffff});
    EXPECT_THROW(NumpyRNG{-1}, ParameterError);
    EXPECT_THROW(NumpyRNG{std::int64_t{1} << 32}, ParameterError);
}

TEST(NumpyRNG, is_an_option_of_every_distribution) {
    const NumpyRNG rng{7};
    EXPECT_EQ(uniform(1_ms, 2_ms, rng).rng(), rng);
    EXPECT_EQ(normal(1_ms, 2_ms, rng).rng(), rng);
    EXPECT_EQ(normal_clipped(1_ms, 2_ms, {.low = 0_ms}, rng).rng(), rng);
    EXPECT_EQ(normal_clipped_to_boundary(1_ms, 2_ms, {.low = 0_ms}, rng).rng(), rng);
    EXPECT_EQ(exponential(1_ms, rng).rng(), rng);
    EXPECT_EQ(ranvier::gamma(1, 1_ms, rng).rng(), rng);
    EXPECT_EQ(lognormal(0, 1, rng).rng(), rng);
    EXPECT_EQ(poisson(1, rng).rng(), rng);
    EXPECT_EQ(binomial(1, 0.5, rng).rng(), rng);
    EXPECT_EQ(uniform_int(0, 5, rng).rng(), rng);
    EXPECT_EQ(vonmises(0, 5, rng).rng(), rng);
    EXPECT_FALSE(normal(1_ms, 2_ms).rng());
    EXPECT_NE(normal(1_ms, 2_ms, rng), normal(1_ms, 2_ms));
}

}  // namespace
}  // namespace ranvier

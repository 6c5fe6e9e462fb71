#include "ranvier/random/Stream.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/math.hpp"

#include "random/philox.hpp"
#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

using test::binomial_probabilities;
using test::follows;
using test::has_moments;
using test::occur_with;
using test::poisson_probabilities;

constexpr Key    key{0x0123456789abcdefu};
constexpr double pi = 3.14159265358979323846;

/// One value from each of many streams.
template <class Draw>
std::vector<double> sample(Draw draw, std::size_t size = 100'000, Key from = key) {
    std::vector<double> result(size);
    for (std::size_t k = 0; k < size; ++k) {
        Stream stream{from, k};
        result[k] = static_cast<double>(draw(stream));
    }
    return result;
}

TEST(Stream, is_built_on_philox_with_known_answers) {
    // kat_vectors of Random123 1.14, "philox4x32 10".
    constexpr std::uint32_t ones = 0xffffffffu;
    EXPECT_EQ(
        philox(Key{0}, {{0, 0, 0, 0}}),
        (PhiloxBlock{{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}})
    );
    EXPECT_EQ(
        philox(Key{~std::uint64_t{0}}, {{ones, ones, ones, ones}}),
        (PhiloxBlock{{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}})
    );
    EXPECT_EQ(
        philox(Key{0x299f31d0a4093822u}, {{0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}}),
        (PhiloxBlock{{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}})
    );
}

TEST(Stream, uses_the_words_of_consecutive_blocks_in_order) {
    constexpr std::uint64_t index = 0x0000000500000007u;
    Stream                  stream{key, index, 9};

    for (std::uint32_t block = 0; block < 3; ++block) {
        const auto words = philox(key, {{7, 5, 9, block}});
        EXPECT_EQ(stream.bits32(), words[0]);
        EXPECT_EQ(stream.bits64(), words[1] | std::uint64_t{words[2]} << 32);
        EXPECT_EQ(stream.bits32(), words[3]);
    }
}

TEST(Stream, uniform_draws_have_their_ends_and_their_distribution) {
    for (std::uint64_t k = 0; k < 10'000; ++k) {
        const std::uint64_t bits = Stream{key, k}.bits64();
        EXPECT_EQ(Stream(key, k).uniform(), std::ldexp(static_cast<double>(bits >> 11), -53));
        EXPECT_EQ(Stream(key, k).uniform_positive(), Stream(key, k).uniform() + 0x1p-53);
        EXPECT_EQ(
            Stream(key, k).uniform_open(), std::ldexp(static_cast<double>(bits >> 12) + 0.5, -52)
        );
    }
    const auto identity = [](double x) { return x; };
    EXPECT_TRUE(follows(sample([](Stream& s) { return s.uniform(); }), identity));
}

TEST(Stream, neighbours_are_independent) {
    // Pairs of 4-bit draws of streams next to each other in index, sub, block and key.
    std::vector<double> by_index, by_sub, by_block, by_key;
    const auto          nibble = [](Stream s) { return s.bits32() >> 28; };
    for (std::uint64_t k = 0; k < 100'000; ++k) {
        const auto sub   = static_cast<std::uint32_t>(k);
        Stream     later = Stream{key, k};
        for (int word = 0; word < 4; ++word)
            later.bits32();
        const auto here = 16.0 * nibble(Stream{key, k});
        by_index.push_back(here + nibble(Stream{key, k + 1}));
        by_block.push_back(here + nibble(later));
        by_key.push_back(here + nibble(Stream{Key{key.value + 1}, k}));
        by_sub.push_back(16.0 * nibble(Stream{key, 0, sub}) + nibble(Stream{key, 0, sub + 1}));
    }
    const std::vector<double> uniform(256, 1 / 256.0);
    EXPECT_TRUE(occur_with(by_index, uniform));
    EXPECT_TRUE(occur_with(by_block, uniform));
    EXPECT_TRUE(occur_with(by_key, uniform));
    EXPECT_TRUE(occur_with(by_sub, uniform));
}

TEST(Stream, below_is_uniform_and_below32_is_the_high_half_of_the_product) {
    EXPECT_TRUE(occur_with(sample([](Stream& s) { return s.below(7); }), std::vector(7, 1 / 7.0)));
    EXPECT_TRUE(occur_with(sample([](Stream& s) { return s.below32(7); }), std::vector(7, 1 / 7.0))
    );
    for (std::uint64_t k = 0; k < 1000; ++k) {
        EXPECT_EQ(Stream(key, k).below(1), 0u);
        EXPECT_EQ(Stream(key, k).below32(1), 0u);
        EXPECT_EQ(Stream(key, k).below32(std::uint64_t{1} << 32), Stream(key, k).bits64() >> 32);
        EXPECT_EQ(Stream(key, k).below32(1000), Stream(key, k).below(1000));
    }
    // A large bound that rejects a quarter of the draws: still uniform over its quarters.
    constexpr std::uint64_t large = std::uint64_t{3} << 62;
    const auto              part  = [](Stream& s) { return s.below(large) >> 60; };
    EXPECT_TRUE(occur_with(sample(part), std::vector(12, 1 / 12.0)));
}

TEST(Stream, normal_and_exponential_are_inversions_of_one_draw) {
    for (std::uint64_t k = 0; k < 1000; ++k) {
        const double open = Stream{key, k}.uniform_open();
        EXPECT_EQ(Stream(key, k).normal(), math::inverse_normal_cdf(open));
        EXPECT_EQ(Stream(key, k).exponential(), 0 - math::log(Stream(key, k).uniform_positive()));
    }
    const auto normal_cdf = [](double x) { return std::erfc(-x / std::sqrt(2)) / 2; };
    EXPECT_TRUE(follows(sample([](Stream& s) { return s.normal(); }), normal_cdf));
    EXPECT_TRUE(has_moments(sample([](Stream& s) { return s.normal(); }), 0, 1, 3));
    const auto exponential_cdf = [](double x) { return -std::expm1(-x); };
    EXPECT_TRUE(follows(sample([](Stream& s) { return s.exponential(); }), exponential_cdf));
}

TEST(Stream, geometric_counts_failures) {
    for (const double p : {0.05, 0.5, 0.9}) {
        std::vector<double> probability;
        for (int k = 0; k < 400; ++k)
            probability.push_back(p * std::pow(1 - p, k));
        EXPECT_TRUE(occur_with(sample([&](Stream& s) { return s.geometric(p); }), probability))
            << p;
    }
    const double tiny = 1e-9;
    const auto   gaps = sample([&](Stream& s) { return s.geometric(tiny); });
    EXPECT_TRUE(has_moments(gaps, 1 / tiny, 1 / (tiny * tiny), 9));

    constexpr auto never = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(Stream(key, 0).geometric(1), 0u);
    EXPECT_EQ(Stream(key, 0).geometric(0), never);
    EXPECT_EQ(Stream(key, 0).geometric(1e-300), never);
}

TEST(Stream, gamma_follows_its_law) {
    const auto draw = [](double k) { return [k](Stream& s) { return s.gamma(k); }; };

    EXPECT_TRUE(follows(sample(draw(1)), [](double x) { return -std::expm1(-x); }));
    EXPECT_TRUE(follows(sample(draw(2)), [](double x) { return 1 - (1 + x) * std::exp(-x); }));
    EXPECT_TRUE(follows(sample(draw(0.5)), [](double x) { return std::erf(std::sqrt(x)); }));
    EXPECT_TRUE(has_moments(sample(draw(0.1)), 0.1, 0.1, 3 + 6 / 0.1));
    EXPECT_TRUE(has_moments(sample(draw(1000)), 1000, 1000, 3 + 6.0 / 1000));
    EXPECT_EQ(Stream(key, 0).gamma(0), 0);
}

TEST(Stream, poisson_follows_its_law) {
    const auto draw = [](double lambda) {
        return [lambda](Stream& s) { return s.poisson(lambda); };
    };

    for (const double lambda : {0.01, 1.3, 9.99, 10.0, 11.5, 40.0, 1000.0})
        EXPECT_TRUE(occur_with(sample(draw(lambda)), poisson_probabilities(lambda))) << lambda;
    EXPECT_TRUE(has_moments(sample(draw(1e12)), 1e12, 1e12, 3));
    EXPECT_EQ(Stream(key, 0).poisson(0), 0u);
}

TEST(Stream, binomial_follows_its_law) {
    const auto draw = [](std::uint64_t n, double p) {
        return [=](Stream& s) { return s.binomial(n, p); };
    };
    struct Case {
        int    n;
        double p;
    };
    for (const auto& [n, p] :
         {Case{1, 0.3},
          {10, 0.3},
          {19, 0.5},
          {25, 0.41},
          {40, 0.5},
          {200, 0.05},
          {1000, 0.4},
          {50, 0.9},
          {100'000, 0.001}}) {
        EXPECT_TRUE(
            occur_with(sample(draw(static_cast<std::uint64_t>(n), p)), binomial_probabilities(n, p))
        ) << n
          << " " << p;
    }
    const double large = 1e12;
    EXPECT_TRUE(has_moments(sample(draw(1'000'000'000'000, 0.3)), large * 0.3, large * 0.21, 3));
    EXPECT_EQ(Stream(key, 0).binomial(0, 0.5), 0u);
    EXPECT_EQ(Stream(key, 0).binomial(10, 0), 0u);
    EXPECT_EQ(Stream(key, 0).binomial(10, 1), 10u);
}

/// The distribution function of von Mises angles around 0, by the midpoint rule.
double vonmises_cdf(double x, double kappa) {
    const int steps = 200;
    double    part  = 0;
    double    all   = 0;
    for (int k = 0; k < steps; ++k) {
        const double fraction = (k + 0.5) / steps;
        part += std::exp(kappa * std::cos(-pi + (x + pi) * fraction)) * (x + pi);
        all += std::exp(kappa * std::cos(-pi + 2 * pi * fraction)) * 2 * pi;
    }
    return part / all;
}

TEST(Stream, vonmises_follows_its_law) {
    const auto draw = [](double mu, double kappa) {
        return [=](Stream& s) { return s.vonmises(mu, kappa); };
    };
    for (const double kappa : {0.0, 1e-6, 0.5, 2.0, 10.0}) {
        const auto cdf = [kappa](double x) { return vonmises_cdf(x, kappa); };
        EXPECT_TRUE(follows(sample(draw(0, kappa), 10'000), cdf)) << kappa;
    }
    EXPECT_TRUE(has_moments(sample(draw(0.5, 1e8)), 0.5, 1e-8, 3));
    for (const double x : sample(draw(3, 1)))
        EXPECT_LE(std::abs(x), pi);
}

}  // namespace
}  // namespace ranvier::random

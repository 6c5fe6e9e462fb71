#include "ranvier/random/PoissonCounts.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "random/philox.hpp"
#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

constexpr Key key{0x5eed5eed5eed5eedu};

std::vector<std::uint16_t> drawn(
    const std::vector<double>& lambda, IndexRange slice, Step step, Key from = key
) {
    std::vector<std::uint16_t> counts(slice.size(), 9999);
    PoissonCounts{from, lambda, slice}.draw(step, counts.data());
    return counts;
}

/// The counts by their definition, one source at a time.
std::vector<std::uint16_t> defined(const std::vector<double>& lambda, IndexRange slice, Step step) {
    std::vector<std::uint16_t> counts;
    for (std::size_t i = slice.first; i < slice.last; ++i) {
        const double mean = lambda.size() == 1 ? lambda[0] : lambda[i - slice.first];
        counts.push_back(PoissonCounts::count(key, i, step, mean));
    }
    return counts;
}

TEST(PoissonCounts, follow_the_poisson_law) {
    for (const double lambda : {0.001, 0.08, 1.3, 2.3, 6.0, 17.0, 60.0, 500.0}) {
        const std::size_t   n = 10'000;
        const PoissonCounts counts{key, std::vector{lambda}, {0, n}};

        std::vector<std::uint16_t> in_step(n);
        std::vector<double>        all;
        for (Step step = 0; step < 30; ++step) {
            counts.draw(step, in_step.data());
            all.insert(all.end(), in_step.begin(), in_step.end());
        }

        EXPECT_TRUE(test::occur_with(all, test::poisson_probabilities(lambda))) << lambda;
        EXPECT_TRUE(test::has_moments(all, lambda, lambda, 3 + 1 / lambda)) << lambda;
    }
}

TEST(PoissonCounts, agree_with_their_definition_on_every_instruction_set) {
    // 200,000 draws at 1.3 contain about 20 that the high half does not decide.
    for (const double lambda : {0.0, 0.3, 1.3, 12.0, 100.0}) {
        const std::size_t n        = lambda == 1.3 ? 200'000 : 5000;
        const auto        expected = defined({lambda}, {0, n}, 17);
        test::for_each_isa([&] { EXPECT_EQ(drawn({lambda}, {0, n}, 17), expected) << lambda; });
    }
}

TEST(PoissonCounts, agree_for_equal_and_for_listed_means) {
    for (const double lambda : {0.3, 1.3, 12.0, 40.0, 100.0}) {
        const auto equal = drawn({lambda}, {0, 1000}, 5);
        test::for_each_isa([&] {
            EXPECT_EQ(drawn(std::vector(1000, lambda), {0, 1000}, 5), equal) << lambda;
        });
    }
}

TEST(PoissonCounts, depend_on_each_source_alone_where_means_differ) {
    std::vector<double> lambda(3000);
    for (std::size_t i = 0; i < lambda.size(); ++i)
        lambda[i] = i % 100 == 0 ? 80 : 0.01 * static_cast<double>(i % 500);

    const auto expected = defined(lambda, {100, 3100}, 3);
    test::for_each_isa([&] { EXPECT_EQ(drawn(lambda, {100, 3100}, 3), expected); });
}

TEST(PoissonCounts, do_not_depend_on_the_slice) {
    const auto                all = drawn({1.3}, {0, 3000}, 8);
    const std::vector<double> listed(3000, 1.3);
    test::for_each_isa([&] {
        for (const IndexRange slice :
             {IndexRange{0, 0},
              {0, 1},
              {5, 7},
              {60, 70},
              {63, 64},
              {64, 128},
              {1, 129},
              {100, 1500},
              {1024, 3000},
              {2999, 3000}}) {
            const std::vector<std::uint16_t> expected(
                all.begin() + static_cast<std::ptrdiff_t>(slice.first),
                all.begin() + static_cast<std::ptrdiff_t>(slice.last)
            );
            EXPECT_EQ(drawn({1.3}, slice, 8), expected) << slice.first << " " << slice.last;
            EXPECT_EQ(drawn(std::vector(slice.size(), 1.3), slice, 8), expected) << slice.first;
        }
    });
}

TEST(PoissonCounts, take_the_halfwords_of_philox_in_order) {
    // Mean log 2: the count is 0 where U < 2^47, that is, where the top bit of the halfword is 0.
    const double lambda = 0.69314718055994531;
    const Step   step   = 0x300000002;
    const auto   counts = drawn({lambda}, {0x800000000, 0x800000000 + 64}, step);
    for (std::uint32_t block = 0; block < 8; ++block) {
        const auto words = philox(key, {{block, 1, 2, 3}});
        for (std::uint32_t j = 0; j < 8; ++j) {
            const bool top_bit = (words[j / 2] >> (j % 2 == 0 ? 15 : 31) & 1u) != 0;
            EXPECT_EQ(counts[8 * block + j] != 0, top_bit) << block << " " << j;
        }
    }
}

TEST(PoissonCounts, differ_between_steps_sources_and_keys) {
    // Pairs of neighbours: independent, so the joint law is the product.
    const double lambda = 1.3;
    const auto   p      = test::poisson_probabilities(lambda);
    const auto   a      = drawn({lambda}, {0, 100'001}, 0);
    const auto   later  = drawn({lambda}, {0, 100'001}, 1);
    const auto   other  = drawn({lambda}, {0, 100'001}, 0, Key{key.value + 1});

    std::vector<double> product;
    for (int x = 0; x < 6; ++x)
        for (std::size_t y = 0; y < 6; ++y)
            product.push_back(p[static_cast<std::size_t>(x)] * p[y]);
    const auto          pair = [](int x, int y) { return x < 6 && y < 6 ? 6.0 * x + y : 36.0; };
    std::vector<double> by_source, by_step, by_key;
    for (std::size_t i = 0; i < 100'000; ++i) {
        by_source.push_back(pair(a[i], a[i + 1]));
        by_step.push_back(pair(a[i], later[i]));
        by_key.push_back(pair(a[i], other[i]));
    }
    EXPECT_TRUE(test::occur_with(by_source, product));
    EXPECT_TRUE(test::occur_with(by_step, product));
    EXPECT_TRUE(test::occur_with(by_key, product));
}

TEST(PoissonCounts, refuse_means_out_of_range) {
    const auto message = [](const std::vector<double>& lambda, IndexRange slice) -> std::string {
        try {
            PoissonCounts{key, lambda, slice};
        } catch (const ParameterError& error) {
            return error.what();
        }
        return "nothing was thrown";
    };
    EXPECT_EQ(
        message({1, -2, 3}, {10, 13}),
        "PoissonCounts: the mean number of spikes per step must be in [0, 500], got -2 at source "
        "11. "
        "Lower the rate or the time step."
    );
    EXPECT_EQ(
        message({1, 2}, {10, 13}), "PoissonCounts: expected 1 mean or 3, one per source, got 2."
    );
    EXPECT_NE(message({501}, {0, 3}), "nothing was thrown");
    EXPECT_NE(message({std::nan("")}, {0, 3}), "nothing was thrown");
    EXPECT_EQ(message({500}, {0, 3}), "nothing was thrown");
}

}  // namespace
}  // namespace ranvier::random

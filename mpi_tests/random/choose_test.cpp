#include "ranvier/random/choose.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier::random {
namespace {

/// Sum of (observed - expected)^2 / expected over cells of equal probability.
double chi_square(const std::vector<double>& counts, double expected) {
    double sum = 0;
    for (const double count : counts)
        sum += (count - expected) * (count - expected) / expected;
    return sum;
}

/// Mean and four standard deviations above it: exceeded once in 30,000 if all is well.
double chi_square_bound(double degrees) {
    return degrees + 4 * std::sqrt(2 * degrees);
}

TEST(Chooser, gives_different_numbers_in_ascending_order) {
    Chooser                    chooser;
    std::vector<std::uint32_t> chosen;
    for (const std::uint64_t n : {1u, 5u, 63u, 64u, 65u, 1000u, 5000000u}) {
        for (const std::size_t count : {0u, 1u, 3u, 40u, 64u, 65u, 600u, 1000u}) {
            if (count > n) continue;
            for (std::uint64_t index = 0; index < 20; ++index) {
                chooser.without_replacement({3}, index, n, count, chosen);
                ASSERT_EQ(chosen.size(), count);
                EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
                EXPECT_EQ(std::adjacent_find(chosen.begin(), chosen.end()), chosen.end());
                EXPECT_TRUE(chosen.empty() || chosen.back() < n);
            }
        }
    }
}

TEST(Chooser, prefers_no_number) {
    Chooser                    chooser;
    std::vector<std::uint32_t> chosen;
    for (const std::size_t count : {3u, 20u, 33u}) {
        for (const bool replace : {false, true}) {
            std::vector<double> counts(37);
            for (std::uint64_t index = 0; index < 20000; ++index) {
                replace ? chooser.with_replacement({5}, index, 37, count, chosen)
                        : chooser.without_replacement({5}, index, 37, count, chosen);
                for (const std::uint32_t value : chosen)
                    ++counts[value];
            }
            EXPECT_LT(chi_square(counts, 20000.0 * double(count) / 37), chi_square_bound(36))
                << count << replace;
        }
    }
}

TEST(Chooser, prefers_no_pair_of_few_among_many) {
    Chooser                    chooser;
    std::vector<std::uint32_t> chosen;
    std::vector<double>        counts(100);
    for (std::uint64_t index = 0; index < 20000; ++index) {
        chooser.without_replacement({7}, index, 1000000, 10, chosen);
        for (const std::uint32_t value : chosen)
            ++counts[value / 10000];
    }
    EXPECT_LT(chi_square(counts, 2000), chi_square_bound(99));
}

TEST(Chooser, gives_every_subset) {
    Chooser                    chooser;
    std::vector<std::uint32_t> chosen;
    std::vector<double>        counts(64);
    for (std::uint64_t index = 0; index < 40000; ++index) {
        chooser.without_replacement({9}, index, 6, 3, chosen);
        ++counts[1u << chosen[0] | 1u << chosen[1] | 1u << chosen[2]];
    }
    std::erase(counts, 0);
    ASSERT_EQ(counts.size(), 20u);
    EXPECT_LT(chi_square(counts, 2000), chi_square_bound(19));
}

TEST(hypergeometric, has_its_mean_and_variance) {
    struct Case {
        std::uint64_t good, bad, draws;
    };
    for (const Case& c :
         {Case{5, 5, 5},
          {100, 900, 50},
          {5000, 5000, 1000},
          {3, 1000, 900},
          {100000, 300000, 200000}}) {
        double       sum = 0, squares = 0;
        const int    trials = 20000;
        const double n = double(c.good + c.bad), d = double(c.draws), p = double(c.good) / n;
        const double mean = d * p, variance = d * p * (1 - p) * (n - d) / (n - 1);
        for (int k = 0; k < trials; ++k) {
            Stream       stream{{11}, std::uint64_t(k)};
            const double x = double(hypergeometric(stream, c.good, c.bad, c.draws));
            ASSERT_LE(x, double(std::min(c.good, c.draws)));
            sum += x - mean;
            squares += (x - mean) * (x - mean);
        }
        EXPECT_NEAR(sum / trials, 0, 4.5 * std::sqrt(variance / trials)) << c.good;
        EXPECT_NEAR(squares / trials / variance, 1, 0.06) << c.good;
    }
}

TEST(hypergeometric, is_certain_where_there_is_no_choice) {
    Stream stream{{1}, 0};
    EXPECT_EQ(hypergeometric(stream, 0, 5, 3), 0u);
    EXPECT_EQ(hypergeometric(stream, 5, 0, 3), 3u);
    EXPECT_EQ(hypergeometric(stream, 5, 7, 12), 5u);
    EXPECT_EQ(hypergeometric(stream, 5, 7, 0), 0u);
}

}  // namespace
}  // namespace ranvier::random

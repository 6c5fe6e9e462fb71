// What keyed draws must be besides following their law one by one: right in the tails and
// independent of each other, across all that keys and indices tell apart. Seeds are fixed; each
// check would fail for 1 of 10,000 seeds (random/statistics.hpp).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/random/Distribution.hpp"

#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

constexpr std::size_t size = 200'000;

using Values = std::vector<double>;

Values drawn(
    const Distribution& distribution, Key key, std::uint64_t first = 0, std::size_t n = size
) {
    Values values(n);
    distribution.fill_indices(key, first, values);
    return values;
}

Values uniform(Key key, std::uint64_t first = 0) {
    return drawn(Distribution::uniform(0, 1), key, first);
}

/// Pearson's correlation of two samples of independent numbers, in standard errors.
double correlation(const Values& a, const Values& b) {
    double     sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    const auto n = static_cast<double>(a.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
        sum_a += a[k];
        sum_b += b[k];
        aa += a[k] * a[k];
        bb += b[k] * b[k];
        ab += a[k] * b[k];
    }
    const double covariance = ab / n - sum_a / n * sum_b / n;
    const double variance_a = aa / n - sum_a / n * sum_a / n;
    const double variance_b = bb / n - sum_b / n * sum_b / n;
    return covariance / std::sqrt(variance_a * variance_b) * std::sqrt(n);
}

/// Pairs fall into the squares of a 16 x 16 board equally often, and neither their values nor their
/// distances from the middle are correlated.
void expect_independent(const Values& a, const Values& b, const std::string& what) {
    EXPECT_LT(std::abs(correlation(a, b)), test::two_sided_at_significance) << what;
    Values squares, from_middle_a, from_middle_b;
    for (std::size_t k = 0; k < a.size(); ++k) {
        squares.push_back(std::floor(a[k] * 16) * 16 + std::floor(b[k] * 16));
        from_middle_a.push_back(std::abs(a[k] - 0.5));
        from_middle_b.push_back(std::abs(b[k] - 0.5));
    }
    EXPECT_TRUE(test::occur_with(squares, Values(256, 1.0 / 256))) << what;
    EXPECT_LT(std::abs(correlation(from_middle_a, from_middle_b)), test::two_sided_at_significance)
        << what;
}

const Key key = make_key(42, Purpose::cell_parameter, hash_of_text("L4E"), hash_of_text("tau_m"));

TEST(keyed_draws, of_neighbouring_cells_are_independent) {
    const Values cells = uniform(key);
    for (const std::ptrdiff_t lag : {1, 2, 3, 4, 8, 64, 1000}) {
        const Values a(cells.begin(), cells.end() - lag);
        const Values b(cells.begin() + lag, cells.end());
        expect_independent(a, b, "cells " + std::to_string(lag) + " apart");
    }
    expect_independent(cells, uniform(key, std::uint64_t{1} << 32), "cells 2^32 apart");
}

TEST(keyed_draws, of_parameters_of_a_cell_are_independent) {
    for (const char* other : {"tau_n", "tau_refrac", "v_rest", "cm", "tau_m "}) {
        const Key of_other =
            make_key(42, Purpose::cell_parameter, hash_of_text("L4E"), hash_of_text(other));
        expect_independent(uniform(key), uniform(of_other), other);
    }
    expect_independent(
        uniform(key),
        uniform(make_key(42, Purpose::initial_value, hash_of_text("L4E"), hash_of_text("tau_m"))),
        "purpose"
    );
}

TEST(keyed_draws, of_populations_and_seeds_are_independent) {
    const auto of = [](std::uint64_t seed, const char* label) {
        return uniform(
            make_key(seed, Purpose::cell_parameter, hash_of_text(label), hash_of_text("tau_m"))
        );
    };
    for (const char* other : {"L4I", "L5E", "l4E", "population0"})
        expect_independent(uniform(key), of(42, other), other);
    for (const std::uint64_t seed : {0u, 41u, 43u, 1u << 31})
        expect_independent(uniform(key), of(seed, "L4E"), "seed " + std::to_string(seed));
}

TEST(keyed_draws, of_one_cell_are_independent) {
    Values first(size), second(size), third(size), other_sub(size);
    for (std::size_t k = 0; k < size; ++k) {
        Stream stream{key, k};
        first[k]     = stream.uniform();
        second[k]    = stream.uniform();
        third[k]     = stream.uniform();
        other_sub[k] = Stream{key, k, 1}.uniform();
    }
    expect_independent(first, second, "draws within a block");
    expect_independent(second, third, "draws of two blocks");
    expect_independent(first, other_sub, "connections");
}

TEST(keyed_draws, of_small_and_regular_keys_are_independent) {
    for (const std::uint64_t other : {1u, 2u, 3u, 256u})
        expect_independent(uniform(Key{0}), uniform(Key{other}), "key " + std::to_string(other));
}

/// Whether a count fits a Poisson mean: by the normal law above 25, by its own tails below.
bool fits(std::size_t count, double mean) {
    const auto n = static_cast<double>(count);
    if (mean > 25) return std::abs(n - mean) <= test::two_sided_at_significance * std::sqrt(mean);
    double below = 0, at = 0;
    for (std::size_t k = 0; k <= count; ++k) {
        at = std::exp(
            static_cast<double>(k) * std::log(mean) - mean - std::lgamma(static_cast<double>(k) + 1)
        );
        below += at;
    }
    return below > 5e-5 && 1 - below + at > 5e-5;
}

TEST(keyed_draws, have_the_right_tails) {
    constexpr std::size_t n = 4'000'000;
    const auto count        = [&](const Distribution& d, const std::function<bool(double)>& in) {
        std::size_t found = 0;
        for (std::size_t first = 0; first < n; first += size)
            for (const double x : drawn(d, key, first))
                found += in(x);
        return found;
    };
    const auto normal      = Distribution::normal(0, 1);
    const auto exponential = Distribution::exponential(1);
    const auto unit        = Distribution::uniform(0, 1);
    for (const double z : {3.0, 4.0, 4.5, 5.0}) {
        const double p = std::erfc(z / std::sqrt(2)) / 2;
        EXPECT_TRUE(fits(count(normal, [z](double x) { return x > z; }), n * p)) << z;
        EXPECT_TRUE(fits(count(normal, [z](double x) { return x < -z; }), n * p)) << -z;
    }
    for (const double x0 : {8.0, 12.0, 14.0})
        EXPECT_TRUE(fits(count(exponential, [x0](double x) { return x > x0; }), n * std::exp(-x0)));
    for (const double p : {1e-4, 1e-5, 1e-6}) {
        EXPECT_TRUE(fits(count(unit, [p](double x) { return x < p; }), n * p));
        EXPECT_TRUE(fits(count(unit, [p](double x) { return x >= 1 - p; }), n * p));
    }
}

TEST(keyed_draws, of_gamma_poisson_and_binomial_have_the_right_tails) {
    const auto large = [](const Distribution& d, double x0) {
        const Values values = drawn(d, key, 0, 1'000'000);
        return static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [x0](double x) {
            return x >= x0;
        }));
    };
    // P(X >= 16) of shape 3: exp(-16) (1 + 16 + 128)
    EXPECT_TRUE(fits(large(Distribution::gamma(3, 1), 16), 1e6 * std::exp(-16) * 145));
    const auto above = [](const std::vector<double>& p, std::size_t k) {
        double sum = 0;
        for (; k < p.size(); ++k)
            sum += p[k];
        return 1e6 * sum;
    };
    EXPECT_TRUE(
        fits(large(Distribution::poisson(50), 80), above(test::poisson_probabilities(50), 80))
    );
    EXPECT_TRUE(fits(large(Distribution::poisson(3), 13), above(test::poisson_probabilities(3), 13))
    );
    EXPECT_TRUE(fits(
        large(Distribution::binomial(100, 0.3), 48),
        above(test::binomial_probabilities(100, .3), 48)
    ));
}

}  // namespace
}  // namespace ranvier::random

#include "ranvier/random/Distribution.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

using test::follows;
using test::has_moments;
using test::occur_with;

constexpr Key    key{2024};
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const std::vector<Distribution> one_of_each = {
    Distribution::binomial(100, 0.3),
    Distribution::gamma(2, 0.3),
    Distribution::exponential(0.7),
    Distribution::lognormal(-1, 0.5),
    Distribution::normal(-65, 3),
    Distribution::normal_clipped(1.5, 0.75, 0.1, inf),
    Distribution::normal_clipped_to_boundary(0, 1, -0.5, 0.5),
    Distribution::poisson(12.5),
    Distribution::uniform(10, 15),
    Distribution::uniform_int(-3, 9),
    Distribution::vonmises(0.5, 2)};

std::vector<double> sample(const Distribution& distribution, std::size_t size = 100'000) {
    std::vector<double> result(size);
    distribution.fill_indices(key, 0, result);
    return result;
}

std::string message_of(const std::function<void()>& statement) {
    try {
        statement();
    } catch (const ParameterError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(Distribution, fill_has_the_bits_of_draw) {
    test::for_each_isa([] {
        for (const Distribution& distribution : one_of_each) {
            for (const std::size_t size : {0u, 1u, 7u, 8u, 515u, 1030u}) {
                std::vector<double> filled(size);
                std::vector<double> drawn(size);
                distribution.fill(key, 77, 1000, filled);
                for (std::size_t k = 0; k < size; ++k) {
                    Stream stream{key, 77, static_cast<std::uint32_t>(1000 + k)};
                    drawn[k] = distribution.draw(stream);
                }
                EXPECT_EQ(filled, drawn) << distribution.describe() << " " << size;
            }
        }
    });
}

TEST(Distribution, fill_draws_again_what_draw_draws_again) {
    const auto rare = Distribution::normal_clipped(0, 1, 2, 2.5);  // 1 of 60
    test::for_each_isa([&] {
        std::vector<double> filled(1030), drawn(1030);
        rare.fill(key, 77, 0xfffff000u, filled);
        for (std::size_t k = 0; k < drawn.size(); ++k) {
            Stream stream{key, 77, static_cast<std::uint32_t>(0xfffff000u + k)};
            drawn[k] = rare.draw(stream);
        }
        EXPECT_EQ(filled, drawn);
        rare.fill_indices(key, 0xffffff00u, filled);
        for (std::size_t k = 0; k < drawn.size(); ++k) {
            Stream stream{key, 0xffffff00u + k};
            drawn[k] = rare.draw(stream);
        }
        EXPECT_EQ(filled, drawn);
    });
}

TEST(Distribution, fill_indices_has_the_bits_of_draw_wherever_it_begins) {
    constexpr std::uint64_t first = 0xffffffffu - 100;  // crosses 2^32
    test::for_each_isa([] {
        for (const Distribution& distribution : one_of_each) {
            std::vector<double> whole(1030);
            std::vector<double> drawn(whole.size());
            distribution.fill_indices(key, first, whole);
            for (std::size_t k = 0; k < whole.size(); ++k) {
                Stream stream{key, first + k};
                drawn[k] = distribution.draw(stream);
            }
            EXPECT_EQ(whole, drawn) << distribution.describe();

            std::vector<double> slice(321);
            distribution.fill_indices(key, first + 13, slice);
            EXPECT_TRUE(std::equal(slice.begin(), slice.end(), whole.begin() + 13));
        }
    });
}

TEST(Distribution, keeps_its_numbers_in_every_version) {
    std::vector<double> first;
    for (const Distribution& distribution : one_of_each) {
        Stream stream{key, 1, 2};
        first.push_back(distribution.draw(stream));
    }
    EXPECT_EQ(
        first,
        (std::vector<double>{
            0x1.18p+5,
            0x1.ebb58a94b4174p-1,
            0x1.10c62a7738b54p-3,
            0x1.2d9142387381ep-1,
            -0x1.f1686b70e539ep+5,
            0x1.1a5e523c6b189p+1,
            0x1p-1,
            0x1p+4,
            0x1.c44707da312cp+3,
            0x1.8p+2,
            0x1.261a94c49d669p+1})
    );
}

TEST(Distribution, has_the_moments_of_its_law) {
    const double s2 = 0.25;  // of the lognormal distribution
    const double w  = std::exp(s2);
    EXPECT_TRUE(has_moments(sample(Distribution::binomial(100, 0.3)), 30, 21, 3 - 0.06 + 1 / 21.0));
    EXPECT_TRUE(has_moments(sample(Distribution::gamma(2, 0.3)), 0.6, 0.18, 6));
    EXPECT_TRUE(has_moments(sample(Distribution::exponential(0.7)), 0.7, 0.49, 9));
    EXPECT_TRUE(has_moments(
        sample(Distribution::lognormal(-1, 0.5)),
        std::exp(-1 + s2 / 2),
        (w - 1) * std::exp(-2 + s2),
        std::pow(w, 4) + 2 * std::pow(w, 3) + 3 * w * w - 3
    ));
    EXPECT_TRUE(has_moments(sample(Distribution::normal(-65, 3)), -65, 9, 3));
    EXPECT_TRUE(has_moments(sample(Distribution::poisson(12.5)), 12.5, 12.5, 3 + 1 / 12.5));
    EXPECT_TRUE(has_moments(sample(Distribution::uniform(10, 15)), 12.5, 25 / 12.0, 1.8));
}

TEST(Distribution, normal_clipped_is_normal_inside_its_interval) {
    const auto phi    = [](double x) { return std::erfc(-(x - 1.5) / 0.75 / std::sqrt(2)) / 2; };
    const auto cdf    = [&](double x) { return (phi(x) - phi(1)) / (phi(2.5) - phi(1)); };
    const auto values = sample(Distribution::normal_clipped(1.5, 0.75, 1, 2.5));

    EXPECT_TRUE(follows(values, cdf));
    EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](double x) {
        return x >= 1 && x <= 2.5;
    }));
}

TEST(Distribution, normal_clipped_to_boundary_moves_outliers_to_the_ends) {
    const auto values = sample(Distribution::normal_clipped_to_boundary(0, 1, -0.5, 0.5));
    const auto normal = sample(Distribution::normal(0, 1));
    for (std::size_t k = 0; k < values.size(); ++k)
        EXPECT_EQ(values[k], std::clamp(normal[k], -0.5, 0.5));
}

TEST(Distribution, uniform_never_reaches_its_upper_end) {
    const double low  = 1;
    const double high = std::nextafter(std::nextafter(low, 2), 2);  // rounding would go up to it
    for (const double x : sample(Distribution::uniform(low, high), 1000)) {
        EXPECT_GE(x, low);
        EXPECT_LT(x, high);
    }
    for (const double x : sample(Distribution::uniform(3, 3), 10))
        EXPECT_EQ(x, 3);
}

TEST(Distribution, uniform_int_excludes_its_upper_end) {
    auto values = sample(Distribution::uniform_int(-3, 9));
    for (double& x : values)
        x += 3;
    EXPECT_TRUE(occur_with(values, std::vector<double>(12, 1 / 12.0)));
    for (const double x : sample(Distribution::uniform_int(-0x1p53, 0x1p53), 100))
        EXPECT_EQ(x, std::floor(x));
}

TEST(Distribution, without_spread_is_constant) {
    for (const double x : sample(Distribution::normal(2, 0), 100))
        EXPECT_EQ(x, 2);
    for (const double x : sample(Distribution::normal_clipped(2, 0, 2, 2), 100))
        EXPECT_EQ(x, 2);
    for (const double x : sample(Distribution::exponential(0), 100))
        EXPECT_EQ(x, 0);
}

TEST(Distribution, refuses_parameters_in_the_words_of_the_house) {
    EXPECT_EQ(
        message_of([] { Distribution::normal(0, -1); }),
        "RandomDistribution \"normal\": sigma must be >= 0, got -1. Give a non-negative standard "
        "deviation."
    );
    EXPECT_EQ(
        message_of([] { Distribution::binomial(10, 1.5); }),
        "RandomDistribution \"binomial\": p must be in [0, 1], got 1.5. Give a probability."
    );
    EXPECT_EQ(
        message_of([] { Distribution::uniform(2, 1); }),
        "RandomDistribution \"uniform\": high must be >= low (2), got 1. Exchange the limits."
    );
    EXPECT_EQ(
        message_of([] { Distribution::uniform_int(2, 2); }),
        "RandomDistribution \"uniform_int\": high must be > low (2), got 2. Give an integer; high "
        "itself is never drawn."
    );
    EXPECT_EQ(
        message_of([] { Distribution::normal_clipped(0, 1, 20, 30); }),
        "RandomDistribution \"normal_clipped\": the interval from low to high must hold at least 1 "
        "of "
        "10000 normal numbers, got [20, 30] with mu 0 and sigma 1. Widen the interval."
    );
}

TEST(Distribution, refuses_what_is_not_a_number_or_out_of_range) {
    const std::vector<std::function<void()>> refused = {
        [] { Distribution::binomial(2.5, 0.5); },
        [] { Distribution::binomial(-1, 0.5); },
        [] { Distribution::binomial(10, nan); },
        [] { Distribution::gamma(-1, 1); },
        [] { Distribution::gamma(1, -1); },
        [] { Distribution::exponential(-1); },
        [] { Distribution::exponential(inf); },
        [] { Distribution::lognormal(nan, 1); },
        [] { Distribution::lognormal(0, -1); },
        [] { Distribution::normal(inf, 1); },
        [] { Distribution::normal(0, nan); },
        [] { Distribution::normal_clipped(0, 1, 1, 0); },
        [] { Distribution::normal_clipped(0, 1, nan, 0); },
        [] { Distribution::normal_clipped_to_boundary(0, 1, 1, 0); },
        [] { Distribution::poisson(-1); },
        [] { Distribution::poisson(1e300); },
        [] { Distribution::uniform(0, inf); },
        [] { Distribution::uniform(-1e308, 1e308); },
        [] { Distribution::uniform_int(0.5, 3); },
        [] { Distribution::uniform_int(0, 1e300); },
        [] { Distribution::vonmises(0, -1); },
        [] { Distribution::vonmises(inf, 1); }};
    for (std::size_t k = 0; k < refused.size(); ++k)
        EXPECT_THROW(refused[k](), ParameterError) << "number " << k;
}

TEST(Distribution, normal_clipped_reaches_far_but_not_too_far) {
    for (const double x : sample(Distribution::normal_clipped(0, 1, 3.5, inf), 10))
        EXPECT_GE(x, 3.5);
    EXPECT_THROW(Distribution::normal_clipped(0, 1, 4, inf), ParameterError);
    EXPECT_THROW(Distribution::normal_clipped(0, 1, -inf, -4), ParameterError);
    EXPECT_THROW(Distribution::normal_clipped(0, 1, 1, 1), ParameterError);
    EXPECT_THROW(Distribution::normal_clipped(0, 0, 1, 2), ParameterError);
}

TEST(Distribution, is_found_by_its_name_in_pynn) {
    for (const Distribution& distribution : one_of_each) {
        EXPECT_EQ(
            Distribution::from_name(distribution.name(), distribution.parameters()), distribution
        );
        EXPECT_EQ(distribution.parameters().size(), distribution.parameter_names().size());
    }
    EXPECT_EQ(
        message_of([] {
            Distribution::from_name("normale", std::vector{1.0, 2.0});
        }).substr(0, 91),
        "RandomDistribution: there is no distribution \"normale\". Ranvier has \"normal\", "
        "\"lognormal\", "
    );
    EXPECT_EQ(
        message_of([] { Distribution::from_name("normal", std::vector{1.0}); }),
        "RandomDistribution \"normal\": expected 2 parameters (mu, sigma), got 1."
    );
}

TEST(Distribution, describes_itself_and_compares) {
    EXPECT_EQ(Distribution::normal(20, 2).describe(), "normal(mu=20, sigma=2)");
    EXPECT_EQ(
        Distribution::normal_clipped(1.5, 0.75, 0.1, inf).describe(),
        "normal_clipped(mu=1.5, sigma=0.75, low=0.1, high=inf)"
    );
    EXPECT_EQ(Distribution::normal(20, 2), Distribution::normal(20, 2));
    EXPECT_NE(Distribution::normal(20, 2), Distribution::normal(20, 3));
    EXPECT_NE(Distribution::normal(20, 2), Distribution::lognormal(20, 2));
}

}  // namespace
}  // namespace ranvier::random

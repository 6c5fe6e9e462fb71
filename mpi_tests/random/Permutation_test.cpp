#include "ranvier/random/Permutation.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "random/statistics.hpp"

namespace ranvier::random {
namespace {

TEST(Permutation, takes_every_place_once) {
    for (const std::uint64_t n : {0u, 1u, 2u, 9u, 4096u, 4097u, 16384u, 100'003u}) {
        const Permutation permutation{{5}, n};
        std::vector<int>  seen(n);
        for (std::uint64_t place = 0; place < n; ++place)
            ++seen[permutation(place)];
        EXPECT_EQ(seen, std::vector<int>(n, 1)) << n;
    }
}

TEST(Permutation, of_three_things_has_six_equally_frequent_orders) {
    std::vector<double> orders;
    for (std::uint64_t key = 0; key < 20'000; ++key) {
        const Permutation p{{mix(key)}, 3};
        orders.push_back(static_cast<double>(2 * p(0) + (p(1) > p(2))));
    }
    EXPECT_TRUE(test::occur_with(orders, std::vector<double>(6, 1.0 / 6)));
}

TEST(Permutation, beyond_the_table_spreads_places_evenly_and_neighbours_apart) {
    constexpr std::uint64_t n = 1'000'003;
    const Permutation       permutation{{11}, n};
    std::vector<double>     values;
    double                  correlation = 0;
    for (std::uint64_t place = 0; place < 100'000; ++place) {
        values.push_back((static_cast<double>(permutation(place)) + 0.5) / n);
        if (place > 0) correlation += (values[place] - 0.5) * (values[place - 1] - 0.5) * 12;
    }
    EXPECT_TRUE(test::follows(values, [](double v) { return v; }));
    EXPECT_LT(std::abs(correlation / std::sqrt(1e5)), test::two_sided_at_significance);
}

TEST(Permutation, tells_places_of_huge_sets) {
    constexpr std::uint64_t n = std::uint64_t{1} << 40;
    const Permutation       permutation{{3}, n};
    EXPECT_LT(permutation(n - 1), n);
    EXPECT_NE(permutation(0), permutation(1));
}

}  // namespace
}  // namespace ranvier::random

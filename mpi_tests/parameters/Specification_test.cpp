#include "ranvier/parameters/Specification.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/random/Stream.hpp"

namespace ranvier::parameters {
namespace {

constexpr random::Key key{42};
constexpr std::size_t size = 23;

/// 23, 22, ..., 1.
struct Countdown : ArraySource {
    std::optional<std::size_t> length() const override { return size; }
    void                       read(std::size_t first, std::span<double> out) const override {
        for (std::size_t k = 0; k < out.size(); ++k)
            out[k] = static_cast<double>(size - first - k);
    }
    std::string describe() const override { return "a countdown"; }
};

std::array<double, 3> position(std::size_t i) {
    return {static_cast<double>(i), 10 * static_cast<double>(i), 0};
}

std::vector<Specification> one_of_each_kind() {
    std::vector<double> values(size);
    for (std::size_t i = 0; i < size; ++i)
        values[i] = std::sqrt(static_cast<double>(i));
    const Specification function =
        Specification::Function{[](std::size_t i) { return std::cos(static_cast<double>(i)); }};
    return {
        5.0,
        random::Distribution::normal(-65, 5),
        values,
        function,
        Specification::PositionFunction{[](auto p) { return p[0] - 0.5 * p[1]; }},
        StoredArray{std::make_shared<Countdown>()},
        2 * Specification{random::Distribution::uniform(0, 1)} + function,
        Specification{StoredArray{std::make_shared<Countdown>()}} * 0.5};
}

std::vector<double> resolved(const Specification& from, IndexRange slice, random::Key k = key) {
    std::vector<double> values(slice.size());
    from.resolve({size, slice, k, position}, values);
    return values;
}

TEST(Specification, resolves_each_kind) {
    const auto all = one_of_each_kind();

    EXPECT_EQ(resolved(all[0], {0, size}), std::vector(size, 5.0));
    for (std::size_t i = 0; i < size; ++i) {
        EXPECT_EQ(resolved(all[1], {0, size})[i], -65 + 5 * random::Stream(key, i).normal());
        EXPECT_EQ(resolved(all[2], {0, size})[i], std::sqrt(static_cast<double>(i)));
        EXPECT_EQ(resolved(all[3], {0, size})[i], std::cos(static_cast<double>(i)));
        EXPECT_EQ(resolved(all[4], {0, size})[i], -4 * static_cast<double>(i));
        EXPECT_EQ(resolved(all[5], {0, size})[i], static_cast<double>(size - i));
        EXPECT_EQ(
            resolved(all[6], {0, size})[i],
            2 * random::Stream(key, i).uniform() + std::cos(static_cast<double>(i))
        );
        EXPECT_EQ(resolved(all[7], {0, size})[i], 0.5 * static_cast<double>(size - i));
    }
}

TEST(Specification, gives_a_slice_the_values_it_has_in_the_whole) {
    for (const Specification& specification : one_of_each_kind()) {
        const auto whole = resolved(specification, {0, size});
        for (std::size_t first = 0; first <= size; ++first) {
            for (std::size_t last = first; last <= size; ++last) {
                const std::vector<double> part(
                    whole.begin() + static_cast<std::ptrdiff_t>(first),
                    whole.begin() + static_cast<std::ptrdiff_t>(last)
                );
                ASSERT_EQ(resolved(specification, {first, last}), part)
                    << specification.describe() << " " << first << " " << last;
            }
        }
    }
}

TEST(Specification, draws_other_values_under_another_key) {
    const Specification normal = random::Distribution::normal(0, 1);

    EXPECT_NE(resolved(normal, {0, size}), resolved(normal, {0, size}, random::Key{43}));
    EXPECT_EQ(resolved(normal, {0, size}), resolved(normal, {0, size}));
}

TEST(Specification, calls_a_function_once_per_wanted_member_and_not_before) {
    std::vector<std::size_t> asked;
    const Specification      specification{Specification::Function{[&](std::size_t i) {
        asked.push_back(i);
        return 0.0;
    }}};
    EXPECT_TRUE(asked.empty());

    resolved(specification, {7, 10});

    EXPECT_EQ(asked, (std::vector<std::size_t>{7, 8, 9}));
}

TEST(Specification, lets_exceptions_of_a_function_pass) {
    const Specification specification{
        Specification::Function{[](std::size_t) -> double { throw std::domain_error{"mine"}; }}};

    EXPECT_THROW(resolved(specification, {0, 1}), std::domain_error);
}

TEST(Specification, says_what_it_is) {
    const auto all = one_of_each_kind();

    EXPECT_EQ(all[0].describe(), "the number 5");
    EXPECT_NE(all[1].describe().find("normal"), std::string::npos);
    EXPECT_EQ(all[2].describe(), "an array of 23 values");
    EXPECT_EQ(all[3].describe(), "a function of the index");
}

TEST(Specification, knows_its_number_length_and_distribution) {
    const auto all = one_of_each_kind();

    EXPECT_EQ(all[0].constant(), 5.0);
    EXPECT_EQ(all[2].length(), size);
    const random::Distribution* normal = all[1].distribution();
    EXPECT_TRUE(normal != nullptr && *normal == random::Distribution::normal(-65, 5));
    for (std::size_t k = 0; k < all.size(); ++k) {
        EXPECT_EQ(all[k].constant().has_value(), k == 0);
        EXPECT_EQ(all[k].distribution() != nullptr, k == 1);
        EXPECT_EQ(all[k].length().has_value(), k == 2 || k == 5 || k == 7);
    }
}

TEST(Specification, combines_values_without_evaluating_them) {
    int                 calls = 0;
    const Specification counted{Specification::Function{[&](std::size_t i) {
        ++calls;
        return static_cast<double>(i);
    }}};
    const Specification all = max(-(counted - 3.0), 1.0) / 2.0 + pow(counted, 2.0);
    EXPECT_EQ(calls, 0);

    EXPECT_EQ(resolved(all, {2, 6}), (std::vector{4.5, 9.5, 16.5, 25.5}));
    EXPECT_EQ(calls, 8);  // twice in the formula, once each for every member
    EXPECT_EQ(resolved((counted + 2.0) < 5.0, {1, 5}), (std::vector{1.0, 1.0, 0.0, 0.0}));
    EXPECT_EQ(resolved((counted < 5.0) + 2.0, {4, 6}), (std::vector{3.0, 2.0}));
    EXPECT_EQ(resolved((counted >= 5.0) - (counted <= 5.0), {4, 7}), (std::vector{-1.0, 0.0, 1.0}));
    EXPECT_EQ(resolved(min(counted, 5.0) * (counted > 5.0), {4, 7}), (std::vector{0.0, 0.0, 5.0}));
}

TEST(Specification, of_numbers_combined_is_a_number) {
    const Specification two = 2.0;
    EXPECT_EQ((two * 3 + 4).constant(), 10.0);
    EXPECT_EQ(sqrt(two * 8).constant(), 4.0);
    EXPECT_EQ(exp(log(two) * 0.0).constant(), 1.0);
    EXPECT_EQ(abs(sin(two * 0.0) - cos(two * 0.0)).constant(), 1.0);
    EXPECT_EQ(two.constant(), 2.0);  // the original is as it was
}

TEST(Specification, draws_independent_numbers_within_one_combination) {
    const Specification d = random::Distribution::uniform(0, 1);
    const auto          x = resolved(d, {0, size});

    const auto difference = resolved(d - d, {0, size});
    const auto three      = resolved((d + d) - d, {0, size});
    for (std::size_t i = 0; i < size; ++i) {
        EXPECT_NE(difference[i], 0);
        EXPECT_NE(three[i], x[i]);
        EXPECT_EQ(resolved(2 * d, {0, size})[i], 2 * x[i]);
    }
}

TEST(Specification, refuses_arrays_of_different_lengths_when_they_are_combined) {
    const Specification two{std::vector{1.0, 2.0}}, three{std::vector{1.0, 2.0, 3.0}};
    EXPECT_EQ((two + 1.0).length(), 2u);
    EXPECT_THROW(two + three, ParameterError);
    EXPECT_EQ(resolved(two + two, {0, 2}), (std::vector{2.0, 4.0}));
}

TEST(Specification, evaluates_long_slices_in_pieces_with_the_same_values) {
    const Specification   d = random::Distribution::normal(0, 1);
    constexpr std::size_t n = 5000;
    std::vector<double>   sum(n), one(n), part(100);
    (d + 1.0).resolve({n, {0, n}, key}, sum);
    d.resolve({n, {0, n}, key}, one);
    (d + 1.0).resolve({n, {1000, 1100}, key}, part);
    for (std::size_t i = 0; i < n; ++i)
        ASSERT_EQ(sum[i], one[i] + 1);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), sum.begin() + 1000));
}

TEST(Specification, is_0_by_default) {
    EXPECT_EQ(Specification{}.constant(), 0.0);
}

TEST(Specification, with_a_numpy_generator_takes_its_numbers_in_index_order) {
    const random::Distribution distribution = random::Distribution::normal(20, 2);
    NumpyRNG                   expected{85524};
    std::vector<double>        all(2 * size);
    expected.next(distribution, all);
    const std::vector<double> first(all.begin(), all.begin() + size);
    const std::vector<double> second(all.begin() + size, all.end());

    const Specification specification{distribution, NumpyRNG{85524}};
    EXPECT_EQ(resolved(specification, {3, 5}), (std::vector{all[3], all[4]}));
    EXPECT_EQ(resolved(specification, {0, size}), first);
    EXPECT_EQ(resolved(specification, {5, 5}, {43}), std::vector<double>{});  // another use
    EXPECT_EQ(resolved(specification, {0, size}, {43}), second);
    EXPECT_TRUE(specification.is_sequential());
    EXPECT_FALSE(Specification{distribution}.is_sequential());
}

TEST(Specification, combines_numpy_generators_one_after_the_other) {
    const NumpyRNG                 rng{1};
    const auto                     clipped = random::Distribution::normal_clipped(0, 1, -1, 1);
    const std::vector<std::size_t> sizes{0, 5, 3000};  // of slices: none, some, several blocks
    for (const std::size_t part : sizes) {
        const NumpyRNG      mine  = rng.clone();
        NumpyRNG            plain = rng.clone();
        std::vector<double> a(3000), b(3000);
        plain.next(random::Distribution::uniform(0, 1), a);
        plain.next(clipped, b);

        const Specification sum = 2 * Specification{random::Distribution::uniform(0, 1), mine} +
                                  Specification{clipped, mine};
        std::vector<double> values(part);
        sum.resolve({3000, {0, part}, key}, values);
        EXPECT_TRUE(sum.is_sequential());
        for (std::size_t k = 0; k < part; ++k)
            EXPECT_EQ(values[k], 2 * a[k] + b[k]);
        NumpyRNG next = mine;
        EXPECT_EQ(next.bits32(), plain.clone().bits32());  // all were drawn, whatever was kept
    }
}

TEST(Specification, is_told_from_others_by_its_fingerprint) {
    const Specification drawn = random::Distribution::uniform(0, 1);
    const std::vector   numbers{1.0, 2.0};
    const Specification array{numbers}, other{std::vector{2.0, 1.0}};

    EXPECT_EQ((2 * drawn + 1).fingerprint(), (2 * drawn + 1).fingerprint());
    EXPECT_EQ(array.fingerprint(), Specification{numbers}.fingerprint());
    std::set<std::uint64_t> all;
    for (const Specification& each :
         {Specification{1.0},
          Specification{2.0},
          drawn,
          Specification{random::Distribution::uniform(0, 2)},
          Specification{random::Distribution::uniform(0, 1), NumpyRNG{0}},
          Specification{random::Distribution::uniform(0, 1), NumpyRNG{1}},
          array,
          other,
          2 * drawn,
          drawn - array,
          array - drawn})
        all.insert(each.fingerprint());
    EXPECT_EQ(all.size(), 11u);
}

}  // namespace
}  // namespace ranvier::parameters

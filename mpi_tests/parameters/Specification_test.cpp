#include "ranvier/parameters/Specification.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/random/Stream.hpp"

namespace ranvier::parameters {
namespace {

constexpr random::Key key{42};
constexpr std::size_t size = 23;

std::vector<Specification> one_of_each_kind() {
    std::vector<double> values(size);
    for (std::size_t i = 0; i < size; ++i)
        values[i] = std::sqrt(static_cast<double>(i));
    return {
        5.0,
        random::Distribution::normal(-65, 5),
        values,
        Specification::Function{[](std::size_t i) { return std::cos(static_cast<double>(i)); }}};
}

std::vector<double> resolved(const Specification& from, IndexRange slice, random::Key k = key) {
    std::vector<double> values(slice.size());
    from.resolve({size, slice, k}, values);
    return values;
}

TEST(Specification, resolves_each_kind) {
    const auto all = one_of_each_kind();

    EXPECT_EQ(resolved(all[0], {0, size}), std::vector(size, 5.0));
    for (std::size_t i = 0; i < size; ++i) {
        EXPECT_EQ(resolved(all[1], {0, size})[i], -65 + 5 * random::Stream(key, i).normal());
        EXPECT_EQ(resolved(all[2], {0, size})[i], std::sqrt(static_cast<double>(i)));
        EXPECT_EQ(resolved(all[3], {0, size})[i], std::cos(static_cast<double>(i)));
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
        EXPECT_EQ(all[k].length().has_value(), k == 2);
    }
}

TEST(Specification, is_0_by_default) {
    EXPECT_EQ(Specification{}.constant(), 0.0);
}

}  // namespace
}  // namespace ranvier::parameters

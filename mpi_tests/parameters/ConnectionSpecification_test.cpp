#include "ranvier/parameters/ConnectionSpecification.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier::parameters {
namespace {

const std::vector<std::uint32_t> sources{0, 2, 2, 3};
const std::vector<double>        distances{10, 20, 20, 30};

ConnectionColumn column() {
    return {.post = 5, .sources = sources, .first = 3, .key = {7}, .distances = distances};
}

std::vector<double> resolved(const ConnectionSpecification& from) {
    std::vector<double> values(sources.size());
    from.resolve(column(), values);
    return values;
}

std::vector<ConnectionSpecification> one_of_each_kind() {
    Matrix<double> matrix(4, 6);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 6; ++j)
            matrix(i, j) = static_cast<double>(10 * i + j);
    return {
        2.5,
        random::Distribution::normal(1, 2),
        std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7},
        matrix,
        ConnectionSpecification::PairFunction{
            [](std::size_t i, std::size_t j) { return static_cast<double>(100 * i + j); }},
        ConnectionSpecification::DistanceFunction{[](double d) { return 2 * d; }},
        expression("d + i * j")};
}

TEST(ConnectionSpecification, gives_each_connection_its_value) {
    const auto kinds = one_of_each_kind();

    EXPECT_EQ(resolved(kinds[0]), (std::vector<double>{2.5, 2.5, 2.5, 2.5}));
    EXPECT_EQ(resolved(kinds[2]), (std::vector<double>{3, 4, 5, 6}));
    EXPECT_EQ(resolved(kinds[3]), (std::vector<double>{5, 25, 25, 35}));
    EXPECT_EQ(resolved(kinds[4]), (std::vector<double>{5, 205, 205, 305}));
    EXPECT_EQ(resolved(kinds[5]), (std::vector<double>{20, 40, 40, 60}));
    EXPECT_EQ(resolved(kinds[6]), (std::vector<double>{10, 30, 30, 45}));
    EXPECT_EQ(resolved(by_distance("d / 10")), (std::vector<double>{1, 2, 2, 3}));
}

TEST(ConnectionSpecification, draws_by_target_and_place) {
    std::vector<double> expected(sources.size());
    random::Distribution::normal(1, 2).fill({7}, 5, 0, expected);

    EXPECT_EQ(resolved(random::Distribution::normal(1, 2)), expected);
}

TEST(ConnectionSpecification, gives_one_value_as_it_gives_all) {
    for (const auto& kind : one_of_each_kind()) {
        const auto all = resolved(kind);
        for (std::size_t k = 0; k < all.size(); ++k)
            EXPECT_EQ(kind.value(column(), k), all[k]) << kind.describe();
    }
}

TEST(ConnectionSpecification, is_combined_with_others) {
    const auto kinds = one_of_each_kind();
    const auto sum   = 2 * kinds[2] + kinds[4] / 10 - kinds[5];
    EXPECT_EQ(sum.describe(), "a combination of values");
    EXPECT_EQ(resolved(sum), (std::vector<double>{-13.5, -11.5, -9.5, -17.5}));
    EXPECT_EQ(resolved(-kinds[3]), (std::vector<double>{-5, -25, -25, -35}));
    EXPECT_EQ(ConnectionSpecification{2.0 * kinds[0]}.constant(), 5.0);
    EXPECT_EQ(sum.length(), 8u);
    EXPECT_TRUE(sum.is_sequential());
    EXPECT_TRUE(sum.needs_distance());
    EXPECT_TRUE(sum.has_function());
    EXPECT_FALSE(sum.is_function());
    for (std::size_t k = 0; k < sources.size(); ++k)
        EXPECT_EQ(sum.value(column(), k), resolved(sum)[k]);

    const auto drawn = ConnectionSpecification{random::Distribution::uniform(0, 1)};
    const auto one = resolved(drawn), pair = resolved(2 * drawn + drawn);
    for (std::size_t k = 0; k < one.size(); ++k) {
        EXPECT_NE(pair[k], 3 * one[k]) << "independent draws";
        EXPECT_EQ(resolved(2 * drawn)[k], 2 * one[k]);
        EXPECT_EQ((2 * drawn + drawn).value(column(), k), pair[k]);
    }
    EXPECT_TRUE((2 * drawn).is_drawn());
    EXPECT_FALSE((kinds[2] * drawn).is_drawn()) << "has its place in a list";
    EXPECT_THROW((kinds[2] + std::vector{1.0, 2.0}), ParameterError);
}

TEST(ConnectionSpecification, takes_what_cells_are_given_as_far_as_it_suits_connections) {
    const auto lazy = 2 * array(std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7}) + 1.0;
    EXPECT_EQ(resolved(lazy), (std::vector<double>{7, 9, 11, 13}));
    EXPECT_EQ(
        resolved(pow(
            abs(-1.0 * array(std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7})), 2.0 + 0 * uniform(0, 1)
        )),
        (std::vector<double>{9, 16, 25, 36})
    );
    EXPECT_THROW(
        ConnectionSpecification{by_index([](std::size_t i) { return double(i); })}, ParameterError
    );
    EXPECT_THROW(
        ConnectionSpecification::of(Specification{[](std::array<double, 3> p) { return p[0]; }}),
        ParameterError
    );
}

TEST(ConnectionSpecification, tells_a_distance_from_an_index) {
    const auto of_index = [](std::size_t i) { return static_cast<double>(i); };
    EXPECT_EQ(resolved([](double d) { return d; }), resolved([](Length d) { return d.value(); }));
    static_assert(!std::constructible_from<ConnectionSpecification, decltype(of_index)>);
    static_assert(std::constructible_from<ConnectionSpecification, double (*)(float)>);
}

TEST(ConnectionSpecification, says_what_it_is) {
    const auto kinds = one_of_each_kind();

    EXPECT_EQ(kinds[0].describe(), "the number 2.5");
    EXPECT_EQ(kinds[2].describe(), "an array of 8 values");
    EXPECT_EQ(kinds[3].describe(), "a matrix of 4 x 6 values");
    EXPECT_EQ(kinds[4].describe(), "a function of the two indices");
    EXPECT_EQ(kinds[5].describe(), "a function of the distance");
    EXPECT_EQ(kinds[6].describe(), "the expression \"d + i * j\"");
    EXPECT_EQ(kinds[0].constant(), 2.5);
    EXPECT_TRUE(kinds[1].distribution());
    EXPECT_EQ(kinds[2].length(), 8u);
    EXPECT_TRUE(kinds[3].matrix());
    EXPECT_FALSE(kinds[2].matrix());
    EXPECT_TRUE(kinds[5].needs_distance());
    EXPECT_TRUE(kinds[6].needs_distance());
    EXPECT_FALSE(expression("i + j").needs_distance());
    EXPECT_FALSE(kinds[4].needs_distance());
}

TEST(ConnectionSpecification, is_refused_as_text_when_it_is_made) {
    EXPECT_THROW(expression("d +"), ParameterError);
    EXPECT_THROW(by_distance("i + 1"), ParameterError);
}

TEST(ConnectionSpecification, is_told_from_others_by_its_fingerprint) {
    const auto of      = [](const ConnectionSpecification& given) { return given.fingerprint(); };
    const auto of_seed = [](std::int64_t seed) {
        return ConnectionSpecification{random::Distribution::uniform(0, 1), NumpyRNG{seed}}
            .fingerprint();
    };

    EXPECT_EQ(of(std::vector{1.0, 2.0}), of(std::vector{1.0, 2.0}));
    EXPECT_NE(of(std::vector{1.0, 2.0}), of(std::vector{2.0, 1.0}));
    EXPECT_NE(of(Matrix<double>(1, 2, 3.0)), of(Matrix<double>(1, 2, 4.0)));
    EXPECT_EQ(of_seed(1), of_seed(1));
    EXPECT_NE(of_seed(1), of_seed(2));
}

TEST(ConnectionSpecification, gives_a_value_that_is_known_without_a_call) {
    int                                         calls = 0;
    const ConnectionSpecification::PairFunction count = [&](std::size_t i, std::size_t j) {
        ++calls;
        return static_cast<double>(10 * i + j);
    };
    const std::vector<std::uint32_t> known{3}, asked{1, 3, 3};
    std::vector<double>              out(3);

    const auto reused = ConnectionSpecification{count}.reusing(7, {.post = 2, .sources = known});
    reused.resolve({.post = 2, .sources = asked}, out);

    EXPECT_EQ(out, (std::vector<double>{12, 7, 32}));
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(reused.value({.post = 3, .sources = asked}, 0), 13);
    EXPECT_TRUE(reused.is_function());
}

}  // namespace
}  // namespace ranvier::parameters

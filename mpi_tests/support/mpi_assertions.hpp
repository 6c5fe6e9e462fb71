/// @file
/// Assertions for code that runs on several ranks. All of them are collective: every rank of the
/// communicator evaluates them together, and they hold or fail on all ranks.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::test {

/// Whether the condition holds on every rank; names those where it does not. @collective
testing::AssertionResult holds_everywhere(
    const Communicator& comm, bool here, std::string_view condition
);

/// Whether anything was compared at all, summed over ranks. @collective
testing::AssertionResult compared_something(const Communicator& comm, std::size_t here);

/// Whether as many things were compared as there are, summed over ranks. @collective
testing::AssertionResult compared_all(
    const Communicator& comm, std::size_t here, std::size_t expected
);

/// What a statement did on this rank.
struct Outcome {
    enum class Kind : int { nothing_thrown, expected_type, other_type };

    Kind        kind = Kind::nothing_thrown;
    std::string text;
};

template <class Expected, class Statement>
Outcome outcome_of(Statement&& statement) {
    try {
        std::forward<Statement>(statement)();
    } catch (const Expected& error) {
        return {Outcome::Kind::expected_type, error.what()};
    } catch (const std::exception& error) {
        return {Outcome::Kind::other_type, error.what()};
    } catch (...) {
        return {Outcome::Kind::other_type, "not a std::exception"};
    }
    return {};
}

/// Whether all ranks threw the expected type with one text that contains `part`. @collective
testing::AssertionResult threw_everywhere(
    const Communicator& comm, const Outcome& here, std::string_view type, std::string_view part
);

}  // namespace ranvier::test

/// Fails on all ranks if the condition is false on one, and leaves the test on all of them. For
/// conditions before a collective call, where a plain ASSERT would leave alone. All ranks of the
/// program take part; the second form takes a communicator.
#define ASSERT_ON_ALL_RANKS(condition) ASSERT_ON_RANKS_OF(::ranvier::Communicator{}, condition)
#define ASSERT_ON_RANKS_OF(comm, condition) \
    ASSERT_TRUE(::ranvier::test::holds_everywhere(comm, static_cast<bool>(condition), #condition))
#define EXPECT_ON_ALL_RANKS(condition) EXPECT_ON_RANKS_OF(::ranvier::Communicator{}, condition)
#define EXPECT_ON_RANKS_OF(comm, condition) \
    EXPECT_TRUE(::ranvier::test::holds_everywhere(comm, static_cast<bool>(condition), #condition))

/// After a loop over local data: `num_here` things were compared on this rank. A loop that compared
/// nothing on any rank is a failure. The second form knows how many there are on all ranks.
#define EXPECT_COMPARED(comm, num_here) \
    EXPECT_TRUE(::ranvier::test::compared_something(comm, num_here))
#define EXPECT_COMPARED_ALL(comm, num_here, num_expected) \
    EXPECT_TRUE(::ranvier::test::compared_all(comm, num_here, num_expected))

/// The statement throws `Type` on all ranks, with the same text, which contains `part`. A statement
/// with commas outside round brackets goes into brackets of its own: `(Population{sim, 0, cell})`.
#define EXPECT_COLLECTIVE_THROW(comm, statement, Type, part)                     \
    EXPECT_TRUE(::ranvier::test::threw_everywhere(                               \
        comm, ::ranvier::test::outcome_of<Type>([&] { statement; }), #Type, part \
    ))

/// Quantities of one dimension differ by at most `tolerance`, which has the same dimension.
#define EXPECT_NEAR_Q(actual, expected, tolerance)                               \
    do {                                                                         \
        const auto actual_q_   = (actual);                                       \
        const auto expected_q_ = (expected);                                     \
        const auto limit_q_    = (tolerance);                                    \
        static_assert(std::same_as<decltype(actual_q_), decltype(expected_q_)>); \
        static_assert(std::same_as<decltype(actual_q_), decltype(limit_q_)>);    \
        EXPECT_NEAR(actual_q_.value(), expected_q_.value(), limit_q_.value())    \
            << #actual " and " #expected;                                        \
    } while (false)

#include "ranvier/network/Values.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

using testing::ElementsAre;

TEST(Values, are_one_number_if_all_members_have_it) {
    const Values values{15, 3, "tau_m"};
    EXPECT_TRUE(values.is_homogeneous());
    EXPECT_EQ(values.number(), 15);
    EXPECT_THAT(values, ElementsAre(15, 15, 15));
    EXPECT_EQ(values, (std::vector{15.0, 15.0, 15.0}));
    EXPECT_EQ(values[2], 15);
}

TEST(Values, are_an_array_otherwise) {
    const Values values{std::vector{10.0, 15.0}, "tau_m"};
    EXPECT_FALSE(values.is_homogeneous());
    EXPECT_THAT(values, ElementsAre(10, 15));
    EXPECT_EQ(values.array(), (std::vector{10.0, 15.0}));
    const std::vector<double> copy = values;
    EXPECT_EQ(copy, values.array());
    try {
        values.number();
        FAIL();
    } catch (const ParameterError& error) {
        EXPECT_STREQ(error.what(), "tau_m differs between the 2 cells, from 10 on. Use array().");
    }
}

TEST(Values, of_no_member_are_empty) {
    const Values values{0, 0};
    EXPECT_TRUE(values.empty());
    EXPECT_TRUE(values.array().empty());
    EXPECT_THROW(values.number(), ParameterError);
    EXPECT_NE(values, Values(0, 1));
    EXPECT_EQ(Values(1, 2), Values(std::vector{1.0, 1.0}));
}

}  // namespace
}  // namespace ranvier

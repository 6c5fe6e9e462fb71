#include "ranvier/connectors/OneToOneConnector.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "connectors/sources.hpp"

namespace ranvier::connectors {
namespace {

TEST(OneToOneConnector, connects_equal_indices) {
    EXPECT_EQ(
        test::sources_of(OneToOneConnector{}, {3, 3, false}), (std::vector<Sources>{{0}, {1}, {2}})
    );
    EXPECT_EQ(
        test::sources_of(OneToOneConnector{}, {3, 3, true}), (std::vector<Sources>{{0}, {1}, {2}})
    );
}

TEST(OneToOneConnector, leaves_the_rest_of_the_larger_side_alone) {
    EXPECT_EQ(
        test::sources_of(OneToOneConnector{}, {2, 4, false}),
        (std::vector<Sources>{{0}, {1}, {}, {}})
    );
    EXPECT_EQ(
        test::sources_of(OneToOneConnector{}, {4, 2, false}), (std::vector<Sources>{{0}, {1}})
    );
}

TEST(OneToOneConnector, fits_every_shape) {
    EXPECT_EQ(OneToOneConnector{}.check({0, 7, false}), "");
    EXPECT_TRUE(RuleOf<OneToOneConnector>{OneToOneConnector{}}.is_one_to_one());
}

}  // namespace
}  // namespace ranvier::connectors

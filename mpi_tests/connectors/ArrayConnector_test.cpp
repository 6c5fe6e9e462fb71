#include "ranvier/connectors/ArrayConnector.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "connectors/sources.hpp"

namespace ranvier {
namespace {

using connectors::Shape;
using connectors::Sources;
using test::sources_of;

TEST(ArrayConnector, connects_what_is_true) {
    const Matrix<bool> array{
        {false, true, true, false}, {true, true, false, true}, {false, false, true, false}};
    EXPECT_EQ(
        sources_of(ArrayConnector{array}, Shape{3, 4}),
        (std::vector<Sources>{{1}, {0, 1}, {0, 2}, {1}})
    );
    const Matrix<bool> all(3, 3, true);
    EXPECT_EQ(
        sources_of(ArrayConnector{all, SelfConnections::no_mutual}, Shape{3, 3, true}),
        (std::vector<Sources>{{1, 2}, {2}, {}})
    );
}

TEST(ArrayConnector, refuses_a_matrix_of_another_shape) {
    EXPECT_EQ(
        ArrayConnector{Matrix<bool>(2, 3)}.check({3, 2}),
        "the matrix must have one row per presynaptic and one column per postsynaptic cell, 3 x 2, "
        "got 2 x 3."
    );
    EXPECT_EQ(ArrayConnector{Matrix<bool>(3, 2)}.check({3, 2}), "");
}

}  // namespace
}  // namespace ranvier

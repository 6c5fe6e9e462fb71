#include "ranvier/parameters/Matrix.hpp"

#include <gtest/gtest.h>

namespace ranvier {
namespace {

TEST(Matrix, is_kept_row_after_row) {
    Matrix<double> m{{1, 2, 3}, {4, 5, 6}};
    m(0, 1) = 7;

    EXPECT_EQ(m.rows(), 2u);
    EXPECT_EQ(m.columns(), 3u);
    EXPECT_EQ(m(1, 0), 4);
    EXPECT_EQ(m.values(), (std::vector<double>{1, 7, 3, 4, 5, 6}));
}

TEST(Matrix, fills_up_short_rows) {
    const Matrix<double> m{{1}, {2, 3}};
    EXPECT_EQ(m.values(), (std::vector<double>{1, 0, 2, 3}));
}

TEST(Matrix, is_made_of_one_value) {
    const Matrix<bool> m(2, 2, true);
    EXPECT_TRUE(m(1, 1));
    EXPECT_EQ(Matrix<double>{}.rows(), 0u);
}

}  // namespace
}  // namespace ranvier

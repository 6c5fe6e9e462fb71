#include "ranvier/connectors/FromListConnector.hpp"

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

using Rows    = std::vector<std::vector<double>>;
using Indices = std::vector<std::int64_t>;

/// Why a list is refused.
template <class Make>
std::string refusal(Make make) {
    try {
        make();
    } catch (const ConnectionError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(FromListConnector, keeps_the_order_of_the_list_for_each_target) {
    const FromListConnector list{Rows{{3, 1}, {0, 0}, {2, 1}, {3, 0}, {2, 1}}};
    EXPECT_EQ(sources_of(list, Shape{4, 3}), (std::vector<Sources>{{0, 3}, {3, 2, 2}, {}}));
    EXPECT_EQ(sources_of(list, Shape{4, 3}, {1}, {1, 2}), (std::vector<Sources>{{3, 2, 2}}));
}

TEST(FromListConnector, gives_the_values_of_its_columns) {
    const FromListConnector list{Rows{{3, 1, 0.5, 2}, {0, 0, 0.1, 1}, {2, 1, 0.7, 3}}};
    const auto              plan = list.plan({4, 2}, {1}, {0, 2});
    std::vector<double>     out(2);
    list.values(plan, 1, 0, out);
    EXPECT_EQ(out, (std::vector<double>{0.5, 0.7}));
    list.values(plan, 1, 1, out);
    EXPECT_EQ(out, (std::vector<double>{2, 3}));
    EXPECT_EQ(list.columns(), (std::vector<std::string>{"weight", "delay"}));
}

TEST(FromListConnector, may_be_empty_or_given_by_columns) {
    EXPECT_EQ(test::total(sources_of(FromListConnector{Rows{}}, Shape{4, 3})), 0u);
    const FromListConnector columns{Indices{1, 2}, Indices{0, 1}, {"delay"}, {{0.5, 0.6}}};
    EXPECT_EQ(sources_of(columns, Shape{3, 2}), (std::vector<Sources>{{1}, {2}}));
    EXPECT_EQ(
        columns.fingerprint(),
        (FromListConnector{Rows{{1, 0, 0.5}, {2, 1, 0.6}}, {"delay"}}.fingerprint())
    );
    EXPECT_NE(
        columns.fingerprint(),
        (FromListConnector{Rows{{1, 0, 0.5}, {2, 1, 0.7}}, {"delay"}}.fingerprint())
    );
}

TEST(FromListConnector, refuses_indices_that_do_not_exist) {
    const Shape shape{4, 3};
    EXPECT_EQ(
        FromListConnector(Rows{{0, 0}, {4, 0}}).check(shape),
        "row 1: presynaptic index 4 lies outside the 4 cells, 0 to 3."
    );
    EXPECT_EQ(
        FromListConnector(Rows{{0, 3}}).check(shape),
        "row 0: postsynaptic index 3 lies outside the 3 cells, 0 to 2."
    );
    EXPECT_EQ(
        FromListConnector(Rows{{-1, 0}}).check(shape),
        "row 0: presynaptic index -1 lies outside the 4 cells, 0 to 3."
    );
    EXPECT_EQ(
        FromListConnector(Rows{{0, -2}}).check(shape),
        "row 0: postsynaptic index -2 lies outside the 3 cells, 0 to 2."
    );
}

// One row, or names of two columns, in braces: no constructor but that of rows may take it.
TEST(FromListConnector, takes_rows_in_braces) {
    const FromListConnector one{{{0, 1, 0.1, 1.0}}, {"weight", "delay"}};
    const FromListConnector unnamed{{{0, 1, 0.1, 1.0}}};
    const FromListConnector bare{{{0, 1}, {2, 3}}};

    EXPECT_EQ(one.size(), 1u);
    EXPECT_EQ(one.fingerprint(), unnamed.fingerprint());
    EXPECT_EQ(bare.fingerprint(), (FromListConnector{Indices{0, 2}, Indices{1, 3}}.fingerprint()));
}

TEST(FromListConnector, refuses_rows_that_do_not_fit) {
    EXPECT_EQ(
        refusal([] {
            FromListConnector{Rows{{0, 0, 1}}};
        }),
        "FromListConnector: rows of 3 numbers need the names of 1 columns, got 0. A row is i, j "
        "and one value per name; without names i, j or i, j, weight, delay."
    );
    EXPECT_EQ(
        refusal([] {
            FromListConnector{Rows{{0, 0}, {1}}};
        }),
        "FromListConnector: row 1 has 1 numbers, the first one has 2."
    );
    EXPECT_EQ(
        refusal([] {
            FromListConnector{Rows{{0.5, 0}}};
        }),
        "FromListConnector: row 0: an index must be an integer, got 0.5."
    );
    EXPECT_NE(refusal([] { FromListConnector{Indices{1, 2}, Indices{0}}; }), "accepted");
    EXPECT_EQ(
        refusal([] {
            FromListConnector{Indices{1, 2}, Indices{0, 1}, {"delay"}, {{1}}};
        }),
        "FromListConnector: column \"delay\" has 1 values for 2 connections."
    );
}

}  // namespace
}  // namespace ranvier

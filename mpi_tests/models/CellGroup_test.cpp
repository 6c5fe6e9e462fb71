#include "ranvier/models/CellGroup.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/SourceGroup.hpp"

namespace ranvier::models {
namespace {

/// Notes when its parameters change.
class NotingGroup final : public SourceGroup {
public:
    NotingGroup() : SourceGroup("Noting", 3, {{"a", "ms"}, {"b", "mV"}}) {}
    void emit(Step, std::vector<Emission>&) override {}

    std::vector<Step> changes;

private:
    void parameters_changed(Step now) override { changes.push_back(now); }
};

Column all(double number) {
    return {.numbers = {number}, .sequences = {}, .is_uniform = true};
}

TEST(CellGroup, knows_its_model_and_parameters) {
    const NotingGroup group;

    EXPECT_EQ(group.model(), "Noting");
    EXPECT_EQ(group.num_cells(), 3u);
    ASSERT_EQ(group.parameters().size(), 2u);
    EXPECT_EQ(group.parameters()[1].name, "b");
}

TEST(CellGroup, replaces_the_columns_that_are_given) {
    NotingGroup group;
    group.set_columns({{0, all(1)}, {1, all(2)}}, 0);

    group.set_columns({{1, {.numbers = {5, 6, 7}, .sequences = {}, .is_uniform = false}}}, 30);

    EXPECT_EQ(group.column(0).number(2), 1);
    EXPECT_EQ(group.column(1).number(2), 7);
    EXPECT_EQ(group.changes, (std::vector<Step>{0, 30}));
}

TEST(CellGroup, has_no_limit_but_the_rules_unless_it_says_so) {
    EXPECT_GT(NotingGroup{}.largest(0), 1e308);
}

}  // namespace
}  // namespace ranvier::models

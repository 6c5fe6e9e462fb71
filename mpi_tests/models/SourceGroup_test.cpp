#include "ranvier/models/SourceGroup.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace ranvier::models {
namespace {

class SilentGroup final : public SourceGroup {
public:
    SilentGroup() : SourceGroup("Silent", 3, {}) {}
    void emit(Step, std::vector<Emission>&) override {}

private:
    void parameters_changed(Step) override {}
};

TEST(SourceGroup, has_neither_state_nor_receptors) {
    SilentGroup         group;
    std::vector<double> values(3, 17.0);
    group.read_state(0, values);
    group.write_state(0, values);

    EXPECT_TRUE(group.is_source());
    EXPECT_TRUE(group.states().empty());
    EXPECT_TRUE(group.receptors().empty());
    EXPECT_EQ(values, std::vector(3, 17.0));
    EXPECT_EQ(group.state_bits(0, 0), 0u);
}

TEST(SourceGroup, is_not_addressable_unless_it_says_so) {
    EXPECT_FALSE(SilentGroup{}.is_addressable());
}

}  // namespace
}  // namespace ranvier::models

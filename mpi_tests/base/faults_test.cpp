#include "ranvier/base/faults.hpp"

#include <string>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace {

using namespace ranvier;
using faults::Kind;

class Faults : public testing::Test {
protected:
    void TearDown() override { faults::disarm(); }
};

TEST_F(Faults, NothingFailsUnlessOrdered) {
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(faults::fails(Kind::file));
}

TEST_F(Faults, OnlyTheNthCallOfTheKindFails) {
    faults::arm(Kind::file, 3);
    std::string seen;
    for (int i = 0; i < 6; ++i) {
        EXPECT_FALSE(faults::fails(Kind::memory));
        seen += faults::fails(Kind::file) ? 'x' : '.';
    }
    EXPECT_EQ(seen, "..x...");
    EXPECT_EQ(faults::num_calls(Kind::file), 6u);
}

TEST_F(Faults, ZeroOnlyCounts) {
    faults::arm(Kind::message, 0);
    EXPECT_FALSE(faults::fails(Kind::message));
    EXPECT_EQ(faults::num_calls(Kind::message), 1u);
}

TEST_F(Faults, TextArmsTheNamedRankOnly) {
    faults::arm_from_text("message:2@5", 4);
    EXPECT_FALSE(faults::fails(Kind::message));
    EXPECT_FALSE(faults::fails(Kind::message));
    faults::arm_from_text("message:2@5", 5);
    EXPECT_FALSE(faults::fails(Kind::message));
    EXPECT_TRUE(faults::fails(Kind::message));
}

TEST_F(Faults, OtherTextsAreRefused) {
    for (const char* text :
         {"", "file", "file:", "file:3", "file:x@0", "disk:1@0", "file:1@", "file:1@0 "})
        EXPECT_THROW(faults::arm_from_text(text, 0), ParameterError) << text;
}

}  // namespace

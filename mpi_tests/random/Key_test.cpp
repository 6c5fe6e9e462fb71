#include "ranvier/random/Key.hpp"

#include <set>

#include <gtest/gtest.h>

namespace ranvier::random {
namespace {

TEST(Key, differs_by_seed_purpose_object_and_detail) {
    const std::set<std::uint64_t> keys = {
        make_key(1, Purpose::user, 2, 3).value,
        make_key(2, Purpose::user, 2, 3).value,
        make_key(1, Purpose::sampling, 2, 3).value,
        make_key(1, Purpose::user, 3, 3).value,
        make_key(1, Purpose::user, 2, 4).value,
        make_key(1, Purpose::user, 3, 2).value,
        make_key(1, Purpose::user, 2).value};

    EXPECT_EQ(keys.size(), 7u);
}

TEST(Key, is_the_same_in_every_version) {
    EXPECT_EQ(make_key(42, Purpose::connectivity, 7, 9).value, 0x1ac3033a15a8fd2fu);
    EXPECT_EQ(make_key(42, Purpose::connectivity, 7), make_key(42, Purpose::connectivity, 7, 0));
}

}  // namespace
}  // namespace ranvier::random

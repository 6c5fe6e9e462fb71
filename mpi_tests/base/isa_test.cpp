#include "ranvier/base/isa.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

namespace ranvier {
namespace {

TEST(isa, names_select_the_set) {
    EXPECT_EQ(isa_named("baseline"), Isa::baseline);
    EXPECT_EQ(isa_named(""), is_supported(Isa::avx2) ? Isa::avx2 : Isa::baseline);
    EXPECT_TRUE(is_supported(Isa::baseline));
}

TEST(isa, refuses_a_name_it_does_not_know) {
    try {
        isa_named("sse9");
        FAIL() << "nothing was thrown";
    } catch (const ParameterError& error) {
        EXPECT_EQ(
            std::string{error.what()},
            "RANVIER_ISA must be \"baseline\" or \"avx2\", got \"sse9\". Unset it for the best one."
        );
    }
}

TEST(isa, can_be_changed) {
    const Isa before = active_isa();
    use_isa(Isa::baseline);
    EXPECT_EQ(active_isa(), Isa::baseline);
    use_isa(before);
    EXPECT_EQ(active_isa(), before);
}

TEST(isa, has_names_that_select_it_again) {
    for (const Isa isa : {Isa::baseline, Isa::avx2})
        EXPECT_TRUE(!is_supported(isa) || isa_named(name_of(isa)) == isa);
}

}  // namespace
}  // namespace ranvier

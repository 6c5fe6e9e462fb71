#include "ranvier/base/text.hpp"

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ranvier {
namespace {

const std::vector<std::string> names = {"v_rest", "cm", "tau_m", "tau_refrac", "v_reset"};

TEST(text, numbers_are_the_shortest_that_read_back) {
    EXPECT_EQ(number(0.1), "0.1");
    EXPECT_EQ(number(-20), "-20");
    EXPECT_EQ(number(1e300), "1e+300");
    EXPECT_EQ(number(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(number(0), "0");
    EXPECT_EQ(number(NAN), "nan");
    EXPECT_EQ(number(-NAN), "nan");
    EXPECT_EQ(number(INFINITY), "inf");

    std::mt19937_64                     bits{1};
    std::lognormal_distribution<double> numbers{0, 50};
    for (int i = 0; i < 1000; ++i) {
        const double x = numbers(bits);
        EXPECT_EQ(std::strtod(number(x).c_str(), nullptr), x);
    }
}

TEST(text, quotes_names_in_their_order) {
    EXPECT_EQ(quoted_names({"v", "spikes"}), "\"v\", \"spikes\"");
    EXPECT_EQ(quoted_names({"v"}), "\"v\"");
    EXPECT_EQ(quoted_names({}), "");
}

TEST(text, quotes_the_nearest_name_first) {
    EXPECT_EQ(quoted_names({"spikes", "isyn_exc", "v"}, "V"), "\"v\", \"spikes\", \"isyn_exc\"");
    EXPECT_EQ(quoted_names(names, "tau_n").substr(0, 8), "\"tau_m\",");
}

TEST(text, finds_the_nearest_name) {
    EXPECT_EQ(nearest_name("tau_M", names), "tau_m");
    EXPECT_EQ(nearest_name("v_restt", names), "v_rest");
    EXPECT_EQ(nearest_name("tau_refr", names), "tau_refrac");
    EXPECT_EQ(nearest_name("c_m", names), "cm");
    EXPECT_EQ(nearest_name("cm", names), "cm");
    EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(text, counts_a_change_of_letter_case_half) {
    const std::vector<std::string> candidates = {"CMs", "cx", "cm"};

    EXPECT_EQ(nearest_name("Cm", candidates), "cm");
    EXPECT_EQ(nearest_name("CM", candidates), "CMs");
}

}  // namespace
}  // namespace ranvier

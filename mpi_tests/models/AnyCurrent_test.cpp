#include "ranvier/models/AnyCurrent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/models/currents/ACSource.hpp"
#include "ranvier/models/currents/StepCurrentSource.hpp"

namespace ranvier::models {
namespace {

using testing::ElementsAre;

TEST(AnyCurrent, has_parameters_by_name_in_the_units_of_pynn) {
    CurrentOf<ACSource> source{{.frequency = 20_Hz, .phase = 90}};
    EXPECT_THAT(
        source.names(), ElementsAre("amplitude", "start", "stop", "frequency", "offset", "phase")
    );
    EXPECT_THAT(source.get("frequency"), ElementsAre(20));
    source.set("frequency", {50});
    EXPECT_THAT(source.get("frequency"), ElementsAre(50));
    EXPECT_THAT(source.clone()->get("frequency"), ElementsAre(50));
    EXPECT_EQ(source.model(), "ACSource");
}

TEST(AnyCurrent, has_time_series) {
    CurrentOf<StepCurrentSource> source{{.times = {1_ms}, .amplitudes = {2_nA}}};
    source.set("times", {1, 2});
    source.set("amplitudes", {3, 4});
    EXPECT_THAT(source.get("times"), ElementsAre(1, 2));
    EXPECT_THAT(source.get("amplitudes"), ElementsAre(3, 4));
    EXPECT_EQ(source.waveform({TimeGrid{0.1_ms}})(20), 4);
}

TEST(AnyCurrent, refuses_unknown_names_and_lists_for_numbers) {
    CurrentOf<ACSource> source{{}};
    try {
        source.set("amplitud", {1});
        FAIL();
    } catch (const ParameterError& error) {
        EXPECT_THAT(
            error.what(),
            testing::StartsWith("ACSource has no parameter \"amplitud\". It has "
                                "\"amplitude\", ")
        );
    }
    EXPECT_THROW(source.get("x"), ParameterError);
    EXPECT_THROW(source.set("amplitude", {1, 2}), ParameterError);
    EXPECT_THAT(source.get("amplitude"), ElementsAre(1));
}

}  // namespace
}  // namespace ranvier::models

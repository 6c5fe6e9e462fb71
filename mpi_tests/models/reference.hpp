/// @file
/// Cells recorded from other simulators: mpi_tests/reference/cells.json, with its provenance.
#pragma once

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/Cells.hpp"
#include <nlohmann/json.hpp>

namespace ranvier::test {

/// The recording of one cell, by name.
inline nlohmann::json reference_case(const std::string& name) {
    std::ifstream file{RANVIER_TEST_REFERENCE "/cells.json"};
    return nlohmann::json::parse(file).at("cases").at(name);
}

/// What a cell does.
struct Recording {
    std::vector<double> spikes_ms;
    std::vector<double> v;  ///< mV, at 0, 1, 2, ... ms
};

/// Lets our cell M experience what the recorded one did: a current step and spikes at two
/// receptors.
template <class M>
Recording replayed(const nlohmann::json& recorded, Time dt) {
    const TimeGrid grid{dt};
    const auto&    setup = recorded.at("case");
    Cells<M>       cell{M{}, 1, dt};
    for (const auto& [name, value] : setup.at("params").items())
        cell.set(name, value.template get<double>());

    const auto arrives = [&](const char* spikes, Step step) {
        for (const double ms : setup.at(spikes))
            if (grid.nearest(ms + setup.at("delay").template get<double>()) == step) return true;
        return false;
    };
    const auto& dc = setup.at("dc");
    Recording   recording;
    const Step  per_ms = grid.nearest(1);
    for (Step step = 0; step <= grid.nearest(setup.at("tstop")); ++step) {
        if (step > 0 && !cell.advance().empty()) recording.spikes_ms.push_back(grid.ms(step));
        if (step % per_ms == 0) recording.v.push_back(cell.get("v", 0));
        if (arrives("exc", step)) cell.receive(0, 0, setup.at("w_exc"));
        if (arrives("inh", step)) cell.receive(1, 0, setup.at("w_inh"));
        if (step == grid.nearest(dc.at("start"))) cell.set("i_offset", double{dc.at("amplitude")});
        if (step == grid.nearest(dc.at("stop"))) cell.set("i_offset", 0.0);
    }
    return recording;
}

/// Expects as many spikes as recorded, none before and none later than `late_ms` after the
/// recorded.
inline void expect_spikes(
    const std::vector<double>& actual,
    const std::vector<double>& recorded,
    double                     early_ms,
    double                     late_ms
) {
    ASSERT_EQ(actual.size(), recorded.size());
    for (std::size_t k = 0; k < actual.size(); ++k) {
        EXPECT_GE(actual[k], recorded[k] - early_ms) << "spike " << k;
        EXPECT_LE(actual[k], recorded[k] + late_ms) << "spike " << k;
    }
}

/// Expects v as recorded, except within `margin_ms` around spikes, where a jump of 15 mV may fall
/// on either side.
inline void expect_potential(
    const Recording& actual, const std::vector<double>& recorded, double margin_ms, double tolerance
) {
    ASSERT_EQ(actual.v.size(), recorded.size());
    std::size_t compared = 0;
    for (std::size_t ms = 0; ms < recorded.size(); ++ms) {
        bool near = false;
        for (const double spike : actual.spikes_ms)
            near = near || std::abs(spike - static_cast<double>(ms)) < margin_ms;
        if (near) continue;
        EXPECT_NEAR(actual.v[ms], recorded[ms], tolerance) << ms << " ms";
        ++compared;
    }
    EXPECT_GT(compared, recorded.size() / 2);
}

}  // namespace ranvier::test

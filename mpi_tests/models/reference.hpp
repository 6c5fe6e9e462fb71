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

/// Lets our cell M experience what the recorded one did: initial values, a current step and spikes
/// at two receptors; v is taken every `every_ms`.
template <class M>
Recording replayed(
    const nlohmann::json& recorded,
    Time                  dt,
    SpikeTiming           timing   = SpikeTiming::on_grid,
    double                every_ms = 1
) {
    const TimeGrid grid{dt};
    const auto&    setup = recorded.at("case");
    Cells<M>       cell{M{}, 1, dt, {}, timing};
    for (const auto& [name, value] : setup.at("params").items())
        cell.set(name, value.template get<double>());
    for (const auto& [name, value] : setup.at("init").items())
        cell.initialize(name, value.template get<double>());

    const auto receive = [&](const char* spikes, const char* weight, std::size_t at, Step step) {
        for (const double ms : setup.at(spikes))
            if (grid.nearest(ms + setup.at("delay").template get<double>()) == step)
                cell.receive(at, 0, setup.at(weight));
    };
    const auto&  dc    = setup.at("dc");
    const Step   start = grid.nearest(dc.at("start")), stop = grid.nearest(dc.at("stop"));
    const double amplitude = dc.at("amplitude");
    const auto   injected  = cell.group().injected(0);
    Recording    recording;
    const Step   stride = grid.nearest(every_ms);
    for (Step step = 0; step <= grid.nearest(setup.at("tstop")); ++step) {
        if (step > 0) {
            injected[0] = step > start && step <= stop ? amplitude : 0;
            cell.advance();
            const auto& times = cell.times_ms();
            recording.spikes_ms.insert(recording.spikes_ms.end(), times.begin(), times.end());
        }
        receive("exc", "w_exc", 0, step);
        receive("inh", "w_inh", 1, step);
        cell.settle();
        if (step % stride == 0) recording.v.push_back(cell.get("v", 0));
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

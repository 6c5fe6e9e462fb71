// Parameter sets of all kinds, against converged solutions and NEST:
// mpi_tests/reference/peers.json.

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/models/CellModel.hpp"

#include "CellTypes.hpp"
#include "models/converged.hpp"
#include "models/reference.hpp"
#include <nlohmann/json.hpp>

namespace ranvier {
namespace {

using nlohmann::json;
using test::Recording;

/// Calls `test.operator()<M>(recorded, dt)` for all cells of all models at all time steps.
template <class Test>
void for_each_cell(Test test) {
    std::ifstream file{RANVIER_TEST_REFERENCE "/peers.json"};
    const json    cases = json::parse(file).at("cases");
    std::size_t   count = 0;
    const auto    one   = [&]<class M>() {
        if constexpr (models::CellModel<M>) {
            for (const auto& [name, recorded] : cases.items()) {
                if (recorded.at("case").at("celltype") != M::name) continue;
                for (const Time dt : {0.1_ms, 0.2_ms, 0.5_ms, 1_ms}) {
                    SCOPED_TRACE(name + " at " + std::to_string(dt.value()) + " ms");
                    test.template operator()<M>(recorded, dt);
                }
                ++count;
            }
        }
    };
    [&]<class... M>(std::type_identity<std::tuple<M...>>) {
        (one.template operator()<M>(), ...);
    }(std::type_identity<CellTypes>{});
    EXPECT_EQ(count, cases.size());
}

/// Largest distance of a spike, ms. @pre there are as many
double distance(const std::vector<double>& spikes, const std::vector<double>& exact) {
    double largest = 0;
    for (std::size_t k = 0; k < exact.size(); ++k)
        largest = std::max(largest, std::abs(spikes[k] - exact[k]));
    return largest;
}

/// Expects v as in the converged solution where there is no spike, every millisecond.
void expect_potential(const Recording& ours, const json& recorded) {
    if (!recorded.contains("v_mV_every_ms_from_0")) return;
    const std::vector<double> exact = recorded.at("v_mV_every_ms_from_0");
    ASSERT_EQ(ours.v.size(), exact.size());
    for (std::size_t ms = 0; ms < exact.size(); ++ms) {
        if (test::arrives_at(recorded, static_cast<double>(ms))) continue;
        EXPECT_NEAR(ours.v[ms], exact[ms], 0.02) << ms << " ms";
    }
}

// The limits that hold at 0.1 ms for the published cells.
template <class M>
constexpr double limit_ms = 0.02;
template <>
constexpr double limit_ms<HH_cond_exp> = 0.05;
template <>
constexpr double limit_ms<Izhikevich> = 0.1;

TEST(peers, cells_spike_off_the_grid_when_their_equations_do) {
    for_each_cell([]<class M>(const json& recorded, Time dt) {
        const std::vector<double> exact = recorded.at("spikes_ms");
        const Recording           ours  = test::replayed<M>(recorded, dt, SpikeTiming::off_grid);
        ASSERT_EQ(ours.spikes_ms.size(), exact.size());
        EXPECT_LT(distance(ours.spikes_ms, exact), limit_ms<M>);
        expect_potential(ours, recorded);
    });
}

TEST(peers, cells_are_on_the_grid_no_further_from_their_equations_than_nest) {
    std::size_t compared = 0;
    for_each_cell([&]<class M>(const json& recorded, Time dt) {
        const Recording ours = test::replayed<M>(recorded, dt);
        expect_potential(ours, recorded);
        const std::string key = dt < 0.15_ms  ? "0.1"
                                : dt < 0.3_ms ? "0.2"
                                : dt < 0.7_ms ? "0.5"
                                              : "1.0";
        if (!recorded.contains("nest") || !recorded.at("nest").contains(key)) return;
        const std::vector<double> exact = recorded.at("spikes_ms"), nest = recorded["nest"][key];
        if (nest.size() != exact.size()) return;
        ASSERT_EQ(ours.spikes_ms.size(), exact.size());
        // NEST's times are rounded to 0.0001 ms.
        EXPECT_LE(distance(ours.spikes_ms, exact), distance(nest, exact) + 1e-4);
        ++compared;
    });
    EXPECT_GT(compared, 150u);
}

}  // namespace
}  // namespace ranvier

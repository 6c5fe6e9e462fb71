// Delays of thousands of steps: spikes arrive when they must, and memory follows the connections,
// not cells times steps.
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/engine/memory.hpp"
#include "ranvier/ranvier.hpp"

namespace ranvier {
namespace {

/// Ten sources onto cells that each have one of them; the delay of cell j in steps.
constexpr std::size_t num_cells = 20000;

std::uint64_t delay_of(std::size_t j) {
    return 1 + (j * 7919) % 5000;
}

TEST(LongDelays, arrive_at_their_step_without_memory_for_every_step) {
    const Communicator  world;
    const std::uint64_t before = world.sum(peak_resident_bytes());
    Simulation          sim{world, {.timestep = 0.001_ms}};
    Population          sources{
        sim, 10, SpikeSourceArray{.spike_times = Sequence{0.001_ms}}, {.label = "sources"}};
    Population cells{sim, num_cells, IF_curr_delta{}, {.label = "cells"}};
    const auto delay = [](std::size_t, std::size_t j) {
        return static_cast<double>(delay_of(j)) * 0.001_ms;
    };
    const Projection made{
        sources,
        cells,
        FixedNumberPreConnector{1},
        {100_mV, delay},
        {.receptor_type = "excitatory"}};
    cells.record({"spikes"});
    for (const std::uint64_t step : {100u, 2500u, 4000u, 5100u}) {
        sim.run_until(static_cast<double>(step) * 0.001_ms);
        const auto counts = cells.get_spike_counts();
        for (std::size_t j = 0; j < num_cells; ++j) {
            const std::uint64_t arrival = 1 + delay_of(j);
            const bool          near    = step < arrival + 2 && arrival < step + 2;
            ASSERT_TRUE(near || counts[j] == (arrival < step ? 1u : 0u)) << j << " at " << step;
        }
    }
    EXPECT_EQ(made.record().max_delay, 5000);
    EXPECT_LT(sim.network().connection_bytes(), 30 * made.local_size() + 200000);
    // A slot of 8 bytes for each cell and step would take 800 MB.
    EXPECT_LT(world.sum(peak_resident_bytes()) - before, std::uint64_t{100} << 20);
}

}  // namespace
}  // namespace ranvier

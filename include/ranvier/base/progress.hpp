/// @file
/// Signs of life, for whoever watches over long work.
#pragma once

#include <atomic>
#include <cstdint>

namespace ranvier {

/// Counts whatever gets done; see `tick`.
inline std::atomic<std::uint64_t> num_ticks{0};

/// Says that work goes on. Called at least once a second in everything of the library that may last
/// long, so that other ranks wait for it instead of ending the job; costs an addition. @local
inline void tick() noexcept {
    num_ticks.store(num_ticks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace ranvier

#include "Deadline.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "termination.hpp"
#include <fmt/format.h>

namespace ranvier::parallel {

namespace {

// Shares of the timeout. mpirun takes a second to end the others, which must not print as well.
constexpr double first_gives_up = 0.7;
constexpr double shortest_s     = 10;  ///< HDF5 closes in MPI_Finalize what failures have left open
constexpr double rank_after     = 0.04;
constexpr double at_least_s     = 1.5;
constexpr int    max_turns      = 6;
constexpr double looks          = 50;  ///< until a rank gives up

/// The rank that the launcher has given this process; MPI may not be able to tell.
int launched_rank() {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
        if (const char* text = std::getenv(name)) return std::atoi(text);
    return 0;
}

}  // namespace

Deadline::Deadline(std::string doing, double timeout_s) : doing_(std::move(doing)) {
    if (timeout_s <= 0) return;
    const double turn    = std::max(rank_after * timeout_s, at_least_s);
    const double seconds = std::max(first_gives_up * timeout_s, shortest_s) +
                           turn * std::min(launched_rank(), max_turns);
    try {
        thread_ = std::thread([=, this] { wait(seconds); });
    } catch (const std::system_error&) {
        // No memory for a thread: MPI needs more than that, and says so itself.
    }
}

Deadline::~Deadline() {
    {
        const std::lock_guard lock{guard_};
        over_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Deadline::wait(double seconds) {
    using Clock = std::chrono::steady_clock;
    std::unique_lock                    lock{guard_};
    const std::chrono::duration<double> look{seconds / looks};
    for (auto begin = Clock::now(); Clock::now() - begin < looks * look;) {
        const auto before = Clock::now();
        if (wake_.wait_for(lock, look, [this] { return over_; })) return;
        // This process was stopped itself, and the others have waited for it.
        if (Clock::now() - before > looks / 4 * look) begin = Clock::now();
    }
    end_process_with(fmt::format(
        "The ranks do not go on together: rank {} has waited for {} s in {}. Another rank may have "
        "been stopped or have too little memory (ulimit -v); if it only takes long, raise "
        "RANVIER_TIMEOUT.",
        launched_rank(),
        std::llround(seconds),
        doing_
    ));
}

}  // namespace ranvier::parallel

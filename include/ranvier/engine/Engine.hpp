/// @file
/// The time loop of one rank: input, update, threshold, exchange.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/base/types.hpp"
#include "ranvier/engine/Delivery.hpp"
#include "ranvier/engine/SpikeExchange.hpp"
#include "ranvier/models/SourceGroup.hpp"
#include "ranvier/network/Network.hpp"

namespace ranvier::engine {

/// Where the wall time of a run goes, on this rank: advancing cells; sources; adding input; sorting
/// spikes, sending them, waiting for those of slower ranks, looking up their rows; taking samples,
/// writing, and what is called between intervals.
enum class Phase { update, sources, deliver, exchange, record };
inline constexpr std::size_t num_phases = 5;

/// What the runs that have ended have cost and done, on this rank. Without `simulate_peers`, the
/// phases add up to `run_s`.
struct Statistics {
    std::array<double, num_phases> seconds{};  ///< by Phase
    double                         run_s   = 0;
    double                         build_s = 0;  ///< sorting of connections before the first step
    double                         peers_s = 0;  ///< of `run_s`, spent on `simulate_peers`
    double                         wait_s  = 0;  ///< of Phase::exchange, in calls of MPI
    /// Synaptic events delivered here. Poisson input whose sources nothing else needs is drawn with
    /// the cells, not delivered, and does not count.
    std::uint64_t events  = 0;
    std::uint64_t updates = 0;  ///< cells updated here, summed over steps
};

/// What is called on every rank between intervals.
struct Hooks {
    std::function<void(Step now)> watch;  ///< before an exchange; what it throws ends all ranks
    std::function<bool()>         stop;   ///< then asked: end the run here?
    std::function<void(Step now)> after_interval;  ///< collective; throws on all ranks or on none
    Step                          longest_interval = 1000;  ///< steps without these calls, >= 1
};

/// Advances a network, in one precision. Steps within `run` follow one another as
///
///     for each step:   update cells to t, collect spikes;  sources emit;  deliver what arrives at
///     t;
///                      cells whose input steps the potential are looked at once more
///     each min_delay:  exchange spikes
///
/// A spike of step t with delay d is added at the end of step t + d >= t + min_delay, when it has
/// been exchanged for sure; so the results do not depend on where intervals begin and end.
class Engine {
public:
    virtual ~Engine() = default;

    /// Runs to `last`, or to the end of the interval in which some rank asked to stop. @collective
    /// @throws on all ranks what failed on one
    virtual void run(Step last, const Hooks& hooks) = 0;

    /// Spikes of the other ranks at this mean rate of every cell, where the communicator stands for
    /// one of many; see PeerSpikes. @local
    virtual void simulate_peers(Frequency rate) = 0;

    /// Forgets the spikes on their way; the network is at step 0 again. @local
    virtual void reset() = 0;

    virtual const Statistics& statistics() const = 0;
};

/// The engine for the network's precision. @local
std::unique_ptr<Engine> make_engine(network::Network& network);

}  // namespace ranvier::engine

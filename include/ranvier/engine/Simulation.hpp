/// @file
/// The simulation as a user meets it: the network, its clock, and what watches it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ranvier/base/Quantity.hpp"
#include "ranvier/engine/Engine.hpp"
#include "ranvier/network/Network.hpp"
#include "ranvier/parallel/Environment.hpp"
#include "ranvier/recording/ResultSink.hpp"

namespace ranvier {

using SimulationOptions = NetworkOptions;

namespace engine {
class Output;
}

/// Called on all ranks when a run begins and then whenever the simulation has reached the time that
/// it returned last; infinity: never again. It may set parameters, fetch data, or stop the run.
/// Times are rounded to the grid. Of a time beyond the end of the run, it is called at the end, as
/// in PyNN.
///
///     sim.run(1_s, {[&](Time now) {
///         if (p.num_spikes() > 1e6) sim.stop();
///         return now + 100_ms;
///     }});
using Callback = std::function<Time(Time now)>;

/// A network and its clock. Populations and projections are created on it; it must outlive them.
///
///     Environment env{argc, argv};
///     Simulation  sim{env, {.timestep = 0.1_ms, .seed = 42}};
///     Population  p{sim, 1000, IF_curr_exp{.tau_m = 15_ms}};
///     sim.run(1_s);
///
/// The result is a function of the model, the seed, the time step and the duration. It depends
/// neither on the number of ranks nor on how the duration is split into runs.
class Simulation {
public:
    /// @collective @throws ParameterError, CommunicationError if ranks pass different options
    explicit Simulation(const Environment& env, const SimulationOptions& options = {});
    /// On a group of ranks, for several simulations side by side. @collective on these ranks
    explicit Simulation(const Communicator& comm, const SimulationOptions& options = {});
    ~Simulation();
    Simulation(const Simulation&)            = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Advances by `duration`, a multiple of the time step. `run(a); run(b)` gives the same bits as
    /// `run(a + b)`.
    /// @collective
    /// @param callbacks see Callback
    /// @return the new time
    /// @throws RunError if the duration is negative or off the grid; on all ranks, what failed on
    /// one
    Time run(Time duration, const std::vector<Callback>& callbacks = {});
    /// The same, as PyNN also calls it.
    Time run_for(Time duration, const std::vector<Callback>& callbacks = {}) {
        return run(duration, callbacks);
    }
    /// Advances to time `t`, not before the current time. @collective
    Time run_until(Time t, const std::vector<Callback>& callbacks = {});
    /// Ends the run, to be called in a callback: on one rank suffices. @local
    void stop() { stop_asked_ = true; }

    /// Goes back to time 0: state variables get their initial values (what `initialize` gave last,
    /// random values as they were drawn then), spikes on their way are dropped, sources start anew;
    /// random sources continue with other numbers. The network, all parameters and weights stay,
    /// also those changed since, and what is recorded. Recorded data become a segment of their own,
    /// in memory and in files; spike counts begin at 0.
    /// @collective
    void reset();

    Time current_time() const;
    Time timestep() const { return network_->options().timestep; }
    /// The smallest delay, as given or, if automatic, in the network; the time step if there is no
    /// connection. @local
    Time min_delay() const;
    /// The largest delay in the network; the time step if there is no connection. @local
    Time max_delay() const;
    int  rank() const { return network_->comm().rank(); }
    int  num_processes() const { return network_->comm().size(); }

    const Communicator&      comm() const { return network_->comm(); }
    const SimulationOptions& options() const { return network_->options(); }
    std::uint64_t            num_cells() const { return network_->num_cells(); }
    std::uint64_t            num_connections() const { return network_->num_connections(); }

    /// 64 bits that tell whether two simulations are in the same state: a sum over all connections,
    /// parameters and state variables of a hash of where they belong and their bits.
    /// @collective The same on every rank and at every number of ranks.
    std::uint64_t digest() { return network_->digest(); }

    /// Hands what is recorded to `sink` while the simulation runs, instead of keeping it: memory
    /// does not grow with the simulated time. A window of simulated time is written as soon as it
    /// is over; windows are multiples of `window` from 0, those of large signals shorter ones.
    ///
    ///     sim.write_to(std::make_shared<SonataResults>(sim.comm(), "results"));
    ///
    /// @collective Before the first run. @throws RecordingError afterwards
    /// @param window a multiple of the time step; default: the one nearest to 100 ms
    void write_to(std::shared_ptr<ResultSink> sink, std::optional<Time> window = {});

    /// Writes what has been recorded and not yet written, and finishes the sink of `write_to`.
    /// Without this call the results stay unfinished, which a warning says when the simulation is
    /// destroyed: a destructor cannot communicate.
    /// @collective @param complete whether the results are whole; they are not published otherwise
    void finish_writing(bool complete = true);

    /// Where this process stands for one rank of many (Environment::stand_for): the others' cells
    /// spike at random, each at this mean rate, as long as the simulation runs. Without, they are
    /// silent.
    ///
    ///     env.stand_for(1, 1000);
    ///     Simulation sim{env};
    ///     sim.simulate_peers(5_Hz);
    ///
    /// @local
    /// @throws RunError if this process stands for none; ParameterError if negative or above one
    /// spike per time step
    void simulate_peers(Frequency rate);

    /// Called on every rank after each exchange with the current time, for progress. It must not
    /// change the network.
    void on_interval(std::function<void(Time)> watch) { watch_ = std::move(watch); }
    /// Ends `run` at the next exchange if it returns true on any rank.
    void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }
    /// Whether the last run was ended early by `stop_when`.
    bool was_stopped() const { return stopped_; }

    const engine::Statistics& statistics() const { return engine_->statistics(); }

    /// The network layer's object, which populations and projections are made on.
                      operator network::Network&() { return *network_; }
    network::Network& network() { return *network_; }

private:
    Time run_to(Step last, const std::vector<Callback>& callbacks);
    void run_network(Step last);
    void call_back(
        const std::vector<Callback>&    callbacks,
        const std::vector<std::size_t>& due,
        std::vector<Step>&              next
    );
    Step step_of_next_call(Time time) const;

    std::unique_ptr<network::Network> network_;
    std::unique_ptr<engine::Engine>   engine_;
    std::unique_ptr<engine::Output>   output_;
    std::function<void(Time)>         watch_;
    std::function<bool()>             stop_;
    bool                              stopped_    = false;
    bool                              stop_asked_ = false;
    bool                              running_    = false;
};

}  // namespace ranvier

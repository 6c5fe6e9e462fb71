/// @file
/// Hands what is recorded to a sink while the simulation runs.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "ranvier/network/Network.hpp"
#include "ranvier/recording/ResultSink.hpp"

namespace ranvier::engine {

/// Recorded data on their way into a sink, window by window. Windows are (0, W], (W, 2W] and so on;
/// the first of a segment also has what was recorded at its beginning. All functions are
/// collective.
///
/// A file that fails does not take the others with it: they still get the windows that are due and
/// are closed, unfinished, with everything that was written. Then the error is thrown, and again by
/// every later call, since windows are missing from then on.
class Output {
public:
    /// @param window of spikes, in steps; those of signals are shorter if they are large
    Output(std::shared_ptr<ResultSink> sink, Step window)
        : sink_(std::move(sink)),
          spikes_(window),
          window_(window) {}

    /// Before the first step of a run: what is recorded may have changed.
    void begin(network::Network& network);

    /// Whether anything has been begun that can still be finished. @local
    bool has_begun() const { return has_begun_ && !failure_; }

    /// Length of the shortest window, in steps: what is recorded must not pile up for longer.
    Step shortest_window() const;

    /// Writes the windows that are over.
    void advance(Step now);

    /// Writes everything up to now and ends all files; `begin` starts new ones.
    void end_segment(Step now, bool complete);

    /// Ends everything and publishes it, if it is complete. After a failure there is nothing left
    /// to do but for results that are to be complete.
    void finish(network::Network& network, bool complete);

private:
    /// What all files have in common.
    struct Stream {
        explicit Stream(Step length) : window(length) {}
        Step next_end() const { return (std::max<Step>(written, 0) / window + 1) * window; }

        Step                       window;
        Step                       written = -1;
        int                        segment = 0;  ///< number of the next file
        std::vector<std::uint64_t> layout;       ///< changes with what is recorded
    };
    struct Spikes : Stream {
        using Stream::Stream;
        std::unique_ptr<SpikeSink>              sink;
        std::vector<network::PopulationRecord*> populations;

        void begin(network::Network& network, ResultSink& results, Step longest);
        void write(Step last);
        void advance(Step now);
        void end(Step now, bool complete);
    };
    struct Signals : Stream {
        Signals(Step length, std::string name) : Stream(length), variable(std::move(name)) {}
        struct Source {
            network::PopulationRecord* population;
            std::size_t                recorder;  ///< place among those of the population
        };
        std::string                 variable;
        std::unique_ptr<SignalSink> sink;
        std::vector<Source>         sources;

        void begin(network::Network& network, ResultSink& results, Step longest);
        void write(Step last);
        void advance(Step now);
        void end(Step now, bool complete);
    };

    static std::vector<std::string> variables_of(network::Network& network);

    Signals& signals_of(const std::string& variable);

    /// Does the work for every stream, also after a file has failed.
    template <class Work>
    void with_every_stream(Work&& work);

    /// Closes what is open.
    void abandon();

    std::shared_ptr<ResultSink>           sink_;
    Spikes                                spikes_;
    std::vector<std::unique_ptr<Signals>> signals_;
    Step                                  window_;
    bool                                  has_begun_ = false;
    std::exception_ptr                    failure_;
};

}  // namespace ranvier::engine

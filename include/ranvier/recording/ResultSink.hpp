/// @file
/// Where all results of a simulation go.
#pragma once

#include <memory>
#include <string>

#include "ranvier/recording/SignalSink.hpp"
#include "ranvier/recording/SpikeSink.hpp"

namespace ranvier {

/// Makes the sinks of one kind of result each: spikes, or one variable.
///
/// A kind of result has a sink for every stretch of time without a gap in which the same cells are
/// recorded: numbers 0, 1 and so on. A sink is finished before the next one of its kind begins.
class ResultSink {
public:
    ResultSink()                             = default;
    ResultSink(const ResultSink&)            = delete;
    ResultSink& operator=(const ResultSink&) = delete;
    virtual ~ResultSink()                    = default;

    /// @local
    virtual std::unique_ptr<SpikeSink>  spikes(int segment)                               = 0;
    virtual std::unique_ptr<SignalSink> signals(const std::string& variable, int segment) = 0;

    /// Called once, when all sinks are finished and complete: the results become visible together.
    /// @collective
    virtual void publish() = 0;
};

}  // namespace ranvier

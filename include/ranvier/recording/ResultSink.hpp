/// @file
/// Where all results of a simulation go.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ranvier/base/types.hpp"
#include "ranvier/recording/SignalSink.hpp"
#include "ranvier/recording/SpikeSink.hpp"

namespace ranvier {

/// A stretch of time without a gap in which the same cells are recorded.
struct RecordedStretch {
    int           number = 0;  ///< among those of its kind of result
    std::uint64_t resets = 0;  ///< how many came before: the segment it belongs to
    Step          first  = 0;  ///< where it begins
};

/// Makes the sinks of one kind of result each: spikes, or one variable.
///
/// A kind of result has a sink for every stretch, of numbers 0, 1 and so on. A sink is finished
/// before the next one of its kind begins. Numbers of different kinds do not correspond: what
/// belongs together has the same number of resets.
class ResultSink {
public:
    ResultSink()                             = default;
    ResultSink(const ResultSink&)            = delete;
    ResultSink& operator=(const ResultSink&) = delete;
    virtual ~ResultSink()                    = default;

    /// @collective
    virtual std::unique_ptr<SpikeSink>  spikes(const RecordedStretch& stretch) = 0;
    virtual std::unique_ptr<SignalSink> signals(
        const std::string& variable, const RecordedStretch& stretch
    ) = 0;

    /// Called once, when all sinks are finished and complete: the results become visible together.
    /// @collective
    virtual void publish() = 0;
};

}  // namespace ranvier

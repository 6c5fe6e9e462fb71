/// @file
/// All results of a simulation as SONATA files in one directory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ranvier/parallel/Communicator.hpp"
#include "ranvier/recording/ResultSink.hpp"

namespace ranvier {

struct SonataOptions {
    /// Seconds of wall time after which a window is followed by a flush: what a killed program may
    /// lose. 0 flushes after every window.
    double flush_interval_s = 60;
    /// Writes signals as f64, which libsonata cannot read.
    bool double_precision = false;
};

/// `spikes.h5` (see SonataSpikeWriter) and a file per recorded variable, `v.h5` and so on (see
/// SonataSignalWriter).
///
///     sim.write_to(std::make_shared<SonataResults>(sim.comm(), "results"));
///     sim.run(10_s);
///     sim.finish_writing();
///
/// Where recording has a gap or goes on with other cells, and after a reset, a kind of result goes
/// on in a file of its own: `v_seg001.h5`, `v_seg002.h5`. All files get their names together when
/// writing is finished, replacing the results of an earlier run; until then they are `.part`.
class SonataResults : public ResultSink {
public:
    /// Creates nothing yet. @local
    SonataResults(
        const Communicator& comm, std::filesystem::path directory, const SonataOptions& options = {}
    );

    std::unique_ptr<SpikeSink>  spikes(int segment) override;
    std::unique_ptr<SignalSink> signals(const std::string& variable, int segment) override;
    void                        publish() override;

private:
    std::string named(const std::string& kind, int segment);

    Communicator             comm_;
    std::filesystem::path    directory_;
    SonataOptions            options_;
    std::vector<std::string> names_;  ///< of all files, without `.h5`
};

}  // namespace ranvier

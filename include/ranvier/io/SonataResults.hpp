/// @file
/// All results of a simulation as SONATA files in one directory.
#pragma once

#include <filesystem>
#include <map>
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
    /// Writes signals as f64. libsonata reads f32 only and refuses such files, which a warning says
    /// when the first one is begun; h5py and BMTK read both.
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
/// on in a file of its own: `v_seg001.h5`, `v_seg002.h5`. Files are numbered within their kind;
/// what belongs together has the same attribute ranvier_resets.
///
/// All files get their names together, or none has, when writing is finished; until then they are
/// `.part`. They replace the results of an earlier run: its files of the same names, and its other
/// spikes, signals and run.json, which would look like results of this run. Only what was there
/// before the first file was begun, has not changed since and shows by its content that Ranvier
/// wrote it under this name is removed; connections, nodes, copies under other names (`v_seg100.h5`
/// of `v.h5`), and part files stay. Earlier results that are write-protected are an error, before
/// the first file is begun.
///
/// If the job is killed while the files get their names, one after the other, a journal in the
/// directory (`.spikes.h5.ranvier_publishing`) tells which part files belong to the results. The
/// next results in this directory begin with giving them their names, and scripts/ranvier_results
/// reads them; without a journal all is as it was before.
class SonataResults : public ResultSink {
public:
    /// Creates nothing yet. @local
    SonataResults(
        const Communicator& comm, std::filesystem::path directory, const SonataOptions& options = {}
    );

    /// Both look at the directory when they are called first. @collective @throws FileError
    std::unique_ptr<SpikeSink>  spikes(const RecordedStretch& stretch) override;
    std::unique_ptr<SignalSink> signals(const std::string& variable, const RecordedStretch& stretch)
        override;

    /// A file of text, such as run.json, that root writes when the results are published: it gets
    /// its name together with them, last, or none of them has. @local Root's text is written.
    ///
    ///     results->attach("run.json", to_json(report));
    ///     sim.finish_writing();
    void attach(const std::string& name, std::string text);

    /// @throws FileError on all ranks; then no file has got its name, and earlier results are back
    ///         where the file system has hard links
    void publish() override;

private:
    using Times = std::map<std::string, std::filesystem::file_time_type>;

    std::string named(const std::string& kind, int number);
    void        look_at_directory();
    Times       outdated() const;

    Communicator                       comm_;
    std::filesystem::path              directory_;
    SonataOptions                      options_;
    bool                               has_begun_ = false;
    std::vector<std::string>           names_;    ///< of all files, without `.h5`
    std::map<std::string, std::string> texts_;    ///< by name
    Times                              earlier_;  ///< on root, files that were there before
};

}  // namespace ranvier

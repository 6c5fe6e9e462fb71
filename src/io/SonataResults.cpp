#include "ranvier/io/SonataResults.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/io/SonataSignalWriter.hpp"
#include "ranvier/io/SonataSpikeWriter.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"

#include "system_file.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

std::string segment_name(const std::string& kind, int segment) {
    return segment == 0 ? kind : fmt::format("{}_seg{:03}", kind, segment);
}

/// Gives all part files their names. If one cannot have it, none has: results are whole together.
void name_all(const std::filesystem::path& directory, const std::vector<std::string>& names) {
    std::vector<std::filesystem::path> named;
    try {
        for (const std::string& name : names) {
            const std::filesystem::path path = directory / (name + ".h5");
            io::move_into_place(path.string() + ".part", path, "write_sonata");
            named.push_back(path);
        }
    } catch (const FileError&) {
        std::error_code ignored;
        for (const std::filesystem::path& path : named)
            std::filesystem::rename(path, path.string() + ".part", ignored);
        throw;
    }
}

}  // namespace

SonataResults::SonataResults(
    const Communicator& comm, std::filesystem::path directory, const SonataOptions& options
)
    : comm_(comm),
      directory_(std::move(directory)),
      options_(options) {}

std::string SonataResults::named(const std::string& kind, int segment) {
    names_.push_back(segment_name(kind, segment));
    return names_.back();
}

std::unique_ptr<SpikeSink> SonataResults::spikes(int segment) {
    return std::make_unique<SonataSpikeWriter>(
        comm_,
        directory_,
        SonataSpikeWriter::Options{
            .flush_interval_s = options_.flush_interval_s,
            .name             = named("spikes", segment),
            .publish          = false}
    );
}

std::unique_ptr<SignalSink> SonataResults::signals(const std::string& variable, int segment) {
    return std::make_unique<SonataSignalWriter>(
        comm_,
        directory_,
        SonataSignalWriter::Options{
            .name             = named(variable, segment),
            .flush_interval_s = options_.flush_interval_s,
            .double_precision = options_.double_precision,
            .publish          = false}
    );
}

void SonataResults::publish() {
    on_root(comm_, [&] {
        const parallel::FileAccess access;
        name_all(directory_, names_);
        // Later segments of an earlier run would look like results of this one.
        for (const std::string& name : names_) {
            const std::string kind = name.substr(0, name.find("_seg"));
            for (int segment = 1;; ++segment) {
                const std::string other = segment_name(kind, segment);
                if (std::find(names_.begin(), names_.end(), other) != names_.end()) continue;
                if (!std::filesystem::remove(directory_ / (other + ".h5"))) break;
            }
        }
    });
    names_.clear();
}

}  // namespace ranvier

#include "ranvier/io/SonataResults.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "ranvier/base/Error.hpp"
#include "ranvier/io/SonataSignalWriter.hpp"
#include "ranvier/io/SonataSpikeWriter.hpp"
#include "ranvier/parallel/activity.hpp"
#include "ranvier/parallel/collective.hpp"
#include "ranvier/parallel/log.hpp"

#include "earlier_results.hpp"
#include "publication.hpp"
#include "system_file.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

namespace fs = std::filesystem;

constexpr const char* who = "write_sonata";

fs::path part_of(const fs::path& path) {
    return path.string() + ".part";
}

void write_part(const fs::path& path, const std::string& text) {
    const auto    lock = io::make_empty_file(part_of(path), who);
    std::ofstream file{part_of(path), std::ios::trunc};
    file << text;
    file.close();
    if (file) return;
    throw FileError(fmt::format(
        "{}: cannot write \"{}\": {}. {}.",
        who,
        part_of(path).string(),
        io::system_text(errno),
        io::system_advice(errno)
    ));
}

}  // namespace

SonataResults::SonataResults(
    const Communicator& comm, fs::path directory, const SonataOptions& options
)
    : comm_(comm),
      directory_(std::move(directory)),
      options_(options) {}

std::string SonataResults::named(const std::string& kind, int number) {
    if (!std::exchange(has_begun_, true)) {
        on_root(comm_, [&] {
            const parallel::FileAccess access;
            look_at_directory();
        });
    }
    names_.push_back(number == 0 ? kind : fmt::format("{}_seg{:03}", kind, number));
    return names_.back();
}

/// On root.
void SonataResults::look_at_directory() {
    for (const std::string& text : io::Publication::complete_interrupted(directory_, who))
        log_warning(comm_, text);
    earlier_ = io::files_with_times(directory_);
    for (const auto& [name, time] : earlier_) {
        const fs::path path = directory_ / name;
        if (io::is_write_protected(path) && io::is_result_file(path))
            io::require_replaceable(path, who);
    }
}

/// On root: the earlier results that are still there.
SonataResults::Times SonataResults::outdated() const {
    Times results;
    for (const auto& [name, time] : earlier_) {
        std::error_code failure;
        const fs::path  path = directory_ / name;
        if (fs::last_write_time(path, failure) != time || failure) continue;
        if (io::is_result_file(path)) results[name] = time;
    }
    return results;
}

std::unique_ptr<SpikeSink> SonataResults::spikes(const RecordedStretch& stretch) {
    return std::make_unique<SonataSpikeWriter>(
        comm_,
        directory_,
        SonataSpikeWriter::Options{
            .flush_interval_s = options_.flush_interval_s,
            .name             = named("spikes", stretch.number),
            .publish          = false,
            .number           = stretch.number,
            .resets           = stretch.resets,
            .first            = stretch.first}
    );
}

std::unique_ptr<SignalSink> SonataResults::signals(
    const std::string& variable, const RecordedStretch& stretch
) {
    const bool is_first = std::none_of(names_.begin(), names_.end(), [](const std::string& name) {
        return name.rfind("spikes", 0) != 0;
    });
    if (options_.double_precision && is_first)
        log_warning(
            comm_,
            "write_sonata: signals are written as f64, as double_precision asks for; libsonata "
            "reads f32 only and refuses such files."
        );
    return std::make_unique<SonataSignalWriter>(
        comm_,
        directory_,
        SonataSignalWriter::Options{
            .name             = named(variable, stretch.number),
            .flush_interval_s = options_.flush_interval_s,
            .double_precision = options_.double_precision,
            .publish          = false,
            .number           = stretch.number,
            .resets           = stretch.resets}
    );
}

void SonataResults::attach(const std::string& name, std::string text) {
    texts_[name] = std::move(text);
}

void SonataResults::publish() {
    comm_.barrier();  // root must not go on alone if another rank has not come here
    on_root(comm_, [&] {
        const parallel::FileAccess access;
        io::Publication            publication{.directory = directory_};
        if (!has_begun_ && !texts_.empty()) look_at_directory();
        for (const std::string& name : names_)
            publication.names.push_back(name + ".h5");
        for (const auto& [name, text] : texts_) {
            io::make_directory(directory_, who);
            publication.names.push_back(name);
            write_part(directory_ / name, text);
        }
        for (const std::string& name : publication.names)
            earlier_.erase(name);
        publication.outdated = outdated();
        for (const std::string& text : publication.carry_out(who))
            log_warning(comm_, text);
    });
    names_.clear();
    texts_.clear();
}

}  // namespace ranvier

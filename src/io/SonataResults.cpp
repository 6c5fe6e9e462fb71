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
#include "system_file.hpp"
#include <fmt/format.h>

namespace ranvier {

namespace {

namespace fs = std::filesystem;

constexpr const char* who = "write_sonata";

fs::path part_of(const fs::path& path) {
    return path.string() + ".part";
}

/// A second name for a file that is about to be replaced, which no user gives to a copy.
fs::path kept_of(const fs::path& path) {
    return path.parent_path() / fmt::format(".{}.ranvier_earlier", path.filename().string());
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

/// Gives all part files their names. If one cannot have it, none has: results are whole together.
void name_all(const std::vector<fs::path>& paths) {
    std::size_t     named = 0;
    std::error_code ignored;
    try {
        for (; named < paths.size(); ++named) {
            fs::remove(kept_of(paths[named]), ignored);
            if (fs::is_regular_file(paths[named], ignored))
                fs::create_hard_link(paths[named], kept_of(paths[named]), ignored);
            io::move_into_place(part_of(paths[named]), paths[named], who);
        }
    } catch (const FileError&) {
        for (std::size_t k = 0; k < named; ++k)
            fs::rename(paths[k], part_of(paths[k]), ignored);
        // Of two names for one file nothing is renamed, hence the second line.
        for (std::size_t k = 0; k <= named; ++k) {
            fs::rename(kept_of(paths[k]), paths[k], ignored);
            fs::remove(kept_of(paths[k]), ignored);
        }
        throw;
    }
    for (const fs::path& path : paths)
        fs::remove(kept_of(path), ignored);
}

}  // namespace

SonataResults::SonataResults(
    const Communicator& comm, fs::path directory, const SonataOptions& options
)
    : comm_(comm),
      directory_(std::move(directory)),
      options_(options) {}

std::string SonataResults::named(const std::string& kind, int number) {
    if (!std::exchange(has_begun_, true) && comm_.is_root())
        earlier_ = io::files_with_times(directory_);
    names_.push_back(number == 0 ? kind : fmt::format("{}_seg{:03}", kind, number));
    return names_.back();
}

std::unique_ptr<SpikeSink> SonataResults::spikes(const RecordedStretch& stretch) {
    return std::make_unique<SonataSpikeWriter>(
        comm_,
        directory_,
        SonataSpikeWriter::Options{
            .flush_interval_s = options_.flush_interval_s,
            .name             = named("spikes", stretch.number),
            .publish          = false,
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
            .resets           = stretch.resets}
    );
}

void SonataResults::attach(const std::string& name, std::string text) {
    texts_[name] = std::move(text);
}

void SonataResults::publish() {
    on_root(comm_, [&] {
        const parallel::FileAccess access;
        std::vector<fs::path>      paths;
        if (!has_begun_ && !texts_.empty()) earlier_ = io::files_with_times(directory_);
        for (const std::string& name : names_)
            paths.push_back(directory_ / (name + ".h5"));
        for (const auto& [name, text] : texts_) {
            io::make_directory(directory_, who);
            paths.push_back(directory_ / name);
            write_part(paths.back(), text);
        }
        name_all(paths);
        for (const fs::path& path : paths)
            earlier_.erase(path.filename().string());
        remove_earlier();
    });
    names_.clear();
    texts_.clear();
}

void SonataResults::remove_earlier() const {
    for (const auto& [name, time] : earlier_) {
        const fs::path  path = directory_ / name;
        std::error_code failure;
        if (fs::last_write_time(path, failure) != time || failure) continue;
        if (!io::is_result_file(path)) continue;
        fs::remove(path, failure);
        if (failure)
            log_warning(
                comm_,
                fmt::format(
                    "write_sonata: cannot remove \"{}\" of an earlier run: {}. It does not belong "
                    "to these results.",
                    path.string(),
                    io::system_text(failure.value())
                )
            );
    }
}

}  // namespace ranvier

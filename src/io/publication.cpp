#include "publication.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "ranvier/base/Error.hpp"

#include "earlier_results.hpp"
#include "system_file.hpp"
#include "whole_file.hpp"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ranvier::io {

namespace fs = std::filesystem;

namespace {

constexpr const char* journal_suffix = ".ranvier_publishing";

/// As in the directory, but true only if it has not been changed since.
bool is_unchanged(const fs::path& path, fs::file_time_type time) {
    std::error_code failure;
    return fs::last_write_time(path, failure) == time && !failure;
}

std::string text_of(const Publication& publication) {
    nlohmann::json outdated = nlohmann::json::object();
    for (const auto& [name, time] : publication.outdated)
        outdated[name] = time.time_since_epoch().count();
    return nlohmann::json{{"names", publication.names}, {"outdated", outdated}}.dump();
}

/// What a journal tells; nothing if it is none. Names only, so that nothing outside is touched.
std::optional<Publication> read_journal(const fs::path& path) {
    std::ifstream file{path};
    const auto    json    = nlohmann::json::parse(file, nullptr, false);
    const auto    is_name = [](const std::string& name) {
        return !name.empty() && fs::path{name}.filename() == name;
    };
    try {
        Publication publication{.directory = path.parent_path()};
        publication.names = json.at("names").get<std::vector<std::string>>();
        for (const auto& [name, time] : json.at("outdated").items()) {
            const fs::file_time_type::duration since{time.get<fs::file_time_type::rep>()};
            publication.outdated[name] = fs::file_time_type{since};
            if (!is_name(name)) return std::nullopt;
        }
        if (std::all_of(publication.names.begin(), publication.names.end(), is_name))
            return publication;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
    return std::nullopt;
}

void require_finished(const fs::path& part, const std::string& who) {
    if (part.stem().extension() == ".h5") require_whole(part, {}, who);
}

}  // namespace

fs::path Publication::part_of(const std::string& name) const {
    return directory / (name + ".part");
}

bool Publication::has_part(const std::string& name) const {
    std::error_code ignored;
    return fs::is_regular_file(fs::symlink_status(part_of(name), ignored));
}

/// A second name for a file that is about to be replaced, which no user gives to a copy.
fs::path Publication::kept_of(const std::string& name) const {
    return directory / fmt::format(".{}.ranvier_earlier", name);
}

fs::path Publication::journal() const {
    return directory / fmt::format(".{}{}", names.front(), journal_suffix);
}

/// Those that have not got it in an earlier attempt.
std::vector<std::string> Publication::names_to_give() const {
    std::vector<std::string> rest;
    std::copy_if(names.begin(), names.end(), std::back_inserter(rest), [&](const auto& name) {
        return has_part(name);
    });
    return rest;
}

/// Everything that can fail or take time without consequences.
void Publication::prepare(const std::string& who) const {
    for (const std::string& name : names) {
        require_finished(part_of(name), who);
        require_replaceable(final_of(name), who);
    }
    for (const auto& [name, time] : outdated)
        require_replaceable(final_of(name), who);
    for (const std::string& name : names)
        synchronize(part_of(name), who);
}

std::vector<std::string> Publication::carry_out(const std::string& who) const {
    if (names.empty()) return {};
    prepare(who);
    const auto own = make_empty_file(journal().string() + ".part", who);
    write_journal(who);
    name_all(who);
    return clean_up(who);
}

void Publication::write_journal(const std::string& who) const {
    const fs::path part = journal().string() + ".part";
    std::ofstream  file{part};
    file << text_of(*this);
    file.close();
    const int       number = errno;
    std::error_code ignored;
    if (!file) fs::remove(part, ignored);
    if (file) return move_into_place(part, journal(), who);
    throw FileError(fmt::format(
        "{}: cannot write \"{}\": {}. {}; the results are whole in their part files.",
        who,
        part.string(),
        system_text(number),
        system_advice(number)
    ));
}

/// @pre the journal is there
void Publication::name_all(const std::string& who) const {
    try {
        const std::vector<std::string> rest = names_to_give();
        for (const std::string& name : rest) {
            std::error_code ignored;
            fs::remove(kept_of(name), ignored);
            if (fs::is_regular_file(final_of(name), ignored))
                fs::create_hard_link(final_of(name), kept_of(name), ignored);
        }
        for (const std::string& name : rest)
            rename_file(part_of(name), final_of(name), who);
    } catch (const FileError&) {
        take_back();
        throw;
    }
    synchronize_directory(directory);
}

/// The files that have got their names are part files again, and those that they have replaced are
/// back.
void Publication::take_back() const {
    std::error_code ignored;
    for (const std::string& name : names) {
        if (!has_part(name)) fs::rename(final_of(name), part_of(name), ignored);
    }
    for (const std::string& name : names) {
        fs::rename(kept_of(name), final_of(name), ignored);
        fs::remove(kept_of(name), ignored);  // of two names for one file nothing is renamed
    }
    fs::remove(journal(), ignored);
}

std::vector<std::string> Publication::clean_up(const std::string& who) const {
    std::vector<std::string> problems;
    for (const auto& [name, time] : outdated) {
        const fs::path  path = final_of(name);
        std::error_code failure;
        if (!is_unchanged(path, time) || !is_result_file(path)) continue;
        fs::remove(path, failure);
        if (failure)
            problems.push_back(fmt::format(
                "{}: cannot remove \"{}\" of an earlier run: {}. It does not belong to these "
                "results.",
                who,
                path.string(),
                system_text(failure.value())
            ));
    }
    std::error_code ignored;
    for (const std::string& name : names)
        fs::remove(kept_of(name), ignored);
    fs::remove(journal(), ignored);
    return problems;
}

namespace {

std::vector<fs::path> journals_in(const fs::path& directory) {
    std::vector<fs::path> journals;
    std::error_code       failure;
    for (fs::directory_iterator entry{directory.empty() ? "." : directory, failure}, end;
         !failure && entry != end;
         entry.increment(failure)) {
        if (entry->path().extension() == journal_suffix) journals.push_back(entry->path());
    }
    std::sort(journals.begin(), journals.end());
    return journals;
}

}  // namespace

std::vector<std::string> Publication::complete_interrupted(
    const fs::path& directory, const std::string& who
) {
    std::vector<std::string> said;
    for (const fs::path& path : journals_in(directory)) {
        const auto own         = claim_file(path);
        const auto publication = own ? read_journal(path) : std::nullopt;
        if (!publication || publication->names.empty() || publication->journal() != path) continue;
        const char* what = "now the results of that run are there";
        try {
            for (const std::string& name : publication->names_to_give())
                require_finished(publication->part_of(name), who);
            publication->name_all(who);
            for (std::string& problem : publication->clean_up(who))
                said.push_back(std::move(problem));
        } catch (const FileError&) {
            publication->take_back();
            what = "they are no longer whole, and what was there before is back";
        }
        said.push_back(fmt::format(
            "{}: an earlier run was killed while its results got their names in \"{}\"; {}.",
            who,
            publication->directory.string(),
            what
        ));
    }
    return said;
}

}  // namespace ranvier::io

/// @file
/// Finished part files get their names together.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ranvier::io {

/// Files by name, and when they were changed last.
using FileTimes = std::map<std::string, std::filesystem::file_time_type>;

/// What happens to a directory when results are published.
///
/// Before the first file gets its name, all of this is written to a journal,
/// `.<first name>.ranvier_publishing`, which goes when the last one has it. Each file is replaced
/// at once. If the job is killed in between, the journal tells that the part files which still
/// exist are the rest of the results: `complete_interrupted` gives them their names, and until then
/// a reader finds all of the new results by taking, for each name in the journal, the part file if
/// there is one. Without a journal the earlier results are untouched.
struct Publication {
    std::filesystem::path    directory{};
    std::vector<std::string> names{};     ///< of files of which there are finished part files
    FileTimes                outdated{};  ///< earlier results, removed if they have not changed

    /// Gives all files their names. If one cannot have it, none has, and what was there before is
    /// back, where the file system has hard links.
    /// @local
    /// @return sentences about outdated files that could not be removed
    /// @throws FileError, also if something that would be replaced or removed is write-protected
    std::vector<std::string> carry_out(const std::string& who) const;

    /// Completes what jobs were killed in; if a part file is no longer whole, brings back what was
    /// there before. Another job that is just publishing is left alone.
    /// @local
    /// @return sentences about what was done
    /// @throws FileError as `carry_out`
    static std::vector<std::string> complete_interrupted(
        const std::filesystem::path& directory, const std::string& who
    );

private:
    std::filesystem::path final_of(const std::string& name) const { return directory / name; }
    std::filesystem::path part_of(const std::string& name) const;
    std::filesystem::path kept_of(const std::string& name) const;
    std::filesystem::path journal() const;

    bool                     has_part(const std::string& name) const;
    std::vector<std::string> names_to_give() const;
    void                     prepare(const std::string& who) const;
    void                     write_journal(const std::string& who) const;
    void                     name_all(const std::string& who) const;
    void                     take_back() const;
    std::vector<std::string> clean_up(const std::string& who) const;
};

}  // namespace ranvier::io

// What happens to a directory when results get their names: kills in between, earlier results,
// and names that lead somewhere else.
#include "io/publication.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/io/run_report.hpp"
#include "ranvier/ranvier.hpp"

#include "io/earlier_results.hpp"
#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"
#include "support/result_files.hpp"
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// Calls that change a name, until one of them ends the process; 0: none does.
int calls_to_the_kill = 0;

void kill_if_due() {
    if (calls_to_the_kill > 0 && --calls_to_the_kill == 0) std::raise(SIGKILL);
}

}  // namespace

// In place of the C library's, also for std::filesystem.
extern "C" int rename(const char* from, const char* to) noexcept {
    kill_if_due();
    return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
extern "C" int link(const char* from, const char* to) noexcept {
    kill_if_due();
    return static_cast<int>(syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
extern "C" int remove(const char* path) noexcept {
    kill_if_due();
    const auto result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (result == 0 || errno != EISDIR) return static_cast<int>(result);
    return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

namespace ranvier {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::files_in;
using testing::ElementsAre;
using Files = std::map<std::string, std::string>;

/// A short run that records some variables; the current tells one from another.
void write_results(
    const Communicator&             comm,
    const fs::path&                 directory,
    const std::vector<std::string>& variables,
    double                          current_nA = 1,
    int                             segments   = 1
) {
    Simulation sim{comm};
    Population p{sim, 3, IF_curr_exp{.i_offset = current_nA * 1_nA}, {.label = "p"}};
    p.record(variables);
    const auto results = std::make_shared<SonataResults>(comm, directory);
    sim.write_to(results);
    for (int k = 0; k < segments; ++k) {
        if (k > 0) sim.reset();
        sim.run(10_ms);
    }
    RunReport report;
    report.network = fmt::format("with {} nA", current_nA);
    results->attach("run.json", to_json(report));
    sim.finish_writing();
    comm.barrier();
}

/// Earlier results, finished parts of new ones beside them, and what is to be done. On root.
struct Unpublished {
    Unpublished(const fs::path& earlier, const fs::path& later, const fs::path& place)
        : before(files_in(earlier)),
          after(files_in(later)) {
        fs::remove_all(place);
        fs::copy(earlier, place);
        publication.directory = place;
        for (const auto& [name, bytes] : after) {
            fs::copy_file(later / name, place / (name + ".part"));
            publication.names.push_back(name);
        }
        for (const auto& [name, time] : io::files_with_times(place)) {
            if (after.count(name) == 0 && io::is_result_file(place / name))
                publication.outdated[name] = time;
        }
    }

    Files           before, after;
    io::Publication publication;
};

/// Publishes in a child process; whether it was killed at the n-th change of a name.
bool is_killed_at(const io::Publication& publication, int n) {
    const pid_t child = fork();
    if (child == 0) {
        calls_to_the_kill = n;
        try {
            publication.carry_out("test");
        } catch (...) {
            _exit(2);
        }
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status);
}

/// What a reader finds: without a journal the files, with one the part files first.
Files as_read(const fs::path& directory, const Files& after) {
    Files      found       = files_in(directory);
    const auto is_hidden   = [](const auto& file) { return file.first[0] == '.'; };
    const auto is_part     = [](const auto& file) { return file.first.ends_with(".part"); };
    const bool has_journal = std::any_of(found.begin(), found.end(), [](const auto& file) {
        return file.first.ends_with(".ranvier_publishing");
    });
    std::erase_if(found, is_hidden);
    if (has_journal) {
        for (const auto& [name, bytes] : after) {
            if (found.count(name + ".part") > 0) found[name] = found[name + ".part"];
        }
        std::erase_if(found, [&](const auto& file) { return after.count(file.first) == 0; });
    }
    std::erase_if(found, is_part);
    return found;
}

TEST(Publication, killed_at_any_moment_leaves_the_earlier_results_or_the_new_ones) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_results(comm, folder / "earlier", {"spikes", "v", "isyn_exc"}, 1);
    write_results(comm, folder / "later", {"spikes", "v"}, 2);
    if (!comm.is_root()) return comm.barrier();
    int num_before = 0;
    int num_after  = 0;
    for (int n = 1;; ++n) {
        const Unpublished results{folder / "earlier", folder / "later", folder / "place"};
        const bool        killed = is_killed_at(results.publication, n);
        const Files       found  = as_read(folder / "place", results.after);
        EXPECT_TRUE(found == results.before || found == results.after) << "killed at " << n;
        ++(found == results.before ? num_before : num_after);

        const auto said = io::Publication::complete_interrupted(folder / "place", "test");
        EXPECT_EQ(as_read(folder / "place", results.after), found) << "killed at " << n;
        if (found == results.after) {
            EXPECT_EQ(files_in(folder / "place"), results.after) << "nothing else stays";
        }
        if (!killed) {
            EXPECT_TRUE(said.empty());
            break;
        }
    }
    EXPECT_GE(num_before, 1);
    EXPECT_GE(num_after, 8) << "three renames, links and removals";
    comm.barrier();
}

TEST(Publication, brings_earlier_results_back_if_a_part_is_damaged_after_the_kill) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_results(comm, folder / "earlier", {"spikes", "v"}, 1);
    write_results(comm, folder / "later", {"spikes", "v"}, 2);
    if (!comm.is_root()) return comm.barrier();
    for (int n = 1;; ++n) {
        const Unpublished results{folder / "earlier", folder / "later", folder / "place"};
        ASSERT_TRUE(is_killed_at(results.publication, n));
        const fs::path last = folder / "place" / "v.h5.part";
        if (!fs::exists(folder / "place" / "run.json.part") && fs::exists(last)) {
            fs::resize_file(last, fs::file_size(last) / 2);
            const auto said = io::Publication::complete_interrupted(folder / "place", "test");
            ASSERT_EQ(said.size(), 1u);
            EXPECT_THAT(said[0], testing::HasSubstr("what was there before is back"));
            EXPECT_EQ(as_read(folder / "place", results.after), results.before);
            break;
        }
    }
    comm.barrier();
}

TEST(Publication, interrupted_is_completed_by_the_next_run_in_the_directory) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_results(comm, folder / "earlier", {"spikes", "v", "isyn_exc"}, 1);
    write_results(comm, folder / "later", {"spikes", "v"}, 2);
    const fs::path place = folder / "place";
    const Files    after = files_in(folder / "later");
    comm.barrier();
    if (comm.is_root()) {
        for (int n = 1; !fs::exists(place) || fs::exists(place / "run.json.part"); ++n) {
            const Unpublished results{folder / "earlier", folder / "later", place};
            ASSERT_TRUE(is_killed_at(results.publication, n));
        }
        EXPECT_TRUE(fs::exists(place / "spikes.h5.part")) << "named in the order of their names";
    }
    comm.barrier();
    {
        Simulation sim{comm};
        Population p{sim, 3, IF_curr_exp{}, {.label = "p"}};
        p.record({"v"});
        sim.write_to(std::make_shared<SonataResults>(comm, place));
        sim.run(1_ms);
        Files found = files_in(place);
        comm.barrier();
        EXPECT_EQ(found.erase("v.h5.part"), 1u) << "this run's";
        EXPECT_EQ(found, after);
        sim.finish_writing();
    }
    comm.barrier();
    EXPECT_EQ(files_in(place).size(), 1u) << "v.h5 of this run";
    comm.barrier();
}

TEST(earlier_results, that_a_user_has_copied_stay_whatever_their_number) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_results(comm, folder.path(), {"spikes", "v"}, 1, 3);
    if (comm.is_root()) {
        fs::copy_file(folder / "v.h5", folder / "v_seg100.h5");
        fs::copy_file(folder / "v_seg002.h5", folder / "v_seg003.h5");
        fs::copy_file(folder / "spikes.h5", folder / "spikes_seg009.h5");
        fs::copy_file(folder / "v.h5", folder / "v_seg.h5");
    }
    comm.barrier();
    write_results(comm, folder.path(), {"spikes"}, 2);
    std::set<std::string> names;
    for (const auto& [name, bytes] : files_in(folder.path()))
        names.insert(name);
    EXPECT_THAT(
        names,
        ElementsAre(
            "run.json", "spikes.h5", "spikes_seg009.h5", "v_seg.h5", "v_seg003.h5", "v_seg100.h5"
        )
    );
    comm.barrier();
}

TEST(earlier_results, that_are_write_protected_are_neither_replaced_nor_removed) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_results(comm, folder.path(), {"spikes", "v"}, 1);
    const Files before = files_in(folder.path());
    comm.barrier();
    for (const char* name : {"spikes.h5", "v.h5", "run.json"}) {
        if (comm.is_root()) fs::permissions(folder / name, fs::perms{0444});
        comm.barrier();
        EXPECT_COLLECTIVE_THROW(
            comm,
            write_results(comm, folder.path(), {"spikes"}, 2),
            FileError,
            fmt::format("{}\" exists already and is write-protected", name)
        );
        comm.barrier();
        EXPECT_EQ(files_in(folder.path()), before);
        comm.barrier();
        if (comm.is_root()) fs::permissions(folder / name, fs::perms{0644});
    }
    comm.barrier();
    write_results(comm, folder.path(), {"spikes"}, 2);
    EXPECT_EQ(files_in(folder.path()).size(), 2u);
    comm.barrier();
}

TEST(earlier_results, that_become_write_protected_during_the_run_stay_and_so_do_the_parts) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    write_results(comm, folder.path(), {"spikes", "v"}, 1);
    const Files before = files_in(folder.path());
    comm.barrier();
    Simulation sim{comm};
    Population p{sim, 3, IF_curr_exp{}, {.label = "p"}};
    p.record({"spikes"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()));
    sim.run(10_ms);
    if (comm.is_root()) fs::permissions(folder / "v.h5", fs::perms{0444});
    EXPECT_COLLECTIVE_THROW(comm, sim.finish_writing(), FileError, "v.h5\" exists already");
    comm.barrier();
    Files after = files_in(folder.path());
    EXPECT_EQ(after.erase("spikes.h5.part"), 1u);
    EXPECT_EQ(after, before);
    comm.barrier();
}

TEST(part_file, is_never_written_through_a_link) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    for (const char* name :
         {"spikes.h5.part", "run.json.part", ".run.json.ranvier_publishing.part"}) {
        if (comm.is_root()) {
            std::ofstream{folder / "precious"} << "other data";
            fs::create_symlink("precious", folder / name);
        }
        comm.barrier();
        const std::vector<std::string> variables =
            name[0] == '.' ? std::vector<std::string>{} : std::vector<std::string>{"spikes"};
        EXPECT_COLLECTIVE_THROW(
            comm, write_results(comm, folder.path(), variables), FileError, "a symbolic link"
        );
        comm.barrier();
        EXPECT_EQ(bytes_of(folder / "precious"), "other data");
        EXPECT_FALSE(fs::exists(folder / "spikes.h5") || fs::exists(folder / "run.json"));
        comm.barrier();
        if (comm.is_root()) fs::remove(folder / name);
        comm.barrier();
    }
}

TEST(part_file, that_leads_nowhere_or_to_a_pipe_is_refused_at_once) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    if (comm.is_root()) fs::create_symlink("nowhere", folder / "spikes.h5.part");
    comm.barrier();
    EXPECT_COLLECTIVE_THROW(
        comm, write_results(comm, folder.path(), {"spikes"}), FileError, "a symbolic link"
    );
    comm.barrier();
    EXPECT_FALSE(fs::exists(folder / "nowhere"));
    comm.barrier();
    if (comm.is_root()) {
        fs::remove(folder / "spikes.h5.part");
        ASSERT_EQ(mkfifo((folder / "spikes.h5.part").c_str(), 0600), 0);
    }
    comm.barrier();
    EXPECT_COLLECTIVE_THROW(
        comm, write_results(comm, folder.path(), {"spikes"}), FileError, "is no regular file"
    );
    comm.barrier();
}

TEST(part_file, with_a_second_name_leaves_what_that_leads_to) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    if (comm.is_root()) {
        std::ofstream{folder / "kept"} << "of a killed run";
        fs::create_hard_link(folder / "kept", folder / "spikes.h5.part");
    }
    comm.barrier();
    write_results(comm, folder.path(), {"spikes"});
    EXPECT_EQ(bytes_of(folder / "kept"), "of a killed run");
    EXPECT_TRUE(fs::exists(folder / "spikes.h5"));
    comm.barrier();
}

/// What somebody does to the part file of v while a run is on.
using Meddle = std::function<void(const fs::path& part)>;

TEST(part_file, that_is_changed_from_outside_is_reported_and_gets_no_name) {
    const Communicator                  comm;
    const test::ScratchDirectory        folder{comm};
    const std::map<std::string, Meddle> meddles{
        {"cut by a byte", [](const auto& part) { fs::resize_file(part, fs::file_size(part) - 1); }},
        {"cut by half", [](const auto& part) { fs::resize_file(part, fs::file_size(part) / 2); }},
        {"emptied", [](const auto& part) { fs::resize_file(part, 0); }},
        {"removed", [](const auto& part) { fs::remove(part); }},
        {"replaced",
         [](const auto& part) {
             const fs::path copy = part.parent_path() / "copy";
             fs::copy_file(part, copy);
             fs::rename(copy, part);
         }},
    };
    for (const auto& [what, meddle] : meddles) {
        for (const bool goes_on : {false, true}) {
            const fs::path directory = folder / fmt::format("{} {}", what, goes_on);
            Simulation     sim{comm};
            Population     p{sim, 300, IF_curr_exp{.i_offset = 1_nA}, {.label = "p"}};
            p.record({"spikes", "v"});
            sim.write_to(std::make_shared<SonataResults>(comm, directory), 10_ms);
            sim.run(20_ms);
            comm.barrier();
            if (comm.is_root()) meddle(directory / "v.h5.part");
            comm.barrier();
            const auto rest = [&] {
                if (goes_on) sim.run(200_ms);
                sim.finish_writing();
            };
            EXPECT_COLLECTIVE_THROW(comm, rest(), FileError, "v.h5.part\"");
            comm.barrier();
            EXPECT_FALSE(fs::exists(directory / "v.h5")) << what << goes_on;
            EXPECT_FALSE(fs::exists(directory / "spikes.h5")) << what << goes_on;
            EXPECT_TRUE(fs::exists(directory / "spikes.h5.part")) << what << goes_on;
            comm.barrier();
        }
    }
}

TEST(part_file, that_is_finished_and_then_cut_gets_no_name) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    Simulation                   sim{comm};
    Population                   p{sim, 300, IF_curr_exp{.i_offset = 1_nA}, {.label = "p"}};
    p.record({"spikes", "v"});
    sim.write_to(std::make_shared<SonataResults>(comm, folder.path()), 10_ms);
    sim.run(20_ms);
    sim.reset();  // the files so far are finished
    sim.run(20_ms);
    comm.barrier();
    if (comm.is_root())
        fs::resize_file(folder / "v.h5.part", fs::file_size(folder / "v.h5.part") - 100);
    EXPECT_COLLECTIVE_THROW(comm, sim.finish_writing(), FileError, "v.h5.part\" is not what was");
    comm.barrier();
    for (const auto& [name, bytes] : files_in(folder.path()))
        EXPECT_TRUE(name.ends_with(".part")) << name;
    comm.barrier();
}

}  // namespace
}  // namespace ranvier

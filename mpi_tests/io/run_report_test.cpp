#include "ranvier/io/run_report.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ranvier/base/Error.hpp"

#include "support/ScratchDirectory.hpp"
#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

std::string content_of(const std::filesystem::path& path) {
    std::stringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

RunReport example() {
    RunReport report;
    report.network                 = "microcircuit";
    report.scale                   = 0.1;
    report.precision               = "single";
    report.weights                 = "16bit";
    report.ranks                   = 4;
    report.seed                    = 18446744073709551615u;
    report.timestep_ms             = 0.1;
    report.duration_ms             = 1000;
    report.warmup_ms               = 500;
    report.cells                   = 7717;
    report.sources                 = 12;
    report.connections             = 2994450;
    report.build_s                 = 1.5;
    report.build_user_s            = 1.25;
    report.run_s                   = 3;
    report.real_time_factor        = 2;
    report.phases_s                = {{"update", 1.25}, {"deliver", 0.5}};
    report.load                    = {{"events", {100, 150.5, 201}}, {"wait_s", {0.25, 0.5, 0.75}}};
    report.window_real_time_factor = Spread{1.75, 2, 2.5};
    report.bytes_per_connection    = 8.25;
    report.peak_rss_bytes          = 123456789;
    report.rates_hz                = {{"L23E", 0.9}, {"L23I", 2.5}, {"A \"B\"", 0}};
    report.digest                  = 0x00ab;
    report.versions                = {{"mpi", "x"}};
    return report;
}

TEST(run_report, has_every_key_in_order) {
    const std::string text = to_json(example());
    std::size_t       at   = 0;
    for (const char* key :
         {"network",
          "status",
          "scale",
          "precision",
          "weights",
          "ranks",
          "seed",
          "timestep_ms",
          "duration_ms",
          "warmup_ms",
          "cells",
          "sources",
          "connections",
          "build_s",
          "build_user_s",
          "run_s",
          "real_time_factor",
          "window_real_time_factor",
          "phases_s",
          "load",
          "bytes_per_connection",
          "peak_rss_bytes",
          "rates_hz",
          "digest",
          "versions"}) {
        const std::size_t found = text.find("\n    \"" + std::string{key} + "\": ", at);
        ASSERT_NE(found, std::string::npos) << key;
        at = found;
    }
}

TEST(run_report, values_are_written_in_full) {
    const std::string text = to_json(example());
    for (const char* part :
         {"\"network\": \"microcircuit\"",
          "\"status\": \"complete\"",
          "\"scale\": 0.1",
          "\"weights\": \"16bit\"",
          "\"sources\": 12",
          "\"build_user_s\": 1.25",
          "\"seed\": 18446744073709551615",
          "\"digest\": \"00000000000000ab\"",
          "\"update\": 1.25",
          "\"L23I\": 2.5",
          "\"A \\\"B\\\"\": 0.0"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
}

TEST(run_report, spreads_have_their_three_numbers) {
    std::string text = to_json(example());
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    for (const char* part :
         {"\"window_real_time_factor\":{\"min\":1.75,\"median\":2.0,\"max\":2.5}",
          "\"events\":{\"min\":100.0,\"mean\":150.5,\"max\":201.0}",
          "\"wait_s\":{\"min\":0.25,\"mean\":0.5,\"max\":0.75}"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
    EXPECT_NE(to_json(RunReport{}).find("\"window_real_time_factor\": null"), std::string::npos);
}

TEST(run_report, a_spread_is_that_of_its_numbers) {
    const Spread mean = Spread::with_mean({3, 1, 5});
    const Spread odd  = Spread::with_median({5, 1, 2});
    const Spread even = Spread::with_median({4, 1, 2, 8});

    EXPECT_EQ((std::vector{mean.min, mean.middle, mean.max}), (std::vector{1.0, 3.0, 5.0}));
    EXPECT_EQ((std::vector{odd.min, odd.middle, odd.max}), (std::vector{1.0, 2.0, 5.0}));
    EXPECT_EQ((std::vector{even.min, even.middle, even.max}), (std::vector{1.0, 3.0, 8.0}));
}

TEST(run_report, an_interrupted_run_says_so) {
    RunReport report = example();
    report.status    = RunStatus::interrupted;
    EXPECT_NE(to_json(report).find("\"status\": \"interrupted\""), std::string::npos);
}

TEST(run_report, numbers_that_json_lacks_become_null) {
    RunReport report        = example();
    report.real_time_factor = std::numeric_limits<double>::infinity();
    EXPECT_NE(to_json(report).find("\"real_time_factor\": null"), std::string::npos);
}

TEST(run_report, knows_the_libraries) {
    const auto versions = RunReport::library_versions();
    for (const char* name : {"ranvier", "compiler", "mpi", "hdf5", "boost"}) {
        ASSERT_TRUE(versions.contains(name)) << name;
        EXPECT_FALSE(versions.at(name).empty()) << name;
    }
}

TEST(run_report, replaces_an_earlier_file_and_leaves_nothing_else) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    const auto                   path = folder / "deep/run.json";

    write_run_json(comm, RunReport{}, path);
    write_run_json(comm, example(), path);

    EXPECT_EQ(content_of(path), to_json(example()));
    comm.barrier();
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator{path.parent_path()})
        ++files;
    EXPECT_EQ(files, 1u);
}

TEST(run_report, an_impossible_path_fails_on_all_ranks) {
    const Communicator           comm;
    const test::ScratchDirectory folder{comm};
    if (comm.is_root()) std::ofstream{folder / "file"} << "not a folder";

    EXPECT_COLLECTIVE_THROW(
        comm,
        write_run_json(comm, example(), folder / "file/run.json"),
        FileError,
        "write_run_json: cannot create"
    );
}

}  // namespace
}  // namespace ranvier

// The main of all test programs.
//
//     program [--file=network/Population_test.cpp] [GoogleTest's options]
//
// --file runs the tests written in files whose path ends so; none is an error. A failed rank waits
// RANVIER_TEST_PATIENCE seconds (default 15) for the others before it ends the job.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "ranvier/parallel/Environment.hpp"

#include "support/MpiListener.hpp"

#ifdef __SANITIZE_ADDRESS__
/// Open MPI unloads its components, and what they have not freed could then not be told from leaks
/// of ours, which scripts/sanitizers/lsan.supp does by their names. So they stay.
extern "C" int dlclose(void*) {
    return 0;
}
#endif

namespace {

/// GoogleTest's filter for the tests of one file; empty if there is none.
std::string filter_for_file(std::string_view file) {
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    std::string              filter;
    for (int i = 0; i < all.total_test_suite_count(); ++i) {
        const testing::TestSuite& suite = *all.GetTestSuite(i);
        for (int k = 0; k < suite.total_test_count(); ++k) {
            const testing::TestInfo& test = *suite.GetTestInfo(k);
            if (!std::string_view{test.file()}.ends_with(file)) continue;
            filter += (filter.empty() ? "" : ":") + std::string{suite.name()} + "." + test.name();
        }
    }
    return filter;
}

/// Takes --file=... away from the arguments.
std::string file_argument(int& argc, char** argv) {
    constexpr std::string_view option = "--file=";
    std::string                file;
    int                        kept = 0;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument.starts_with(option))
            file = argument.substr(option.size());
        else
            argv[kept++] = argv[i];
    }
    argc = kept;
    return file;
}

std::chrono::duration<double> patience() {
    const char* seconds = std::getenv("RANVIER_TEST_PATIENCE");
    return std::chrono::duration<double>{seconds == nullptr ? 15.0 : std::atof(seconds)};
}

/// Only root prints and writes reports; all ranks shuffle alike. mpirun gives its ranks a terminal
/// even if it has none itself: no colours unless asked for.
void quieten(bool is_root) {
    if (GTEST_FLAG_GET(color) == "auto") GTEST_FLAG_SET(color, "no");
    if (GTEST_FLAG_GET(random_seed) == 0) GTEST_FLAG_SET(random_seed, 1);
    if (is_root) return;
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    GTEST_FLAG_SET(output, "");
}

}  // namespace

int main(int argc, char** argv) {
    ranvier::Environment environment{argc, argv};
    testing::InitGoogleTest(&argc, argv);
    const bool is_root = environment.world().is_root();

    const std::string file = file_argument(argc, argv);
    if (!file.empty()) {
        const std::string filter = filter_for_file("/" + file);
        if (filter.empty()) {
            environment.root() << "There is no test in a file that ends in /" << file << ".\n";
            return 1;
        }
        if (GTEST_FLAG_GET(filter) == "*") GTEST_FLAG_SET(filter, filter);
    }
    quieten(is_root);

    auto* listener = new ranvier::test::MpiListener{patience()};  // GoogleTest deletes it
    testing::UnitTest::GetInstance()->listeners().Append(listener);
    const bool failed = RUN_ALL_TESTS() != 0;
    return listener->any(failed) ? 1 : 0;
}

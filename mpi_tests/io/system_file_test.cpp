#include "io/system_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "support/FileSizeLimit.hpp"
#include "support/ScratchDirectory.hpp"
#include <sys/stat.h>

namespace ranvier::io {
namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(system_file, reserves_space_without_a_change_of_the_file) {
    const test::ScratchDirectory directory;
    const auto                   path = directory / "file";
    std::ofstream{path} << "content";
    ASSERT_EQ(reserve_space(path, 0, 100'000), 0);
    EXPECT_EQ(content_of(path), "content");
}

TEST(system_file, reserves_by_writing_zeros_behind_what_there_is) {
    const test::ScratchDirectory directory;
    const auto                   path = directory / "file";
    std::ofstream{path} << "content";
    ASSERT_EQ(reserve_by_writing(path, 3'000'000), 0);
    EXPECT_EQ(content_of(path), "content" + std::string(3'000'000 - 7, '\0'));
    struct stat facts {};
    ASSERT_EQ(stat(path.c_str(), &facts), 0);
    EXPECT_GE(facts.st_blocks * 512, 3'000'000) << "not a hole: the space is taken";
    ASSERT_EQ(reserve_by_writing(path, 10), 0);
    EXPECT_EQ(content_of(path).size(), 3'000'000U) << "it is never shortened";
}

TEST(system_file, says_why_space_cannot_be_reserved) {
    const test::ScratchDirectory directory;
    const auto                   path = directory / "file";
    EXPECT_EQ(reserve_by_writing(path, 10), ENOENT);
    std::ofstream{path} << "content";
    const test::FileSizeLimit limit{1000};
    EXPECT_EQ(reserve_by_writing(path, 5000), EFBIG);
}

}  // namespace
}  // namespace ranvier::io

/// @file
/// A place for the files of one test.
#pragma once

#include <filesystem>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier::test {

/// An empty folder, the same on all ranks, removed after the test once all ranks have left it. Its
/// name differs between test programs that run at the same time.
class ScratchDirectory {
public:
    /// @collective
    explicit ScratchDirectory(const Communicator& comm = {});

    const std::filesystem::path& path() const { return path_; }

    /// A file in the folder.
    std::filesystem::path operator/(const std::filesystem::path& name) const {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

}  // namespace ranvier::test

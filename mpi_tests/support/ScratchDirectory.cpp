#include "support/ScratchDirectory.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

#include "ranvier/parallel/collective.hpp"

#include "support/MpiListener.hpp"

namespace ranvier::test {

ScratchDirectory::ScratchDirectory(const Communicator& comm) {
    std::string name;
    collectively(comm, [&] {
        if (!comm.is_root()) return;
        name = (std::filesystem::temp_directory_path() / "ranvier-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::system_error{errno, std::generic_category(), "cannot create " + name};
    });
    path_ = comm.broadcast(name);
    if (!comm.is_root()) return;
    after_this_test([path = path_] {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    });
}

}  // namespace ranvier::test

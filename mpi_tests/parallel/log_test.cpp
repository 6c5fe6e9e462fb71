#include "ranvier/parallel/log.hpp"

#include <string>

#include <gtest/gtest.h>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {
namespace {

TEST(log, is_written_by_root_alone) {
    const Communicator world;

    testing::internal::CaptureStderr();
    log_info(world, "one");
    log_warning(world, "two {}");
    log_error(world, "three");
    const std::string written = testing::internal::GetCapturedStderr();

    if (world.is_root()) {
        EXPECT_NE(written.find("info: one"), std::string::npos) << written;
        EXPECT_NE(written.find("warning: two {}"), std::string::npos) << written;
        EXPECT_NE(written.find("error: three"), std::string::npos) << written;
    } else {
        EXPECT_EQ(written, "");
    }
}

}  // namespace
}  // namespace ranvier

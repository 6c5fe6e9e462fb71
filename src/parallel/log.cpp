#include "ranvier/parallel/log.hpp"

#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace ranvier {

namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
        auto made = std::make_shared<spdlog::logger>("ranvier", std::move(sink));
        made->set_pattern("[%n] %^%l%$: %v");
        return made;
    }();
    return *instance;
}

/// Root speaks for all; who stands for a rank is alone and speaks, too.
bool speaks(const Communicator& comm) {
    return comm.is_root() || comm.is_stand_in();
}

}  // namespace

void log_info(const Communicator& comm, std::string_view text) {
    if (speaks(comm)) logger().info(text);
}

void log_warning(const Communicator& comm, std::string_view text) {
    if (speaks(comm)) logger().warn(text);
}

void log_error(const Communicator& comm, std::string_view text) {
    if (speaks(comm)) logger().error(text);
}

}  // namespace ranvier

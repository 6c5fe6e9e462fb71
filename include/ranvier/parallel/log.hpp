/// @file
/// What the library says to the user, on the standard error stream, from root alone.
#pragma once

#include <string_view>

#include "ranvier/parallel/Communicator.hpp"

namespace ranvier {

/// Something the user may want to know. @local Prints on root of the group only.
void log_info(const Communicator& comm, std::string_view text);
/// Something that is probably not what the user wants. @local
void log_warning(const Communicator& comm, std::string_view text);
/// Something that went wrong although the program goes on. @local
void log_error(const Communicator& comm, std::string_view text);

}  // namespace ranvier
